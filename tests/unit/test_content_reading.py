"""What each reader makes of a message: the paths it gives and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from harness.content.path import general, pattern
from harness.content.reading import fields
from harness.content.tree import MAX_DEPTH, Number, Shape
from harness.errors import BadInput
from tests.content_messages import CDA, HL7, JSON, SOAP, TEXT, XML


def values(body: str | bytes, content: str, charset: str = "UTF-8") -> dict[str, Any]:
    found = fields(body if isinstance(body, bytes) else body.encode(), content, charset)
    assert not found.unreadable
    return dict(found.fields())


# --------------------------------------------------------------------------- HL7


def test_hl7_paths_count_segments_and_repetitions_by_name() -> None:
    found = values(HL7, "hl7")
    assert found["MSH.1"] == "|"
    assert found["MSH.2"] == "^~\\&"
    assert found["MSH.9.2"] == "R01"
    assert found["PID.3[2].1"] == "P200"
    assert found["PID.5.1"] == "张"
    assert found["OBX[2].5"] == "131"
    assert found["OBX[3].5"] == "红细胞形态 & 大小正常"
    assert found["NTE.3"] == "复查"  # one of its name: no index
    assert found["ZPX.1"] == "内部"
    assert "PID.2" not in found


def test_hl7_delimiters_are_the_declared_ones() -> None:
    standard = values("MSH|^~\\&|A|B\rPID|1||x^y&z~w|a\\S\\b\r", "hl7")
    other = values("MSH#@*!%#A#B\rPID#1##x@y%z*w#a!S!b\r", "hl7")
    assert other.pop("MSH.1") == "#"
    assert other.pop("MSH.2") == "@*!%"
    assert other.pop("PID.4") == "a@b"
    assert standard.pop("PID.4") == "a^b"
    assert other == {path: value for path, value in standard.items() if path not in ("MSH.1", "MSH.2")}


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_hl7_line_ends(end: str) -> None:
    assert values(HL7.replace("\r", end), "hl7") == values(HL7, "hl7")


def test_a_line_feed_inside_a_text_is_part_of_it() -> None:
    assert values("MSH|^~\\&|A\rNTE|1||a\nb\r", "hl7")["NTE.3"] == "a\nb"


def test_hl7_empty_is_not_there_but_two_quotes_are() -> None:
    found = values('MSH|^~\\&|A\rPID|||""|a^^|^b|~c|~\r', "hl7")
    assert {path: value for path, value in found.items() if path.startswith("PID")} == {
        "PID.3": '""',
        "PID.4": "a",
        "PID.5.2": "b",
        "PID.6[1]": "",  # keeps the place of the second repetition
        "PID.6[2]": "c",
    }


def test_hl7_batches() -> None:
    batch = f"FHS|^~\\&|A\rBHS|^~\\&|B\r{HL7}{HL7.replace('张', '李')}BTS|2\rFTS|1\r"
    found = values(batch, "hl7")
    assert found["message[1].PID.5.1"] == "张"
    assert found["message[2].PID.5.1"] == "李"
    assert found["message[2].OBX[3].2"] == "ST"
    assert found["BTS.1"] == "2"
    assert pattern("PID.5").covers("message[2].PID.5.1")


@pytest.mark.parametrize("declared", ["UTF-8", "UNICODE UTF-8", "GBK", "GB18030", "GB 18030-2000"])
def test_hl7_is_read_by_its_own_charset(declared: str) -> None:
    # 阒 is 0x EA 7C in GBK: its second half is a '|'
    text = HL7.replace("UTF-8", declared).replace("门诊", "門診阒").replace("HIS", "阒")
    codec = "utf-8" if "UTF" in declared else "gb18030"
    found = fields(text.encode(codec), "hl7", "ASCII")
    assert not found.charset_flaw
    assert dict(found.fields())["MSH.6"] == "門診阒"
    assert dict(found.fields())["PID.5.1"] == "张"


@pytest.mark.parametrize(
    ("declared", "written", "flaw"),
    [
        ("UTF-8", "gb18030", "声明为 UTF-8，实为 GB18030"),
        ("GBK", "utf-8", "声明为 GBK，实为 UTF-8"),
        ("ASCII", "utf-8", "声明为 ASCII，实为 UTF-8"),
        ("UTF-9", "utf-8", "不认识声明的字符集“UTF-9”"),
    ],
)
def test_a_wrong_declaration_is_noticed_and_the_text_read_all_the_same(declared: str, written: str, flaw: str) -> None:
    found = fields(HL7.replace("UTF-8", declared).encode(written), "hl7")
    assert found.charset_flaw == flaw
    assert dict(found.fields())["PID.5.1"] == "张"


def test_marks_of_an_earlier_wrong_conversion_are_noticed() -> None:
    misread = "门诊血常规".encode().decode("gb18030", "replace").rstrip("\ufffd")
    for bad in (misread, "门诊血常规".encode().decode("latin-1"), "门\ufffd", "锟斤拷"):
        assert fields(HL7.replace("复查", bad).encode(), "hl7").charset_flaw, bad
    rare = fields(HL7.replace("UTF-8", "GBK").replace("张", "𠮷").encode("gb18030"), "hl7")
    assert rare.charset_flaw == "声明为 GBK，含只有 GB18030 才有的字符"
    for good in ("naïve café", "患者主诉：头痛３天。", "żółć", "镕堃淼喆"):
        assert not fields(HL7.replace("复查", good).encode(), "hl7").charset_flaw, good


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"PID|1", b"MSH", b"MSHA", b"\xff\xfe", b"{}", b"MSH|^~\\&|" + b"^" * 600_000]
)
def test_what_is_no_hl7_is_one_field_with_the_reason(body: bytes) -> None:
    found = list(fields(body, "hl7").fields())
    assert [field.path for field in found] == ["!"]
    assert found[0].value


# --------------------------------------------------------------------------- JSON


def test_json_paths_and_exact_numbers() -> None:
    found = values(JSON, "json")
    assert found["$.items[1].name"] == "血红蛋白"
    assert found["$.items[0].price"] == Number("12.5")
    assert found["$.items[2].price"] is None
    assert found["$.page"] is Shape.OBJECT
    assert values('{"a b": {"c.d": 1.50}, "e": true}', "json") == {"$.'a b'.'c.d'": Number("1.50"), "$.e": True}


def test_json_keys_that_stand_twice_are_told_apart() -> None:
    assert values('{"a": 1, "a": 2}', "json") == {"$.a": Number("1"), "$.a!2": Number("2")}


@pytest.mark.parametrize(
    "body", ["{", "[1,]", "NaN", '{"a": Infinity}', "[" * 5000, '{"a":' * 400 + "1" + "}" * 400, "1" * 10 + "x"]
)
def test_what_is_no_json_is_one_field_with_the_reason(body: str) -> None:
    assert fields(body.encode(), "json").unreadable


def test_json_numbers_and_half_characters_that_nothing_else_can_hold() -> None:
    found = values('{"n": 1e999999999999, "m": %s, "s": "\\ud800x"}' % ("9" * 5000), "json")
    assert found["$.n"] == Number("1e999999999999")
    assert found["$.m"] == "9" * 5000
    assert found["$.s"].encode().endswith(b"x")


# --------------------------------------------------------------------------- XML


def test_xml_paths() -> None:
    found = values(XML, "xml")
    assert found == {
        "order/@xmlns": "urn:order",
        "order/@id": "7",
        "order/@kind": "lab",
        "order/patient": "张三",
        "order/item[1]/code": "WBC",
        "order/item[1]/price": "12.50",
        "order/item[2]/code": "HGB",
        "order/item[2]/price": "8.00",
        "order/remark": "",
    }


@pytest.mark.parametrize(
    "same",
    [
        XML.replace("o:", "p:").replace(":o=", ":p="),
        XML.replace("o:", "").replace("xmlns:o=", "xmlns="),
        XML.replace('id="7" kind="lab"', "kind='lab' id='7'"),
        XML.replace("张三", "<![CDATA[张三]]>").replace("12.50", "12<![CDATA[.5]]>0"),
        XML.replace("<o:remark/>", "<o:remark></o:remark>"),
        XML.replace("\n", "").replace("  ", ""),
        XML.replace("张三", "&#x5F20;三<!-- nobody reads this -->"),
    ],
)
def test_xml_written_otherwise_is_the_same(same: str) -> None:
    assert same != XML
    assert fields(same.encode(), "xml") == fields(XML.encode(), "xml")


@pytest.mark.parametrize(
    "other", [XML.replace("urn:order", "urn:other"), XML.replace("<o:remark/>", ""), XML.replace("张三", " 张三")]
)
def test_xml_that_says_something_else_is_not(other: str) -> None:
    assert fields(other.encode(), "xml") != fields(XML.encode(), "xml")


def test_xml_text_beside_elements() -> None:
    assert values("<a>x <b>y</b> z</a>", "xml") == {"a/text()[1]": "x", "a/b": "y", "a/text()[2]": "z"}


def test_xml_declares_its_charset() -> None:
    body = XML.replace('encoding="UTF-8"', 'encoding="GB18030"').replace("张三", "张𠮷").encode("gb18030")
    assert values(body, "xml")["order/patient"] == "张𠮷"
    assert fields(XML.encode("gb18030"), "xml").charset_flaw == "声明为 UTF-8，实为 GB18030"


@pytest.mark.parametrize(
    "body",
    [
        "<a>",
        "<a>&nbsp;</a>",
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1),
        "<a>\x01</a>",
    ],
)
def test_xml_that_is_broken_or_dangerous_is_one_field_with_the_reason(body: str) -> None:
    assert fields(body.encode(), "xml").unreadable


# --------------------------------------------------------------------------- CDA, SOAP, text


def test_cda_is_read_by_section_and_code() -> None:
    found = values(CDA, "cda")
    assert found["title"] == "住院病案首页"
    assert found["recordTarget/patientRole/id/@extension"] == "P1"
    assert found["section[11450-4]/entry[DE05.01.024.00]/value/@code"] == "J18.9"
    assert found["section[11450-4]/entry[DE05.01.024.00]/statement()"] == "observation"
    assert found["section[8716-3]/entry['100']/component[8480-6]/value/@value"] == "120"
    assert general("section[8716-3]/entry['100']/component[8480-6]") == "section[8716-3]/entry['100']/component[8480-6]"


def test_soap_is_unwrapped_and_its_payload_opened() -> None:
    found = values(SOAP, "soap")
    assert found["@soap"] == "1.1"
    assert found["GetReportResponse/return/xml()/report/item[2]"] == "乙"
    escaped = SOAP.replace("<![CDATA[", "").replace("]]>", "")
    head, _, rest = escaped.partition("<return>")
    payload, _, tail = rest.partition("</return>")
    quoted = payload.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert values(f"{head}<return>{quoted}</return>{tail}", "soap") == found
    json_inside = f'{head}<return>{{"code": 0, "rows": [1]}}</return>{tail}'
    assert values(json_inside, "soap")["GetReportResponse/return/$.rows[0]"] == Number("1")
    assert values(f"{head}<return>&lt;5 mmol/L></return>{tail}", "soap")["GetReportResponse/return"] == "<5 mmol/L>"


def test_both_soap_versions_tell_a_fault_alike() -> None:
    old = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Server</faultcode>'
        "<faultstring>库存不足</faultstring></e:Fault></e:Body></e:Envelope>"
    )
    new = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code><e:Value>e:Server'
        '</e:Value></e:Code><e:Reason><e:Text xml:lang="zh">库存不足</e:Text></e:Reason></e:Fault></e:Body>'
        "</e:Envelope>"
    )
    found = values(old, "soap"), values(new, "soap")
    assert [one["@soap"] for one in found] == ["1.1", "1.2"]
    assert [(one["Fault/code"], one["Fault/reason"]) for one in found] == [("Server", "库存不足")] * 2


def test_a_reply_that_is_no_envelope_is_unreadable_as_soap() -> None:
    assert fields(b"<html/>", "soap").unreadable


def test_text_by_line() -> None:
    assert values(TEXT, "text") == {"line[1]": "第一行", "line[2]": "第二行"}


def test_an_unknown_content_is_the_packs_mistake() -> None:
    with pytest.raises(BadInput, match="不认识报文内容“hl8”"):
        fields(b"x", "hl8")


# --------------------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("wanted", "path", "covers", "means"),
    [
        ("MSH-7", "MSH.7", True, True),
        ("MSH.1", "MSH.10", False, False),
        ("OBX.5", "OBX[3].5", True, True),
        ("OBX.5", "OBX[3].5.1", True, False),
        ("OBX[*].5", "OBX.5", True, True),
        ("OBX[1].5", "OBX.5", True, True),
        ("OBX[2].5", "OBX.5", False, False),
        ("OBX[2].5", "OBX[2].5[2].1", True, False),
        ("$.items.price", "$.items[12].price", True, True),
        ("$.items[1]", "$.items", False, False),
        ("$.items[0].price", "$.items[0].price", True, True),
        ("$.*.id", "$.order.id", True, True),
        ("**.id", "$.order[2].items[1].id", True, True),
        ("order/**/@id", "order/item[2]/code/@id", True, True),
        ("Z*", "ZPX[2].1", True, False),
        ("$.'a.b'", "$.'a.b'.c", True, False),
        ("$.a", "$.ab", False, False),
        ("section[11450-4]/entry", "section[11450-4]/entry[2]/value", True, False),
    ],
)
def test_patterns(wanted: str, path: str, covers: bool, means: bool) -> None:
    assert (pattern(wanted).covers(path), pattern(wanted).means(path)) == (covers, means)


def test_general_keeps_names_and_codes() -> None:
    assert general("OBX[3].5[2].1") == "OBX[*].5[*].1"
    assert general("$.items[2].'a[3]'") == "$.items[*].'a[3]'"
