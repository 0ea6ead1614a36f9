"""`locust --master` and `--worker` by hand: samples that are shipped, a worker that is killed, both stacks at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import scenarios
from harness.pacer import NS
from harness.recording import Recording
from harness.samples import SAMPLE, read_samples
from tests.e2e.running import xinheng

pytestmark = pytest.mark.e2e


def locust(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """Locust as a person would start it."""
    root = str(Path(__file__).resolve().parents[3])
    return subprocess.Popen(
        [sys.executable, "-m", "locust", "-f", str(scenarios.locustfile("his")), "--headless", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": root},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not reached():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.long
def test_samples_of_workers_elsewhere_arrive_and_a_dead_one_is_named(
    tmp_path: Path, stacks_file: Path, plan_file: Path
) -> None:
    same = ["--stacks", str(stacks_file), "--profile", str(plan_file), "--stack", "both"]
    port = str(free_port())
    master = locust(
        *same, "--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--expect-workers", "2",
        "-u", "8", "-r", "8", "--out", "run", cwd=tmp_path,
    )  # fmt: skip
    workers = [
        locust(*same, "--worker", "--master-host", "127.0.0.1", "--master-port", port, "--spool", name, cwd=tmp_path)
        for name in ("spool-a", "spool-b")
    ]
    folders = [tmp_path / "run/recordings/his/load" / name for name in ("01-original", "02-migrated")]
    try:
        files = [folder / f"samples-{number}.bin" for folder in folders for number in (0, 1)]
        until(lambda: all(path.exists() and path.stat().st_size for path in files), master)
        workers[1].kill()
        workers[1].wait()
        shipped = {path: path.read_bytes() for path in files}
        until(lambda: sum(path.stat().st_size > len(shipped[path]) for path in files) >= len(folders), master)
        master.terminate()
        codes = [process.wait(90) for process in (master, workers[0])]
    finally:
        for process in (master, *workers):
            process.kill()
            process.communicate()
    assert codes == [0, 0]
    for folder in folders:
        facts, samples = Recording(folder).facts(), read_samples(folder)
        (gap,) = facts["gaps"]
        assert str(workers[1].pid) in gap["lost"]
        dead = int(gap["name"])
        assert len(samples[samples["process"] == dead]) > 0
        assert samples["answered"][samples["process"] == 1 - dead].max() / NS > gap["start_s"]
        assert facts["done"] == facts["planned"] == len({(s["item"], s["user"]) for s in samples})
        for number in (0, 1):
            before = shipped[folder / f"samples-{number}.bin"]
            kept = samples[samples["process"] == number]
            first = np.frombuffer(before[: len(before) // SAMPLE.itemsize * SAMPLE.itemsize], dtype=SAMPLE)
            assert np.array_equal(kept[list(SAMPLE.names or ())][: len(first)], first)
    report = xinheng("report", "run", cwd=tmp_path)
    _, told = report.communicate(timeout=240)
    assert report.returncode in (0, 1, 2), told
