"""Blocks of one pack → estimates and distributions. Not here: reading blocks (`blocks.py`), verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from harness.assess.blocks import Block
from harness.judge.material import DECISIVE, round_of
from harness.result import Distribution, Estimate, Judgement
from harness.settings_plan import Level, Plan
from harness.stats import (
    DRAWS,
    MOST_BLOCKS,
    QUANTILES,
    SHARES,
    Answer,
    BlockSamples,
    Interval,
    NotEnough,
    Question,
    Sides,
    Unanswered,
    blocks_needed,
    distribution,
    nominal,
    percentile_ratios,
    standing,
    throughput_ratio,
)

ALL = "*"  # stands for all transactions together
DISAGREED = "功能不一致，不参与性能比较"
UNCOMPARED = "功能没有比对，不参与性能比较"
METHOD = (
    "分块自助法：每块切成约一秒的小段，在块内重抽 {draws} 次；按相邻小段的相关和块间离散放宽（学生 t 分布）。"
    "判通过看单侧 {confidence:.0%} 上限：每一项都须不超过界限，无需校正；"
    "判不通过看经 Holm 校正的单侧下限（全部 {comparisons} 项）。"
)
PARALLEL = "两侧各在自己的机器上，同时施压。"
TURNS = "两侧轮流施压，每一段与紧邻的对侧一段一起重抽，两段共有的快慢不计入差别。"
LOOKED = "每轮之后查看一次，最多 {looks} 次；这是第 {look} 次，按误差消耗以单侧 {level:.2%} 判定。"
CLOSED = "封闭模型：系统慢时收到的请求也少，响应时间偏乐观，两边的差别首先看吞吐。"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLoad:
    """What the estimates of one pack rest on."""

    pack: str
    blocks: Sequence[Block]
    loaded: Sequence[str]  # transactions of the load mix
    agreed: frozenset[str]
    compared: bool  # whether there was a functional comparison at all
    comparisons: int  # accusations that must hold together, over the whole run

    def of(self, level: str, stack: str, *, valid: bool = True) -> list[Block]:
        return [
            b
            for b in self.blocks
            if (b.summary.level, b.summary.stack) == (level, stack) and (b.summary.valid or not valid)
        ]


def loaded_of(known: Mapping[str, Any]) -> tuple[str, ...]:
    """The transactions of a pack's load mix, from what `run.json` says of the pack."""
    return tuple(t["name"] for t in known["transactions"] if t.get("weight", 1.0) > 0 and not t["probe"])


def comparisons_of(run: Mapping[str, Any], plan: Plan) -> int:
    """How many accusations a run may make: every transaction at every level of every pack."""
    return max(1, sum(len(loaded_of(known)) * len(plan.load.levels_of(pack)) for pack, known in run["packs"].items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the ratios of one pack are of: its transactions, messages or legs."""

    pack: str
    level: str
    comparisons: int
    excluded: Mapping[str, str]  # whose function says that it does not count, and why
    name: str = "transaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A scope with all that its answers are put into words by."""

    scope: Scope
    plan: Plan
    level: Level
    blocks: int  # of each stack
    question: Question

    @property
    def method(self) -> str:
        question = self.question
        said = METHOD.format(draws=DRAWS, confidence=question.confidence, comparisons=question.comparisons)
        if self.plan.load.turn_seconds:
            said += TURNS
        if self.plan.load.parallel:
            said += PARALLEL
        if question.looks > 1:
            spent = nominal(question.error, question.look, question.looks)
            said += LOOKED.format(looks=question.looks, look=question.look, level=spent)
        return said + (CLOSED if self.level.model == "closed" else "")


def _asked(scope: Scope, plan: Plan, blocks: Sequence[Block]) -> _Asked:
    """`blocks` are the level's, of both stacks."""
    each = [sum(b.summary.stack == stack for b in blocks) for stack in ("original", "migrated")]
    seed = f"{scope.pack}/{scope.level}"
    load = plan.load
    question = Question(
        quantiles=tuple(SHARES[metric] for metric in _metrics(plan)),
        confidence=plan.performance.confidence,
        comparisons=scope.comparisons,
        min_samples=plan.performance.min_samples,
        seed=seed if scope.name == "transaction" else f"{seed}/{scope.name}",
        limit=1 + plan.performance.margin,
        look=max((round_of(load, b.summary.position) for b in blocks), default=1),
        looks=load.rounds if load.until_decided else 1,
    )
    level = next(level for level in load.levels if level.name == scope.level)
    return _Asked(scope=scope, plan=plan, level=level, blocks=min(each), question=question)


def estimates(load: PackLoad, plan: Plan) -> Iterator[Estimate]:
    """Ratios of percentiles per transaction and level, and of throughput per level."""
    for level in plan.load.levels_of(load.pack):
        yield from of_level(load, plan, level)


def of_level(load: PackLoad, plan: Plan, level: Level) -> Iterator[Estimate]:
    """The estimates of one level."""
    original, migrated = load.of(level.name, "original"), load.of(level.name, "migrated")
    excluded = {name: reason for name in load.loaded if (reason := why_excluded(name, load.agreed, load.compared))}
    scope = Scope(pack=load.pack, level=level.name, comparisons=load.comparisons, excluded=excluded)
    sides = {name: (_of(original, name), _of(migrated, name)) for name in load.loaded}
    yield from ratios(scope, plan, sides, [*original, *migrated])
    if original and migrated:
        yield _throughput(_asked(scope, plan, [*original, *migrated]), original, migrated)


def ratios(scope: Scope, plan: Plan, sides: Mapping[str, Sides], blocks: Sequence[Block]) -> Iterator[Estimate]:
    """Ratios of percentiles of everything in `sides`, which come from `blocks`."""
    asked = _asked(scope, plan, blocks)
    for name, answers in percentile_ratios(sides, asked.question).items():
        for metric in _metrics(plan):
            yield _estimate(asked, name, metric, answers[SHARES[metric]])


def _metrics(plan: Plan) -> tuple[str, ...]:
    """The judged one first."""
    return tuple(dict.fromkeys((plan.performance.metric, *SHARES)))


def _of(blocks: Sequence[Block], transaction: str) -> list[BlockSamples]:
    return [b.completed[transaction] for b in blocks if transaction in b.completed]


def why_excluded(name: str, agreed: Collection[str], compared: bool) -> str:
    """Why a transaction's times do not count; "" where they do."""
    if name in agreed:
        return ""
    return DISAGREED if compared else UNCOMPARED


def _estimate(asked: _Asked, name: str, metric: str, answer: Answer) -> Estimate:
    judged = metric == asked.plan.performance.metric
    excluded = asked.scope.excluded.get(name, "")
    counts = judged and not excluded and asked.level.kind in DECISIVE
    blocks = asked.blocks if judged else 0
    common: dict[str, Any] = {
        "pack": asked.scope.pack, "transaction": name, "level": asked.scope.level, "metric": f"{metric}_ratio",
        "method": asked.method, "confidence": asked.question.confidence, "scope": asked.scope.name, "n": answer.n,
    }  # fmt: skip
    if not isinstance(answer, Interval):
        return Estimate(
            **common, value=0.0, low=0.0, high=0.0, excluded=excluded or _why_none(answer),
            blocks_needed=_blocks_for_samples(answer, blocks), verdict=Judgement.INCONCLUSIVE if counts else None,
        )  # fmt: skip
    limit = asked.question.limit
    return Estimate(
        **common, value=answer.value, low=answer.low, high=answer.high,
        original=answer.original / 1e6, migrated=answer.migrated / 1e6,
        low_adjusted=answer.low_adjusted, high_adjusted=answer.high_adjusted, excluded=excluded,
        blocks_needed=blocks_needed(answer, limit, blocks) if blocks else 0,
        verdict=standing(answer.low_adjusted, answer.high_adjusted, limit) if counts else None,
    )  # fmt: skip


def _why_none(answer: NotEnough | Unanswered) -> str:
    if isinstance(answer, NotEnough):
        return f"样本不足（{answer.n}/{answer.needed}）"
    return f"原系统未完成的过多（{answer.share:.1%}）"


def _blocks_for_samples(answer: NotEnough | Unanswered, blocks: int) -> int:
    """Further blocks per stack until there are enough samples."""
    if not isinstance(answer, NotEnough) or not answer.n or not blocks:
        return 0
    return min(max(0, ceil(blocks * answer.needed / answer.n) - blocks), MOST_BLOCKS)


def _throughput(asked: _Asked, original: Sequence[Block], migrated: Sequence[Block]) -> Estimate:
    common: dict[str, Any] = {
        "pack": asked.scope.pack, "transaction": ALL, "level": asked.scope.level, "metric": "throughput_ratio",
        "method": f"成对分块自助法：两边同一时段的小段一起重抽 {DRAWS} 次，按块间离散放宽。",
        "confidence": asked.question.confidence,
    }  # fmt: skip
    ratio = throughput_ratio([b.throughput for b in original], [b.throughput for b in migrated], asked.question)
    if isinstance(ratio, NotEnough):
        return Estimate(**common, value=0.0, low=0.0, high=0.0, n=ratio.n, excluded=_why_none(ratio))
    per_second = 1 / original[0].chunk_s
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
