"""The page of a run in a real browser: nothing blocked, nothing fetched, nothing complained about, nobody shut out."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.html import write_html
from tests.golden import axe, fake_result
from tests.golden.chromium import Tab

pytestmark = pytest.mark.needs_apt("chromium")


@pytest.fixture(scope="module", params=["rich", "hostile"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    result, series = (getattr(fake_result, f"{request.param}{what}")() for what in ("", "_series"))
    return write_html(tmp_path_factory.mktemp(request.param) / "report.html", result, series)


@pytest.fixture
def opened(browser: Tab, page: Path) -> Tab:
    browser.open(page)
    return browser


def test_it_opens_without_complaint_and_fetches_nothing(opened: Tab, page: Path) -> None:
    assert opened.complaints() == []
    assert set(opened.requests()) == {page.as_uri()}
    assert opened.evaluate("document.querySelectorAll('h2').length") > 1
    assert opened.evaluate("document.querySelectorAll('svg').length") >= 1
    assert opened.evaluate("document.scripts.length") == 0  # neither ours nor one that came in with the data


@pytest.mark.parametrize("page", ["rich"], indirect=True)
@pytest.mark.parametrize("width", [800, pytest.param(1440, marks=pytest.mark.long)])
def test_nothing_stands_in_a_readers_way(opened: Tab, width: int) -> None:
    assert axe.obstacles(opened, width) == []


@pytest.mark.parametrize("page", ["hostile"], indirect=True)
def test_what_stands_in_the_way_would_be_seen(opened: Tab) -> None:
    opened.evaluate("document.querySelectorAll('[tabindex]').forEach(box => box.removeAttribute('tabindex'))")
    opened.evaluate("document.querySelector('main').append(document.createElement('img'))")
    found = {each.partition(":")[0] for each in axe.obstacles(opened, 800)}
    assert {"image-alt", "scrollable-region-focusable"} <= found
