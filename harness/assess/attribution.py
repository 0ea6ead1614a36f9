"""Shares one measured total out over its causes: non-negative least squares with a bootstrap, or an honest "unknown".

Seconds in which more of one transaction ended used more CPU; over many seconds that tells what each costs. It tells
only as much as the counts move independently of each other, so every figure comes with its interval, and none is given
where the interval says next to nothing. Pure arithmetic. Not here: where the counts and the totals come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

DRAWS = 200
STRETCH = 5  # neighbouring rows that are drawn together: what one second leaves behind, the next pays for
ROWS_PER_CAUSE = 5
WORST_CONDITION = 100.0  # of the counts, each column scaled to length 1
WIDEST = 1.0  # interval ÷ value: beyond that a cost is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one occurrence of a cause costs, with its 95 % interval."""

    value: float
    low: float
    high: float


def nnls(gram: Floats, target: Floats, start: Mask | None = None) -> Floats:
    """x ≥ 0 that minimises |A x − y|², given AᵀA and Aᵀy.

    The active-set method of Lawson and Hanson, Solving Least Squares Problems (1974), chapter 23; `start` names the
    columns that are presumed positive, which saves steps where a similar problem was solved before.
    """
    n = len(target)
    free = np.zeros(n, dtype=bool)
    x = np.zeros(n)
    tolerance = 1e-10 * max(1e-300, float(np.abs(target).max(initial=0.0)))
    if start is not None and start.any():
        guess = _solved(gram, target, start)
        if (guess[start] > 0).all():
            free, x = start.copy(), guess
    for _ in range(3 * n):
        gradient = target - gram @ x
        gradient[free] = -np.inf
        best = int(gradient.argmax())
        if gradient[best] <= tolerance:
            break
        free[best] = True
        x = _within(gram, target, free, x)
    return x


def _within(gram: Floats, target: Floats, free: Mask, x: Floats) -> Floats:
    """The solution over the free columns, those set fast again that would turn negative."""
    while True:
        wanted = _solved(gram, target, free)
        negative = free & (wanted <= 0)
        if not negative.any():
            return wanted
        step = float((x[negative] / (x[negative] - wanted[negative])).min())
        x = x + step * (wanted - x)
        free &= x > 1e-14 * float(x.max(initial=0.0))
        x[~free] = 0.0
        if not free.any():
            return x


def _solved(gram: Floats, target: Floats, free: Mask) -> Floats:
    x = np.zeros(len(target))
    x[free] = np.linalg.lstsq(gram[np.ix_(free, free)], target[free], rcond=None)[0]
    return x


def attribute(counts: Floats, used: Floats, seed: int = 0) -> list[Share | None]:
    """What one occurrence of each cause (column) costs; None where the rows do not tell.

    A column of ones stands for what is used whether anything happens or not. `counts` and `used` have a row for every
    stretch of equal length, in order of time.
    """
    rows, causes = counts.shape
    if rows < ROWS_PER_CAUSE * (causes + 1) or rows < 2 * STRETCH:
        return [None] * causes
    table = np.column_stack((counts, np.ones(rows)))
    length = np.sqrt((table**2).sum(axis=0))
    if (length == 0).any():
        return _without_empty(counts, used, seed)
    scaled = table / length
    if np.linalg.cond(scaled) > WORST_CONDITION:
        return [None] * causes
    found = nnls(scaled.T @ scaled, scaled.T @ used)
    drawn = np.array([_drawn(scaled, used, found > 0, rng) for rng in np.random.default_rng(seed).spawn(DRAWS)])
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0) / length
    value = found / length
    return [
        Share(value=float(value[k]), low=float(low[k]), high=float(high[k]))
        if value[k] > 0 and high[k] - low[k] <= WIDEST * value[k]
        else None
        for k in range(causes)
    ]


def ratio_interval(used: Floats, counts: Floats) -> tuple[float, float] | None:
    """The 95 % interval of sum(used) / sum(counts), None where the rows are too few or hold nothing."""
    rows = len(used)
    if rows < 2 * STRETCH:
        return None
    chosen = np.array([_stretches(rows, rng) for rng in np.random.default_rng(0).spawn(DRAWS)])
    done = counts[chosen].sum(axis=1)
    if (done <= 0).any():
        return None
    low, high = np.quantile(used[chosen].sum(axis=1) / done, (0.025, 0.975))
    return float(low), float(high)


def _without_empty(counts: Floats, used: Floats, seed: int) -> list[Share | None]:
    kept: Mask = counts.sum(axis=0) > 0
    known = iter(attribute(counts[:, kept], used, seed)) if kept.any() else iter(())
    return [next(known) if there else None for there in kept]


def _drawn(table: Floats, used: Floats, start: Mask, rng: np.random.Generator) -> Floats:
    """One resample of whole stretches with replacement."""
    chosen = _stretches(len(used), rng)
    part = table[chosen]
    return nnls(part.T @ part, part.T @ used[chosen], start)


def _stretches(rows: int, rng: np.random.Generator) -> Places:
    begins = rng.integers(0, rows - STRETCH + 1, size=-(-rows // STRETCH))
    chosen: Places = (begins[:, None] + np.arange(STRETCH)).ravel()[:rows]
    return chosen
