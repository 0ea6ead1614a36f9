"""Blocks of one pack → estimates and distributions. Not here: reading blocks (`blocks.py`), verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.assess.blocks import Block
from harness.result import Distribution, Estimate
from harness.settings_plan import Plan
from harness.stats import (
    DRAWS,
    METHOD,
    MOST_BLOCKS,
    QUANTILES,
    Answer,
    BlockSamples,
    Interval,
    NotEnough,
    Question,
    blocks_needed,
    distribution,
    percentile_ratios,
    throughput_ratio,
)

ALL = "*"  # stands for all transactions together
SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
DISAGREED = "功能不一致，不参与性能比较"
UNCOMPARED = "功能没有比对，不参与性能比较"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLoad:
    """What the estimates of one pack rest on."""

    pack: str
    blocks: Sequence[Block]
    loaded: Sequence[str]  # transactions of the load mix
    agreed: frozenset[str]
    compared: bool  # whether there was a functional comparison at all
    comparisons: int  # intervals that must hold together, over the whole run

    def of(self, level: str, stack: str, *, valid: bool = True) -> list[Block]:
        return [
            b
            for b in self.blocks
            if (b.summary.level, b.summary.stack) == (level, stack) and (b.summary.valid or not valid)
        ]


def estimates(load: PackLoad, plan: Plan) -> Iterator[Estimate]:
    """Ratios of the judged percentile and of the median per transaction and level, and of throughput per level."""
    metrics = dict.fromkeys((plan.performance.metric, "p50"))
    for level in plan.load.levels:
        original, migrated = load.of(level.name, "original"), load.of(level.name, "migrated")
        question = Question(
            quantiles=tuple(SHARES[metric] for metric in metrics),
            confidence=plan.performance.confidence,
            comparisons=load.comparisons,
            min_samples=plan.performance.min_samples,
            seed=f"{load.pack}/{level.name}",
        )
        sides = {name: (_of(original, name), _of(migrated, name)) for name in load.loaded}
        answers = percentile_ratios(sides, question)
        blocks = min(len(original), len(migrated))
        for name, answer in answers.items():
            for metric in metrics:
                judged = metric == plan.performance.metric
                yield _estimate(load, plan, (level.name, name, metric), answer, blocks if judged else 0)
        if original and migrated:
            ratio = throughput_ratio([b.throughput for b in original], [b.throughput for b in migrated], question)
            yield _throughput(load, plan, level.name, ratio, original[0])


def _of(blocks: Sequence[Block], transaction: str) -> list[BlockSamples]:
    return [b.completed[transaction] for b in blocks if transaction in b.completed]


def _excluded(load: PackLoad, name: str) -> str:
    if name in load.agreed:
        return ""
    return DISAGREED if load.compared else UNCOMPARED


def _estimate(load: PackLoad, plan: Plan, place: tuple[str, str, str], answer: Answer, blocks: int) -> Estimate:
    level, name, metric = place
    method = METHOD.format(draws=DRAWS, comparisons=load.comparisons)
    common: dict[str, Any] = {
        "pack": load.pack, "transaction": name, "level": level, "metric": f"{metric}_ratio", "method": method,
        "confidence": plan.performance.confidence,
    }  # fmt: skip
    if isinstance(answer, NotEnough):
        more = math.ceil(blocks * answer.needed / answer.n) - blocks if answer.n else 0
        return Estimate(
            **common, value=0.0, low=0.0, high=0.0, n=answer.n,
            excluded=_excluded(load, name) or f"样本不足（{answer.n}/{answer.needed}）",
            blocks_needed=min(max(0, more), MOST_BLOCKS) if blocks else 0,
        )  # fmt: skip
    interval: Interval = answer[SHARES[metric]]
    return Estimate(
        **common, value=interval.value, low=interval.low, high=interval.high, n=interval.n,
        original=interval.original / 1e6, migrated=interval.migrated / 1e6,
        low_adjusted=interval.low_adjusted, high_adjusted=interval.high_adjusted, excluded=_excluded(load, name),
        blocks_needed=blocks_needed(interval, plan.performance.margin, blocks) if blocks else 0,
    )  # fmt: skip


def _throughput(load: PackLoad, plan: Plan, level: str, ratio: Interval | NotEnough, block: Block) -> Estimate:
    common: dict[str, Any] = {
        "pack": load.pack, "transaction": ALL, "level": level, "metric": "throughput_ratio",
        "method": f"成对分块自助法：两边同一时段的小段一起重抽 {DRAWS} 次。", "confidence": plan.performance.confidence,
    }  # fmt: skip
    if isinstance(ratio, NotEnough):
        return Estimate(
            **common, value=0.0, low=0.0, high=0.0, n=ratio.n, excluded=f"样本不足（{ratio.n}/{ratio.needed}）"
        )
    per_second = len(block.throughput) / (plan.load.measured_seconds or 1.0)
    return Estimate(
        **common, value=ratio.value, low=ratio.low, high=ratio.high, n=ratio.n,
        original=ratio.original * per_second, migrated=ratio.migrated * per_second,
        low_adjusted=ratio.low_adjusted, high_adjusted=ratio.high_adjusted,
    )  # fmt: skip


def distributions(load: PackLoad, plan: Plan) -> Iterator[Distribution]:
    """Response times by transaction, level and stack, of valid blocks."""
    for level in plan.load.levels:
        for stack in ("original", "migrated"):
            blocks = load.of(level.name, stack)
            for name in load.loaded:
                parts = [b.value_ns for b in _of(blocks, name)]
                if parts:
                    values = np.concatenate(parts)
                    yield Distribution(
                        pack=load.pack, transaction=name, level=level.name, stack=stack, n=len(values),
                        quantiles=QUANTILES, milliseconds=distribution(values),
                    )  # fmt: skip


def self_tests(blocks: Sequence[Block]) -> Mapping[str, bool]:
    """Per stack whether every block's self-test for concurrency passed."""
    return {
        stack: all(b.self_test for b in blocks if b.summary.stack == stack)
        for stack in {b.summary.stack for b in blocks}
    }
