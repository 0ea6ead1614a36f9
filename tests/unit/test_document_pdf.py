"""The PDF: every text on paper, nothing cut off, fonts inside, bookmarks, and the same bytes every time."""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import re

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Fault
from reports.document import pdf
from reports.document.face import ems
from reports.document.model import Align, Block, Cell, Chapter, Column, Document, Paragraph, Table
from reports.document.typst_data import fit, payload
from reports.svg import drawable
from reports.words import Words
from tests.unit import documents

EDGE = 10.0  # points of a page's rim that stay white


@functools.cache
def opened(lang: str = "zh", number: str = "XH-2026-0001") -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf.write(documents.document(lang, number), Words(lang)))


def with_blocks(*blocks: Block) -> Document:
    return dataclasses.replace(documents.document(), chapters=(Chapter(id="only", title="唯一一章", blocks=blocks),))


def pages(document: Document) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf.write(document, Words("zh")))


def text_of(found: pypdfium2.PdfDocument) -> str:
    """Everything as one line: where a line breaks is the page's matter."""
    whole = "".join(page.get_textpage().get_text_range() for page in found)
    return "".join(whole.replace("\ufffe", "-").split())


def squeezed(text: str) -> str:
    return "".join(drawable(text).split())


def test_two_runs_give_the_same_bytes() -> None:
    first, second = (pdf.write(documents.document(), Words("zh")) for _ in range(2))
    assert first == second
    assert b"/CreationDate" not in first


def test_every_text_of_the_document_is_on_paper() -> None:
    found = text_of(opened())
    for wanted in (
        "信创改造评估验证报告", "方案要求的12项条款中，10项符合。", "TC-0300", "表2", "图2", "以下空白", "被测方确认",
        documents.UNBROKEN, squeezed(documents.MARKUP), squeezed(documents.SCRIPT), squeezed(documents.SQL),
    ):  # fmt: skip
        assert squeezed(wanted) in found


def test_hidden_and_missing_characters_are_seen() -> None:
    found = text_of(opened())
    assert "零‹U+0000›字节‹U+001B›[31m红‹U+0007›" in found
    assert "‹U+202E›txt.exe" in found
    assert "患者〓田〓" in found
    assert "\u200b" not in found, "what lets a long word break is not copied"


def test_fonts_are_inside_and_are_ours() -> None:
    fonts: dict[str, bool] = {}
    for page in opened():
        for thing in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT,)):
            font = pdfium.FPDFTextObj_GetFont(thing.raw)
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, name, 200)
            fonts[name.value.decode()] = bool(pdfium.FPDFFont_GetIsEmbedded(font))
    assert fonts
    assert all(fonts.values())
    assert all("WenQuanYiMicroHei" in name for name in fonts), fonts


def test_nothing_reaches_the_rim_of_a_page() -> None:
    for number, page in enumerate(opened()):
        width, height = page.get_size()
        text = page.get_textpage()
        boxes = [text.get_charbox(at) for at in range(text.count_chars())]
        outside = [b for b in boxes if min(b[0], b[1]) < EDGE or b[2] > width - EDGE or b[3] > height - EDGE]
        assert [b for b in outside if any(b)] == [], number


def test_letters_of_a_narrow_column_stay_in_it() -> None:
    columns = (Column("值", 1.0), Column("说明", 9.0), Column("W" * 40, 1.0, Align.RIGHT))
    row = (Cell("W" * 60), Cell("短"), Cell("WM" * 30, code=True))
    page = pages(with_blocks(Table(caption="窄", columns=columns, rows=(row,))))[2]
    text = page.get_textpage()
    letters = [(text.get_text_range(at, 1), text.get_charbox(at)) for at in range(text.count_chars())]
    left, right = 22 / 25.4 * 72, (210 - 22) / 25.4 * 72
    column = (right - left) / 11
    edges = [(box[0], box[2]) for letter, box in letters if letter in "WM"]
    assert len(edges) == 160
    assert all(b <= left + column or a >= right - column for a, b in edges)
    assert min(a for a, _ in edges) >= left
    assert max(b for _, b in edges) <= right


def test_wide_tables_lie_on_their_side_with_their_heading() -> None:
    flipped = [page for page in opened() if page.get_width() > page.get_height()]
    assert len(flipped) == 1
    text = "".join(flipped[0].get_textpage().get_text_range().split())
    assert "2.2逐项对照" in text
    assert "第13列指标" in text


def test_heads_of_tables_are_repeated() -> None:
    with_rows = [t for page in opened() if "TC-0" in (t := page.get_textpage().get_text_range())]
    assert len(with_rows) > 5
    assert all("应答原文" in text for text in with_rows)


def test_bookmarks_contents_and_page_numbers() -> None:
    found = opened()
    marks = [(mark.level, mark.get_title().replace("\u3000", " ")) for mark in found.get_toc()]
    assert marks[:3] == [(0, "目录"), (0, "1 概要与结论"), (1, "1.1 条目")]
    assert (0, "4 签字页") in marks
    contents = found[1].get_textpage().get_text_range()
    assert "签字页" in contents
    assert contents.splitlines()[-1].strip() == f"第 2 页 共 {len(found)} 页"
    assert "第 1 页" not in found[0].get_textpage().get_text_range()


def test_metadata_and_tags() -> None:
    made = pdf.write(documents.document(), Words("zh"))
    assert opened().get_metadata_dict()["Title"] == "信创改造评估验证报告"
    assert b"/Lang(zh" in made
    assert b"/StructTreeRoot" in made
    assert b"./result.json#TC" in made
    assert b"/Alt" in made


def test_a_missing_number_is_a_blank_and_the_header_says_what_it_is() -> None:
    found = opened(number="")
    assert "报告编号" in found[4].get_textpage().get_text_range()
    assert "XH-2026" not in text_of(found)


def test_english() -> None:
    found = opened("en")
    assert f"Page 3 of {len(found)}" in found[2].get_textpage().get_text_range()
    assert "Table1" in text_of(found)


def test_a_row_taller_than_a_page_is_whole() -> None:
    cell = Cell("\n".join(f"行{n}号" for n in range(200)), code=True)
    found = pages(with_blocks(Table(caption="高", columns=(Column("a"), Column("b")), rows=((cell, cell),) * 2)))
    text = text_of(found)
    assert [n for n in range(200) if text.count(f"行{n}号") != 4] == []


def test_links_lead_somewhere_or_are_plain() -> None:
    table = Table(caption="同名", columns=(Column("a"),), rows=((Cell("x", link="#only"),),), anchor="same")
    links = ("#same", "#nowhere", "javascript:alert(1)", "//host/x", "/etc/passwd", "../a b/中.csv#x", 'x"> y', "#")
    document = with_blocks(table, table, *(Paragraph(text=link, link=link) for link in links))
    made = payload(document, Words("zh"))["stretches"][0]["blocks"]
    assert [b["link"] for b in made if b["kind"] == "paragraph"] == [
        "#same", "", "", "", "", "../a%20b/%E4%B8%AD.csv#x", "x%22%3E%20y", "",
    ]  # fmt: skip
    assert [b["anchor"] for b in made if b["kind"] == "table"] == ["same", ""]
    assert len(pages(document)) >= 3


def test_a_picture_that_is_none_is_a_clear_fault() -> None:
    with pytest.raises(Fault, match="未能排版为 PDF") as raised:
        pdf.write(with_blocks(dataclasses.replace(documents.figure(), svg="<svg><unclosed")), Words("zh"))
    assert raised.value.hint


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200), st.integers(1, 30))
def test_any_text_is_drawn_and_loses_nothing_but_its_breaks(text: str, across: int) -> None:
    drawn = fit(text, across)
    assert all(drawable(line) == line for line in drawn.replace("\u200b", "").split("\n"))
    assert all(sum(map(ems, word)) <= across for word in re.findall("[!-~]{2,}", drawn))
    assert drawn.replace("\u200b", "") == fit(text, 10**6)


def test_a_word_is_broken_only_where_it_does_not_fit() -> None:
    width = sum(map(ems, "TC-0001"))
    assert fit("TC-0001", width + 0.01) == "TC-0001"
    assert "\u200b" in fit("TC-0001", width - 0.01)
    assert fit("门诊收费系统迁移前后比对", 3) == "门诊收费系统迁移前后比对", "Chinese breaks anywhere by itself"


def test_a_word_of_thousands_of_letters_in_a_narrow_column() -> None:
    columns = (Column("a" * 900, 0.0), Column("b", 9.0))
    found = pages(with_blocks(Table(caption="长词", columns=columns, rows=((Cell("x" * 3000), Cell("短")),))))
    text = text_of(found)
    assert text.count("x") == 3000
    assert "短" in text
