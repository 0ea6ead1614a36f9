"""The whole compatibility suite through the command line: true differences, no false ones, killed and resumed."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from harness.model import Stack
from harness.recording import read_json, write_json
from tests.e2e.running import with_cursor, xinheng

pytestmark = pytest.mark.e2e

SCRATCH = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'xinheng_dbcompat%'"


def stacks_on(folder: Path, *stacks: Stack) -> Path:
    path = folder / "stacks.toml"
    parts = [f'[stacks.{s.role.value}]\n[stacks.{s.role.value}.sql]\nurl = "{s.sql.url}"\n' for s in stacks]
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def scratch_schemas(stack: Stack) -> list[Any]:
    found: list[Any] = []

    def act(cursor: Any) -> None:
        cursor.execute(SCRATCH)
        found.extend(cursor.fetchall())

    with_cursor(stack, act)
    return found


def compat_2(result: dict[str, Any]) -> str:
    (verdict,) = [v["verdict"] for v in result["verdicts"] if v["clause"] == "PV-COMP-2"]
    return str(verdict)


def outcomes(result: dict[str, Any], *wanted: str) -> list[str]:
    return [f"{b['id']} {b['reason']}".strip() for b in result["behaviours"] if b["outcome"] in wanted]


def test_postgresql_to_seekdb(original: Stack, seekdb: Stack, tmp_path: Path) -> None:
    stacks, run_dir = stacks_on(tmp_path, original, seekdb), tmp_path / "run"
    began = time.monotonic()
    runner = xinheng(
        "run", "--only", "db-compat", "--stacks", str(stacks), "--out", str(run_dir), "--json", cwd=tmp_path
    )
    out, told = runner.communicate(timeout=180)
    assert runner.returncode == 1, told
    assert time.monotonic() - began < 180
    result = json.loads(out)
    assert compat_2(result) == "fail"
    differing = outcomes(result, "different", "unsupported")
    assert len(differing) > 20
    assert not outcomes(result, "error")
    assert len(list((run_dir / "dbcompat").glob("*.sql"))) == len(differing)
    assert {v["verdict"] for v in result["verdicts"] if v["clause"] == "PV-FUNC-1"} == {"not run"}
    assert not scratch_schemas(original) and not scratch_schemas(seekdb)

    run = read_json(run_dir / "run.json")
    unsame = [b["id"] for b in result["behaviours"] if b["outcome"] in ("different", "unsupported")]
    run["plan"]["compat"]["accept"] = [{"probe": probe, "reason": "已由信息科确认"} for probe in unsame]
    write_json(run_dir / "run.json", run)
    again = xinheng("report", str(run_dir), "--json", cwd=tmp_path)
    out, told = again.communicate(timeout=240)
    assert again.returncode == 0, told
    assert compat_2(json.loads(out)) == "pass"


@pytest.mark.long
def test_a_killed_suite_goes_on_and_two_of_a_kind_do_not_differ(original: Stack, twin: Stack, tmp_path: Path) -> None:
    stacks, run_dir = stacks_on(tmp_path, original, twin), tmp_path / "run"
    runner = xinheng("run", "--only", "db-compat", "--stacks", str(stacks), "--out", str(run_dir), cwd=tmp_path)
    try:
        deadline = time.monotonic() + 120
        begun = run_dir / "recordings/dbcompat/original-1/observations.jsonl"
        while not begun.exists() or begun.stat().st_size < 10_000:
            assert runner.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
    kept = {seal: seal.stat().st_mtime_ns for seal in run_dir.glob("recordings/**/recording.json")}
    assert scratch_schemas(original) or scratch_schemas(twin)

    resumed = xinheng("run", "--resume", str(run_dir), "--json", cwd=tmp_path)
    out, told = resumed.communicate(timeout=180)
    result = json.loads(out)
    assert outcomes(result, "different", "unsupported", "error") == []
    assert resumed.returncode == 0, told
    assert {seal: seal.stat().st_mtime_ns for seal in kept} == kept
    assert not scratch_schemas(original) and not scratch_schemas(twin)
    verified = xinheng("verify", str(run_dir), cwd=tmp_path)
    out, told = verified.communicate(timeout=240)
    assert verified.returncode == 0, out + told


def test_ctrl_c_removes_what_was_made(original: Stack, twin: Stack, tmp_path: Path) -> None:
    stacks, run_dir = stacks_on(tmp_path, original, twin), tmp_path / "run"
    runner = xinheng("run", "--only", "db-compat", "--stacks", str(stacks), "--out", str(run_dir), cwd=tmp_path)
    try:
        deadline = time.monotonic() + 60
        while not scratch_schemas(original):
            assert runner.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        runner.send_signal(signal.SIGINT)
        _, told = runner.communicate(timeout=60)
    assert runner.returncode == 4
    assert "--resume" in told
    assert not scratch_schemas(original) and not scratch_schemas(twin)


def test_an_unknown_part_is_named_with_the_nearest(tmp_path: Path) -> None:
    runner = xinheng("run", "--only", "dbcompat", cwd=tmp_path)
    _, told = runner.communicate(timeout=60)
    assert runner.returncode == 3
    assert "是否想写 db-compat" in told
