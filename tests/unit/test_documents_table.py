"""Tables of fields as .csv and .xlsx, for one message or several, and files that are no such table."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.content.message_checks import Breach
from harness.documents import Exchange, InterfaceDocument, read_document
from harness.documents.workbook import sheets
from harness.errors import BadInput

ROWS = (
    ("字段", "类型", "长度", "必填", "代码集", "报文"),
    ("MSH.3", "ST", "20", "是", "", ""),
    ("MSH", "any", "", "", "", ""),
    ("PID", "", "", "是", "", "OML^O21"),
    ("PID.3.1", "ST", "10", "是", "", "OML^O21"),
    ("PID.7", "D8", "8", "", "", "OML^O21"),
    ("PID.8", "IS", "1", "", "M;F", "OML^O21"),
    ("MSA.1", "ID", "2", "是", "AA;AE;AR", "ACK、ORL"),
    ("MSA.2", "ST", "20", "是", "", "ACK、ORL"),
)
ORDER = "MSH|^~\\&|HIS|A|LIS|B|20260302||OML^O21^OML_O21|1|P|2.5.1\rPID|||P1||||19800101|M\r"
TAKEN = "MSH|^~\\&|LIS|A|HIS|B|20260302||ORL^O22|2|P|2.5.1\rMSA|AA|1\r"


def csv(rows: Sequence[Sequence[str]] = ROWS) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def workbook(*tables: Sequence[Sequence[str]], shared: bool = True, prefix: str = "") -> bytes:
    """A workbook as a spreadsheet program writes it: texts shared or in place, lengths as numbers."""
    texts: dict[str, int] = {}
    place = io.BytesIO()
    p = f"{prefix}:" if prefix else ""
    space = f"xmlns{':' + prefix if prefix else ''}='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
    with zipfile.ZipFile(place, "w") as file:
        names = "".join(f"<{p}sheet name='s{n}' sheetId='{n}' r:id='r{n}'/>" for n in range(len(tables)))
        file.writestr(
            "xl/workbook.xml", f"<{p}workbook {space} xmlns:r='urn:r'><{p}sheets>{names}</{p}sheets></{p}workbook>"
        )
        links = "".join(f"<Relationship Id='r{n}' Target='worksheets/sheet{n}.xml'/>" for n in range(len(tables)))
        file.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        for number, rows in enumerate(tables):
            lines = []
            for r, row in enumerate(rows, 1):
                cells = []
                for c, text in enumerate(row):
                    at = f"r='{chr(65 + c)}{r}'"
                    if text.isdecimal():
                        cells.append(f"<{p}c {at}><{p}v>{text}</{p}v></{p}c>")
                    elif text and shared:
                        cells.append(f"<{p}c {at} t='s'><{p}v>{texts.setdefault(text, len(texts))}</{p}v></{p}c>")
                    elif text:
                        cells.append(f"<{p}c {at} t='inlineStr'><{p}is><{p}t>{escape(text)}</{p}t></{p}is></{p}c>")
                lines.append(f"<{p}row r='{r}'>{''.join(cells)}</{p}row>")
            file.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f"<{p}worksheet {space}><{p}sheetData>{''.join(lines)}</{p}sheetData></{p}worksheet>",
            )
        runs = "".join(
            f"<{p}si><{p}r><{p}t>{escape(t[:1])}</{p}t></{p}r><{p}r><{p}t>{escape(t[1:])}</{p}t></{p}r></{p}si>"
            for t in texts
        )
        file.writestr("xl/sharedStrings.xml", f"<{p}sst {space}>{runs}</{p}sst>")
    return place.getvalue()


COVER = (("检验接口说明",), ("版本", "2"))
WRITTEN = {
    "utf8.csv": csv().encode(),
    "excel.csv": csv().encode("gb18030"),
    "bom.csv": csv().encode("utf-8-sig"),
    "shared.xlsx": workbook(COVER, ROWS),
    "inline.xlsx": workbook(ROWS, shared=False),
    "prefixed.xlsx": workbook(ROWS, prefix="x"),
}


def found(document: InterfaceDocument, sent: str, answered: str = TAKEN) -> list[list[tuple[str, Breach]] | None]:
    exchange = Exchange(
        message="order_oml", sends="hl7", content="hl7", charset="UTF-8", sent=sent.encode(), body=answered.encode()
    )
    both = document.request(exchange), document.reply(exchange)
    return [None if one is None else [(d.path, d.breach) for d in one] for one in both]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_table_says_the_same_however_it_is_written(name: str) -> None:
    document = read_document(name, WRITTEN[name])
    assert found(document, ORDER) == [[], []]
    wrong = ORDER.replace("|P1|", "||").replace("|M\r", "|X\r")
    assert found(document, wrong, TAKEN.replace("AA", "OK")) == [
        [("PID.3.1", Breach.MISSING), ("PID.8", Breach.CODE)],
        [("MSA.1", Breach.CODE)],
    ]


def test_a_line_holds_for_the_messages_that_it_names() -> None:
    document = read_document("a.csv", csv().encode())
    assert found(document, ORDER.replace("PID|", "ZPI|"))[0] == [("PID", Breach.MISSING), *[
        (f"ZPI.{n}", Breach.UNDECLARED) for n in (3, 7, 8)
    ]]  # fmt: skip
    assert found(document, ORDER.replace("OML^O21^OML_O21", "ADT^A01"))[0] is None
    assert found(document, "not hl7")[0] == [("!", Breach.UNREADABLE)]


def test_lines_that_name_no_message_hold_for_all() -> None:
    document = read_document("a.csv", csv([row[:5] for row in ROWS]).encode())
    assert found(document, ORDER, TAKEN) == [
        [("MSA.1", Breach.MISSING), ("MSA.2", Breach.MISSING)],
        [("PID", Breach.MISSING)],
    ]


def test_a_message_that_is_not_hl7_is_named_as_the_pack_names_it() -> None:
    table = "字段,类型,必填,报文\n$.id,text,是,save/request\n$.code,integer,是,save/reply\n"
    document = read_document("a.csv", table.encode())
    exchange = Exchange(
        message="save", sends="json", content="json", charset="UTF-8", address="POST /save",
        sent=b'{"id": "1"}', status="200", body=b'{"code": "0"}',
    )  # fmt: skip
    assert document.request(exchange) == ()
    answer = document.reply(exchange)
    assert answer is not None
    assert [(d.path, d.breach) for d in answer] == []  # "0" spells an integer


def test_many_items_of_a_list_are_told_apart() -> None:
    table = "字段,类型,必填\nMSH,any,\nOBX,,\nOBX.1,SI,是\nOBX.3,ST,是\n"
    lines = [f"OBX|{n}||{'' if n == 10 else 'GLU'}" for n in range(1, 12)]
    document = read_document("a.csv", table.encode())
    assert found(document, ORDER.split("PID")[0] + "\r".join(lines))[0] == [("OBX[10].3", Breach.MISSING)]


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.csv", "类型\nST\n".encode(), "第 1 行没有“字段”列"),
        ("a.csv", b"\xff\xfe\x00\xff", "既不是 UTF-8 也不是 GB18030"),
        ("a.xlsx", b"PK\x03\x04", "不是完好的 .xlsx 工作簿"),
        ("a.xlsx", workbook(COVER), "没有一张工作表的第一行有“字段”列"),
        ("a.xlsx", workbook((("字段", "类型"), ("PID.1", "XYZ"))), "第 2 行：不认识类型“XYZ”"),
    ],
)
def test_a_file_that_is_no_table_says_why(name: str, body: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said) as told:
        read_document(name, body)
    assert name in told.value.message


def test_a_workbook_may_not_bring_entities_or_endless_parts() -> None:
    for text, said in (("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DOCTYPE"), (" " * (17 << 20), "超过 16 MB")):
        place = io.BytesIO()
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("xl/workbook.xml", text)
        with pytest.raises(BadInput, match=said):
            sheets(place.getvalue())


GOOD = workbook(ROWS)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), by=st.binary(min_size=1, max_size=4))
def test_a_damaged_workbook_is_read_or_refused(at: int, by: bytes) -> None:
    try:
        sheets(GOOD[:at] + by + GOOD[at + len(by) :])
    except BadInput as told:
        assert told.hint
