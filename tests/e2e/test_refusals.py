"""Bad input and stacks that must not be touched: one sentence with the next step, exit code 3, nothing written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.model import Stack
from harness.recording import alone_in
from tests.e2e.running import with_cursor

pytestmark = pytest.mark.e2e


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command; what it complained about."""
    assert main(list(arguments)) == 3
    complaint = capsys.readouterr().err
    assert "Traceback" not in complaint
    return complaint


def test_production_is_refused(tmp_path: Path, stacks_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = stacks_file.read_text().replace("[stacks.migrated]", "[stacks.migrated]\nproduction = true")
    stacks_file.write_text(text)
    told = refused(capsys, "run", "--stacks", str(stacks_file), "--out", str(tmp_path / "run"))
    assert "生产环境" in told
    assert not list((tmp_path / "run").iterdir())


def test_two_runs_do_not_share_a_folder(tmp_path: Path, stacks_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with alone_in(tmp_path / "run"):
        told = refused(capsys, "run", "--stacks", str(stacks_file), "--out", str(tmp_path / "run"))
    assert "另一个 xinheng" in told


def test_foreign_tables_are_not_overwritten(
    tmp_path: Path, stacks_file: Path, original: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    def ours_gone_theirs_there(cursor: Any) -> None:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute("CREATE TABLE patient (name varchar(20))")

    with_cursor(original, ours_gone_theirs_there)
    try:
        told = refused(capsys, "run", "--stacks", str(stacks_file), "--out", str(tmp_path / "run"))
    finally:
        with_cursor(original, lambda cursor: cursor.execute("DROP TABLE patient"))
    assert "patient" in told
    assert "拒绝覆盖" in told


@pytest.mark.parametrize(
    ("given", "instead", "complaint"),
    [
        ("[stacks.migrated.sql]", "[stacks.migrated.sql]\nprodukt = 'x'", "product"),
        ("postgresql+psycopg2://", "postgresql+psycopg2://nobody:secret@", "口令|密码|password"),
        ("/hospital?", "/nosuch?", "nosuch"),
        ('socket"', 'nowhere"', "nowhere"),
    ],
)
def test_wrong_stacks_files(
    given: str, instead: str, complaint: str, tmp_path: Path, stacks_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stacks_file.write_text(stacks_file.read_text().replace(given, instead, 1))
    told = refused(capsys, "run", "--stacks", str(stacks_file), "--out", str(tmp_path / "run"))
    assert re.search(complaint, told)
    assert "secret" not in told
    assert not (tmp_path / "run" / "run.json").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "--nosuch"], "--nosuch"),
        (["run", "--stacks", "nosuch.toml"], "nosuch.toml"),
        (["run", "--plan", "smok"], "smoke"),
        (["verify", "nosuch"], "nosuch"),
        (["sim", "down", "--dir", "nosuch"], "nosuch"),
        (["sim", "up", "--migrated", "oracle", "--dir", "sim"], "oracle"),
    ],
)
def test_wrong_arguments(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert complaint in refused(capsys, *arguments)


def test_a_damaged_run_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.json").write_text("{ half")
    assert main(["run", "--resume", str(tmp_path)]) == 4
    assert "run.json" in capsys.readouterr().err
