"""kill -9 of the runner in the load pass: finished blocks stay, children die, the same command goes on and finishes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from harness.model import Stack
from harness.recording import SEAL
from tests.e2e.running import small_plan

pytestmark = pytest.mark.e2e


def xinheng(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.Popen(
        [sys.executable, "-m", "harness.cli", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def sealed(run_dir: Path) -> set[Path]:
    return {seal.parent for seal in run_dir.glob(f"recordings/*/load/*/{SEAL}")}


def test_killed_run_is_resumed(tmp_path: Path, stacks_file: Path, plan_file: Path) -> None:
    run_dir = tmp_path / "run"
    runner = xinheng("run", "--stacks", str(stacks_file), "--plan", str(plan_file), "--out", str(run_dir), cwd=tmp_path)
    deadline = time.monotonic() + 120
    while len(sealed(run_dir)) < 2:
        assert runner.poll() is None, runner.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1.0)  # into the third block
    children = psutil.Process(runner.pid).children(recursive=True)
    assert children
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive, "the load process or an agent outlived its runner"

    before = {folder: (folder / "samples.bin").read_bytes() for folder in sealed(run_dir)}
    refused = xinheng(
        "run", "--stacks", str(stacks_file), "--plan", str(plan_file), "--out", str(run_dir), cwd=tmp_path
    )
    _, told = refused.communicate(timeout=60)
    assert refused.returncode == 3
    assert "--resume" in told

    resumed = xinheng("run", "--resume", str(run_dir), "--json", cwd=tmp_path)
    out, told = resumed.communicate(timeout=240)
    assert resumed.returncode in (0, 1, 2), told
    assert len(json.loads(out)["load"]) == 4
    for folder, samples in before.items():
        assert (folder / "samples.bin").read_bytes() == samples
    verified = xinheng("verify", str(run_dir), cwd=tmp_path)
    out, told = verified.communicate(timeout=60)
    assert verified.returncode == 0, out + told


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    """Four short blocks, as a plan file."""
    from importlib import resources

    plan = small_plan()
    text = resources.files("harness").joinpath("plans/smoke.toml").read_text(encoding="utf-8")
    lines = []
    for line in text.splitlines():
        if line.startswith("transactions ="):
            line = f"transactions = {plan.functional.transactions}"
        if line.startswith("seconds ="):
            line = "seconds = 3.0"
        if line.lstrip().startswith('{ name = "典型"') or line.lstrip().startswith('{ name = "高峰"'):
            continue
        lines.append(line)
    path = tmp_path / "plan.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def stacks_file(tmp_path: Path, original: Stack, seekdb: Stack) -> Path:
    path = tmp_path / "stacks.toml"
    parts = []
    for stack in (original, seekdb):
        role = stack.role.value
        parts.append(
            f'[stacks.{role}]\n[stacks.{role}.sql]\nurl = "{stack.sql.url}"\n'
            f'[[stacks.{role}.hosts]]\nname = "here"\nagent = "local"\n'
        )
    path.write_text("\n".join(parts), encoding="utf-8")
    return path
