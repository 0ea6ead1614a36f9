"""The workbook, read back with openpyxl: what a reader finds, and that nothing in it acts."""

from __future__ import annotations

import functools
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import Cell as Read
from openpyxl.worksheet.worksheet import Worksheet

from reports import text as safe
from reports.document import xlsx as writer
from reports.document.model import Align, Cell, Column, Sheet, Table, Workbook
from reports.words import Words
from tests.unit import documents

ZH = Words("zh")


@functools.cache
def written() -> bytes:
    return writer.write(documents.workbook(), ZH)


def opened(made: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(made))


def one(*texts: str, align: Align = Align.LEFT, code: bool = False, link: str = "") -> bytes:
    """A sheet of one column; its head stands in row 3, below the title and a blank line."""
    rows = tuple((Cell(text, code=code, link=link),) for text in texts)
    table = Table(caption="表", columns=(Column("列", align=align),), rows=rows)
    return writer.write(Workbook(id="w", title="簿", sheets=(Sheet(title="表", table=table),), lang="zh"), ZH)


def column(made: bytes) -> list[Read]:
    return [row[0] for row in opened(made).worksheets[0].iter_rows(min_row=4)]


def sheet(place: int) -> Worksheet:
    return opened(written()).worksheets[place]


def test_the_same_workbook_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert writer.write(documents.workbook(), ZH) == written()
    with zipfile.ZipFile(io.BytesIO(written())) as container:
        assert {entry.date_time for entry in container.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = container.read("docProps/core.xml").decode()
    assert "dcterms:created" not in core
    assert "测试台账" in core


def test_sheets_have_names_that_excel_admits() -> None:
    names = opened(written()).sheetnames
    assert names == ["用例", "危险_内容______很长的名称很长的名称很长的名称很长的名称", "用例 (2)", "History (2)"]
    assert max(map(len, names)) <= 31


def test_title_and_notes_stand_above_a_head_that_stays_and_filters() -> None:
    page = sheet(0)
    assert [page.cell(row, 1).value for row in range(1, 5)] == [
        "用例", "用例与结果", "每行一个用例。", f"说明 {documents.SCRIPT}",
    ]  # fmt: skip
    assert [cell.value for cell in page[6]] == ["编号", "用例", "P95（ms）", "判定", "应答原文"]
    assert page.freeze_panes == "B7"
    assert page.auto_filter.ref == f"A6:E{6 + documents.ROWS}"
    assert page.print_title_rows == "$6:$6"
    assert page.page_setup.orientation == "landscape"
    assert (page.page_setup.paperSize, page.page_setup.fitToHeight) == (9, 0), "as many pages down as it takes"
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.oddFooter.center.text == "第 &P 页　共 &N 页"
    assert page.max_row == 6 + documents.ROWS


def test_widths_follow_shares_and_rows_are_high_enough() -> None:
    page = sheet(0)
    assert page.column_dimensions["B"].width > 3 * page.column_dimensions["A"].width
    assert page["B7"].alignment.wrap_text
    assert page.row_dimensions[7].height >= 2 * 13, "two lines of raw text"


def test_nothing_becomes_a_formula() -> None:
    for page in opened(written()).worksheets:
        assert not [cell.coordinate for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    cells = {cell.value: cell for row in sheet(1).iter_rows(min_row=5) for cell in row}
    for text in (documents.FORMULA, "+1+1", "-2+3", "@SUM(A1)"):
        assert cells[text].quotePrefix, "stays text when it is edited"
    with zipfile.ZipFile(io.BytesIO(written())) as container:
        pages = [container.read(name) for name in container.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not [page for page in pages if b"<f>" in page]


def test_tones_are_told_by_sign_and_tint() -> None:
    cells = [sheet(0).cell(row, 4) for row in range(7, 11)]
    assert [cell.value for cell in cells] == ["✗ 不符合", "? 无法判定", "– 未测", "✓ 符合"]
    assert len({cell.fill.fgColor.rgb for cell in cells}) == 4


def test_hidden_characters_are_named() -> None:
    values = [sheet(1).cell(row, 1).value for row in range(5, 10)]
    assert values == [safe.one_line(text) for text in documents.HOSTILE]


def test_links_lead_to_files_on_every_system() -> None:
    cell = sheet(0)["A7"]
    assert (cell.hyperlink.target, cell.hyperlink.location) == ("result.json", "TC")
    cells = column(one("甲", "乙", link="./用例/a b.csv"))
    assert {cell.hyperlink.target for cell in cells} == {"%E7%94%A8%E4%BE%8B/a%20b.csv"}
    for link in ("javascript:alert(1)", "https://x.example", "#inside"):
        assert column(one("甲", link=link))[0].hyperlink is None


def test_no_more_links_than_excel_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_MOST_LINKS", 2)
    assert [bool(cell.hyperlink) for cell in column(one("甲", "乙", "丙", link="./a.csv"))] == [True, True, False]


@pytest.mark.parametrize("text", ["x" * 32_767, "x" * 32_768, "𠮷" * 20_000, "ab𠮷" * 12_000])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(text: str) -> None:
    value = str(column(one(text))[0].value)
    assert len(value.encode("utf-16-le")) // 2 <= 32_767
    if len(text) == 32_767:
        assert value == text
    else:
        kept, _, note = value.partition("…")
        assert f"{len(text):,}" in note
        assert text.startswith(kept)
        assert len(kept.encode("utf-16-le")) // 2 > 32_700


def test_text_that_looks_like_an_escape_is_no_escape() -> None:
    with zipfile.ZipFile(io.BytesIO(one("_x0041_"))) as container:
        assert b"_x005F_x0041_" in container.read("xl/worksheets/sheet1.xml")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=40), min_size=1, max_size=8))
def test_any_text_survives_as_text(texts: list[str]) -> None:
    made = [cell.value or "" for cell in column(one(*texts))]
    escape = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
    assert [escape.sub("_", str(value).replace("_x005F_", "_")) for value in made] == [
        safe.one_line(text).replace("_x005F_", "_") for text in texts
    ]


FIGURES = st.from_regex(r"\A-?[0-9]{1,17}(\.[0-9]{0,4})?\Z") | st.integers().map("{:,}".format) | st.text(max_size=5)


@settings(max_examples=60, deadline=None)
@given(FIGURES)
def test_figures_are_numbers_only_where_they_look_the_same(text: str) -> None:
    cell = column(one(text, align=Align.RIGHT))[0]
    if cell.data_type == "n" and cell.value is not None:
        comma = "," if cell.number_format.startswith("#,") else ""
        places = len(cell.number_format.partition(".")[2])
        assert format(Decimal(str(cell.value)), f"{comma}.{places}f") == text
    elif re.fullmatch(r"[1-9]\d{0,14}", text):
        pytest.fail("a plain figure is a number")
    else:
        assert (cell.value or "") == safe.one_line(text)


def test_text_columns_keep_figures_as_written() -> None:
    assert [cell.value for cell in column(one("007", "1.50"))] == ["007", "1.50"]


def test_raw_text_keeps_its_lines() -> None:
    assert column(one("a\nb\x00", code=True))[0].value == "a\nb‹U+0000›"


def test_a_table_without_rows_says_so() -> None:
    assert [cell.value for cell in sheet(3)["A"]] == ["History", "空表", None, "项", "（无）"]
