"""Messages of every content for the tests of `harness/content`: good ones, and strategies for all others."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

HL7 = (
    "MSH|^~\\&|LIS|检验科|HIS|门诊|20260302083000||ORU^R01^ORU_R01|M0001|P|2.4||||||UTF-8\r"
    "PID|1||P100^^^A~P200^^^B||张^三||19800101|M\r"
    "OBR|1||S1|CBC^血常规|||20260302080000\r"
    "OBX|1|NM|WBC^白细胞||5.60|10*9/L|3.5-9.5|N|||F\r"
    "OBX|2|NM|HGB^血红蛋白||131|g/L|115-150|N|||F\r"
    "OBX|3|ST|TXT^描述||红细胞形态 \\T\\ 大小正常||||||F\r"
    "NTE|1||复查\r"
    "ZPX|内部|1\r"
)
JSON = json.dumps(
    {
        "code": 0,
        "message": "成功",
        "items": [
            {"id": 1, "name": "白细胞", "price": 12.50},
            {"id": 2, "name": "血红蛋白", "price": 8},
            {"id": 3, "name": "血小板", "price": None},
        ],
        "page": {},
    },
    ensure_ascii=False,
)
XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<o:order xmlns:o="urn:order" id="7" kind="lab">\n'
    "  <o:patient>张三</o:patient>\n  <o:item><o:code>WBC</o:code><o:price>12.50</o:price></o:item>\n"
    "  <o:item><o:code>HGB</o:code><o:price>8.00</o:price></o:item>\n  <o:remark/>\n</o:order>"
)
CDA = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<title>住院病案首页</title><recordTarget><patientRole><id extension='P1'/></patientRole></recordTarget>"
    "<component><structuredBody>"
    "<component><section><code code='11450-4'/><title>诊断</title><entry><observation classCode='OBS'>"
    "<code code='DE05.01.024.00'/><value xsi:type='CD' code='J18.9'/></observation></entry></section></component>"
    "<component><section><code code='8716-3'/><entry><organizer><code code='100'/>"
    "<component><observation><code code='8480-6'/><value xsi:type='PQ' value='120'/></observation></component>"
    "</organizer></entry></section></component>"
    "</structuredBody></component></ClinicalDocument>"
)
SOAP = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body>'
    '<q:GetReportResponse xmlns:q="urn:q"><return><![CDATA[<?xml version="1.0" encoding="GBK"?>'
    "<report><code>0</code><item>甲</item><item>乙</item></report>]]></return></q:GetReportResponse></s:Body></s:Envelope>"
)
TEXT = "第一行\n第二行\n"
DICOM = (
    '[{"0020000D":{"vr":"UI","Value":["2.25.1"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Zhang^San",'
    '"Ideographic":"张^三"}]},"00080050":{"vr":"SH","Value":["A0001"]},"00080061":{"vr":"CS","Value":["CT","SR"]},'
    '"0040A032":{"vr":"DT","Value":["20260302084500"]},"00090010":{"vr":"LO","Value":["ACME 1"]},'
    '"00091001":{"vr":"DS","Value":[1.50]},"00400275":{"vr":"SQ","Value":[{"00400009":{"vr":"SH","Value":["S1"]}}]}},'
    '{"0020000D":{"vr":"UI","Value":["2.25.2"]},"00100010":{"vr":"PN"}}]'
)
GOOD = {"hl7": HL7, "json": JSON, "xml": XML, "cda": CDA, "soap": SOAP, "text": TEXT, "dicom": DICOM}
CHARSETS = ("UTF-8", "GBK", "GB18030", "ASCII", "UNICODE UTF-8", "8859/1", "UTF-16", "no such", "")

_CHARACTERS = st.characters(exclude_categories=["Cs"])
VALUES = st.text(st.one_of(st.sampled_from("ab1 张三𠮷|^~\\&\r\n\"'<>{}[]"), _CHARACTERS), max_size=8)
JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from([1.5, 0.1]), VALUES),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(VALUES, inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def damaged(draw: Any, content: str) -> bytes:
    """A good message with some stretches of its bytes replaced, doubled or taken out."""
    body = draw(st.sampled_from([GOOD[content], GOOD["hl7"], GOOD["soap"]])).encode(
        draw(st.sampled_from(["utf-8", "gb18030"]))
    )
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        to = min(len(body), at + draw(st.integers(0, 30)))
        middle = draw(st.one_of(st.binary(max_size=6), st.just(body[at:to] * 2), st.sampled_from(_NASTY)))
        body = body[:at] + middle + body[to:]
    return body


_NASTY = (
    b"MSH|", b"\r", b"\n", b"\\X", b"\\", b"~", b"^", b"|", b"\x00", b"\xff\xfe", b"{", b'"', b"\\ud800", b"1e99999",
    b"]]>", b"<![CDATA[", b"<!DOCTYPE a [", b"&a;", b"<", b"/>", b"\xef\xbf\xbd", b"\x81\x30\x81\x30", b"[" * 300,
    b"<a>" * 150, b"NaN", b"'", b"FHS|^~\\&", b"BTS|1",
)  # fmt: skip


@st.composite
def hl7_messages(draw: Any) -> bytes:
    """A message with a few segments that resemble each other, as two stacks' replies do."""
    fields = st.sampled_from(
        ["", "a", "1.50", "1.5", "张", "20260302083000", "a^b", "a^", "x~y", "^c&d", '""', "\\T\\"]
    )
    names = st.sampled_from(["PID", "OBX", "OBX", "NTE", "ZPX"])
    header = f"MSH|^~\\&|LIS|{draw(st.sampled_from(['H', '院']))}|||{draw(fields)}||ACK|{draw(fields)}|P|2.4||||||UTF-8"
    lines = [header] + [
        "|".join([draw(names), *draw(st.lists(fields, max_size=4))]) for _ in range(draw(st.integers(0, 5)))
    ]
    return "".join(f"{line}\r" for line in lines).encode()


def bodies(content: str) -> st.SearchStrategy[bytes]:
    """Anything that may arrive where this content is expected."""
    return st.one_of(damaged(content), st.binary(max_size=80), st.just(GOOD[content].encode()))


def related(content: str) -> st.SearchStrategy[tuple[bytes, bytes]]:
    """Two bodies that have something in common."""
    if content == "hl7":
        return st.tuples(hl7_messages(), hl7_messages())
    if content == "json":
        dumped = JSON_VALUES.map(lambda value: json.dumps(value).encode())
        return st.tuples(dumped, dumped)
    return st.tuples(bodies(content), bodies(content))
