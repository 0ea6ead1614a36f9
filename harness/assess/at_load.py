"""Percentiles of the response time at each load level, with intervals: what is drawn against the load.

The interval of a quantile is Woodruff's: how far the share of values below it may be off becomes how far the quantile
may be off (R. S. Woodruff, Confidence Intervals for Medians and Other Position Measures, JASA 47 (1952) 635-646). The
share's variance is that of clusters, because neighbouring responses are alike and blocks differ: from chunks of about
a second with their neighbours (Newey & West 1987), or from blocks where those differ by more.
Not here: comparing the stacks (`stats/`), drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from harness.assess.blocks import Block
from harness.assess.estimating import ALL, PackLoad
from harness.load_result import PercentileAtLoad
from harness.settings_plan import Level, Plan
from harness.stats import SHARES, BlockSamples, Floats, student

STACKS = ("original", "migrated")
CONFIDENCE = 0.95


def percentiles_at_load(load: PackLoad, plan: Plan) -> Iterator[PercentileAtLoad]:
    """Of every transaction of the load mix and of all together, on valid blocks."""
    for level in plan.load.levels_of(load.pack):
        for stack in STACKS:
            blocks = load.of(level.name, stack)
            for name in (ALL, *load.loaded) if blocks else ():
                yield from _points(load, level, stack, name, blocks)


def _points(load: PackLoad, level: Level, stack: str, name: str, blocks: Sequence[Block]) -> Iterator[PercentileAtLoad]:
    samples = [samples for block in blocks if (samples := _of(block, name, load.loaded)) is not None]
    for metric, q in SHARES.items():
        found = interval(samples, q)
        if found is not None:
            low, value, high = found
            yield PercentileAtLoad(
                pack=load.pack, transaction=name, stack=stack, level=level.name,
                rate_per_s=float(np.mean([_rate(block) for block in blocks])),
                metric=metric, milliseconds=value / 1e6, low=low / 1e6, high=high / 1e6,
            )  # fmt: skip


def interval(samples: Sequence[BlockSamples], q: float) -> tuple[float, float, float] | None:
    """(low, value, high) of a quantile in ns; None where it would be the maximum."""
    values = np.concatenate([each.value_ns for each in samples]) if samples else np.empty(0)
    if len(values) * (1 - q) < 1:
        return None
    value = float(np.quantile(values, q))
    reach = student(1 - (1 - CONFIDENCE) / 2, _chunks(samples) - 1) * _error(samples, value, q)
    low, high = np.quantile(values, (max(0.0, q - reach), min(1.0, q + reach)))
    return float(low), value, float(high)


def _rate(block: Block) -> float:
    """The load: what was begun per second, or what was achieved where users wait for answers."""
    summary = block.summary
    return summary.rate_per_s if summary.model == "open" and summary.rate_per_s else summary.throughput_per_s


def _of(block: Block, name: str, loaded: Sequence[str]) -> BlockSamples | None:
    if name != ALL:
        return block.completed.get(name)
    own = [block.completed[each] for each in loaded if each in block.completed]
    if not own:
        return None
    return BlockSamples(
        value_ns=np.concatenate([each.value_ns for each in own]),
        chunk=np.concatenate([each.chunk for each in own]),
        chunks=own[0].chunks,
    )


def _chunks(samples: Sequence[BlockSamples]) -> int:
    return max(2, sum(each.chunks for each in samples))


def _error(samples: Sequence[BlockSamples], quantile: float, q: float) -> float:
    """Standard error of the share of values below the quantile."""
    excess = []
    for each in samples:
        below = np.bincount(each.chunk[each.value_ns <= quantile], minlength=each.chunks)
        excess.append(below - q * np.bincount(each.chunk, minlength=each.chunks))
    by_block = np.array([float(each.sum()) for each in excess])
    between = float(by_block @ by_block) * len(samples) / max(1, len(samples) - 1) if len(samples) > 1 else 0.0
    chunks = _chunks(samples)
    within = sum(_long_run(each - each.mean()) for each in excess) * chunks / max(1, chunks - len(samples))
    return math.sqrt(max(within, between)) / sum(len(each.value_ns) for each in samples)


def _long_run(excess: Floats) -> float:
    """Variance of a sum of neighbours that are alike, with Bartlett's weights; never less than without them."""
    alone = float(excess @ excess)
    reach = min(len(excess) - 1, round(2 * len(excess) ** (1 / 3)))
    shared = math.fsum((1 - lag / (reach + 1)) * float(excess[lag:] @ excess[:-lag]) for lag in range(1, reach + 1))
    return alone + 2 * max(0.0, shared)
