"""The DOCX, read back with python-docx and as XML: structure, safety, numbers, sections, a hospital's template."""

from __future__ import annotations

import dataclasses
import functools
import io
import time
import zipfile
from collections import Counter

import docx
import pytest
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reports import text as safe
from reports.document import docx as writer
from reports.document.docx_xml import BLANK
from reports.document.model import Cell, Chapter, Column, Document, Fields, Heading, Paragraph, Table
from reports.words import Words
from tests.unit import documents

ZH = Words("zh")


@functools.cache
def written() -> bytes:
    return writer.write(documents.document(), ZH)


def opened(made: bytes) -> WordDocument:
    return docx.Document(io.BytesIO(made))


def part(made: bytes, name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(made)) as container:
        return etree.fromstring(container.read(name))


def body(made: bytes) -> etree._Element:
    return part(made, "word/document.xml")


def texts(element: etree._Element) -> str:
    return "".join(t.text or "" for t in element.iter(qn("w:t")))


def style_of(paragraph: etree._Element) -> str | None:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return None if style is None else style.get(qn("w:val"))


def tiny(*chapters: Chapter, cover: Fields | None = None) -> Document:
    sample = documents.document()
    return dataclasses.replace(sample, chapters=chapters, cover=cover or sample.cover)


def chapter(*blocks: Paragraph | Table | Heading) -> Chapter:
    return Chapter(id="one", title="一", blocks=blocks)


def test_the_same_document_gives_the_same_bytes() -> None:
    assert writer.write(documents.document(), ZH) == written()
    with zipfile.ZipFile(io.BytesIO(written())) as container:
        assert {entry.date_time for entry in container.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_headings_are_real_and_numbered_by_word() -> None:
    word = opened(written())
    headings = [(p.style.name, p.text) for p in word.paragraphs if p.style and p.style.name.startswith("Heading")]
    expected = []
    for one in documents.chapters():
        expected.append(("Heading 1", safe.one_line(one.title)))
        inner = [block for block in one.blocks if isinstance(block, Heading)]
        expected += [(f"Heading {block.level}", safe.one_line(block.text)) for block in inner]
    assert headings == expected
    for level in (1, 2, 3):
        style = word.styles[f"Heading {level}"].element
        assert style.pPr.numPr.ilvl.val == level - 1
        assert style.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) == str(level - 1)
    numbering = word.part.numbering_part.element
    linked = [style.get(qn("w:val")) for style in numbering.iter(qn("w:pStyle"))]
    assert linked == [word.styles[f"Heading {level}"].style_id for level in (1, 2, 3)]


def test_every_text_is_there_and_nothing_hidden_is_left() -> None:
    shown = texts(body(written()))
    for text in (*documents.HOSTILE, documents.MARKUP, documents.FORMULA, documents.UNBROKEN):
        assert safe.one_line(text) in shown
    for line in documents.SQL.replace("\t", "\n").split("\n"):
        assert line in shown
    assert shown.endswith("以下空白")
    with zipfile.ZipFile(io.BytesIO(written())) as container:
        for name in container.namelist():
            if name.endswith((".xml", ".rels")):
                read = container.read(name).decode()
                assert "\u202e" not in read
                etree.fromstring(read.encode())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec=None, exclude_categories=())), min_size=1, max_size=4))
def test_any_text_survives_as_text(given_texts: list[str]) -> None:
    row = tuple(Cell(text) for text in given_texts)
    columns = tuple(Column(text) for text in given_texts)
    table = Table(caption=given_texts[0], columns=columns, rows=(row,), anchor=given_texts[0])
    made = opened(writer.write(tiny(chapter(Paragraph(text=given_texts[0]), table)), ZH))
    cells = made.tables[-1].rows[1].cells
    assert [cell.text for cell in cells] == [safe.one_line(text) for text in given_texts]


def test_long_tables_repeat_their_head_and_keep_rows_whole() -> None:
    table = opened(written()).tables[3]
    rows = table._tbl.tr_lst
    assert len(rows) == documents.ROWS + 1
    assert [i for i, row in enumerate(rows) if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None] == [0]
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
    widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
    assert widths == [int(9298 * share / 7.8) for share in (0.8, 3.0, 1.0, 1.0, 2.0)]


def test_a_row_that_may_be_higher_than_a_page_may_break() -> None:
    table = Table(caption="长", columns=(Column("a"),), rows=((Cell("字" * 1501),), (Cell("字" * 1500),)))
    made = opened(writer.write(tiny(chapter(table)), ZH)).tables[-1]._tbl
    assert [row.find(f".//{qn('w:cantSplit')}") is not None for row in made.tr_lst] == [True, False, True]


def test_wide_tables_stand_on_turned_pages_with_their_heading() -> None:
    word = opened(written())
    assert [s.orientation for s in word.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    assert [s.different_first_page_header_footer for s in word.sections] == [True, False, False]
    where, met = 0, {}
    for element in word.element.body:
        met[texts(element)] = where
        if element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            where += 1
    assert met["逐项对照"] == 1
    assert met["表 2  两侧参数逐项对照"] == 1
    assert met["注：共 300 例。"] == 0
    assert met["横排表之后的正文。"] == 2
    wide = word.tables[4]._tbl
    assert 13_000 < sum(int(column.get(qn("w:w"))) for column in wide.tblGrid) <= 14_230


def test_a_document_that_ends_turned_leaves_no_empty_page() -> None:
    wide = Table(caption="宽", columns=(Column("a"),), rows=((Cell("b"),),), wide=True)
    alone = opened(writer.write(tiny(chapter(Paragraph(text="前"), wide)), ZH))
    assert [s.orientation for s in alone.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    assert alone.paragraphs[-1].text == "以下空白"


def test_what_is_signed_stands_on_a_page_of_its_own() -> None:
    breaking = [p.text for p in opened(written()).paragraphs if p.paragraph_format.page_break_before]
    assert breaking == ["概要与结论", "签字页"]


def test_fields_are_whole_and_updated_when_opened() -> None:
    whole = body(written())
    kinds = Counter(mark.get(qn("w:fldCharType")) for mark in whole.iter(qn("w:fldChar")))
    assert kinds["begin"] == kinds["separate"] == kinds["end"] > 0
    instructions = [i.text.strip() for i in whole.iter(qn("w:instrText"))]
    assert instructions == [
        'TOC \\o "1-2" \\h \\z \\u', *["SEQ 表 \\* ARABIC"] * 2, *["SEQ 图 \\* ARABIC"] * 2, "SEQ 表 \\* ARABIC",
    ]  # fmt: skip
    footer = part(written(), "word/footer.xml")
    assert [i.text.strip() for i in footer.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]
    assert texts(footer) == "第 1 页　共 1 页"
    assert part(written(), "word/settings.xml").find(qn("w:updateFields")).get(qn("w:val")) == "true"


def test_contents_are_filled_in_and_lead_to_their_headings() -> None:
    whole = body(written())
    lines = [p for p in whole.iter(qn("w:p")) if style_of(p) in ("Toc1", "Toc2")]
    assert texts(lines[0]) == "1 概要与结论"
    assert [texts(line) for line in lines[1:4]] == ["1.1 条目", "2 分项结果", "2.1 全部用例"]
    marks = [mark.get(qn("w:name")) for mark in whole.iter(qn("w:bookmarkStart"))]
    assert len(marks) == len(set(marks))
    assert max(map(len, marks)) <= 40
    inner = {a.get(qn("w:anchor")) for a in whole.iter(qn("w:hyperlink")) if not a.get(qn("r:id"))}
    assert inner <= set(marks)
    assert len([name for name in inner if name.startswith("_Toc")]) == 7


def test_links_lead_to_files_beside_the_document_or_nowhere() -> None:
    links = [
        "./用例/a b.json#行 1",
        "javascript:alert(1)",
        "https://x.example",
        "/etc/passwd",
        "#one",
        "#none",
        "./a.csv",
    ]
    made = writer.write(tiny(chapter(*(Paragraph(text=f"链 {link}", link=link) for link in links))), ZH)
    targets = {r.get("Target") for r in part(made, "word/_rels/document.xml.rels") if r.get("TargetMode") == "External"}
    assert targets == {"./%E7%94%A8%E4%BE%8B/a%20b.json", "./a.csv"}
    linked = {texts(link) for link in body(made).iter(qn("w:hyperlink")) if not texts(link).startswith("1 ")}
    assert linked == {f"链 {link}" for link in (links[0], links[4], links[6])}


def test_tones_are_told_by_a_sign_too() -> None:
    cells = [row.cells[3].text for row in opened(written()).tables[3].rows[1:5]]
    assert cells == ["✗ 不符合", "? 无法判定", "– 未测", "✓ 符合"]
    notices = [p for p in opened(written()).paragraphs if p.text.startswith("提示", 2)]
    told = [(p.text[0], p.style.name) for p in notices if p.style]
    assert told == [("✓", "Xinheng Good"), ("✗", "Xinheng Bad"), ("?", "Xinheng Open"), ("–", "Xinheng Void")]


def test_pictures_are_the_given_ones_and_say_what_they_show() -> None:
    word = opened(written())
    first, second = word.inline_shapes
    described = first._inline.docPr.get("descr")
    assert described == f"柱与线 {documents.SCRIPT}"
    assert first._inline.docPr.id != second._inline.docPr.id
    assert abs(second.width / first.width - 0.5) < 0.001
    assert first.width == pytest.approx(Cm(16.4), rel=0.01)
    assert abs(first.width / first.height - 2.5) < 0.001
    with zipfile.ZipFile(io.BytesIO(written())) as container:
        assert [container.read(n) for n in container.namelist() if "media" in n] == [documents.png()]


def test_blanks_look_like_blanks() -> None:
    sample = dataclasses.replace(documents.document(number=""), classification="")
    sample = dataclasses.replace(sample, cover=Fields(rows=(("委托单位", ""),)))
    made = writer.write(sample, ZH)
    assert f"报告编号：{BLANK}" in texts(part(made, "word/header.xml"))
    front = opened(made).tables[0]
    assert [cell.text for cell in front.rows[0].cells] == [f"报告编号：{BLANK}", f"密级：{BLANK}"]
    value = opened(made).tables[1].rows[0].cells[1]
    assert value.text == ""
    assert value._tc.find(f".//{qn('w:tcBorders')}/{qn('w:bottom')}").get(qn("w:val")) == "single"


def test_properties_invent_neither_author_nor_moment() -> None:
    core = part(written(), "docProps/core.xml")
    said = {etree.QName(child).localname: child.text for child in core if child.text}
    assert said.pop("title") == "信创改造评估验证报告"
    assert said.pop("subject") == f"门诊收费系统 {documents.SCRIPT}"
    assert said.pop("identifier") == "XH-2026-0001"
    assert set(said) <= {"revision"}


def test_fonts_are_named_for_chinese_text() -> None:
    word = opened(written())
    fonts = word.styles["Heading 1"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "黑体"
    defaults = word.styles.element.find(f"{qn('w:docDefaults')}//{qn('w:rFonts')}")
    assert defaults.get(qn("w:eastAsia")) == "宋体"
    other = {f.get(qn("w:name")): f.find(qn("w:altName")) for f in part(written(), "word/fontTable.xml")}
    assert other["宋体"].get(qn("w:val")).startswith("SimSun")


def test_numbered_lists_begin_anew() -> None:
    paragraphs = [p for p in opened(written()).paragraphs if p.style and p.style.name == "List Number"]
    numbers = [p._p.pPr.numPr.numId.val for p in paragraphs]
    assert len(numbers) == 5
    assert len(set(numbers[:3])) == len(set(numbers[3:])) == 1
    assert numbers[0] != numbers[3]


def test_twenty_tables_of_five_hundred_rows_take_seconds() -> None:
    chapters = [Chapter(id=f"c{n}", title="章", blocks=(documents.long_table(500, anchor=f"t{n}"),)) for n in range(20)]
    before = time.process_time()
    made = writer.write(tiny(*chapters), ZH)
    assert time.process_time() - before < 5
    assert sum(1 for _ in body(made).iter(qn("w:tblHeader"))) == 20
