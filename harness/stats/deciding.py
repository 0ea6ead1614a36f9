"""From a ratio's spread to the two bounds that a verdict rests on, and how much more would decide. Pure.

A ratio may be acquitted (surely not above the limit) or accused (surely above it); both are one-sided tests of
non-inferiority with the error α = 1 − confidence, "not slower than the margin, with 95 % confidence".
- PASS says that *every* transaction is within the limit. That is an intersection-union test: each at α errs at most
  with α together, without correction (Berger 1982, Technometrics 24:295).
- FAIL says that *some* transaction is beyond, so the chance of a wrong accusation grows with their number. Holm's
  step-down procedure (1979, Scand. J. Statist. 6:65) keeps it at α over a level; α is shared out between levels in
  proportion to their transactions (Bonferroni). No transaction need be independent of another for either.
- Where a level is looked at after every round, each test is made at the level that its look may spend (`looks.py`);
  for Holm that is the level spent of the share that the step allows (Maurer & Bretz 2013).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.result import Judgement
from harness.stats.looks import nominal
from harness.stats.nouns import Interval, Question
from harness.stats.student import beyond, student

MOST_BLOCKS = 999  # "more than anybody will run"
_WIDEST = math.log(1e6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A ratio and its standard errors, of the logarithm, to either side."""

    value: float
    below: float
    above: float
    freedom: float  # of Student's t; none: nothing is known of what lies between blocks

    def low(self, alpha: float) -> float:
        """The ratio is lower than this with probability alpha at most."""
        return self.value * _exp(-self.below * student(1 - alpha, self.freedom))

    def high(self, alpha: float) -> float:
        return self.value * _exp(self.above * student(1 - alpha, self.freedom))

    def chance_within(self, limit: float) -> float:
        """The p-value of "the ratio is at most the limit"."""
        return beyond(math.log(self.value / limit) / self.below, self.freedom)


def _exp(exponent: float) -> float:
    """e to the power, within a factor of a million either way: beyond that nothing is known anyhow."""
    return math.exp(min(_WIDEST, max(-_WIDEST, exponent)))


def acquitting(spread: Spread, question: Question) -> float:
    """The high bound of one transaction."""
    return spread.high(nominal(question.error, question.look, question.looks))


def accusing(spreads: Sequence[Spread], question: Question) -> list[float]:
    """The low bound of every transaction of a level, at the level of its step in Holm's procedure."""
    chances = [spread.chance_within(question.limit) for spread in spreads]
    share = question.error * min(1.0, len(spreads) / question.comparisons)
    lows = [0.0] * len(spreads)
    left, stopped = len(spreads), False
    alpha = 0.0
    for place in sorted(range(len(spreads)), key=chances.__getitem__):
        if not stopped:
            alpha = nominal(share / left, question.look, question.looks)
            stopped = chances[place] > alpha
            left -= 1
        lows[place] = spreads[place].low(alpha)
    return lows


def standing(low_adjusted: float, high_adjusted: float, limit: float) -> Judgement:
    """What two bounds say about a ratio that should not exceed the limit."""
    if high_adjusted <= limit:
        return Judgement.PASS
    return Judgement.FAIL if low_adjusted > limit else Judgement.INCONCLUSIVE


def blocks_needed(interval: Interval, limit: float, blocks: int) -> int:
    """Further blocks per stack until the bounds leave the limit; 0 where they have already.

    An interval shrinks with the root of the number of blocks.
    """
    if interval.high_adjusted <= limit or interval.low_adjusted > limit:
        return 0
    if blocks < 2:  # how much blocks differ is not known before the second
        return 1
    below = interval.value <= limit
    reach = (
        math.log(interval.high_adjusted / interval.value) if below else math.log(interval.value / interval.low_adjusted)
    )
    room = abs(math.log(limit / interval.value))
    if room <= 0 or (needed := blocks * (reach / room) ** 2) > MOST_BLOCKS:
        return MOST_BLOCKS
    return max(1, math.ceil(needed) - blocks)
