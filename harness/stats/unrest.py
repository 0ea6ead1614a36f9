"""What moves on the machines from block to block, common to all transactions of a block: beyond chance. Pure.

With few blocks, those of each stack are held against their own mean. From `PAIRED` pairs on, a block is held against
the block of the other stack that ran right beside it instead: what drifts slowly moves both and cancels in their
difference. The change comes late because pairs leave half as many degrees of freedom; it depends on the number of
pairs alone, never on what they show. Blocks that took turns are pairs from the second on.
Not here: chance within the blocks (`bootstrap.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.stats.bins import Floats
from harness.stats.joint import Both, chance_of_a_pair, joint

PAIRED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrest:
    """The variance that a level's unrest gives to the logarithm of a ratio."""

    one: float  # of a block, or of the difference of a pair
    paired: bool

    def of(self, both: Both) -> tuple[float, int]:
        """The variance of the ratio, and the degrees of freedom from which it is known."""
        original, migrated = both
        if self.paired:
            pairs = len(_common(both))
            return self.one / pairs, pairs - 1
        return self.one * (1 / original.blocks + 1 / migrated.blocks), original.blocks + migrated.blocks - 2


def unrest(transactions: Sequence[Both], place: int) -> Unrest:
    """Of one quantile, from all transactions of a level."""
    if transactions and all(len(_common(both)) >= (2 if joint(both) else PAIRED) for both in transactions):
        return Unrest(one=_beyond_chance(_differences(both, place) for both in transactions), paired=True)
    sides = [side for both in transactions for side in both if side.blocks > 1]
    return Unrest(
        one=_beyond_chance((side.points[:, place], float(side.chances[:, place].mean())) for side in sides),
        paired=False,
    )


def _common(both: Both) -> list[int]:
    original, migrated = both
    return sorted(pair for pair in set(original.pairs) & set(migrated.pairs) if pair >= 0)


def _differences(both: Both, place: int) -> tuple[Floats, float]:
    """Of the logarithms, a pair each, and the variance that chance alone gives to one."""
    original, migrated = both
    a = [original.pairs.index(pair) for pair in _common(both)]
    b = [migrated.pairs.index(pair) for pair in _common(both)]
    return migrated.points[b, place] - original.points[a, place], chance_of_a_pair(both, _common(both), place)


def _beyond_chance(seen: Iterable[tuple[Floats, float]]) -> float:
    """The variance of values beyond what chance explains, from many sets of them; a set counts by what it knows."""
    weighed = total = 0.0
    for values, chance in seen:
        if chance > 0:
            weight = (len(values) - 1) / chance**2
            weighed += weight * (float(np.var(values, ddof=1)) - chance)
            total += weight
    return max(0.0, weighed / total) if total else 0.0
