"""What `tests/conftest.py` promises: a test without its Debian package is skipped by name, and fails where CI=true."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch.sources import ROOT

CONFTEST = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
TESTS = """
import pytest

@pytest.mark.needs_apt("nowhere-to-be-found")
def test_missing(): assert False

@pytest.mark.needs_apt("python")
def test_there(): pass

@pytest.mark.needs_apt("never-listed")
def test_mistyped(): pass
"""


def outcome(tmp_path: Path, *, ci: str, select: str) -> tuple[int, str]:
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    listed = (
        f"# a comment\nnowhere-to-be-found command:no-such-command|nor-this\npython command:{sys.executable}  # here\n"
    )
    (tmp_path / "apt.txt").write_text(listed, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = needs_apt(package): x\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", select, str(tmp_path)],
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return run.returncode, run.stdout


def test_a_missing_package_skips_and_is_listed_at_the_end(tmp_path: Path) -> None:
    code, output = outcome(tmp_path, ci="", select="missing or there")
    assert code == 0
    assert "1 passed, 1 skipped" in output
    assert "test_it.py::test_missing  需要 nowhere-to-be-found" in output


def test_with_ci_a_missing_package_is_a_failure(tmp_path: Path) -> None:
    code, output = outcome(tmp_path, ci="true", select="missing or there")
    assert code == 1
    assert "with CI=true nothing is skipped" in output


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_package_that_is_not_listed_is_a_mistake(tmp_path: Path, ci: str) -> None:
    code, output = outcome(tmp_path, ci=ci, select="mistyped")
    assert code == 1
    assert "not listed in tests/apt.txt" in output
