"""A message against its interface document, and the error battery made of a good one."""

from __future__ import annotations

import pytest

from harness.content.battery import Bad, Expect, Knowledge, battery
from harness.content.editing import changed
from harness.content.interface_table import read_table
from harness.content.message_checks import Breach, check
from harness.content.reading import fields
from harness.errors import BadInput
from tests.content_messages import GOOD, HL7, JSON, XML

TABLE = """字段,类型,长度,必填,代码集,名称
MSH.3,ST,20,是,,发送系统
MSH,any,,是,,
MSH.4,any,,,,
PID,,,是,,患者
PID.1,SI,4,,,
PID-3.1,ST,10,是,,病历号
PID.3.4,IS,5,,A|B,
PID.5,ST,10,是,,姓名
PID.7,D8,8,,,
PID.8,IS,1,是,sex,性别
OBR,,,是,,
OBR,any,,,,
OBX.1,SI,4,是,,
OBX.2,ID,2,是,NM;ST,
OBX.3.1,ST,20,是,,
OBX.3.2,ST,40,,,
OBX.5,any,200,是,,结果
OBX.6,ST,20,,,
OBX.7,ST,60,,,
OBX.8,IS,5,,N H L,
OBX.11,ID,1,是,F,
NTE,any,,,,
ZPX,any,,,,
"""
SEXES = {"sex": ("M", "F")}


def breaches(old: str, new: str) -> list[tuple[str, Breach]]:
    assert HL7.count(old) >= 1
    document = fields(HL7.replace(old, new).encode(), "hl7")
    return [(found.path, found.breach) for found in check(document, read_table(TABLE, SEXES))]


def test_a_good_message_has_nothing_against_its_document() -> None:
    assert breaches("MSH", "MSH") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("|M\r", "|\r", [("PID.8", Breach.MISSING)]),
        ("|M\r", "|X\r", [("PID.8", Breach.CODE)]),
        ("PID|1|", "PID|x|", [("PID.1", Breach.TYPE)]),
        ("19800101", "19801301", [("PID.7", Breach.TYPE)]),
        ("P100", "P1000000000", [("PID.3[1].1", Breach.TOO_LONG)]),
        ("||131|", "|||", [("OBX[2].5", Breach.MISSING)]),
        ("|M\r", "|M|别名\r", [("PID.9", Breach.UNDECLARED)]),
        ("NTE|1||复查\r", "NTE|1||复查\rZZ1|9\r", [("ZZ1.1", Breach.UNDECLARED)]),
        ("PID|1||P100^^^A~P200^^^B||张^三||19800101|M\r", "", [("PID", Breach.MISSING)]),
        ("P100^^^A~P200^^^B", "", [("PID.3.1", Breach.MISSING)]),
        ("MSH|^~\\&|LIS", "PSH|^~\\&|LIS", [("!", Breach.UNREADABLE)]),
    ],
)  # fmt: skip
def test_what_a_message_may_have_against_its_document(old: str, new: str, found: list[tuple[str, Breach]]) -> None:
    assert breaches(old, new) == found


def test_a_table_for_json_and_xml() -> None:
    lines = ("path,type,mandatory", "$.code,integer,y", "$.message,string,", "$.items.id,int,y", "$.items.name,text,y")
    table = read_table("\n".join(lines))
    undeclared = [f"$.items[{n}].price" for n in range(3)]
    found = check(fields(JSON.encode(), "json"), table)
    assert [(d.path, d.breach) for d in found] == [(path, Breach.UNDECLARED) for path in undeclared]
    assert check(fields(b'{"code": 0, "items": []}', "json"), table) == ()
    found = check(fields(b'{"code": 0, "items": [{"id": 1}]}', "json"), table)
    assert [(d.path, d.breach) for d in found] == [("$.items[0].name", Breach.MISSING)]
    table = read_table("path,type,mandatory\norder/item/code,text,y\norder/**,any,\n")
    assert check(fields(XML.encode(), "xml"), table) == ()
    assert [d.path for d in check(fields(XML.replace("<o:code>HGB</o:code>", "").encode(), "xml"), table)] == [
        "order/item[2]/code"
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "空的"),
        ("类型,长度\nST,1\n", "第 1 行没有“字段”列"),
        ("字段,类型\nPID.1,XYZ\n", "第 2 行：不认识类型“XYZ”"),
        ("字段,类型,长度\nPID.1,ST,\nPID.2,ST,ten\n", "第 3 行：长度“ten”不是整数"),
        ("字段,类型,必填\nPID.1,ST,maybe\n", "第 2 行：“必填”列写的是“maybe”"),
        ("字段,类型\n,ST\n", "第 2 行：没有写字段路径"),
    ],
)
def test_a_table_that_is_wrong_says_where(table: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_table(table)


# --------------------------------------------------------------------------- battery

KNOWN = {
    "hl7": Knowledge(mandatory=("PID.3", "OBX[2].5"), coded=("PID.8",), free_text="NTE.3", identity="MSH.10"),
    "json": Knowledge(mandatory=("$.items[1].id",), coded=("$.code",), free_text="$.message", identity="$.code"),
    "xml": Knowledge(mandatory=("order/item[2]/code",), coded=("order/@kind",), free_text="order/patient"),
    "soap": Knowledge(free_text="Envelope/Body/GetReportResponse/return"),
    "cda": Knowledge(mandatory=("ClinicalDocument/title",)),
}


def made(content: str) -> dict[str, Bad]:
    found = battery(GOOD[content].encode(), content, "UTF-8", KNOWN[content])
    assert len({bad.name for bad in found}) == len(found)
    return {bad.name: bad for bad in found}


@pytest.mark.parametrize("content", KNOWN)
def test_a_battery_is_bad_the_same_every_time_and_nothing_in_it_breaks_a_reader(content: str) -> None:
    first = made(content)
    assert first == made(content)
    assert len(first) >= 12
    for bad in first.values():
        assert bad.title
        for body in bad.bodies:
            fields(body, content)
        if bad.name != "duplicate":
            assert fields(bad.bodies[0], content) != fields(GOOD[content].encode(), content) or bad.name in {
                "line_feeds",  # we read it; a system that does not is within its rights
                "not_closed",
            }, bad.name


def test_the_battery_of_hl7() -> None:
    found = made("hl7")
    assert {"truncated_half", "oversized", "wrong_charset", "control_characters", "no_segment:PID", "missing:PID.3",
            "unknown_code:PID.8", "duplicate", "no_header", "unknown_type", "no_identity"} <= found.keys()  # fmt: skip
    good = dict(fields(HL7.encode(), "hl7").fields())
    unknown = dict(fields(found["unknown_code:PID.8"].bodies[0], "hl7").fields())
    assert {path for path in good if unknown.get(path) != good[path]} == {"PID.8"}
    assert len(found["oversized"].bodies[0]) > 1_000_000
    assert found["wrong_charset"].bodies[0].decode("gb18030") == HL7
    assert found["duplicate"].bodies == (HL7.encode(),) * 2
    assert found["duplicate"].expect is Expect.ONCE


def test_the_batteries_of_json_and_xml() -> None:
    assert {"no_key:items", "wrong_type:message", "not_json", "too_deep", "missing:$.items[1].id"} <= made(
        "json"
    ).keys()
    assert {"not_closed", "doctype", "other_namespace", "undefined_entity", "wrong_declaration"} <= made("xml").keys()
    for name in ("not_closed", "doctype", "undefined_entity", "control_characters"):
        assert fields(made("xml")[name].bodies[0], "xml").unreadable
    assert fields(made("json")["not_json"].bodies[0], "json").unreadable


def test_a_field_that_is_not_there_cannot_be_changed() -> None:
    for path in ("ZZZ.1", "PID.99", "?"):
        assert changed(HL7, "hl7", path, "x") == HL7
    for path in ("$.no", "$.items[9].id"):
        assert changed(JSON, "json", path, "x") == JSON
    for path in ("order/no", "a/b"):
        assert changed(XML, "xml", path, "x") == XML
    assert changed(XML, "xml", "order/item[2]/code", "X").count(">X<") == 1
    assert '"id": "X"' in changed(JSON, "json", "$.items[2].id", "X")
