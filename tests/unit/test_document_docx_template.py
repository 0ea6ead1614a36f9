"""A hospital's template: what is kept of it, what is filled in, what is refused."""

from __future__ import annotations

import dataclasses
import io
import itertools
import zipfile
from collections.abc import Sequence

import docx
import pytest
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import BadInput
from reports import text as safe
from reports.document import docx as writer
from reports.document.docx_xml import BLANK
from reports.document.model import Cell, Chapter, Column, Document, Paragraph, Table
from reports.words import Words
from tests.unit import documents

ZH = Words("zh")


def tiny(*blocks: Paragraph | Table) -> Document:
    return dataclasses.replace(documents.document(), chapters=(Chapter(id="one", title="一", blocks=blocks),))


def template(named: bool = True, placed: bool = True, numbered: bool = False) -> WordDocument:
    """A letterhead, a cover with placeholders that Word has split, headings of its own, a header."""
    word = docx.Document()
    section = word.sections[0]
    section.left_margin, section.page_width, section.page_height = Pt(100), Cm(21), Cm(29.7)
    word.styles["Heading 1"].font.size = Pt(31)
    if numbered:
        word.styles["Heading 1"].element.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = 1
    header = word.sections[0].header.paragraphs[0]
    for piece in ("某某医院 {", "{ 报告", "编号", " }} 号"):
        header.add_run(piece)
    word.add_paragraph("院徽")
    if named:
        cell = word.add_table(1, 1).cell(0, 0).paragraphs[0]
        for piece in ("委托：{{委托单位}}；系统：{{被测", "系统}}。"):
            cell.add_run(piece)
    if placed:
        word.add_paragraph("{{正").add_run("文}}")
        word.add_paragraph("尾页")
    return word


def saved(word: WordDocument) -> bytes:
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def filled(word: WordDocument, document: Document | None = None) -> WordDocument:
    return docx.Document(io.BytesIO(writer.write(document or documents.document(), ZH, saved(word))))


def test_a_template_keeps_its_pages_header_and_styles() -> None:
    made = filled(template())
    assert made.sections[0].left_margin == Pt(100)
    assert made.sections[0].header.paragraphs[0].text == "某某医院 XH-2026-0001 号"
    assert made.styles["Heading 1"].font.size == Pt(31)
    assert made.styles["Xinheng Cell"] is not None
    assert (
        made.tables[0].cell(0, 0).text
        == f"委托：{BLANK}；系统：{safe.one_line('门诊收费系统 V3.2 ' + documents.CONTROL)}。"
    )
    said = [p.text for p in made.paragraphs]
    assert (said[0], *said[-2:]) == ("院徽", "以下空白", "尾页")
    assert "{{正文}}" not in said
    assert [s.orientation for s in made.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    ids = [style.style_id for style in made.styles]
    assert len(ids) == len(set(ids))


def test_a_template_with_a_cover_gets_none_of_ours() -> None:
    assert not [p for p in filled(template(named=True)).paragraphs if p.style and p.style.name == "Title"]
    ours = [p.text for p in filled(template(named=False)).paragraphs if p.style and p.style.name == "Title"]
    assert ours == ["信创改造评估验证报告"]


def test_a_template_that_goes_on_goes_on_upright() -> None:
    wide = Table(caption="宽", columns=(Column("a"),), rows=((Cell("b"),),), wide=True)
    made = filled(template(), tiny(wide))
    assert [s.orientation for s in made.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]


def test_without_a_place_our_text_goes_to_the_end() -> None:
    made = [p.text for p in filled(template(placed=False)).paragraphs]
    assert (made[0], made[-1]) == ("院徽", "以下空白")


def test_headings_that_the_template_numbers_keep_its_numbers() -> None:
    made = filled(template(numbered=True))
    assert made.styles["Heading 1"].element.pPr.numPr.numId.val == 1
    assert made.styles["Heading 2"].element.pPr.numPr is None
    first = next(p for p in made.element.body.iter(qn("w:p")) if p.find(f".//{qn('w:instrText')}") is not None)
    told = "".join(text.text for text in first.iter(qn("w:t")))
    assert told == "概要与结论", "a number that may not be Word's is not written into the contents"


def test_a_section_that_ends_with_the_place_survives() -> None:
    word = template()
    place = next(p for p in word.paragraphs if p.text == "{{正文}}")
    section = word.add_section()
    ending = next(p for p in word.paragraphs if p._p.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None)
    place._p.get_or_add_pPr().append(ending._p.pPr.sectPr)
    section.left_margin = Pt(30)
    made = filled(word)
    assert [s.left_margin for s in made.sections] == [Pt(100), Pt(100), Pt(100), Pt(30)]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=6))
def test_a_placeholder_may_be_split_anywhere(cuts: Sequence[int]) -> None:
    whole = "甲{{密级}}乙{{报告编号}}丙"
    bounds = [0, *sorted({cut for cut in cuts if cut < len(whole)}), len(whole)]
    word = docx.Document()
    paragraph = word.add_paragraph()
    for start, end in itertools.pairwise(bounds):
        paragraph.add_run(whole[start:end])
    made = filled(word, tiny(Paragraph(text="正")))
    assert made.paragraphs[0].text == "甲内部乙XH-2026-0001丙"


def without_settings(whole: bytes) -> bytes:
    """Something else where the settings should be."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as given_zip, zipfile.ZipFile(out, "w") as made:
        for name in given_zip.namelist():
            made.writestr(name, b"<a/>" if name == "word/settings.xml" else given_zip.read(name))
    return out.getvalue()


def broken() -> list[bytes]:
    whole = saved(template())
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as container:
        container.writestr("a.txt", "a")
    flipped = whole[:600] + bytes(b ^ 255 for b in whole[600:620]) + whole[620:]
    return [b"", b"PK", b"{\\rtf1}", whole[: len(whole) // 2], flipped, other.getvalue(), without_settings(whole)]


@pytest.mark.parametrize("given_bytes", broken())
def test_what_is_no_docx_is_refused_in_one_sentence(given_bytes: bytes) -> None:
    with pytest.raises(BadInput, match="DOCX") as refused:
        writer.write(documents.document(), ZH, given_bytes)
    assert "另存为" in refused.value.hint


def test_a_placeholder_that_nobody_knows_is_named_with_those_that_exist() -> None:
    word = template()
    word.add_paragraph("{{报告编码}}")
    with pytest.raises(BadInput, match="报告编码") as refused:
        filled(word)
    assert "{{报告编号}}" in refused.value.hint


@pytest.mark.parametrize("where", ["table", "twice", "beside"])
def test_a_place_that_cannot_take_chapters_is_refused(where: str) -> None:
    word = docx.Document()
    if where == "table":
        word.add_table(1, 1).cell(0, 0).text = "{{正文}}"
    else:
        word.add_paragraph("{{正文}}" if where == "twice" else "见 {{content}}")
        word.add_paragraph("{{正文}}" if where == "twice" else "")
    with pytest.raises(BadInput, match="占位符"):
        filled(word)
