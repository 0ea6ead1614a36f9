"""Which resource of a stack was used up first, at what load, and by what figures one can tell.

A pack's levels are looked at in order of load. At the first at which a resource passes its threshold, the one that did
so earliest is named; where none does at any level, that is said with the figures of the highest. Where nothing but the
generator gave way, nothing is known about higher loads. Pure. Not here: verdicts (`judge/resources.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from harness.agent.reading import Reading
from harness.agent.summary import Figures, Window, figures
from harness.assess.blocks import NS, Block
from harness.assess.usage import host_cpu, measured, tree_cpu
from harness.load_result import Bottleneck
from harness.settings_plan import LimitsPlan

# Beyond these a resource has nothing left to give. The plan's own limits say so for CPU; the others are what the makers
# of the tools say of their figures, or follow from what a figure means.
CORE = 95.0  # % of one core by a process with one thread: it cannot use another
DISK_BUSY = 90.0  # %; iostat(1): saturation for devices that serve one request after the other …
DISK_SLOWER = 1.5  # … so for others each operation must take that much longer than at the lowest load, too …
DISK_QUEUE = 2.0  # … or, where there is no lower load, so many must wait together
MEMORY_LEFT = 5.0  # % of the memory available; what the kernel needs before it takes pages back
SWAPPING = 0.1  # share of the seconds in which pages came back from swap
LINK = 80.0  # % of a link's speed, framing and bursts shorter than a second left out
RESENT = 1.0  # % of the TCP segments sent
RESENT_AT = 100.0  # segments per second: below, a share says nothing
HANDLES = 90.0  # % of the handles the host may open
STAYED = 3  # readings in a row that make a moment

FREE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A resource that passed its threshold."""

    resource: str
    host: str
    value: float
    limit: float
    unit: str
    at_ns: int
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One stack's hosts as they were watched."""

    stack: str
    hosts: Mapping[str, Sequence[Reading]]
    shared: bool  # one of them generates the load, too
    limits: LimitsPlan
    epoch_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One host during some windows: its figures by name, each with its moments."""

    host: str
    readings: Sequence[Reading]
    rows: Sequence[Figures]

    def values(self, name: str) -> list[float]:
        return [value for row in self.rows if (value := row.get(name)) is not None]

    def mean(self, name: str) -> float | None:
        return fmean(values) if (values := self.values(name)) else None

    def stays(self, name: str, beyond: float, *, below: bool = False) -> int:
        """When the figure first was beyond a threshold for a few readings in a row; else the beginning."""
        run = 0
        for reading, row in zip(self.readings, self.rows, strict=True):
            value = row.get(name)
            run = run + 1 if value is not None and (value < beyond if below else value > beyond) else 0
            if run == STAYED:
                return reading.mono_ns
        return self.readings[0].mono_ns


def bottlenecks(blocks: Sequence[Block], scene: Scene) -> list[Bottleneck]:
    """One of each pack: the first, or the sentence that there was none."""
    own = [b for b in blocks if b.summary.stack == scene.stack]
    found: list[Bottleneck] = []
    for pack in dict.fromkeys(b.summary.pack for b in own):
        levels: dict[str, list[Block]] = {}
        for block in sorted((b for b in own if b.summary.pack == pack), key=_load):
            levels.setdefault(block.summary.level, []).append(block)
        found += _first(list(levels.values()), scene)
    return found


def _load(block: Block) -> float:
    return block.summary.rate_per_s or block.summary.throughput_per_s


def _first(levels: Sequence[Sequence[Block]], scene: Scene) -> Iterator[Bottleneck]:
    base: dict[str, _Seen] = {}
    seen: dict[str, _Seen] = {}
    for blocks in levels:
        windows = [measured(b) for b in blocks]
        seen = {host: one for host, readings in scene.hosts.items() if (one := _see(host, readings, windows))}
        candidates = [c for host, one in seen.items() for c in _beyond(one, base.get(host), scene)]
        candidates += _generator(blocks, scene)
        if candidates:
            yield _named(min(candidates, key=lambda c: (c.resource == "generator", c.at_ns)), blocks, scene)
            return
        base = base or seen
    if seen:
        yield _nothing(seen, levels[-1], scene)


def _see(host: str, readings: Sequence[Reading], windows: Sequence[Window]) -> _Seen | None:
    inside = [
        r for r in readings if any(begin <= r.mono_ns - r.gap_s * NS / 2 < end for begin, end in windows)
    ]  # a reading speaks for the time before it
    return _Seen(host=host, readings=inside, rows=[_extended(r) for r in inside]) if inside else None


def _extended(reading: Reading) -> Figures:
    found = figures(reading)
    if reading.memory is not None and reading.memory.total:
        found["memory.left"] = reading.memory.available / reading.memory.total * 100
    if reading.segments is not None and reading.retransmits is not None and reading.segments >= RESENT_AT:
        found["network.resent"] = reading.retransmits / reading.segments * 100
    if reading.open_files is not None and reading.open_files_limit:
        found["cpu.handles"] = reading.open_files / reading.open_files_limit * 100
    return found


def _beyond(seen: _Seen, base: _Seen | None, scene: Scene) -> Iterator[Candidate]:
    """Every threshold that a host passed; `base` is the same host at the pack's lowest load."""

    def candidate(resource: str, figure: str, limit: float, unit: str, said: str, *, below: bool = False) -> Candidate:
        return Candidate(
            resource=resource, host=seen.host, value=seen.mean(figure) or 0.0, limit=limit, unit=unit,
            at_ns=seen.stays(figure, limit, below=below), evidence=said,
        )  # fmt: skip

    cpu, busy_limit = seen.mean("cpu"), 100 * scene.limits.cpu_busy.value
    if cpu is not None and cpu > busy_limit:
        said = f"CPU 平均占用 {cpu:.1f}%，超过限值 {busy_limit:g}%（{scene.limits.cpu_busy.source}）"
        yield candidate("cpu", "cpu", busy_limit, "%", said + _whose(seen, scene))
    figure = "process_cpu.busiest_single" if seen.values("process_cpu") else "cpu.busiest_core"
    core = None if scene.shared and figure == "cpu.busiest_core" else seen.mean(figure)
    if core is not None and core > CORE and cpu is not None and cpu < CORE:
        who = _single(seen)
        said = f"{who}占满一个核（平均 {core:.1f}%，限值 {CORE:g}%），而整机 CPU 只用了 {cpu:.1f}%：它不能使用更多的核"
        yield candidate("core", figure, CORE, "% of one core", said)
    left = seen.mean("memory.left")
    if left is not None and left < MEMORY_LEFT:
        said = f"可用内存平均只剩 {left:.1f}%，低于 {MEMORY_LEFT:g}%"
        yield candidate("memory", "memory.left", MEMORY_LEFT, "%", said, below=True)
    swapped = seen.values("memory.swap_in")
    if swapped and sum(value > 0 for value in swapped) >= SWAPPING * len(swapped):
        said = f"内存不足，页面从交换区换回，平均每秒 {seen.mean('memory.swap_in') or 0:,.0f} 字节"
        yield candidate("swap", "memory.swap_in", 0.0, "B/s", said)
    slow = _disk_slow(seen, base)
    if slow:
        yield candidate("disk", "disk.busy", DISK_BUSY, "%", slow)
    used = seen.mean("network.used")
    if used is not None and used > LINK:
        yield candidate("network", "network.used", LINK, "%", f"网卡带宽平均占用 {used:.1f}%，超过 {LINK:g}%")
    resent = seen.mean("network.resent")
    if resent is not None and resent > RESENT:
        said = f"TCP 报文段平均有 {resent:.1f}% 重传，超过 {RESENT:g}%：网络丢包或拥塞"
        yield candidate("network", "network.resent", RESENT, "%", said)
    handles = seen.mean("cpu.handles")
    if handles is not None and handles > HANDLES:
        said = f"打开的文件与连接占系统上限的 {handles:.1f}%，超过 {HANDLES:g}%"
        yield candidate("connections", "cpu.handles", HANDLES, "%", said)


def _whose(seen: _Seen, scene: Scene) -> str:
    """How many cores the watched processes used, and how many everything else."""
    tree = [value for r in seen.readings if (value := tree_cpu(r)) is not None]
    host = [value for r in seen.readings if (value := host_cpu(r)) is not None]
    if not tree or not host:
        return "；压测机与被测系统同机，无法区分是谁占用" if scene.shared else ""
    own, everything = fmean(tree), fmean(host)
    others = "压测进程等其余程序" if scene.shared else "其余程序"
    return f"：被测进程树占 {own:.2f} 个核，{others}占 {max(0.0, everything - own):.2f} 个核"


def _single(seen: _Seen) -> str:
    names = [p.name for r in seen.readings if r.process is not None for p in r.process.top if p.threads == 1]
    return f"单线程进程 {max(set(names), key=names.count)} " if names else "某个单线程的处理"


def _disk_slow(seen: _Seen, base: _Seen | None) -> str:
    """Why the disk counts as saturated, "" where it does not."""
    busy, queue = seen.mean("disk.busy"), seen.mean("disk.queue")
    if busy is None or busy <= DISK_BUSY:
        return ""
    for title, figure in (("读", "disk.read_await"), ("写", "disk.write_await")):
        now, before = seen.mean(figure), base.mean(figure) if base else None
        if now is not None and before and now > DISK_SLOWER * before:
            return (
                f"磁盘平均有 {busy:.1f}% 的时间在忙（限值 {DISK_BUSY:g}%），每次{title}等待 {now:.1f} ms，"
                f"是最低负载时（{before:.1f} ms）的 {now / before:.1f} 倍"
            )
    if base is None and queue is not None and queue > DISK_QUEUE:
        return f"磁盘平均有 {busy:.1f}% 的时间在忙（限值 {DISK_BUSY:g}%），平均 {queue:.1f} 个操作同时排队"
    return ""


def _generator(blocks: Sequence[Block], scene: Scene) -> Iterator[Candidate]:
    """The generator, where it spoilt more than half of a level's blocks."""
    spoilt = [b for b in blocks if not b.summary.valid]
    if 2 * len(spoilt) > len(blocks):
        worst = max(spoilt, key=lambda b: b.summary.generator_cpu)
        yield Candidate(
            resource="generator", host="", value=100 * worst.summary.generator_cpu,
            limit=100 * scene.limits.generator_cpu.value, unit="% of one core", at_ns=worst.window[0],
            evidence=f"压测机先到极限（{worst.summary.invalid_reason}），被测系统在更高负载下如何并不知道",
        )  # fmt: skip


def _named(found: Candidate, blocks: Sequence[Block], scene: Scene) -> Bottleneck:
    summary, rate = blocks[0].summary, fmean(_load(b) for b in blocks)
    where = f"主机 {found.host} " if found.host else ""
    return Bottleneck(
        pack=summary.pack, stack=scene.stack, level=summary.level, host=found.host, resource=found.resource,
        value=found.value, limit=found.limit, unit=found.unit, rate_per_s=rate,
        at_s=(found.at_ns - scene.epoch_ns) / NS,
        evidence=f"{summary.level}负载（每秒 {rate:.3g} 笔）下，{where}{found.evidence}。",
    )  # fmt: skip


def _nothing(seen: Mapping[str, _Seen], blocks: Sequence[Block], scene: Scene) -> Bottleneck:
    """No resource was used up; the busiest host's CPU stands for how much was left."""
    host, one = max(seen.items(), key=lambda each: each[1].mean("cpu") or 0.0)
    cpu = one.mean("cpu") or 0.0
    return _named(
        Candidate(
            resource=FREE, host=host, value=cpu, limit=100 * scene.limits.cpu_busy.value, unit="%",
            at_ns=blocks[0].window[0], evidence=f"CPU 平均占用 {cpu:.1f}%，没有资源到极限" + _whose(one, scene),
        ),
        blocks,
        scene,
    )  # fmt: skip
