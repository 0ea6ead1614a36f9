"""Who a captured message is about does not come through, and what belonged together still does."""

from __future__ import annotations

import json

import pytest

from scenarios.importing.identities import Identities
from scenarios.importing.places import cleaned
from scenarios.people import check_digit, resident_id_valid

RESIDENT_ID = "32010619800101231" + check_digit("32010619800101231")
NAME, PHONE, ADDRESS, NUMBER, DOCTOR = "张晓梅", "13812345678", "平江路88号", "10023456", "李建国"
ALL = (NAME, PHONE, ADDRESS, NUMBER, DOCTOR, RESIDENT_ID)
HL7 = (
    "MSH|^~\\&|HIS|H|LIS|H|20260301||ADT^A01|M1|P|2.5.1\r"
    f"PID|1||{NUMBER}^^^HIS^PI~{RESIDENT_ID}^^^GA^NI||{NAME}^^^^^^L~ZHANG^XIAOMEI||19800101|F|||{ADDRESS}^^苏州||{PHONE}||||||{RESIDENT_ID}\r"
    f"NK1|1|{NAME}|SPO|{ADDRESS}|0512-65223344\r"
    f"PV1|1|I|N01||||D001^{DOCTOR}\r"
    f"OBX|1|TX|X^备注||家属 {NAME}，证件 {RESIDENT_ID}，条码 13812345678901||||||F\r"
)


def test_hl7_fields_by_their_place_and_free_text_by_pattern_and_by_what_is_known() -> None:
    who = Identities()
    text = who.everywhere(cleaned(HL7, "hl7", who))
    assert not [
        known for known in (*ALL, "XIAOMEI", "0512-65223344") if f"{known}" in text.replace("13812345678901", "")
    ]
    assert "13812345678901" in text  # a bar code is no telephone
    lines = {line[:3]: line.split("|") for line in text.split("\r")}
    person = lines["PID"]
    assert lines["NK1"][2] == person[5].split("^")[0]
    assert resident_id_valid(person[19])
    assert person[3].split("~")[1].split("^")[0] == person[19]
    assert person[19] in lines["OBX"][5]
    assert person[5].split("^")[0] in lines["OBX"][5]
    assert (len(person[3].split("^")[0]), person[7], person[11].split("^")[2]) == (len(NUMBER), "19800101", "苏州")
    assert lines["PV1"][7].startswith("D001^")
    assert who.counts["姓名"] >= 4


def test_json_by_key_by_company_and_by_pattern() -> None:
    document = {
        "patient": {"name": NAME, "gender": "F", "mobile": PHONE, "idCard": RESIDENT_ID},
        "home": {"address": {"line": [ADDRESS], "city": "苏州"}},
        "doctorName": DOCTOR, "items": [{"name": "血常规", "price": 12}], "remark": f"电话{PHONE}", "patientName": None,
        "subject": {"resourceType": "Patient", "birthDate": "1980-01-01", "name": [{"use": "official", "text": NAME}]},
        "phoneNumber": 13812345678,
    }  # fmt: skip
    who = Identities()
    text = cleaned(json.dumps(document, ensure_ascii=False), "json", who)
    assert not [known for known in ALL if known in text]
    found = json.loads(text)
    assert found["items"] == document["items"]
    assert found["patientName"] is None
    assert found["subject"]["name"][0] == {"use": "official", "text": found["patient"]["name"]}
    assert str(found["phoneNumber"]) == found["patient"]["mobile"]


def test_xml_by_element_and_attribute() -> None:
    xml = (
        f'<a:req xmlns:a="urn:a"><a:patientName>{NAME}</a:patientName><name>{DOCTOR}</name>'
        "<item><name>血常规</name></item>"
        f'<id root="1.2" extension="{RESIDENT_ID}"/><telecom value="tel:{PHONE}"/><p mobile="{PHONE}"/></a:req>'
    )
    text = cleaned(xml, "xml", Identities())
    assert not [known for known in ALL if known in text]
    assert "<name>血常规</name>" in text
    assert text.startswith('<a:req xmlns:a="urn:a"><a:patientName>')


def test_forms_and_secrets() -> None:
    who = Identities()
    assert cleaned("userName=x1&password=hunter2&code=A1", "form", who).endswith("&password=removed&code=A1")
    assert who.counts["口令与令牌"] == 1


@pytest.mark.parametrize("number", ["320106198001012310", "13812345678901", "23812345678", "2026030100010002"])
def test_numbers_of_business_stay(number: str) -> None:
    assert cleaned(f"单号 {number} 完", "text", Identities()) == f"单号 {number} 完"


def test_the_same_capture_gives_the_same_pack() -> None:
    assert cleaned(HL7, "hl7", Identities()) == cleaned(HL7, "hl7", Identities())
