"""Every document of a small and of a hostile made-up result, compared with what is stored byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from reports import archives, junit, resultfile
from reports.console import print_result
from reports.html import render
from reports.reproduction import script
from tests.golden import fake_archives, fake_result, page

STORED = Path(__file__).with_name("stored")


def console_text() -> bytes:
    out = StringIO()
    print_result(fake_result.small(), Path("out/demo/report.html"), console=Console(file=out, width=60))
    return out.getvalue().encode()


def html_text(lang: str) -> bytes:
    return page.read(render(fake_result.small(), fake_result.small_series(), lang)).text.encode() + b"\n"


def archives_text(lang: str) -> bytes:
    return page.read(archives.render(fake_archives.result(), lang)).text.encode() + b"\n"


def hostile_html() -> bytes:
    text = page.read(render(fake_result.hostile(), fake_result.hostile_series())).text
    return text.encode() + b"\n"


def reproduction(name: str) -> bytes:
    result = fake_result.small()
    (behaviour,) = [b for b in result.behaviours if b.id == name]
    return script(behaviour, result).encode()


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "result.json": lambda: resultfile.dump(fake_result.small()),
    "junit.xml": lambda: junit.render(fake_result.small()),
    "console.txt": console_text,
    "report.zh.txt": lambda: html_text("zh"),
    "report.en.txt": lambda: html_text("en"),
    "archives.zh.txt": lambda: archives_text("zh"),
    "archives.en.txt": lambda: archives_text("en"),
    "hostile.result.json": lambda: resultfile.dump(fake_result.hostile()),
    "hostile.junit.xml": lambda: junit.render(fake_result.hostile()),
    "hostile.report.txt": hostile_html,
    "null_order_asc.sql": lambda: reproduction("null_order_asc"),
    "for_update_skip_locked.sql": lambda: reproduction("for_update_skip_locked"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_as_stored(name: str, request: pytest.FixtureRequest) -> None:
    made, stored = DOCUMENTS[name](), STORED / name
    if request.config.getoption("--update-golden", default=False):
        stored.write_bytes(made)
    assert stored.exists(), f"{stored} is missing: look at the document, then run with --update-golden"
    assert made.decode() == stored.read_bytes().decode()


def test_nothing_else_is_stored() -> None:
    assert {path.name for path in STORED.iterdir()} == set(DOCUMENTS)
