"""The ratio of two runs' ratios: what the compared stack did to its times, the day's drift taken off. Pure.

Within a run both stacks are measured beside each other, so the ratio between them knows nothing of how fast the machine
was that day. Two such ratios, of runs that share no block, are independent: their variances add up. Each is bounded as
the run itself bounds it (`stats/ratios.py`), but for the shape of its draws, which a sum of four hardly keeps.
Not here: the plain ratio between two runs, which `stats.percentile_ratios` gives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.stats import Answer, Answers, Interval, NotEnough, Question, Sides, Unanswered
from harness.stats.bins import MOST_NS, STEPS
from harness.stats.bootstrap import Dice, draw
from harness.stats.deciding import Spread, accusing, acquitting
from harness.stats.joint import Both, partnered, within
from harness.stats.student import satterthwaite
from harness.stats.unrest import Unrest, unrest

_NEVER_NS = MOST_NS / 2  # a quantile beyond is one of those that were never answered
_FINEST = 2.0**-STEPS / 4  # of a bin

Sided = Mapping[str, Sides]  # transaction → blocks of the other stack, blocks of the compared stack, of one run


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ratio:
    """The compared stack's quantile ÷ the other's, within one run; of the logarithm the variance and where from."""

    value: float
    variances: tuple[tuple[float, float], ...]  # each with its degrees of freedom
    known: bool  # whether anything is known of what lies between blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class RatiosOfRatios:
    """An answer per transaction and quantile; its sides are the ratio of the first run and that of the second."""

    answers: Mapping[str, Answers]
    faster: frozenset[str]  # transactions whose ratio is surely below 1, by the judged quantile


def ratios_of_ratios(before: Sided, after: Sided, question: Question) -> RatiosOfRatios:
    """Both directions are asked of the same draws."""
    runs = [_drawn(run, question, which) for which, run in (("before", before), ("after", after))]
    answers: dict[str, dict[float, Answer]] = {name: {} for name in before}
    faster: frozenset[str] = frozenset()
    for place, q in enumerate(question.quantiles):
        moving = [unrest(list(run.values()), place) for run in runs]
        found: dict[str, tuple[_Ratio, _Ratio]] = {}
        for name in before:
            n = min(_least(before[name]), _least(after[name]))
            both = [run[name] for run in runs if name in run]
            if n < question.needed(q) or len(both) < len(runs):
                answers[name][q] = NotEnough(n=n, needed=question.needed(q))
            elif any(side.point[place] > _NEVER_NS for pair in both for side in pair):
                answers[name][q] = Unanswered(n=n, share=max(side.lost for pair in both for side in pair))
            else:
                first, second = (_ratio(pair, place, unrest_) for pair, unrest_ in zip(both, moving, strict=True))
                found[name] = first, second
        spreads = {name: _spread(first, second) for name, (first, second) in found.items()}
        lows = accusing(list(spreads.values()), question)
        for (name, spread), low in zip(spreads.items(), lows, strict=True):
            n = min(_least(before[name]), _least(after[name]))
            answers[name][q] = _bounded(spread, found[name], (low, acquitting(spread, question), n), question)
        if place == 0:
            faster = _faster(spreads, question)
    return RatiosOfRatios(answers=answers, faster=faster)


def _faster(spreads: Mapping[str, Spread], question: Question) -> frozenset[str]:
    turned = [replace(s, value=1 / s.value, below=s.above, above=s.below) for s in spreads.values()]
    lows = accusing(turned, replace(question, limit=1.0))
    return frozenset(name for name, low in zip(spreads, lows, strict=True) if low > 1)


def _drawn(run: Sided, question: Question, which: str) -> dict[str, Both]:
    dice = Dice(f"{question.seed}/{which}")
    drawn = {}
    for name, sides in run.items():
        kept = partnered(sides)
        if all(kept) and _least(kept) >= question.min_samples:
            drawn[name] = (
                draw(kept[0], question.quantiles, dice, 0),
                draw(kept[1], question.quantiles, dice, 1),
            )
    return drawn


def _least(sides: Sides) -> int:
    return min(sum(len(block.value_ns) + len(block.lost) for block in side) for side in partnered(sides))


def _ratio(both: Both, place: int, moving: Unrest) -> _Ratio:
    other, own = both
    moved, known_from = moving.of(both)
    chance, chunks = within(both, place)
    return _Ratio(
        value=float(own.point[place] / other.point[place]),
        variances=((chance, chunks), (moved, known_from)),
        known=known_from > 0,
    )


def _spread(first: _Ratio, second: _Ratio) -> Spread:
    variances = (*first.variances, *second.variances)
    error = max(math.sqrt(sum(variance for variance, _ in variances)), _FINEST)
    return Spread(
        value=second.value / first.value, below=error, above=error,
        freedom=satterthwaite(*variances) if first.known and second.known else 0.0,
    )  # fmt: skip


def _bounded(spread: Spread, sides: Sequence[_Ratio], bounds: tuple[float, float, int], question: Question) -> Interval:
    low, high, n = bounds
    tail = (1 - question.confidence) / 2
    return Interval(
        value=spread.value, low=spread.low(tail), high=spread.high(tail), low_adjusted=low, high_adjusted=high,
        original=sides[0].value, migrated=sides[1].value, n=n,
    )  # fmt: skip
