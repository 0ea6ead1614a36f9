"""What only Linux tells, straight from /proc and /sys: disks and their queues, TCP, run queue, swap, pressure.

Every function reads one file and raises OSError, ValueError or LookupError where it is not as expected; each costs some
ten microseconds. Not here: what every system tells (`counters.py`), the process tree (`processes.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from harness.agent.reading import DiskCount, QueueCount, TcpCount

SECTOR = 512  # of /proc/diskstats, whatever the device's own is
PRESSURES = ("cpu", "memory", "io")


def content(path: str) -> bytes:
    """All of a file of the kernel's, which says of its size that it is 0."""
    handle = os.open(path, os.O_RDONLY)
    try:
        found = os.read(handle, 1 << 16)
        while more := os.read(handle, 1 << 16):
            found += more
        return found
    finally:
        os.close(handle)


def disks() -> dict[str, DiskCount]:
    """Every block device (Documentation/admin-guide/iostats.rst numbers the fields)."""
    found = {}
    for line in content("/proc/diskstats").splitlines():
        fields = line.split()
        reads, _, read, read_ms, writes, _, written, write_ms, _, busy_ms, queued_ms = map(int, fields[3:14])
        found[fields[2].decode()] = DiskCount(
            read_bytes=read * SECTOR, write_bytes=written * SECTOR, reads=reads, writes=writes,
            busy_ms=busy_ms, read_ms=read_ms, write_ms=write_ms, queued_ms=queued_ms,
        )  # fmt: skip
    return found


def queue() -> QueueCount:
    """Of /proc/stat the lines behind the cores."""
    known = dict(line.split(b" ", 1) for line in content("/proc/stat").splitlines() if line[:4] in (b"ctxt", b"proc"))
    return QueueCount(
        switches=int(known[b"ctxt"]),
        running=max(0, int(known[b"procs_running"]) - 1),
        blocked=int(known[b"procs_blocked"]),
    )


def tcp() -> TcpCount:
    """Two lines of /proc/net/snmp: names and values; they count IPv6, too."""
    names, values = (line.split()[1:] for line in content("/proc/net/snmp").splitlines() if line.startswith(b"Tcp:"))
    known = dict(zip(names, values, strict=True))
    return TcpCount(
        established=int(known[b"CurrEstab"]), sent=int(known[b"OutSegs"]), resent=int(known[b"RetransSegs"])
    )


def swap() -> tuple[int, int, tuple[int, int]]:
    """(total, used, (in, out)) in bytes, the last two since boot. psutil takes every page for one of 4 KiB."""
    page = os.sysconf("SC_PAGE_SIZE")
    total = free = 0
    for line in content("/proc/meminfo").splitlines():
        if line.startswith(b"SwapTotal:"):
            total = int(line.split()[1]) << 10
        elif line.startswith(b"SwapFree:"):
            free = int(line.split()[1]) << 10
    known = dict(line.split(b" ", 1) for line in content("/proc/vmstat").splitlines() if line.startswith(b"pswp"))
    return total, total - free, (int(known[b"pswpin"]) * page, int(known[b"pswpout"]) * page)


def open_files() -> tuple[int, int]:
    """Handles of the whole host, and how many there may be."""
    used, unused, most = map(int, content("/proc/sys/fs/file-nr").split())
    return used - unused, most


def pressure() -> dict[str, int] | None:
    """Microseconds since boot in which some task, or all of them, waited; None where the kernel does not keep count."""
    found = {}
    for resource in PRESSURES:
        try:
            lines = content(f"/proc/pressure/{resource}").splitlines()
        except OSError:  # older than 4.20, or switched off
            return None
        for line in lines:
            kind, *values = line.split()
            found[f"{resource}_{kind.decode()}"] = int(values[-1].removeprefix(b"total="))
    return found


def link_speeds(names: Iterable[str]) -> dict[str, int]:
    """Bytes per second in each direction, of the interfaces that know their speed: a virtual one often does not."""
    found = {}
    for name in names:
        try:
            megabits = int(Path(f"/sys/class/net/{name}/speed").read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        if megabits > 0:
            found[name] = megabits * 125_000
    return found
