"""Samples of two stacks → a ratio with an interval, or the statement that there is not enough.

The ratio of two percentiles (migrated ÷ original) is bounded by a block bootstrap: the unit that is drawn anew is a
chunk of about a second, because neighbouring responses are alike; drawn within each block, because blocks differ.
What chunks still share with their neighbours and what blocks differ by beyond chance widens the interval.
Pure; the random generator is seeded by names, so the same samples always give the same interval. Not here: verdicts.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DRAWS = 1000
_WIDEST = math.log(1e6)
BLOCK_DRAWS = 250  # enough for the variance of one block
_MANY = 400  # degrees of freedom from which Student's t is the normal distribution
MOST_BLOCKS = 999  # "more than anybody will run"
METHOD = (
    "分块自助法：每块切成约一秒的小段，在块内重抽小段 {draws} 次；按相邻小段的相关和块间离散放宽；"
    "区间经 Bonferroni 校正（{comparisons} 项）。"
)

# --------------------------------------------------------------------------- logarithmic bins

_STEPS = 7  # bits of mantissa: 128 bins per doubling, none wider than 0.8 %
_SHIFT = 52 - _STEPS
LEAST_NS, MOST_NS = 1_000, 1_000_000_000_000  # 1 µs … 1000 s
_FIRST = int(np.float64(LEAST_NS).view(np.int64)) >> _SHIFT
BINS = (int(np.float64(MOST_NS).view(np.int64)) >> _SHIFT) - _FIRST + 1


def bin_of(ns: npt.ArrayLike) -> Ints:
    """The bin of each duration: exponent and leading mantissa bits of its floating-point form, nothing is computed."""
    held = np.clip(np.asarray(ns, dtype=np.float64), LEAST_NS, MOST_NS)
    bins: Ints = (held.view(np.int64) >> _SHIFT) - _FIRST
    return bins


def lower_edge(bins: npt.ArrayLike) -> Floats:
    """The least duration of each bin, in ns; the inverse of `bin_of`."""
    edges: Floats = ((np.asarray(bins, dtype=np.int64) + _FIRST) << _SHIFT).view(np.float64)
    return edges


# --------------------------------------------------------------------------- what goes in and what comes out


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSamples:
    """One transaction in one block on one stack."""

    value_ns: Ints
    chunk: Ints  # which stretch of the block each value belongs to, 0 … chunks-1
    chunks: int


Sides = tuple[Sequence[BlockSamples], Sequence[BlockSamples]]  # original, migrated


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of every transaction of one level."""

    quantiles: tuple[float, ...]
    confidence: float
    comparisons: int  # how many intervals must hold together
    min_samples: int
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A ratio migrated ÷ original with its uncertainty."""

    value: float
    low: float
    high: float
    low_adjusted: float
    high_adjusted: float
    original: float
    migrated: float
    n: int  # samples of the smaller side


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnough:
    """Too few samples to say anything."""

    n: int
    needed: int


Answer = Mapping[float, Interval] | NotEnough


# --------------------------------------------------------------------------- ratios of percentiles


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """One side of one transaction after the bootstrap; logarithms of quantiles, one row per asked quantile."""

    point: Floats  # exact, in ns
    draws: Floats  # (quantiles, DRAWS)
    variance: Floats  # of the logarithm, widened for what neighbouring chunks share
    between: Floats  # variance between the blocks' own quantiles
    within: Floats  # what chance alone puts between them
    blocks: int
    freedom: int
    n: int


def percentile_ratios(transactions: Mapping[str, Sides], question: Question) -> dict[str, Answer]:
    """An interval per transaction and quantile; the transactions of a level share what is known about its blocks."""
    drawn: dict[str, tuple[_Drawn, _Drawn]] = {}
    answers: dict[str, Answer] = {}
    for name, sides in transactions.items():
        n = min(sum(len(block.value_ns) for block in side) for side in sides)
        if n < question.min_samples or not all(sides):
            answers[name] = NotEnough(n=n, needed=question.min_samples)
        else:
            rng = _generator(question.seed, name)
            drawn[name] = (_draw(sides[0], question, rng), _draw(sides[1], question, rng))
            answers[name] = NotEnough(n=n, needed=question.min_samples)  # keeps the order; replaced below
    for place, q in enumerate(question.quantiles):
        unrest = _unrest([side for sides in drawn.values() for side in sides], place)
        for name, (original, migrated) in drawn.items():
            known = answers[name]
            interval = _interval(original, migrated, place, unrest, question)
            answers[name] = {**(known if isinstance(known, Mapping) else {}), q: interval}
    return answers


def _generator(*names: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256("\0".join(names).encode()).digest()[:8], "big"))


def _draw(blocks: Sequence[BlockSamples], question: Question, rng: np.random.Generator) -> _Drawn:
    values = np.concatenate([block.value_ns for block in blocks])
    quantiles = np.asarray(question.quantiles)
    place, edges = _columns(blocks, quantiles)
    width = len(edges[0])
    total = np.zeros((DRAWS, width), dtype=np.float32)
    points, variances, series = [], [], []
    begin = 0
    for block in blocks:
        cumulative = _cumulative(block, place[begin : begin + len(block.value_ns)], width)
        begin += len(block.value_ns)
        weights = rng.multinomial(block.chunks, np.full(block.chunks, 1 / block.chunks), DRAWS).astype(np.float32)
        again = weights @ cumulative
        total += again
        points.append(_log_quantiles(cumulative.sum(axis=0, keepdims=True), edges, quantiles)[:, 0])
        correction = block.chunks / max(1, block.chunks - 1)
        variances.append(correction * np.nanvar(_log_quantiles(again[:BLOCK_DRAWS], edges, quantiles), axis=1))
        series.append(cumulative)
    draws = _log_quantiles(total, edges, quantiles)
    shared = _shared_with_neighbours(series, quantiles)
    chunks = sum(block.chunks for block in blocks)
    freedom = max(1, chunks - len(blocks))
    return _Drawn(
        point=np.quantile(values, quantiles),
        draws=draws,
        variance=np.nanvar(draws, axis=1) * shared * chunks / freedom,
        between=np.var(points, axis=0, ddof=1) if len(blocks) > 1 else np.zeros(len(quantiles)),
        within=np.nan_to_num(np.mean(variances, axis=0)) * shared,
        blocks=len(blocks),
        freedom=freedom,
        n=len(values),
    )


def _columns(blocks: Sequence[BlockSamples], quantiles: Floats) -> tuple[Ints, tuple[Floats, Floats]]:
    """The column of each value, and the columns' edges: fine bins where a quantile may fall, one bin for each rest."""
    values = np.concatenate([block.value_ns for block in blocks])
    used, place = np.unique(bin_of(values), return_inverse=True)
    near = np.zeros(len(used), dtype=bool)
    ends = np.cumsum([len(block.value_ns) for block in blocks])
    for own in (place, *np.split(place, ends[:-1])):  # a quantile of all blocks together, and of each
        if len(own):
            below = np.cumsum(np.bincount(own, minlength=len(used))) / len(own)
            reach = np.maximum(0.02, 8 * np.sqrt(quantiles * (1 - quantiles) / len(own)))
            near |= np.any(np.abs(below[:, None] - quantiles) <= reach, axis=1)
    near |= np.concatenate((near[1:], [True])) | np.concatenate(([True], near[:-1]))
    begins = near | np.concatenate(([True], near[:-1]))  # a coarse column begins where a fine one ended
    column = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(used)) - 1
    return column[place], (lower_edge(used[first]), lower_edge(used[last] + 1))


def _cumulative(block: BlockSamples, place: Ints, width: int) -> npt.NDArray[np.float32]:
    """Per chunk the number of values up to each bin; float32 counts exactly up to 16 million."""
    counted = np.bincount(block.chunk * width + place, minlength=block.chunks * width)
    return counted.reshape(block.chunks, width).cumsum(axis=1).astype(np.float32)


def _log_quantiles(cumulative: npt.NDArray[np.float32], edges: tuple[Floats, Floats], quantiles: Floats) -> Floats:
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


def _shared_with_neighbours(series: Sequence[npt.NDArray[np.float32]], quantiles: Floats) -> Floats:
    """How much wider the interval must be because neighbouring chunks are alike: 1 where they are not.

    The long-run variance of the chunks' excess over the quantile, with Bartlett's weights.
    """
    whole = np.sum([cumulative.sum(axis=0) for cumulative in series], axis=0)
    factors = []
    for q in quantiles:
        at = int(np.searchsorted(whole, q * whole[-1]))
        share = whole[at] / whole[-1]
        excess = [c[:, at] - share * c[:, -1] for c in series]
        power = sum(float(e @ e) for e in excess)
        reach = round(min(len(e) for e in excess) ** (1 / 3))
        factor = 1.0
        for lag in range(1, reach + 1 if power else 1):
            shared = sum(float(e[lag:] @ e[:-lag]) for e in excess)
            factor += 2 * (1 - lag / (reach + 1)) * shared / power
        factors.append(max(1.0, factor))
    return np.asarray(factors)


def _unrest(sides: Sequence[_Drawn], place: int) -> float:
    """Variance between a level's blocks beyond chance: what moved on the machine, shared by all its transactions."""
    weighed = total = 0.0
    for side in sides:
        if side.blocks > 1 and side.within[place] > 0:
            weight = (side.blocks - 1) / float(side.within[place]) ** 2
            weighed += weight * float(side.between[place] - side.within[place])
            total += weight
    return max(0.0, weighed / total) if total else 0.0


def _interval(original: _Drawn, migrated: _Drawn, place: int, unrest: float, question: Question) -> Interval:
    value = float(migrated.point[place] / original.point[place])
    differences = migrated.draws[place] - original.draws[place]
    differences = differences[np.isfinite(differences)]
    raw = float(np.var(differences))
    chance = float(original.variance[place] + migrated.variance[place])
    moved = unrest * (1 / original.blocks + 1 / migrated.blocks)
    variance = chance + moved
    freedom = _freedom((chance, original.freedom + migrated.freedom), (moved, original.blocks + migrated.blocks - 2))
    tail = (1 - question.confidence) / 2
    low, high = (float(v) for v in np.quantile(differences, (tail, 1 - tail)) - np.median(differences))
    usual = NormalDist().inv_cdf(1 - tail)
    wider = math.sqrt(variance / raw) if raw > 0 else 1.0
    plain = wider * student(1 - tail, freedom) / usual
    adjusted = wider * student(1 - tail / question.comparisons, freedom) / usual
    least = 2.0**-_STEPS / 2  # no interval is finer than a bin
    low, high = min(low, -least), max(high, least)
    return Interval(
        value=value, low=value * _exp(low * plain), high=value * _exp(high * plain),
        low_adjusted=value * _exp(low * adjusted), high_adjusted=value * _exp(high * adjusted),
        original=float(original.point[place]), migrated=float(migrated.point[place]), n=min(original.n, migrated.n),
    )  # fmt: skip


def _exp(exponent: float) -> float:
    """e to the power, within a factor of a million either way: beyond that nothing is known anyhow."""
    return math.exp(min(_WIDEST, max(-_WIDEST, exponent)))


def _freedom(*parts: tuple[float, int]) -> float:
    """Degrees of freedom of a sum of variances (Satterthwaite): little is known of what few blocks differ by."""
    total = sum(variance for variance, _ in parts)
    spread = sum(variance**2 / max(1, freedom) for variance, freedom in parts)
    return max(2.0, round(total**2 / spread, 1)) if spread else float(_MANY)


@lru_cache(maxsize=4096)
def student(p: float, freedom: float) -> float:
    """Quantile of Student's t for p ≥ 0.5, by integrating its density over the angle (t = √f · tan θ)."""
    if freedom > _MANY:
        return NormalDist().inv_cdf(p)
    angle = np.linspace(0.0, math.pi / 2, 20_001)
    density = np.cos(angle) ** (freedom - 1)
    grown = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    found = float(np.interp(2 * p - 1, grown / grown[-1], angle))
    return math.sqrt(freedom) * math.tan(found)


# --------------------------------------------------------------------------- throughput, plans for more, distributions


def throughput_ratio(original: Sequence[Ints], migrated: Sequence[Ints], question: Question) -> Interval | NotEnough:
    """Ratio of completed transactions; one array per block, completed transactions per chunk of equal length.

    Both stacks are sent the same workload, so chunk i of one is drawn together with chunk i of the other where both
    have as many: what the plan itself varies by cancels.
    """
    n = int(min(sum(int(c.sum()) for c in original), sum(int(c.sum()) for c in migrated)))
    if n < question.min_samples or not original or not migrated:
        return NotEnough(n=n, needed=question.min_samples)
    rng = _generator(question.seed, "throughput")
    a, b = np.concatenate(original), np.concatenate(migrated)
    drawn_a = rng.multinomial(len(a), np.full(len(a), 1 / len(a)), DRAWS)
    drawn_b = drawn_a if len(a) == len(b) else rng.multinomial(len(b), np.full(len(b), 1 / len(b)), DRAWS)
    value = float(b.mean() / a.mean())
    ratios = np.log(np.maximum(drawn_b @ b, 1) / len(b)) - np.log(np.maximum(drawn_a @ a, 1) / len(a))
    tail = (1 - question.confidence) / 2
    low, high = (float(v) for v in np.quantile(ratios, (tail, 1 - tail)) - math.log(value))
    factor = student(1 - tail / question.comparisons, len(a) - 1) / NormalDist().inv_cdf(1 - tail)
    return Interval(
        value=value, low=value * _exp(low), high=value * _exp(high), n=n,
        low_adjusted=value * _exp(low * factor), high_adjusted=value * _exp(high * factor),
        original=float(a.mean()), migrated=float(b.mean()),
    )  # fmt: skip


def blocks_needed(interval: Interval, margin: float, blocks: int) -> int:
    """Further blocks per stack until the adjusted interval leaves the limit 1 + margin; 0 where it has already.

    An interval shrinks with the root of the number of blocks.
    """
    limit = 1 + margin
    if interval.high_adjusted <= limit or interval.low_adjusted > limit:
        return 0
    below = interval.value <= limit
    reach = (
        math.log(interval.high_adjusted / interval.value) if below else math.log(interval.value / interval.low_adjusted)
    )
    room = abs(math.log(limit / interval.value))
    if room <= 0 or (needed := blocks * (reach / room) ** 2) > MOST_BLOCKS:
        return MOST_BLOCKS
    return max(1, math.ceil(needed) - blocks)


QUANTILES = tuple(
    round(float(q), 5)
    for q in (*np.linspace(0.0, 0.9, 37), *np.linspace(0.91, 0.98, 8), *np.linspace(0.981, 0.999, 13), 0.9995, 1.0)
)


def distribution(values_ns: Ints) -> tuple[float, ...]:
    """The durations at QUANTILES, in milliseconds."""
    return tuple(float(v) / 1e6 for v in np.quantile(values_ns, QUANTILES))
