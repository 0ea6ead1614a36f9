"""Two sides that took turns: chance of their ratio, where each chunk is drawn together with the one beside it. Pure.

A second in which the machine was slow lies in both sides' turns or close to it, so it moves both quantiles alike and
leaves their difference. Not here: the draws themselves (`bootstrap.py`), what moves from block to block (`unrest.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.stats.bins import Floats
from harness.stats.bootstrap import Drawn, chance, shared_with_neighbours
from harness.stats.nouns import BlockSamples, Sides

Both = tuple[Drawn, Drawn]  # original, migrated


def partnered(sides: Sides) -> Sides:
    """Without the blocks that took turns with one that does not count."""
    pairs = [{(block.pair, block.chunks) for block in side if block.joint} for side in sides]
    common = pairs[0] & pairs[1]

    def kept(side: Sequence[BlockSamples]) -> list[BlockSamples]:
        return [block for block in side if not block.joint or (block.pair, block.chunks) in common]

    return kept(sides[0]), kept(sides[1])


def joint(both: Both) -> bool:
    return both[0].joint and both[1].joint


def within(both: Both, place: int) -> tuple[float, int]:
    """The variance of the ratio's logarithm by chance within the blocks, and its degrees of freedom."""
    original, migrated = both
    if not joint(both):
        return float(original.variance[place] + migrated.variance[place]), original.freedom + migrated.freedom
    differences = migrated.draws[place] - original.draws[place]
    freedom = original.freedom
    chunks = freedom + original.blocks
    return float(np.nanvar(differences)) * _shared(both, place) * chunks / freedom, freedom


def chance_of_a_pair(both: Both, pairs: Sequence[int], place: int) -> float:
    """The variance that chance alone gives to the difference of a pair of blocks, on average over these pairs."""
    original, migrated = both
    a = [original.pairs.index(pair) for pair in pairs]
    b = [migrated.pairs.index(pair) for pair in pairs]
    if not joint(both):
        return float(original.chances[a, place].mean() + migrated.chances[b, place].mean())
    each = [
        chance(migrated.again[m][place] - original.again[o][place], len(original.excess[place][o]))
        for o, m in zip(a, b, strict=True)
    ]
    return float(np.mean(each)) * _shared(both, place)


def _shared(both: Both, place: int) -> float:
    """What neighbouring turns share of the difference; a side's excess counts by what it does to its quantile."""
    sides = [(side.excess[place], _weight(side, place)) for side in both]
    (original, by), (migrated, to) = sides
    return shared_with_neighbours([to * m - by * o for o, m in zip(original, migrated, strict=True)])


def _weight(side: Drawn, place: int) -> float:
    """How far one value too many below moves the quantile's logarithm."""
    power = sum(float(own @ own) for own in side.excess[place])
    moved: Floats = side.draws[place]
    return float(np.sqrt(np.nanvar(moved) / power)) if power else 0.0
