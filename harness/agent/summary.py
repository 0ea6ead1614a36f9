"""Readings of a run → what the result says about resources, and the lines the charts draw. Pure, but for the reader.

A reading speaks for the `gap_s` seconds before it. It belongs to a window when the middle of that time does.
Units: % · B/s · MiB · % of one core.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from harness.agent.reading import FORMAT, KIND, Reading, decode
from harness.errors import RecordingBroken
from harness.result import ReadingSummary, Timeline

MIB = 1 << 20
POINTS = 600
LATE = 1.5  # a reading that speaks for more than this many intervals does not cover the time it slept through
ENOUGH = 0.9  # a line is drawn when so large a share of the points has a value

Window = tuple[int, int]  # start and end, mono_ns
Value = Callable[[Reading], float | None]


def read_lines(path: Path) -> Iterator[dict[str, object]]:
    """Every line of a readings file. A torn line is skipped where an agent died: at the end, or before a header."""
    torn = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                content = json.loads(line)
            except ValueError:
                content = None
            whole = isinstance(content, dict)
            if torn and not (whole and content.get("kind") == KIND):
                raise _broken(path, torn)
            torn = 0 if whole else number
            if whole:
                yield content


def read_readings(path: Path) -> Iterator[Reading]:
    """The readings of a file, in order, without headers and notes."""
    for content in read_lines(path):
        if content.get("kind") == KIND:
            if content.get("format") != FORMAT:
                raise RecordingBroken(
                    f"{path} 的格式版本是 {content.get('format')}，本版信衡只认 {FORMAT}。", hint="请用写出它的那一版信衡读取。"
                )
        elif "note" not in content:
            try:
                yield decode(content)
            except (KeyError, TypeError, ValueError, AttributeError):
                raise _broken(path, 0) from None


def read_notes(path: Path) -> tuple[str, ...]:
    """What the agent could not read, in its own words."""
    return tuple(str(content["note"]) for content in read_lines(path) if "note" in content)


def _broken(path: Path, number: int) -> RecordingBroken:
    where = f" 第 {number} 行" if number else ""
    return RecordingBroken(f"读数文件 {path}{where}无法解析。", hint="文件已损坏；请用 xinheng verify 查看哪些文件被改动。")


# --------------------------------------------------------------------------- what is summed up


def _net_recv(r: Reading) -> float | None:
    return None if r.network is None else r.network.recv + (r.network.loopback.recv if r.network.loopback else 0.0)


def _net_sent(r: Reading) -> float | None:
    return None if r.network is None else r.network.sent + (r.network.loopback.sent if r.network.loopback else 0.0)


def _network(r: Reading) -> float | None:
    recv, sent = _net_recv(r), _net_sent(r)
    return None if recv is None or sent is None else recv + sent


def _loopback(r: Reading) -> float | None:
    return None if r.network is None or r.network.loopback is None else r.network.loopback.recv


MAIN: dict[str, tuple[str, Value]] = {
    "cpu": ("%", lambda r: r.cpu and r.cpu.busy),
    "memory": ("%", lambda r: r.memory and r.memory.percent),
    "disk": ("B/s", lambda r: r.disk and r.disk.read + r.disk.write),
    "network": ("B/s", _network),
    "process_cpu": ("% of one core", lambda r: r.process and r.process.cpu),
    "process_memory": ("MiB", lambda r: r.process and (None if r.process.gone else r.process.memory / MIB)),
}

DETAILS: dict[str, dict[str, Value]] = {
    "cpu": {
        "user": lambda r: r.cpu and r.cpu.user,
        "system": lambda r: r.cpu and r.cpu.system,
        "iowait": lambda r: r.cpu and r.cpu.iowait,
        "steal": lambda r: r.cpu and r.cpu.steal,
        "busiest_core": lambda r: r.cpu and max(r.cpu.cores, default=None),
        "load_1min": lambda r: r.load and r.load[0],
        "switches_per_s": lambda r: r.switches,
        "agent_cpu": lambda r: r.agent_cpu,
    },
    "memory": {
        "used_mib": lambda r: r.memory and r.memory.used / MIB,
        "available_mib": lambda r: r.memory and r.memory.available / MIB,
        "total_mib": lambda r: r.memory and r.memory.total / MIB,
        "swap_used_mib": lambda r: r.memory and r.memory.swap_used / MIB,
    },
    "disk": {
        "read": lambda r: r.disk and r.disk.read,
        "write": lambda r: r.disk and r.disk.write,
        "iops": lambda r: r.disk and r.disk.iops,
        "busy": lambda r: r.disk and r.disk.busy,
    },
    "network": {
        "recv": _net_recv,
        "sent": _net_sent,
        "loopback": _loopback,
        "packets_per_s": lambda r: r.network and r.network.packets,
        "errors_per_s": lambda r: r.network and r.network.errors,
        "retransmits_per_s": lambda r: r.retransmits,
    },
    "process_cpu": {
        "processes": lambda r: r.process and r.process.count,
        "threads": lambda r: r.process and r.process.threads,
        "read": lambda r: r.process and r.process.read,
        "write": lambda r: r.process and r.process.write,
        "gone_share": lambda r: r.process and float(r.process.gone),
    },
    "process_memory": {
        "rss_sum_mib": lambda r: r.process and (None if r.process.gone else r.process.rss / MIB),
        "open_files": lambda r: r.process and r.process.fds,
    },
}


def summarise(readings: Iterable[Reading], windows: Sequence[Window]) -> dict[str, ReadingSummary]:
    """One summary per resource over the windows: cpu memory disk network process_cpu process_memory.

    A resource without a single value is left out: there is nothing to say about it. `details` has the mean of every
    further figure under its name and its maximum under `<name>_max`; process_cpu also counts `restarts`.
    """
    inside, nominal = _inside(readings, windows)
    coverage = _coverage(inside, windows, nominal)
    summaries = {}
    for key, (unit, value) in MAIN.items():
        values = [v for r in inside if (v := value(r)) is not None]
        if not values:
            continue
        details: dict[str, float] = {}
        for name, further in DETAILS[key].items():
            found = [v for r in inside if (v := further(r)) is not None]
            if found:
                details[name], details[f"{name}_max"] = sum(found) / len(found), max(found)
        if key == "process_cpu":
            details["restarts"] = float(sum(1 for r in inside if r.process and r.process.restarted))
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
    for start, end in windows:
        length = int((end - start) // 1_000_000_000)
        spoken = [0.0] * length
        for reading in inside:
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

LINES: dict[str, Value] = {
    "cpu": MAIN["cpu"][1],
    "iowait": DETAILS["cpu"]["iowait"],
    "steal": DETAILS["cpu"]["steal"],
    "memory": MAIN["memory"][1],
    "disk_read": DETAILS["disk"]["read"],
    "disk_write": DETAILS["disk"]["write"],
    "net_recv": _net_recv,
    "net_sent": _net_sent,
    "process_cpu": MAIN["process_cpu"][1],
    "process_memory": MAIN["process_memory"][1],
}


def timeline(readings: Iterable[Reading], epoch_mono_ns: int, stack: str) -> Timeline:
    """At most 600 points over the run, each the mean of its stretch. A line with too many holes is not drawn, and a
    point at which one of the drawn lines has a hole is left out: nothing is made up."""
    found = sorted(readings, key=lambda r: r.mono_ns)
    if not found:
        return Timeline(stack=stack, t=(), values={})
    stretches = _stretches(found)
    table = {name: [_mean(value, stretch) for stretch in stretches] for name, value in LINES.items()}
    drawn = {
        name: line for name, line in table.items() if sum(v is not None for v in line) >= ENOUGH * len(stretches)
    }
    whole = [i for i in range(len(stretches)) if all(line[i] is not None for line in drawn.values())]
    return Timeline(
        stack=stack,
        t=tuple((stretches[i][-1].mono_ns - epoch_mono_ns) / 1e9 for i in whole),
        values={name: tuple(v for i in whole if (v := line[i]) is not None) for name, line in drawn.items()},
    )


def _stretches(ordered: Sequence[Reading]) -> list[list[Reading]]:
    """Readings by equal stretches of time; empty stretches (the agent was away) are dropped."""
    begin, length = ordered[0].mono_ns, ordered[-1].mono_ns - ordered[0].mono_ns + 1
    if len(ordered) <= POINTS:
        return [[reading] for reading in ordered]
    stretches: dict[int, list[Reading]] = {}
    for reading in ordered:
        stretches.setdefault((reading.mono_ns - begin) * POINTS // length, []).append(reading)
    return list(stretches.values())


def _mean(value: Value, stretch: Sequence[Reading]) -> float | None:
    found = [v for r in stretch if (v := value(r)) is not None]
    return sum(found) / len(found) if found else None
