"""One reading of a host: what it holds, how it follows from two snapshots of raw counters, how it stands in a file.

Pure: no clock, no /proc, no psutil. Units: shares in % (0..100), process CPU in % of one core, bytes and bytes per
second, seconds. A value that the host does not tell is None, never 0.

A readings file is JSON lines: a header first (again after every restart of the agent), then readings, and now and then
a note in plain words. `wall` is Unix time, `mono_ns` is `time.monotonic_ns()` of the host that wrote the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

FORMAT = 2
READABLE = (1, 2)  # the first knew less: what it lacks is None
KIND = "xinheng-readings"

# --------------------------------------------------------------------------- raw counters


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuTimes:
    """Seconds since boot, summed over the cores; `cores` has (busy, total) of each."""

    user: float
    system: float
    iowait: float
    steal: float
    total: float
    cores: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskCount:
    """One whole device since boot."""

    read_bytes: int
    write_bytes: int
    reads: int
    writes: int
    busy_ms: int | None  # not known outside Linux and FreeBSD
    read_ms: int | None = None  # all reads together, waiting in the queue included
    write_ms: int | None = None
    queued_ms: int | None = None  # time × operations under way


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpCount:
    """TCP over both address families, of the whole host."""

    established: int  # now
    sent: int  # segments
    resent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCount:
    """What the scheduler is busy with."""

    switches: int
    running: int | None  # now: on a core or waiting for one, ourselves left out; only Linux tells
    blocked: int | None  # now: waiting for a disk


@dataclass(frozen=True, slots=True, kw_only=True)
class NetCount:
    """One interface since boot."""

    recv_bytes: int
    sent_bytes: int
    packets: int
    errors: int  # errors and drops, both directions
    speed: int | None = None  # bytes per second that the link can carry in each direction


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessCount:
    """One process of the watched tree. `waited_s` is the CPU of its children that ended and were waited for."""

    started: int  # with the pid this names a process for good, where pids are used again
    cpu_s: float
    waited_s: float
    rss: int
    shared: int  # the part of rss that other processes may map too
    threads: int
    fds: int | None
    read_bytes: int | None  # includes ended children, as the kernel counts it
    write_bytes: int | None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeCount:
    """The watched tree; root is 0 when nothing lives behind the pid file."""

    root: int
    restarts: int  # how often another root was found since the agent began
    processes: Mapping[int, ProcessCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Main memory and swap at one moment."""

    total: int
    used: int
    available: int
    percent: float
    swap_total: int
    swap_used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Everything of one moment; None where the host does not tell."""

    wall: float
    mono_ns: int
    agent_cpu_s: float
    cpu: CpuTimes | None = None
    memory: Memory | None = None
    disks: Mapping[str, DiskCount] | None = None
    networks: Mapping[str, NetCount] | None = None
    loopback: NetCount | None = None
    tcp: TcpCount | None = None
    load: tuple[float, float, float] | None = None
    queue: QueueCount | None = None
    swapped: tuple[int, int] | None = None  # bytes in, out
    open_files: tuple[int, int] | None = None  # handles of the whole host, and how many there may be
    pressure: Mapping[str, int] | None = None  # cpu_some, io_full … → microseconds lost
    tree: TreeCount | None = None


# --------------------------------------------------------------------------- readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    busy: float
    user: float
    system: float  # kernel, interrupts included
    iowait: float
    steal: float
    cores: tuple[float, ...]  # busy share of each


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFlow:
    read: float
    write: float
    iops: float
    busy: float | None
    read_await: float | None = None  # ms per read; None where there was none
    write_await: float | None = None
    queue: float | None = None  # operations under way, on average


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Sum over the physical devices; `busy` is that of the busiest one, and so are the waits and the queue."""

    read: float
    write: float
    iops: float
    busy: float | None
    devices: dict[str, DiskFlow]
    read_await: float | None = None
    write_await: float | None = None
    queue: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetFlow:
    recv: float
    sent: float
    packets: float
    errors: float
    used: float | None = None  # % of the link's speed, of the fuller direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Sum over the physical interfaces; `used` is that of the fullest one. Loopback stands apart: stacks on one host
    talk over it."""

    recv: float
    sent: float
    packets: float
    errors: float
    loopback: NetFlow | None
    interfaces: dict[str, NetFlow]
    used: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """One process of the watched tree that used much CPU."""

    pid: int
    name: str
    cpu: float  # % of one core
    threads: int
    rss: int
    read: float | None
    write: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The watched tree.

    `rss` is a sum, in which pages shared between processes count once for each of them: that would be unfair to a
    server with a process per connection. `memory` is what the tree takes from the host: private pages summed, plus
    the largest shared part once. (PSS would be exact, but walking the page tables of a large server every second
    slows the very server that is measured.)
    """

    root: int
    gone: bool  # nothing lives behind the pid file
    restarted: bool  # another root than the one known before
    count: int
    cpu: float | None  # % of one core
    rss: int
    memory: int
    threads: int
    fds: int | None
    read: float | None
    write: float | None
    top: tuple[Consumer, ...] = ()  # the few that used most CPU, most first; idle ones are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What happened on a host in the `gap_s` seconds before `mono_ns`."""

    wall: float
    mono_ns: int
    gap_s: float
    agent_cpu: float  # % of one core
    cpu: Cpu | None
    memory: Memory | None
    disk: Disk | None
    network: Network | None
    retransmits: float | None  # TCP segments sent again, per second
    load: tuple[float, float, float] | None
    switches: float | None  # context switches per second
    process: Process | None
    segments: float | None = None  # TCP segments sent per second
    connections: int | None = None  # established, of the whole host; sockets of one machine's own kind are not TCP
    running: int | None = None
    blocked: int | None = None
    swap_in: float | None = None
    swap_out: float | None = None
    open_files: int | None = None
    open_files_limit: int | None = None
    pressure: dict[str, float] | None = None  # % of the time in which some, or all, waited for cpu, memory or io


# --------------------------------------------------------------------------- encoding


_LATER = (
    "segments", "connections", "running", "blocked", "swap_in", "swap_out", "open_files", "open_files_limit",
    "pressure",
)  # fmt: skip


def encode(reading: Reading) -> bytes:
    """One line with its newline."""
    return encode_line(_plain(reading))


def encode_line(content: Mapping[str, Any]) -> bytes:
    """A header or a note as a line of the file."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(content: Mapping[str, Any]) -> Reading:
    """The inverse of `encode`, from a parsed line. Raises KeyError or TypeError on anything else."""
    disk, network, memory, process = (content[k] for k in ("disk", "network", "memory", "process"))
    return Reading(
        **{k: content[k] for k in ("wall", "mono_ns", "gap_s", "agent_cpu", "retransmits", "switches")},
        **{k: content[k] for k in _LATER if k in content},
        load=_triple(content["load"]),
        cpu=None if content["cpu"] is None else Cpu(**{**content["cpu"], "cores": tuple(content["cpu"]["cores"])}),
        memory=None if memory is None else Memory(**memory),
        disk=None if disk is None else Disk(**{**disk, "devices": _each(DiskFlow, disk["devices"])}),
        network=None if network is None else _network(network),
        process=None if process is None else Process(**{**process, "top": _consumers(process.get("top", ()))}),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


def _triple(value: Iterable[float] | None) -> tuple[float, float, float] | None:
    if value is None:
        return None
    one, five, fifteen = value
    return one, five, fifteen


def _consumers(content: Iterable[Mapping[str, Any]]) -> tuple[Consumer, ...]:
    return tuple(Consumer(**each) for each in content)


def _each(kind: Any, content: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: kind(**values) for name, values in content.items()}


def _network(content: Mapping[str, Any]) -> Network:
    loopback = content["loopback"]
    return Network(
        **{
            **content,
            "loopback": None if loopback is None else NetFlow(**loopback),
            "interfaces": _each(NetFlow, content["interfaces"]),
        }
    )
