"""Takes one snapshot of a host's raw counters. What cannot be read is None and said once.

Not here: what only Linux tells (`kernel.py`), the process tree (`processes.py`), rates (`rates.py`), writing
(`collector.py`).
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import psutil

from harness.agent import kernel
from harness.agent.processes import Note, ProcessTree
from harness.agent.reading import Counters, CpuTimes, DiskCount, Memory, NetCount, QueueCount

Value = TypeVar("Value")

UNREADABLE = (OSError, psutil.Error, RuntimeError, ValueError, LookupError, AttributeError)
LINUX = sys.platform == "linux"
NOT_A_DISK = re.compile(r"(loop|ram|zram|sr|fd|nbd)\d+$")  # no medium of its own, or memory
STACKED = re.compile(r"(dm-|md|drbd|bcache)\d+$")  # its bytes are counted again on the devices below
SPEEDS_EVERY = 60  # readings between two looks at the speeds of links, for which some drivers ask their hardware
LOOPBACK = re.compile(r"lo\d*$|loopback", re.IGNORECASE)


def whole_disks(names: Iterable[str], below: Callable[[str], bool | None]) -> frozenset[str]:
    """Those of the device names whose bytes are to be summed: neither partitions nor stacked nor in memory.

    `below(name)` tells from the operating system whether a whole device lies on others; None when it does not know.
    """
    known = set(names)
    kept = set()
    for name in known:
        if NOT_A_DISK.match(name) or STACKED.match(name) or below(name):
            continue
        if any(other != name and re.fullmatch(re.escape(other) + r"p?\d+", name) for other in known):
            continue
        kept.add(name)
    return frozenset(kept)


def counted_interfaces(names: Iterable[str], has_device: Callable[[str], bool]) -> frozenset[str]:
    """The interfaces to be summed: those with hardware, because a bridge or bond repeats their bytes; all but
    loopback where none has hardware (a container)."""
    outside = {name for name in names if not LOOPBACK.match(name)}
    return frozenset({name for name in outside if has_device(name)} or outside)


def _lies_on_others(name: str) -> bool | None:
    try:
        return bool(os.listdir(f"/sys/block/{name.replace('/', '!')}/slaves"))
    except OSError:
        return None


def _has_device(name: str) -> bool:
    return not LINUX or os.path.exists(f"/sys/class/net/{name}/device")


class HostCounters:
    """Reads one host. Not thread-safe."""

    def __init__(self, note: Note, tree: ProcessTree | None = None) -> None:
        self._note = note
        self._tree = tree
        self._disk_names: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._net_names: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._speeds: dict[str, int] = {}
        self._turn = 0

    def snapshot(self) -> Counters:
        """Everything now. `mono_ns` and `wall` are taken first: reading costs about a millisecond."""
        wall, mono_ns = time.time(), time.monotonic_ns()
        networks, loopback = self._try("network", "网络收发量", self._networks) or (None, None)
        memory, swapped = self._try("memory", "内存", _memory) or (None, None)
        return Counters(
            wall=wall,
            mono_ns=mono_ns,
            agent_cpu_s=time.process_time(),
            cpu=self._try("cpu", "CPU 时间", _cpu),
            memory=memory,
            swapped=swapped,
            disks=self._try("disk", "磁盘读写量", self._disks),
            networks=networks,
            loopback=loopback,
            tcp=self._try("tcp", "TCP 计数", kernel.tcp) if LINUX else None,
            load=self._try("load", "平均负载", psutil.getloadavg),
            queue=self._try("queue", "运行队列", kernel.queue if LINUX else _switches),
            open_files=self._try("files", "打开的文件数", kernel.open_files) if LINUX else None,
            pressure=self._try("pressure", "资源等待时间", kernel.pressure) if LINUX else None,
            tree=None if self._tree is None else self._tree.read(),
        )

    def _try(self, key: str, title: str, read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except UNREADABLE as error:
            self._note(key, f"本机的{title}读不到（{type(error).__name__}: {error}），相应读数留空。")
            return None

    def _disks(self) -> dict[str, DiskCount]:
        found = kernel.disks() if LINUX else _portable_disks()
        names = frozenset(found)
        if names != self._disk_names[0]:
            self._disk_names = (names, whole_disks(names, _lies_on_others) if LINUX else names)
        if not self._disk_names[1]:
            raise LookupError("看不到物理磁盘")
        return {name: count for name, count in found.items() if name in self._disk_names[1]}

    def _networks(self) -> tuple[dict[str, NetCount], NetCount | None]:
        found = psutil.net_io_counters(pernic=True, nowrap=False)
        names = frozenset(found)
        if names != self._net_names[0]:
            self._net_names = (names, counted_interfaces(names, _has_device))
            self._turn = 0
        if LINUX and self._turn % SPEEDS_EVERY == 0:
            self._speeds = kernel.link_speeds(self._net_names[1])
        self._turn += 1
        counts = {
            name: NetCount(
                recv_bytes=count.bytes_recv,
                sent_bytes=count.bytes_sent,
                packets=count.packets_recv + count.packets_sent,
                errors=count.errin + count.errout + count.dropin + count.dropout,
                speed=self._speeds.get(name),
            )
            for name, count in found.items()
            if name in self._net_names[1] or LOOPBACK.match(name)
        }
        loopback = [name for name in counts if LOOPBACK.match(name)]
        return {n: c for n, c in counts.items() if n in self._net_names[1]}, counts[loopback[0]] if loopback else None


def _cpu() -> CpuTimes:
    cores = psutil.cpu_times(percpu=True)
    user = system = iowait = steal = everything = 0.0
    each = []
    for core in cores:
        waiting, stolen = getattr(core, "iowait", 0.0), getattr(core, "steal", 0.0)
        # Linux counts a guest's time in user and nice already
        total = sum(core) - getattr(core, "guest", 0.0) - getattr(core, "guest_nice", 0.0)
        user += core.user + getattr(core, "nice", 0.0)
        system += core.system + getattr(core, "irq", 0.0) + getattr(core, "softirq", 0.0)
        iowait += waiting
        steal += stolen
        everything += total
        each.append((total - core.idle - waiting, total))
    return CpuTimes(user=user, system=system, iowait=iowait, steal=steal, total=everything, cores=tuple(each))


def _memory() -> tuple[Memory, tuple[int, int]]:
    memory = psutil.virtual_memory()
    if LINUX:
        swap_total, swap_used, swapped = kernel.swap()
    else:
        swap = psutil.swap_memory()
        swap_total, swap_used, swapped = swap.total, swap.used, (swap.sin, swap.sout)
    plain = Memory(
        total=memory.total,
        used=memory.used,
        available=memory.available,
        percent=memory.percent,
        swap_total=swap_total,
        swap_used=swap_used,
    )
    return plain, swapped


def _portable_disks() -> dict[str, DiskCount]:
    return {
        name: DiskCount(
            read_bytes=count.read_bytes,
            write_bytes=count.write_bytes,
            reads=count.read_count,
            writes=count.write_count,
            busy_ms=getattr(count, "busy_time", None),
            read_ms=getattr(count, "read_time", None),
            write_ms=getattr(count, "write_time", None),
        )
        for name, count in psutil.disk_io_counters(perdisk=True, nowrap=False).items()
    }


def _switches() -> QueueCount:
    return QueueCount(switches=psutil.cpu_stats().ctx_switches, running=None, blocked=None)
