"""What the agent costs the host it watches, and whether it is heard while that host is busy.

At one reading per second, with 200 other processes alive, at most 0.5 % of a core and 40 MB: once watching a single
process, once all of them (a server with a process per connection, idle), once all of them while each works a little,
which may cost 2 %. Measured from outside, by the kernel's own count for the agent's process. Then no silence beyond
1.5 s while every core is burnt by two processes, and by twenty; once as anybody may start it and, where we are allowed
to, once with a higher priority, to show what that would buy.
Run: python -m tests.bench.bench_agent [seconds per row]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psutil

from harness.agent.local import LocalAgent, start_local
from harness.agent.reader import read_readings
from harness.agent.reading import Reading
from harness.model import Host

PROCESSES = 200
SHARE, SHARE_ALL_AT_WORK = 0.5, 2.0  # % of a core
MEMORY_MB = 40
SILENCE_S = 1.5
BURNING_S = 20.0

# Children that sleep, or that wake up ten times a second; all end with their parent's pipe.
CROWD = """
import os, select, sys
naps = sys.argv[2] == "work"
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        while not select.select([sys.stdin], [], [], 0.1 if naps else None)[0]:
            sum(range(2000))
        os._exit(0)
print("ready", flush=True)
sys.stdin.read()
"""
BURN = "while True: pass"


@contextmanager
def crowd(what: str) -> Iterator[psutil.Process]:
    """200 processes; given is their parent."""
    command = [sys.executable, "-c", CROWD, str(PROCESSES), what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        yield psutil.Process(parent.pid)
        parent.stdin.close()


@contextmanager
def burning(each: int) -> Iterator[None]:
    """So many processes per core that never wait, in a session of their own as a server is."""
    fires = [
        subprocess.Popen([sys.executable, "-c", BURN], start_new_session=True)
        for _ in range(each * (os.cpu_count() or 1))
    ]
    try:
        yield
    finally:
        for fire in fires:
            fire.kill()
        for fire in fires:
            fire.wait()


@contextmanager
def watching(pid: int) -> Iterator[tuple[LocalAgent, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        pid_file, out = Path(folder, "pid"), Path(folder, "readings.jsonl")
        pid_file.write_text(f"{pid}\n", encoding="ascii")
        agent = start_local(Host(name="bench", pid_file=str(pid_file)), out)
        time.sleep(1.5)  # the imports are over, the first reading is out
        try:
            yield agent, out
        finally:
            agent.stop()


def cost(title: str, watched: int, seconds: float, limit: float) -> bool:
    """Measure without the start-up, print a row, say whether it is within the limits."""
    with watching(watched) as (agent, out):
        process = psutil.Process(agent.pid)
        before, begin = process.cpu_times(), time.monotonic()
        time.sleep(seconds)
        after, took = process.cpu_times(), time.monotonic() - begin
        resident = process.memory_info().rss / 1e6
        readings = list(read_readings(out))
    share = (after.user + after.system - before.user - before.system) / took * 100
    count = max(r.process.count for r in readings if r.process is not None)
    print(
        f"{title}（监视 {count} 个进程）：{share:.2f}% 一个核（上限 {limit}%），"
        f"{resident:.1f} MB（上限 {MEMORY_MB} MB），{len(readings)} 条读数，最长间隔 {_silence(readings):.2f} 秒"
    )
    return share <= limit and resident <= MEMORY_MB and len(readings) >= seconds - 1


def _silence(readings: list[Reading]) -> float:
    return max((after - before) / 1e9 for before, after in pairwise(r.mono_ns for r in readings))


def heard(watched: int, each: int, seconds: float, nice: int) -> bool:
    """The longest silence of an agent that was there before the fire."""
    with watching(watched) as (agent, out):
        if nice:
            os.setpriority(os.PRIO_PROCESS, agent.pid, nice)
        with burning(each):
            begin = time.monotonic_ns()
            time.sleep(seconds)
        readings = [r for r in read_readings(out) if r.mono_ns >= begin]
    silence = _silence(readings)
    busy = sum(r.cpu.busy for r in readings if r.cpu is not None) / len(readings)
    print(
        f"每核 {each} 个满载进程，主机 CPU {busy:.0f}%，优先级 {nice}：{len(readings)} 条读数，"
        f"最长间隔 {silence:.2f} 秒（上限 {SILENCE_S}）"
    )
    return silence <= SILENCE_S


def may_raise() -> bool:
    """Whether we may give a process a higher priority than its own."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        try:
            os.setpriority(os.PRIO_PROCESS, process.pid, -10)
        except PermissionError:
            return False
        finally:
            process.communicate(b"\n")
    return True


def main(seconds: float) -> int:
    kept = []
    with crowd("sleep") as parent:
        kept.append(cost("一个进程", parent.children()[0].pid, seconds, SHARE))
        kept.append(cost("全部空闲", parent.pid, seconds, SHARE))
        kept.append(heard(parent.pid, 2, BURNING_S, 0))
        kept.append(heard(parent.pid, 20, BURNING_S, 0))
        if may_raise():
            heard(parent.pid, 20, BURNING_S, -10)
    with crowd("work") as parent:
        kept.append(cost("全部在工作", parent.pid, seconds, SHARE_ALL_AT_WORK))
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30))
