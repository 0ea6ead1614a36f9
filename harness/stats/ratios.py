"""Ratios of percentiles and of throughput, migrated ÷ original, each with its bounds. Pure.

Three things make a ratio uncertain: chance within the blocks (`bootstrap.py`), what neighbouring seconds share, and the
unrest between blocks (`unrest.py`). The unrest is known from few blocks only, so the bounds are Student's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from harness.stats.bins import MOST_NS, STEPS, Floats, Ints
from harness.stats.bootstrap import DRAWS, Dice, Drawn, draw, generator
from harness.stats.deciding import Spread, accusing, acquitting
from harness.stats.joint import Both, partnered, within
from harness.stats.nouns import Answer, Answers, Interval, NotEnough, Question, Sides, Unanswered
from harness.stats.student import satterthwaite
from harness.stats.unrest import Unrest, unrest

_NEVER_NS = MOST_NS / 2  # a quantile beyond is one of those that were never answered


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ratio:
    """A ratio before anything is concluded from it."""

    spread: Spread
    within: float  # degrees of freedom of what chance does within the blocks
    original: float
    migrated: float
    n: int

    def bounded(self, question: Question, low_adjusted: float, high_adjusted: float) -> Interval:
        tail = (1 - question.confidence) / 2
        # Of one block a side at least its own chance is known; the bounds of a verdict have to know of other blocks.
        plain = self.spread if self.spread.freedom else replace(self.spread, freedom=self.within)
        return Interval(
            value=self.spread.value, low=plain.low(tail), high=plain.high(tail),
            low_adjusted=low_adjusted, high_adjusted=high_adjusted,
            original=self.original, migrated=self.migrated, n=self.n,
        )  # fmt: skip


def percentile_ratios(transactions: Mapping[str, Sides], question: Question) -> dict[str, Answers]:
    """An answer per transaction and quantile; the transactions of a level share what is known about its blocks."""
    dice = Dice(question.seed)
    transactions = {name: partnered(sides) for name, sides in transactions.items()}
    drawn: dict[str, tuple[Drawn, Drawn]] = {}
    for name, sides in transactions.items():
        if all(sides) and _n(sides) >= question.min_samples:
            drawn[name] = (
                draw(sides[0], question.quantiles, dice, 0),
                draw(sides[1], question.quantiles, dice, 1),
            )
    answers: dict[str, dict[float, Answer]] = {name: {} for name in transactions}
    for place, q in enumerate(question.quantiles):
        moving = unrest(list(drawn.values()), place)
        ratios = {}
        for name, sides in transactions.items():
            if _n(sides) < question.needed(q) or name not in drawn:
                answers[name][q] = NotEnough(n=_n(sides), needed=question.needed(q))
            elif drawn[name][0].point[place] > _NEVER_NS:
                answers[name][q] = Unanswered(n=_n(sides), share=drawn[name][0].lost)
            else:
                ratios[name] = _ratio(drawn[name], place, moving)
        lows = accusing([ratio.spread for ratio in ratios.values()], question)
        for (name, ratio), low in zip(ratios.items(), lows, strict=True):
            answers[name][q] = ratio.bounded(question, low, acquitting(ratio.spread, question))
    return {name: dict(known) for name, known in answers.items()}


def _n(sides: Sides) -> int:
    return min(sum(len(block.value_ns) + len(block.lost) for block in side) for side in sides)


def _ratio(both: Both, place: int, moving: Unrest) -> _Ratio:
    original, migrated = both
    differences = migrated.draws[place] - original.draws[place]
    chance, chunks = within(both, place)
    moved, known_from = moving.of(both)
    freedom = satterthwaite((chance, chunks), (moved, known_from)) if known_from else 0.0
    return _Ratio(
        spread=_spread(
            float(migrated.point[place] / original.point[place]),
            differences[np.isfinite(differences)],
            chance + moved,
            freedom,
        ),
        within=float(chunks),
        original=float(original.point[place]),
        migrated=float(migrated.point[place]),
        n=min(original.n, migrated.n),
    )


def _spread(value: float, drawn: Floats, variance: float, freedom: float) -> Spread:
    """The shape of the draws, as wide as the variance says; no finer than a bin."""
    tail = NormalDist().cdf(-1)
    below, above = (abs(float(v)) for v in np.quantile(drawn, (tail, 1 - tail)) - np.median(drawn))
    raw = float(np.var(drawn))
    wider = math.sqrt(variance / raw) if raw > 0 else 1.0
    least = 2.0**-STEPS / 4
    return Spread(value=value, below=max(below * wider, least), above=max(above * wider, least), freedom=freedom)


def throughput_ratio(original: Sequence[Ints], migrated: Sequence[Ints], question: Question) -> Interval | NotEnough:
    """Ratio of completed transactions; one array per block, completed transactions per chunk of equal length.

    Both stacks are sent the same workload, so chunk i of one is drawn together with chunk i of the other where both
    have as many: what the plan itself varies by cancels. Less is worse: the low bound acquits, the high one accuses.
    """
    n = int(min(sum(int(c.sum()) for c in original), sum(int(c.sum()) for c in migrated)))
    if n < question.min_samples or not original or not migrated:
        return NotEnough(n=n, needed=question.min_samples)
    rng = generator(question.seed, "throughput")
    a, b = np.concatenate(original), np.concatenate(migrated)
    drawn_a = rng.multinomial(len(a), np.full(len(a), 1 / len(a)), DRAWS)
    drawn_b = drawn_a if len(a) == len(b) else rng.multinomial(len(b), np.full(len(b), 1 / len(b)), DRAWS)
    ratios = np.log(np.maximum(drawn_b @ b, 1) / len(b)) - np.log(np.maximum(drawn_a @ a, 1) / len(a))
    moved = sum(_moved(side) / len(side) for side in (original, migrated))
    blocks = len(original) + len(migrated) - 2
    freedom = satterthwaite((float(np.var(ratios)), len(a) - 1), (moved, blocks))
    spread = _spread(float(b.mean() / a.mean()), ratios, float(np.var(ratios)) + moved, freedom)
    found = _Ratio(spread=spread, within=len(a) - 1, original=float(a.mean()), migrated=float(b.mean()), n=n)
    return found.bounded(question, spread.low(question.error), spread.high(question.error / question.comparisons))


def _moved(blocks: Sequence[Ints]) -> float:
    """What the throughput of blocks differs by beyond chance: nothing where a fixed plan is kept."""
    if len(blocks) < 2:
        return 0.0
    means = [max(1e-9, float(block.mean())) for block in blocks]
    chance = float(np.mean([np.var(block) / len(block) / mean**2 for block, mean in zip(blocks, means, strict=True)]))
    return max(0.0, float(np.var(np.log(means), ddof=1)) - chance)
