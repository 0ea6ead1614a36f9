"""One side of one transaction drawn anew many times: how far its quantiles may be off by chance. Pure.

The unit that is drawn is a chunk of about a second, because neighbouring responses are alike; drawn within each block,
because blocks differ. Where stacks took turns, a chunk is a turn, drawn together with the other stack's beside it
(`joint.py`). Quantiles are counted in fine logarithmic bins, so that a draw is one row of a matrix product.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from harness.stats.bins import MOST_NS, Floats, Ints, bin_of, lower_edge
from harness.stats.nouns import BlockSamples

DRAWS = 400  # a standard error within some 4 %, where few blocks leave it in doubt by far more
BLOCK_DRAWS = 200  # enough for the variance of one block

Counts = npt.NDArray[np.float32]  # exact up to 16 million


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One side of one transaction after the bootstrap; logarithms of quantiles, one row per asked quantile."""

    point: Floats  # exact, in ns
    draws: Floats  # (quantiles, DRAWS)
    variance: Floats  # of the logarithm, widened for what neighbouring chunks share
    points: Floats  # (blocks, quantiles), of each block alone
    chances: Floats  # (blocks, quantiles): the variance of each of them by chance alone
    pairs: tuple[int, ...]  # of each block
    freedom: int
    n: int
    lost: float  # share of the transactions that were never answered well
    joint: bool  # whether the draws are those of the other side, too
    again: Sequence[Floats]  # per block (quantiles, BLOCK_DRAWS), the draws of it alone
    excess: Sequence[Sequence[Floats]]  # per quantile and block: how many values of each chunk lie below, too many

    @property
    def blocks(self) -> int:
        return len(self.points)


class Dice:
    """How often each chunk of a block is drawn: the same for all transactions of a block, and always the same."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self.of = cache(self._throw)

    def _throw(self, side: int, block: int, chunks: int) -> Counts:
        rng = generator(self._seed, str(side), str(block), str(chunks))
        return rng.multinomial(chunks, np.full(chunks, 1 / chunks), DRAWS).astype(np.float32)


def generator(*names: str) -> np.random.Generator:
    """Chance that follows from names alone."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256("\0".join(names).encode()).digest()[:8], "big"))


def draw(blocks: Sequence[BlockSamples], quantiles: Sequence[float], dice: Dice, side: int) -> Drawn:
    """The quantiles of all blocks together, as they are and as they come out when the chunks are drawn anew."""
    asked = np.asarray(quantiles)
    values = [_all(block) for block in blocks]
    columns, edges = _columns(values, asked)
    total = np.zeros((DRAWS, len(edges[0])), dtype=np.float32)
    points: list[Floats] = []
    alone: list[Floats] = []
    series: list[Counts] = []
    for number, (block, own) in enumerate(zip(blocks, columns, strict=True)):
        cumulative = _cumulative(block, own, len(edges[0]))
        thrown = dice.of(0, block.pair, block.chunks) if block.joint else dice.of(side, number, block.chunks)
        again = thrown @ cumulative
        total += again
        points.append(_log_quantiles(cumulative.sum(axis=0, keepdims=True), edges, asked)[:, 0])
        alone.append(_log_quantiles(again[:BLOCK_DRAWS], edges, asked))
        series.append(cumulative)
    draws = _log_quantiles(total, edges, asked)
    excess = _excess(series, asked)
    shared = np.asarray([shared_with_neighbours(each) for each in excess])
    chunks = sum(block.chunks for block in blocks)
    freedom = max(1, chunks - len(blocks))
    n = sum(len(own) for own in values)
    return Drawn(
        point=np.quantile(np.concatenate(values), asked),
        draws=draws,
        variance=np.nanvar(draws, axis=1) * shared * chunks / freedom,
        points=np.asarray(points),
        chances=np.asarray([chance(own, block.chunks) for own, block in zip(alone, blocks, strict=True)]) * shared,
        pairs=tuple(block.pair for block in blocks),
        freedom=freedom,
        n=n,
        lost=sum(len(block.lost) for block in blocks) / n,
        joint=all(block.joint for block in blocks),
        again=alone,
        excess=excess,
    )


def chance(draws: Floats, chunks: int) -> Floats:
    """The variance of one block's quantiles by chance alone."""
    found: Floats = np.nan_to_num(chunks / max(1, chunks - 1) * np.nanvar(draws, axis=-1))
    return found


def _all(block: BlockSamples) -> Ints:
    """The durations of a block; what was never answered well took longer than anything that was."""
    if not len(block.lost):
        return block.value_ns
    return np.concatenate((block.value_ns, np.full(len(block.lost), MOST_NS)))


def _columns(values: Sequence[Ints], quantiles: Floats) -> tuple[list[Ints], tuple[Floats, Floats]]:
    """The column of each value, and the columns' edges: fine bins where a quantile may fall, one bin for each rest."""
    bins = bin_of(np.concatenate(values))
    counted = np.bincount(bins)
    used = np.flatnonzero(counted)
    place = np.cumsum(counted > 0)[bins] - 1
    parts = np.split(place, np.cumsum([len(own) for own in values])[:-1])
    near = np.zeros(len(used), dtype=bool)
    for own in (place, *parts):  # a quantile of all blocks together, and of each
        if len(own):
            below = np.cumsum(np.bincount(own, minlength=len(used))) / len(own)
            reach = np.maximum(0.02, 8 * np.sqrt(quantiles * (1 - quantiles) / len(own)))
            near |= np.any(np.abs(below[:, None] - quantiles) <= reach, axis=1)
    near |= np.concatenate((near[1:], [True])) | np.concatenate(([True], near[:-1]))
    begins = near | np.concatenate(([True], near[:-1]))  # a coarse column begins where a fine one ended
    column = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(used)) - 1
    return [column[own] for own in parts], (lower_edge(used[first]), lower_edge(used[last] + 1))


def _cumulative(block: BlockSamples, column: Ints, width: int) -> Counts:
    """Per chunk the number of values up to each column."""
    chunk = np.concatenate((block.chunk, block.lost)) if len(block.lost) else block.chunk
    counted = np.bincount(chunk * width + column, minlength=block.chunks * width)
    return counted.reshape(block.chunks, width).cumsum(axis=1).astype(np.float32)


def _log_quantiles(cumulative: Counts, edges: tuple[Floats, Floats], quantiles: Floats) -> Floats:
    """Logarithm of each quantile of each row, linear within a bin; NaN for a row without values."""
    rows = np.arange(len(cumulative))
    whole = cumulative[:, -1].astype(np.float64)
    found = []
    for q in quantiles:
        rank = q * whole
        at = np.minimum((cumulative < rank[:, None]).sum(axis=1), cumulative.shape[1] - 1)
        above = cumulative[rows, at]
        below = np.where(at > 0, cumulative[rows, at - 1], 0.0)
        share = np.clip((rank - below) / np.maximum(above - below, 1.0), 0.0, 1.0)
        value = np.log(edges[0][at] + share * (edges[1][at] - edges[0][at]))
        found.append(np.where(whole > 0, value, np.nan))
    return np.asarray(found)


def _excess(series: Sequence[Counts], quantiles: Floats) -> list[list[Floats]]:
    """Per quantile and block: by how much more than its share of each chunk lies below, within its block."""
    whole = np.sum([cumulative.sum(axis=0) for cumulative in series], axis=0)
    found = []
    for q in quantiles:
        at = int(np.searchsorted(whole, q * whole[-1]))
        share = whole[at] / whole[-1]
        found.append([(own := c[:, at] - share * c[:, -1]) - own.mean() for c in series])
    return found


def shared_with_neighbours(excess: Sequence[Floats]) -> float:
    """How much wider the interval must be because neighbouring chunks are alike: 1 where they are not.

    The long-run variance of the chunks' excess over the quantile, with Bartlett's weights (Newey & West 1987) over as
    many neighbours as an autoregression suggests (Andrews 1991).
    """
    least = min(len(own) for own in excess)
    power = sum(float(e @ e) for e in excess)
    if not power or least < 2:
        return 1.0
    first = min(0.9, max(0.0, _alike(excess, 1) / power))
    wanted = 1.1447 * (least * (2 * first / (1 - first**2)) ** 2) ** (1 / 3)
    reach = min(least // 3, max(round(least ** (1 / 3)), round(wanted)))
    factor = 1.0
    for lag in range(1, reach + 1):
        factor += 2 * (1 - lag / (reach + 1)) * _alike(excess, lag) / power
    return max(1.0, factor)


def _alike(excess: Sequence[Floats], lag: int) -> float:
    return sum(float(e[lag:] @ e[:-lag]) for e in excess)
