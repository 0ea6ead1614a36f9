"""Readings of a run → what the result says about resources, and the lines the charts draw.

Pure: `reader.py` opens the file.

A reading speaks for the `gap_s` seconds before it. It belongs to a window when the middle of that time does.
Units: % · B/s · MiB · ms · % of one core.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from harness.agent.reading import Cpu, Disk, Memory, Network, Process, Reading
from harness.result import ReadingSummary, Timeline

MIB = 1 << 20
POINTS = 600
LATE = 1.5  # a reading that speaks for more than this many intervals does not cover the time it slept through
ENOUGH = 0.9  # a line is drawn when so large a share of the points has a value

Window = tuple[int, int]  # start and end, mono_ns
Figures = dict[str, float | None]

UNITS = {
    "cpu": "%",
    "memory": "%",
    "disk": "B/s",
    "network": "B/s",
    "process_cpu": "% of one core",
    "process_memory": "MiB",
}
LINES = {  # name in a Timeline → figure
    "cpu": "cpu",
    "iowait": "cpu.iowait",
    "steal": "cpu.steal",
    "busiest_core": "cpu.busiest_core",
    "running": "cpu.running",
    "blocked": "cpu.blocked",
    "cpu_pressure": "cpu.pressure",
    "memory": "memory",
    "swap": "memory.swap",
    "swap_in": "memory.swap_in",
    "swap_out": "memory.swap_out",
    "memory_pressure": "memory.pressure",
    "disk_read": "disk.read",
    "disk_write": "disk.write",
    "disk_busy": "disk.busy",
    "disk_read_await": "disk.read_await",
    "disk_write_await": "disk.write_await",
    "disk_queue": "disk.queue",
    "io_pressure": "disk.pressure",
    "net_recv": "network.recv",
    "net_sent": "network.sent",
    "net_used": "network.used",
    "retransmits": "network.retransmits_per_s",
    "connections": "network.connections",
    "open_files": "process_memory.open_files",
    "process_cpu": "process_cpu",
    "process_memory": "process_memory",
    "process_read": "process_cpu.read",
    "process_write": "process_cpu.write",
}
SILENT = frozenset(
    {"disk_read_await", "disk_write_await"}
)  # drawn as 0 where nothing was read or written, as by iostat


def figures(reading: Reading) -> Figures:
    """All figures of a reading: a resource under its key, its details under `<key>.<detail>`."""
    return {
        **_cpu(reading, reading.cpu),
        **_memory(reading, reading.memory),
        **_disk(reading, reading.disk),
        **_network(reading, reading.network),
        **_process(reading.process),
    }


def _cpu(reading: Reading, cpu: Cpu | None) -> Figures:
    found: Figures = {"cpu.switches_per_s": reading.switches, "cpu.agent": reading.agent_cpu}
    found |= {"cpu.running": reading.running, "cpu.blocked": reading.blocked, "cpu.open_files": reading.open_files}
    found["cpu.pressure"] = _pressure(reading, "cpu_some")
    if reading.load is not None:
        found["cpu.load_1min"] = reading.load[0]
    if cpu is not None:
        found |= {
            "cpu": cpu.busy,
            "cpu.user": cpu.user,
            "cpu.system": cpu.system,
            "cpu.iowait": cpu.iowait,
            "cpu.steal": cpu.steal,
            "cpu.busiest_core": max(cpu.cores, default=None),
        }
    return found


def _pressure(reading: Reading, name: str) -> float | None:
    return None if reading.pressure is None else reading.pressure.get(name)


def _memory(reading: Reading, memory: Memory | None) -> Figures:
    if memory is None:
        return {}
    return {
        "memory": memory.percent,
        "memory.used_mib": memory.used / MIB,
        "memory.available_mib": memory.available / MIB,
        "memory.total_mib": memory.total / MIB,
        "memory.swap_used_mib": memory.swap_used / MIB,
        "memory.swap": memory.swap_used / memory.swap_total * 100 if memory.swap_total else 0.0,
        "memory.swap_in": reading.swap_in,
        "memory.swap_out": reading.swap_out,
        "memory.pressure": _pressure(reading, "memory_some"),
    }


def _disk(reading: Reading, disk: Disk | None) -> Figures:
    if disk is None:
        return {}
    return {
        "disk": disk.read + disk.write,
        "disk.read": disk.read,
        "disk.write": disk.write,
        "disk.iops": disk.iops,
        "disk.busy": disk.busy,
        "disk.read_await": disk.read_await,
        "disk.write_await": disk.write_await,
        "disk.queue": disk.queue,
        "disk.pressure": _pressure(reading, "io_some"),
    }


def _network(reading: Reading, network: Network | None) -> Figures:
    if network is None:
        return {}
    inner = network.loopback
    recv, sent = network.recv + (inner.recv if inner else 0.0), network.sent + (inner.sent if inner else 0.0)
    return {
        "network": recv + sent,
        "network.recv": recv,
        "network.sent": sent,
        "network.loopback": inner.recv + inner.sent if inner else None,
        "network.packets_per_s": network.packets + (inner.packets if inner else 0.0),
        "network.errors_per_s": network.errors,
        "network.used": network.used,
        "network.retransmits_per_s": reading.retransmits,
        "network.segments_per_s": reading.segments,
        "network.connections": reading.connections,
    }


def _process(process: Process | None) -> Figures:
    if process is None:
        return {}
    if process.gone:
        return {"process_cpu.gone_share": 1.0}
    return {
        "process_cpu": process.cpu,
        "process_cpu.processes": process.count,
        "process_cpu.threads": process.threads,
        "process_cpu.read": process.read,
        "process_cpu.write": process.write,
        "process_cpu.gone_share": 0.0,
        "process_cpu.busiest": max((each.cpu for each in process.top), default=None),
        "process_cpu.busiest_single": max((each.cpu for each in process.top if each.threads == 1), default=None),
        "process_memory": process.memory / MIB,
        "process_memory.rss_sum_mib": process.rss / MIB,
        "process_memory.open_files": process.fds,
    }


# --------------------------------------------------------------------------- summaries


def summarise(readings: Iterable[Reading], windows: Sequence[Window]) -> dict[str, ReadingSummary]:
    """One summary per resource over the windows: cpu memory disk network process_cpu process_memory.

    A resource without a single value is left out: there is nothing to say about it. `details` has the mean of every
    further figure under its name and its maximum under `<name>_max`; process_cpu also counts `restarts`.
    """
    inside, nominal = _inside(readings, windows)
    coverage = _coverage(inside, windows, nominal)
    columns: dict[str, list[float]] = {}
    for reading in inside:
        for name, value in figures(reading).items():
            if value is not None:
                columns.setdefault(name, []).append(value)
    restarts = sum(1 for r in inside if r.process is not None and r.process.restarted)
    summaries = {}
    for key, unit in UNITS.items():
        values = columns.get(key)
        if values is None:
            continue
        details = {"restarts": float(restarts)} if key == "process_cpu" else {}
        for name, further in columns.items():
            if name.startswith(f"{key}."):
                short = name.removeprefix(f"{key}.")
                details[short], details[f"{short}_max"] = sum(further) / len(further), max(further)
        summaries[key] = ReadingSummary(
            mean=sum(values) / len(values),
            p95=_quantile(sorted(values), 0.95),
            maximum=max(values),
            unit=unit,
            n=len(values),
            coverage=coverage * len(values) / len(inside),
            details=details,
        )
    return summaries


def _inside(readings: Iterable[Reading], windows: Sequence[Window]) -> tuple[list[Reading], float]:
    """The readings of the windows in order of time, and the usual interval in seconds."""
    found = sorted(readings, key=lambda r: r.mono_ns)
    gaps = sorted(r.gap_s for r in found)
    nominal = gaps[len(gaps) // 2] if gaps else 1.0
    inside = []
    for reading in found:
        middle = reading.mono_ns - reading.gap_s * 5e8
        if any(start <= middle < end for start, end in windows):
            inside.append(reading)
    return inside, nominal


def _coverage(inside: Sequence[Reading], windows: Sequence[Window], nominal: float) -> float:
    """Share of the windows' whole seconds for at least half of which a reading speaks."""
    seconds = covered = 0
    times = [r.mono_ns for r in inside]
    for start, end in windows:
        length = int((end - start) // 1_000_000_000)
        spoken = [0.0] * length
        last = bisect_left(times, end + int(LATE * nominal * 1e9))
        for reading in inside[bisect_left(times, start) : last]:
            until = (reading.mono_ns - start) / 1e9
            since = until - min(reading.gap_s, LATE * nominal)
            for second in range(max(0, math.floor(since)), min(length, math.ceil(until))):
                spoken[second] += min(until, second + 1) - max(since, second)
        seconds += length
        covered += sum(1 for share in spoken if share >= 0.5)
    return covered / seconds if seconds else 0.0


def _quantile(ordered: Sequence[float], q: float) -> float:
    """Linear between neighbours, as numpy's default is."""
    place = (len(ordered) - 1) * q
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


# --------------------------------------------------------------------------- lines to draw


def timeline(readings: Iterable[Reading], epoch_mono_ns: int, stack: str, host: str = "") -> Timeline:
    """At most 600 points over the run, each the mean of its stretch. A line with too many holes is not drawn, and a
    point at which one of the drawn lines has a hole is left out: nothing is made up."""
    found = sorted(readings, key=lambda r: r.mono_ns)
    if not found:
        return Timeline(stack=stack, host=host, t=(), values={})
    stretches = _stretches(found)
    rows = [[_drawable(figures(reading)) for reading in stretch] for stretch in stretches]
    table = {name: [_mean(figure, row) for row in rows] for name, figure in LINES.items()}
    drawn = {name: line for name, line in table.items() if sum(v is not None for v in line) >= ENOUGH * len(stretches)}
    whole = [i for i in range(len(stretches)) if all(line[i] is not None for line in drawn.values())]
    return Timeline(
        stack=stack,
        host=host,
        t=tuple((stretches[i][-1].mono_ns - epoch_mono_ns) / 1e9 for i in whole),
        values={name: tuple(v for i in whole if (v := line[i]) is not None) for name, line in drawn.items()},
    )


def _drawable(found: Figures) -> Figures:
    if "disk" in found:
        found |= {LINES[name]: 0.0 for name in SILENT if found[LINES[name]] is None}
    return found


def _stretches(ordered: Sequence[Reading]) -> list[list[Reading]]:
    """Readings by equal stretches of time; empty stretches (the agent was away) are dropped."""
    begin, length = ordered[0].mono_ns, ordered[-1].mono_ns - ordered[0].mono_ns + 1
    if len(ordered) <= POINTS:
        return [[reading] for reading in ordered]
    stretches: dict[int, list[Reading]] = {}
    for reading in ordered:
        stretches.setdefault((reading.mono_ns - begin) * POINTS // length, []).append(reading)
    return list(stretches.values())


def _mean(name: str, stretch: Sequence[Figures]) -> float | None:
    found = [value for figure in stretch if (value := figure.get(name)) is not None]
    return sum(found) / len(found) if found else None
