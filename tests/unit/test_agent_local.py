"""The local agent is run for real: it must write, survive, and never outlive its pipeline."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from harness.agent.collector import FileSink
from harness.agent.local import LocalAgent, start_local
from harness.agent.reader import read_lines, read_notes, read_readings
from harness.agent.reading import KIND
from harness.errors import Fault, RecordingBroken
from harness.model import Host

FAST = 0.1
ROOT = Path(__file__).parents[2]


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def count(path: Path) -> int:
    return len(list(read_readings(path)))


def test_it_writes_readings_on_our_clock_and_ends_when_told(tmp_path: Path) -> None:
    out, pid_file = tmp_path / "readings" / "r.jsonl", tmp_path / "pid"
    pid_file.write_text(f"{os.getpid()}\n")
    before = time.monotonic_ns()
    agent = start_local(Host(name="db1", pid_file=str(pid_file)), out, FAST)
    assert agent.alive()
    until(lambda: count(out) >= 5)
    pid = agent.pid
    agent.stop()
    after = time.monotonic_ns()
    agent.stop()  # twice does no harm
    assert not agent.alive() and not psutil.pid_exists(pid)
    header = next(iter(read_lines(out)))
    assert (header["kind"], header["host"], header["interval_s"]) == (KIND, "db1", FAST)
    readings = list(read_readings(out))
    assert all(before < r.mono_ns < after for r in readings)
    assert [r.mono_ns for r in readings] == sorted(r.mono_ns for r in readings)
    for reading in readings:
        assert reading.cpu is not None and len(reading.cpu.cores) == psutil.cpu_count()
        assert reading.memory is not None and 0 < reading.memory.percent < 100
        assert reading.process is not None and reading.process.root == os.getpid() and not reading.process.gone
    drift = (readings[-1].mono_ns - header["mono_ns"]) / 1e9 - len(readings) * FAST
    assert -0.05 < drift < 5.0  # absolute deadlines: late by what was skipped, never early


def test_kill_9_loses_nothing_and_a_restart_appends(tmp_path: Path) -> None:
    out = tmp_path / "r.jsonl"
    agent = start_local(Host(name="db1"), out, FAST)
    until(lambda: count(out) >= 2)
    os.kill(agent.pid, signal.SIGKILL)
    until(lambda: not agent.alive())
    kept = out.read_bytes()
    with out.open("ab") as file:
        file.write(b'{"wall":17')  # as if it had been killed in the middle of a line
    assert count(out) == kept.count(b'"gap_s"')
    agent.start()
    until(lambda: count(out) >= kept.count(b'"gap_s"') + 2)
    agent.stop()
    assert out.read_bytes().startswith(kept)
    assert sum(1 for line in read_lines(out) if line.get("kind") == KIND) == 2


def test_it_ends_when_the_pipeline_is_killed(tmp_path: Path) -> None:
    pipeline = """
import sys, time
from pathlib import Path
from harness.agent.local import start_local
from harness.model import Host
print(start_local(Host(name="db1"), Path(sys.argv[1]), 5.0).pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", pipeline, str(tmp_path / "r.jsonl")], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert psutil.pid_exists(pid)
        process.kill()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, 3.0)


@pytest.mark.parametrize(("number", "ends"), [(signal.SIGTERM, True), (signal.SIGINT, False)])
def test_sigterm_ends_it_and_ctrl_c_is_left_to_the_pipeline(tmp_path: Path, number: signal.Signals, ends: bool) -> None:
    out = tmp_path / "r.jsonl"
    agent = start_local(Host(name="db1"), out, FAST)
    seen = count(out)
    os.kill(agent.pid, number)
    if ends:
        until(lambda: not agent.alive())
        assert agent._process is not None and agent._process.returncode == 0
    else:
        until(lambda: count(out) > seen + 2)
        assert agent.alive()
    agent.stop()


def test_no_password_reaches_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGINAL_DB_PASSWORD", "s3cret-of-the-stack")
    agent = start_local(Host(name="db1"), tmp_path / "r.jsonl", FAST)
    try:
        assert b"s3cret" not in Path(f"/proc/{agent.pid}/environ").read_bytes()
    finally:
        agent.stop()


def test_an_agent_that_cannot_write_is_a_fault_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").mkdir()
    agent = LocalAgent(Host(name="db1"), tmp_path / "r.jsonl", FAST)
    with pytest.raises(Fault, match=r"db1.*无法写入"):
        agent.start()
    assert not agent.alive()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_ends_the_agent_with_its_reason() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "harness.agent", "--out", "/dev/full"],
        stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, timeout=20,
    )  # fmt: skip
    assert process.returncode == 1 and "无法写入" in process.stderr.decode()


def test_damage_elsewhere_is_not_overlooked(tmp_path: Path) -> None:
    out = tmp_path / "r.jsonl"
    header, note = json.dumps({"kind": KIND, "format": 1}), json.dumps({"note": "本机的内存读不到"})
    out.write_text(f'{header}\n{note}\n{{"torn')
    assert list(read_readings(out)) == [] and read_notes(out) == ("本机的内存读不到",)
    out.write_text(f'{header}\n{{"torn\n{header}\n')
    assert list(read_readings(out)) == []
    for text in (f'{header}\n{{"torn\n{note}\n', f'{header}\n{{"wall": 1}}\n', f'{{"kind":"{KIND}","format":99}}\n'):
        out.write_text(text)
        with pytest.raises(RecordingBroken):
            list(read_readings(out))


def test_a_sink_closes_a_torn_line_first(tmp_path: Path) -> None:
    out = tmp_path / "f"
    out.write_bytes(b"whole\ntor")
    sink = FileSink(out)
    sink.write(b"next\n")
    sink.close()
    assert out.read_bytes() == b"whole\ntor\nnext\n"
