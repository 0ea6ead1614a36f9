"""What goes into the statistics and what comes out. Not here: computing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.stats.bins import Ints


def _nothing() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSamples:
    """One transaction in one block on one stack."""

    value_ns: Ints
    chunk: Ints  # which stretch of the block each value belongs to, 0 … chunks-1
    chunks: int
    lost: Ints = field(default_factory=_nothing)  # the stretch of each that failed or timed out: longer than any value
    pair: int = -1  # the same number for one block of each stack that ran one right after the other, or by turns
    joint: bool = False  # by turns: chunk i lay right beside chunk i of the pair's other block


Sides = tuple[Sequence[BlockSamples], Sequence[BlockSamples]]  # original, migrated


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of every transaction of one level."""

    quantiles: tuple[float, ...]  # the judged one first
    confidence: float
    comparisons: int  # how many accusations must hold together, over the whole run
    min_samples: int  # for the judged quantile
    seed: str
    limit: float = 1.0  # the ratio that divides pass from fail
    look: int = 1  # which of the planned looks at the level this is
    looks: int = 1

    @property
    def error(self) -> float:
        """How often either conclusion may be wrong."""
        return 1 - self.confidence

    def needed(self, quantile: float) -> int:
        """As many samples beyond a quantile as the plan asks for beyond the judged one."""
        return round(self.min_samples * max(1.0, _beyond(self.quantiles[0]) / _beyond(quantile)))


def _beyond(quantile: float) -> float:
    return min(quantile, 1 - quantile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A ratio migrated ÷ original with its uncertainty."""

    value: float
    low: float  # two-sided, at the asked confidence
    high: float
    low_adjusted: float  # the bound that an accusation rests on
    high_adjusted: float  # the bound that an acquittal rests on
    original: float
    migrated: float
    n: int  # samples of the smaller side


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnough:
    """Too few samples to say anything."""

    n: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """So many transactions of the original failed that its quantile is one of them."""

    n: int
    share: float


Answer = Interval | NotEnough | Unanswered
Answers = Mapping[float, Answer]  # by quantile
