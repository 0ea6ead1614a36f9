"""What the agent costs the host it watches: at one reading per second at most 0.5 % of a core and 40 MB.

Measured from outside, by the kernel's own count for the agent's process, with 200 other processes alive: once watching
a single process, once with all of them in the watched tree. The second is the worst case, a server with a process per
connection; it may cost 2 %. Run: python -m tests.bench.bench_agent [seconds per row]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from harness.agent.local import start_local
from harness.agent.reader import read_readings
from harness.model import Host

PROCESSES = 200
SHARE, SHARE_ALL_WATCHED = 0.5, 2.0  # % of a core
MEMORY_MB = 40
LATEST_S = 2.5  # the longest silence between two readings

CROWD = """
import os, sys
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        sys.stdin.read()
        os._exit(0)
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def crowd() -> Iterator[psutil.Process]:
    """200 processes that sleep, and end with their pipe; given is their parent."""
    command = [sys.executable, "-c", CROWD, str(PROCESSES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        yield psutil.Process(parent.pid)
        parent.stdin.close()


def cost(watched: int, seconds: float, limit: float) -> bool:
    """Measure without the start-up, print a row, say whether it is within the limits."""
    with tempfile.TemporaryDirectory() as folder:
        pid_file, out = Path(folder, "pid"), Path(folder, "readings.jsonl")
        pid_file.write_text(f"{watched}\n", encoding="ascii")
        agent = start_local(Host(name="bench", pid_file=str(pid_file)), out)
        try:
            time.sleep(1.5)  # the imports are over, the first reading is out
            process = psutil.Process(agent.pid)
            before, begin = process.cpu_times(), time.monotonic()
            time.sleep(seconds)
            after, took = process.cpu_times(), time.monotonic() - begin
            resident = process.memory_info().rss / 1e6
        finally:
            agent.stop()
        readings = list(read_readings(out))
    share = (after.user + after.system - before.user - before.system) / took * 100
    count = max(r.process.count for r in readings if r.process is not None)
    latest = max(r.gap_s for r in readings)
    print(
        f"监视 {count:>3} 个进程：{share:.2f}% 一个核（上限 {limit}%），{resident:.1f} MB（上限 {MEMORY_MB} MB），",
        end="",
    )
    print(f"{len(readings)} 条读数，最长间隔 {latest:.2f} 秒")
    return share <= limit and resident <= MEMORY_MB and latest <= LATEST_S and len(readings) >= seconds - 1


def main(seconds: float) -> int:
    with crowd() as parent:
        kept = [cost(parent.children()[0].pid, seconds, SHARE), cost(parent.pid, seconds, SHARE_ALL_WATCHED)]
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30))
