"""A document's page in a real browser: quiet, searchable, filterable, printable, and whole without its script."""

from __future__ import annotations

import base64
from pathlib import Path

import pypdfium2
import pytest

from reports.document import html
from reports.words import Words
from tests.golden import axe
from tests.golden.chromium import Tab
from tests.unit import documents

pytestmark = pytest.mark.needs_apt("chromium")
HITS = "document.getElementById('page-hits').textContent"
ROWS = "document.querySelectorAll('#cases tbody tr:not([hidden])').length"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "evaluation.html"
    path.write_bytes(html.write(documents.document(), Words("zh"), [("功能验证报告", "function.html")]))
    return path


@pytest.fixture
def opened(browser: Tab, page: Path) -> Tab:
    browser.open(page)
    return browser


def test_it_opens_without_complaint_and_fetches_nothing(opened: Tab, page: Path) -> None:
    assert opened.complaints() == []
    assert set(opened.requests()) == {page.as_uri()}


def test_search_counts_marks_and_goes_round(opened: Tab) -> None:
    total = opened.evaluate("document.querySelector('main').innerText.split('ORA-').length - 1")
    opened.evaluate("document.getElementById('page-term').focus()")
    opened.write("ora-")
    assert opened.until(HITS) == f"第 1 处，共 {total} 处"
    assert opened.evaluate("document.querySelectorAll('mark').length") == total == documents.ROWS
    opened.press("Enter")
    first = opened.until("scrollY")
    opened.press("Enter")
    assert opened.evaluate(HITS).startswith("第 2 处")
    opened.press("Enter", shift=True)
    opened.press("Enter", shift=True)
    assert opened.evaluate(HITS).startswith(f"第 {total} 处")
    assert opened.evaluate("scrollY") > first
    assert opened.evaluate("document.querySelector('.contents a .found').textContent") == str(total)
    opened.press("Escape")
    assert opened.evaluate("document.querySelectorAll('mark').length + document.querySelectorAll('.found').length") == 0
    assert opened.evaluate(HITS) == ""


def test_search_takes_text_as_text(opened: Tab) -> None:
    opened.evaluate("document.getElementById('page-term').focus()")
    opened.write(documents.SCRIPT)
    assert opened.until(HITS).startswith("第 1 处")
    assert opened.evaluate("document.querySelectorAll('script').length") == 1
    opened.evaluate("document.getElementById('page-term').value = ''")
    opened.write("nowhere in it")
    assert opened.until(f"{HITS} === '没有找到' && {HITS}")
    assert opened.complaints() == []


def test_rows_of_a_long_table_are_filtered_and_all_are_printed(opened: Tab) -> None:
    assert opened.evaluate(ROWS) == documents.ROWS
    assert opened.evaluate("document.querySelectorAll('.filter').length") == 1, "the short tables have none"
    opened.evaluate("document.querySelector('.filter input').focus()")
    opened.write("不符合 tc-000")
    assert opened.until(f"{ROWS} < {documents.ROWS} && {ROWS}") == 3
    assert opened.evaluate("document.querySelector('.filter output').textContent") == "3 行，共 300 行"
    printed = opened.call("Page.printToPDF", preferCSSPageSize=True)
    found = pypdfium2.PdfDocument(base64.b64decode(printed["data"]))
    sheets = [sheet.get_textpage().get_text_range() for sheet in found]
    assert "TC-0300" in "".join(sheets)
    assert "XH-2026-0001" in sheets[5]
    assert f"6 / {len(found)}" in sheets[5]
    assert any(sheet.get_width() > sheet.get_height() for sheet in found), "the wide table is on its side"
    assert not [s for s in sheets if "TC-0" in s and "应答原文" not in s], "heads are repeated"


def test_the_chapter_being_read_is_marked(opened: Tab) -> None:
    opened.evaluate("location.hash = '#issues'")
    assert opened.until("(document.querySelector('[aria-current]') || {}).hash") == "#issues"
    opened.evaluate("scrollTo(0, 0)")
    opened.until("!document.querySelector('[aria-current]')")


@pytest.mark.parametrize("width", [360, 800, 1440])
def test_only_boxes_meant_for_it_scroll_sideways(opened: Tab, width: int) -> None:
    opened.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    clipped = """Array.from(document.querySelectorAll('td, th, dd, .chapter > p, pre')).filter(
        box => box.scrollWidth > box.clientWidth + 1).map(box => box.textContent)"""
    assert opened.evaluate(clipped) == []
    opened.call("Emulation.clearDeviceMetricsOverride")


@pytest.mark.parametrize("width", [800, pytest.param(1440, marks=pytest.mark.long)])
def test_nothing_stands_in_a_readers_way(opened: Tab, width: int) -> None:
    assert axe.obstacles(opened, width) == []


def test_without_script_nothing_is_missing_but_the_search(browser: Tab, page: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    try:
        assert browser.evaluate(ROWS) == documents.ROWS
        assert browser.evaluate("getComputedStyle(document.getElementById('page-search')).display") == "none"
        assert browser.evaluate("document.querySelectorAll('#page-contents a').length") == 4
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
