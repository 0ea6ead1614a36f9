"""Made-up figures of the load pass for the documents, through the constructors of their nouns. Nothing was measured.

`rich` uses what is here with every trouble in it; `calm` is a run in which the generator was well and nothing got lost.
"""

from __future__ import annotations

import math
import random

from harness.load_result import (
    Bottleneck,
    Calibration,
    Capacity,
    CapacityStep,
    Gap,
    GeneratorProcess,
    HeatMap,
    PercentileAtLoad,
    TransactionCost,
)
from harness.result import LoadBlock, Window

STACKS = ("original", "migrated")
LIMIT_MS = 200.0
_BEARS = {"original": 410.0, "migrated": 322.0}  # where a stack gives way, transactions per second


def generators(position: int, users: int, *, spoilt: bool) -> tuple[GeneratorProcess, ...]:
    """Two processes, the second on another host with a clock of its own."""
    return tuple(
        GeneratorProcess(
            name=str(k), host=f"gen{k + 1}", pid=4100 + 10 * position + k, users=users // 2,
            cpu=0.97 if spoilt and k == 0 else round(0.11 + users / 400 + 0.01 * k, 3),
            loop_delay_p99_ms=31.5 if spoilt and k == 0 else 0.41 + 0.02 * position,
            loop_delay_max_ms=4.0 + position + 40 * spoilt,
            collections=3 * position, collecting_ms=1.7 * position, clock_offset_ms=-0.84 * k,
            clock_uncertainty_ms=0.06 * k,
        )
        for k in range(2)
    )  # fmt: skip


def calibrations(levels: dict[str, int], *, troubled: bool) -> tuple[Calibration, ...]:
    """One per level; the highest strays where there is trouble."""
    found = []
    for level, users in levels.items():
        strays = troubled and level == list(levels)[-1]
        found.append(
            Calibration(
                pack="his", level=level, family="postgresql", rate_per_s=users * 9.0, users=users,
                processes=1 if users < 90 else 2, n=users * 90,
                service_error={"p50": 0.011 + 0.09 * strays, "p95": 0.006, "p99": -0.004 + 0.05 * strays},
                response_error={"p50": 0.024 + 0.12 * strays, "p95": 0.012, "p99": 0.003 + 0.06 * strays},
                cpu=0.92 if strays else 0.22 + users / 300, holds=not strays,
                reason="服务时间 P50 偏差 +10.1%，超过 3%；最忙的压测进程占用 92% 单核" if strays else "",
            )
        )  # fmt: skip
    return tuple(found)


def gaps() -> tuple[Gap, ...]:
    """A worker that was killed, an agent whose link broke, and one that died."""
    return (
        Gap(
            what="worker", name="1", host="gen2", stack="migrated", block="his/06-migrated", start_s=21.4, end_s=40.0,
            lost="迁移后系统第 6 负载块：gen2 上的压测进程 1 在 21.4 秒处终止，其 16 个用户此后 18.6 秒没有负载。",
        ),
        Gap(
            what="agent", name="db2", host="db2", stack="migrated", block="", start_s=310.0, end_s=352.0,
            lost="迁移后系统主机 db2 的探针在 310 秒到 352 秒之间没有读数（42 秒）。",
        ),
    )  # fmt: skip


def costs(names: list[str], levels: dict[str, int]) -> tuple[TransactionCost, ...]:
    """What the whole mix costs at every level, and each transaction over all of them."""
    places = [("*", level) for level in levels] + [(name, "*") for name in names]
    rng = random.Random(11)
    found = []
    for name, level in places:
        base = 0.0021 if name == "*" else rng.uniform(0.0004, 0.02)
        for stack, factor, architecture in (("original", 1.0, "x86_64"), ("migrated", 1.34, "aarch64")):
            cpu = base * factor
            known = name != "daily_report" or stack == "original"
            found.append(
                TransactionCost(
                    pack="his", transaction=name, level=level, stack=stack, n=levels.get(level, 136) * 240,
                    cpu_s=round(cpu, 6) if known else None, cpu_s_low=round(cpu * 0.9, 6) if known else None,
                    cpu_s_high=round(cpu * 1.12, 6) if known else None, read_bytes=round(base * 2.1e6, 1),
                    write_bytes=round(base * 7.4e6 * factor, 1),
                    net_bytes=round(base * 3.3e6, 1) if name == "*" else None,
                    architecture=architecture, basis="process tree",
                )
            )  # fmt: skip
    return tuple(found)


def bottlenecks() -> tuple[Bottleneck, ...]:
    return (
        Bottleneck(
            pack="his", stack="original", level="高峰", host="db1", resource="none", value=61.0, limit=80.0, unit="%",
            rate_per_s=144.0, at_s=432.0, evidence="高峰（144 笔/秒）时最忙的资源是处理器，平均 61.0%，未到 80%。",
        ),
        Bottleneck(
            pack="his", stack="migrated", level="高峰", host="db2", resource="cpu", value=93.4, limit=80.0, unit="%",
            rate_per_s=144.0, at_s=448.0,
            evidence="高峰（144 笔/秒）时 db2 的处理器平均 93.4%，超过 80%；同一时段磁盘忙时占比 12%，内存 41%。",
        ),
    )  # fmt: skip


def capacities() -> tuple[Capacity, ...]:
    """A search that found the limit on both stacks; one step was the generator's own fault."""
    return tuple(_capacity(stack) for stack in STACKS)


def _capacity(stack: str) -> Capacity:
    bears = _BEARS[stack]
    rates = [50.0, 100.0, 200.0, 400.0, 300.0, 350.0]
    steps = tuple(_step(rate, bears, invalid=stack == "original" and rate == 400.0) for rate in rates)
    held = [s.rate_per_s for s in steps if s.sustained]
    beyond = [s.rate_per_s for s in steps if s.valid and not s.sustained]
    sustained = max(held)
    return Capacity(
        pack="his", stack=stack, metric="p95", limit_ms=LIMIT_MS, sustained_per_s=sustained,
        refused_per_s=min(beyond, default=0.0), knee_per_s=round(bears * 0.71, 1), users=int(sustained * 0.6),
        steps=steps,
        limited_by="P95 响应时间 262 ms 超过 200 ms；同时 db2 的处理器 96%" if beyond else "压测机先到极限，系统还没有",
        outpatients_per_day=int(sustained * 58) if stack == "migrated" else 0,
    )  # fmt: skip


def _step(rate: float, bears: float, *, invalid: bool) -> CapacityStep:
    share = min(rate / bears, 0.97)
    p50 = 6.0 / (1 - share) ** 0.8
    over = rate > bears
    return CapacityStep(
        rate_per_s=rate, achieved_per_s=min(rate * 0.996, bears * 0.98), users=int(rate * 0.6), seconds=30.0,
        n=int(min(rate, bears) * 30), p50_ms=round(p50 * (3 if over else 1), 2),
        p95_ms=round(p50 * (9 if over else 3.1), 2),
        p99_ms=round(p50 * (14 if over else 5.0), 2), errors=4 if over else 0,
        not_run=int(max(0.0, rate - bears) * 3), sustained=not over and not invalid and p50 * 3.1 <= LIMIT_MS,
        valid=not invalid,
        reason="压测机 CPU 98% 超过限值 80%" if invalid else "P95 超过限值 200 ms" if over else "",
    )  # fmt: skip


def percentiles(names: list[str], levels: dict[str, int], base_ms: dict[str, float]) -> tuple[PercentileAtLoad, ...]:
    rng = random.Random(5)
    found = []
    for name in names:
        for level, users in levels.items():
            for stack in STACKS:
                centre = base_ms.get(name, 8.0) * (1 + users / 110 * (1.4 if stack == "migrated" else 1.0))
                for metric, factor in (("p50", 1.0), ("p90", 2.1), ("p95", 2.6), ("p99", 4.4)):
                    value = centre * factor * rng.uniform(0.97, 1.03)
                    half = 0.3 * factor / math.sqrt(users)
                    found.append(
                        PercentileAtLoad(
                            pack="his", transaction=name, stack=stack, level=level, rate_per_s=users * 1.5,
                            metric=metric, milliseconds=round(value, 3), low=round(value * (1 - half * 0.4), 3),
                            high=round(value * (1 + half * 0.6), 3),
                        )
                    )  # fmt: skip
    return tuple(found)


def heat_maps(blocks: tuple[LoadBlock, ...], windows: list[Window], *, per_block: int = 30) -> tuple[HeatMap, ...]:
    """Lognormal columns; the migrated stack pauses once and slows down within its last block."""
    edges = tuple(round(10 ** (j / 8), 4) for j in range(-2, 30))
    return tuple(_heat_map(stack, blocks, windows, edges, per_block) for stack in STACKS)


def _heat_map(
    stack: str, blocks: tuple[LoadBlock, ...], windows: list[Window], edges: tuple[float, ...], per_block: int
) -> HeatMap:
    rng = random.Random(stack)
    t, counts, folders = [], [], []
    own = [(b, w) for b, w in zip(blocks, windows, strict=True) if b.stack == stack]
    for nth, (block, window) in enumerate(own):
        for i in range(per_block):
            centre = math.log(5.5 + block.users / 9 + (i * 0.9 if stack == "migrated" and nth == len(own) - 1 else 0))
            paused = stack == "migrated" and nth == 3 and 12 <= i <= 14
            row = [0] * len(edges)
            for _ in range(int(block.throughput_per_s * (window.end - window.start) / per_block / 4)):
                ms = math.exp(rng.gauss(centre + (4.2 if paused else 0), 0.55))
                row[min(len(edges) - 1, max(0, math.floor(8 * math.log10(ms)) + 2))] += 4
            t.append(round(window.start + i * (window.end - window.start) / per_block, 3))
            counts.append(tuple(row))
            folders.append(f"{block.position:02d}-{stack}")
    return HeatMap(pack="his", stack=stack, t=tuple(t), milliseconds=edges, counts=tuple(counts), blocks=tuple(folders))
