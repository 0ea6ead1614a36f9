"""The loop of the agent: a snapshot at every deadline, a line in the file, until it is told to end.

Every line is one `os.write` to a file opened for appending: what was written survives kill -9 of anybody. Deadlines are
absolute, so the readings do not drift; a deadline that was missed is skipped and shows as a larger `gap_s`.
Not here: what is read (`counters.py`), the arithmetic (`rates.py`).
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from harness.agent.counters import HostCounters
from harness.agent.processes import ProcessTree
from harness.agent.rates import reading_between
from harness.agent.reading import FORMAT, KIND, encode, encode_line


class Sink(Protocol):
    """Where lines go. A line is handed over whole, with its newline."""

    def write(self, line: bytes, /) -> None: ...


class FileSink:
    """Appends to one file. A line that was torn when an earlier writer died is closed first, so it harms no other."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        size = os.fstat(self._handle).st_size
        if size and os.pread(self._handle, 1, size - 1) != b"\n":
            os.write(self._handle, b"\n")

    def write(self, line: bytes, /) -> None:
        """One system call; a short write is a full disk."""
        written = os.write(self._handle, line)
        if written != len(line):
            os.write(self._handle, line[written:])  # raises what stopped the first one

    def close(self) -> None:
        os.close(self._handle)


def boot_id() -> str:
    """Changes when the host starts anew, and with it the zero of its monotonic clock; "" outside Linux."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def header(*, name: str, interval_s: float, pid_file: str) -> dict[str, object]:
    """The first line of a file, and again after every start of the agent. The two clocks are read together."""
    return {
        "kind": KIND,
        "format": FORMAT,
        "host": name,
        "machine": platform.node(),
        "interval_s": interval_s,
        "wall": round(time.time(), 6),
        "mono_ns": time.monotonic_ns(),
        "boot": boot_id(),
        "cores": os.cpu_count() or 0,
        "pid_file": pid_file,
        "pid": os.getpid(),
    }


def next_deadline(start: float, interval_s: float, now: float) -> float:
    """The first deadline after `now` on the grid that begins at `start`."""
    return start + (int((now - start) / interval_s) + 1) * interval_s


def collect(sink: Sink, *, name: str, interval_s: float, pid_file: str, wait: Callable[[float], bool]) -> None:
    """Write a header and then a reading per interval until `wait(seconds)` answers True. Raises OSError of the sink."""
    said: set[str] = set()

    def note(key: str, sentence: str) -> None:
        if key not in said:
            said.add(key)
            sink.write(encode_line({"note": sentence, "wall": round(time.time(), 3), "mono_ns": time.monotonic_ns()}))

    sink.write(encode_line(header(name=name, interval_s=interval_s, pid_file=pid_file)))
    host = HostCounters(note, ProcessTree(Path(pid_file), note) if pid_file else None)
    before = host.snapshot()
    start = before.mono_ns / 1e9
    while not wait(next_deadline(start, interval_s, now := time.monotonic()) - now):
        after = host.snapshot()
        if after.mono_ns > before.mono_ns:
            sink.write(encode(reading_between(before, after)))
            before = after
