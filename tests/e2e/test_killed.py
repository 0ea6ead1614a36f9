"""kill -9 of the runner in the load pass: finished blocks stay, children die, the same command goes on and finishes."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from harness.recording import SEAL
from harness.settings import load_stacks
from tests.e2e.running import xinheng

pytestmark = pytest.mark.e2e


def sealed(run_dir: Path, part: str = "load") -> set[Path]:
    return {seal.parent for seal in run_dir.glob(f"recordings/*/{part}/*/{SEAL}")}


def until_sealed(run_dir: Path, blocks: int, runner: subprocess.Popen[str], part: str = "load") -> None:
    deadline = time.monotonic() + 120
    while len(sealed(run_dir, part)) < blocks:
        assert runner.poll() is None, runner.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_killed_run_is_resumed(tmp_path: Path, stacks_file: Path, plan_file: Path) -> None:
    run_dir = tmp_path / "run"
    runner = xinheng("run", "--stacks", str(stacks_file), "--plan", str(plan_file), "--out", str(run_dir), cwd=tmp_path)
    try:
        until_sealed(run_dir, 2, runner)
        time.sleep(1.0)  # into the third block
        children = psutil.Process(runner.pid).children(recursive=True)
    finally:
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
    assert children
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive, "the load process or an agent outlived its runner"

    before = {folder: (folder / "samples.parquet").read_bytes() for folder in sealed(run_dir)}
    refused = xinheng(
        "run", "--stacks", str(stacks_file), "--plan", str(plan_file), "--out", str(run_dir), cwd=tmp_path
    )
    _, told = refused.communicate(timeout=240)
    assert refused.returncode == 3
    assert "--resume" in told

    resumed = xinheng("run", "--resume", str(run_dir), "--json", cwd=tmp_path)
    out, told = resumed.communicate(timeout=240)
    assert resumed.returncode in (0, 1, 2), told
    assert len(json.loads(out)["load"]) == 4
    for folder, samples in before.items():
        assert (folder / "samples.parquet").read_bytes() == samples
    verified = xinheng("verify", str(run_dir), cwd=tmp_path)
    out, told = verified.communicate(timeout=240)
    assert verified.returncode == 0, out + told


def test_interrupted_demo_leaves_no_server_and_says_what_was_kept(tmp_path: Path, plan_file: Path) -> None:
    demo = xinheng("demo", "--plan", str(plan_file), "--migrated", "postgresql", "--out", "out/demo", cwd=tmp_path)
    stacks_file = tmp_path / "out/demo-sim/stacks.toml"
    try:
        until_sealed(tmp_path / "out/demo", 1, demo, "functional")
        family = psutil.Process(demo.pid).children(recursive=True)
        stacks = load_stacks(stacks_file)
        servers = [psutil.Process(int(Path(s.hosts[0].pid_file).read_text().split()[0])) for s in stacks.values()]
    finally:
        demo.send_signal(signal.SIGINT)
        _, told = demo.communicate(timeout=60)
    assert demo.returncode == 4
    assert "已保留" in told
    assert "xinheng demo --resume" in told
    _, alive = psutil.wait_procs(family + servers, timeout=10)
    assert not alive
    assert not stacks_file.exists()
