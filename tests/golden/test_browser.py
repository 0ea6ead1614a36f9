"""The page in a real browser: nothing blocked, nothing fetched, nothing complained about."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reports.html import write_html
from tests.golden import fake_result

_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--log-level=0", "--virtual-time-budget=2000", "--dump-dom",
)  # fmt: skip


@pytest.mark.needs_apt("chromium")
@pytest.mark.parametrize("name", ["rich", "hostile"])
def test_page_opens_without_complaint(name: str, tmp_path: Path) -> None:
    page = write_html(tmp_path / "report.html", getattr(fake_result, name)(), getattr(fake_result, f"{name}_series")())
    shown = subprocess.run(
        ["chromium", *_QUIET, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    console = [line for line in shown.stderr.splitlines() if ":CONSOLE" in line]
    assert console == []
    assert "<h2" in shown.stdout
    assert shown.stdout.count("<svg") >= 1
    assert "<script" not in shown.stdout  # neither ours nor one that came in with the data
