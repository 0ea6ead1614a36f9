"""Blocks of one pack → estimates and distributions. Not here: reading blocks (`blocks.py`), verdicts."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
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
    Sides,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the ratios of one pack are of: its transactions, messages or legs."""

    pack: str
    level: str
    comparisons: int
    excluded: Mapping[str, str]  # whose function says that it does not count, and why
    name: str = "transaction"

    def question(self, plan: Plan) -> Question:
        seed = f"{self.pack}/{self.level}"
        return Question(
            quantiles=tuple(SHARES[metric] for metric in _metrics(plan)),
            confidence=plan.performance.confidence,
            comparisons=self.comparisons,
            min_samples=plan.performance.min_samples,
            seed=seed if self.name == "transaction" else f"{seed}/{self.name}",
        )


def estimates(load: PackLoad, plan: Plan) -> Iterator[Estimate]:
    """Ratios of the judged percentile and of the median per transaction and level, and of throughput per level."""
    excluded = {name: reason for name in load.loaded if (reason := why_excluded(name, load.agreed, load.compared))}
    for level in plan.load.levels_of(load.pack):
        original, migrated = load.of(level.name, "original"), load.of(level.name, "migrated")
        scope = Scope(pack=load.pack, level=level.name, comparisons=load.comparisons, excluded=excluded)
        sides = {name: (_of(original, name), _of(migrated, name)) for name in load.loaded}
        yield from ratios(scope, plan, sides, min(len(original), len(migrated)))
        if original and migrated:
            throughputs = [b.throughput for b in original], [b.throughput for b in migrated]
            yield _throughput(load, plan, level.name, throughput_ratio(*throughputs, scope.question(plan)), original[0])


def ratios(scope: Scope, plan: Plan, sides: Mapping[str, Sides], blocks: int) -> Iterator[Estimate]:
    """Ratios of the judged percentile and of the median of everything in `sides`; `blocks` are there of each stack."""
    for name, answer in percentile_ratios(sides, scope.question(plan)).items():
        for metric in _metrics(plan):
            judged = metric == plan.performance.metric
            yield _estimate(scope, plan, (name, metric), answer, blocks if judged else 0)


def _metrics(plan: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys((plan.performance.metric, "p50")))


def _of(blocks: Sequence[Block], transaction: str) -> list[BlockSamples]:
    return [b.completed[transaction] for b in blocks if transaction in b.completed]


def why_excluded(name: str, agreed: Collection[str], compared: bool) -> str:
    """Why a transaction's times do not count; "" where they do."""
    if name in agreed:
        return ""
    return DISAGREED if compared else UNCOMPARED


def _estimate(scope: Scope, plan: Plan, place: tuple[str, str], answer: Answer, blocks: int) -> Estimate:
    name, metric = place
    method = METHOD.format(draws=DRAWS, comparisons=scope.comparisons)
    common: dict[str, Any] = {
        "pack": scope.pack, "transaction": name, "level": scope.level, "metric": f"{metric}_ratio", "method": method,
        "confidence": plan.performance.confidence, "scope": scope.name,
    }  # fmt: skip
    if isinstance(answer, NotEnough):
        more = math.ceil(blocks * answer.needed / answer.n) - blocks if answer.n else 0
        return Estimate(
            **common, value=0.0, low=0.0, high=0.0, n=answer.n,
            excluded=scope.excluded.get(name) or f"样本不足（{answer.n}/{answer.needed}）",
            blocks_needed=min(max(0, more), MOST_BLOCKS) if blocks else 0,
        )  # fmt: skip
    interval: Interval = answer[SHARES[metric]]
    return Estimate(
        **common, value=interval.value, low=interval.low, high=interval.high, n=interval.n,
        original=interval.original / 1e6, migrated=interval.migrated / 1e6,
        low_adjusted=interval.low_adjusted, high_adjusted=interval.high_adjusted, excluded=scope.excluded.get(name, ""),
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
    for level in plan.load.levels_of(load.pack):
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


def untested(blocks: Sequence[Block]) -> Mapping[str, str]:
    """Per stack why its self-test could not be done, where it could not."""
    return {b.summary.stack: b.untested for b in blocks if b.untested}
