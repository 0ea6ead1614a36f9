"""Durations counted in logarithmic bins: a summary of fixed size, to be added to another one.

The histogram of several processes or blocks is the sum of theirs, so its percentiles are those of all their samples,
good to the width of a bin (0.8 %). For looks while samples still come in; what a report says is computed from the
samples themselves. Not here: the bins (`stats/bins.py`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.stats import BINS, Ints, bin_of, lower_edge


class Histogram:
    """How many durations fell into each bin."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, dtype=np.int64)

    def __len__(self) -> int:
        return int(self._counts.sum())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and np.array_equal(self._counts, other._counts)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def add(self, ns: npt.ArrayLike) -> None:
        self._counts += np.bincount(bin_of(ns), minlength=BINS)

    def __add__(self, other: Histogram) -> Histogram:
        both = Histogram()
        both._counts = self._counts + other._counts
        return both

    def quantile_ns(self, share: float) -> float:
        """The duration that this share of all does not exceed, linear within its bin; 0 where there are none."""
        below: Ints = np.cumsum(self._counts)
        if not below[-1]:
            return 0.0
        rank = share * below[-1]
        at = int(np.searchsorted(below, rank))
        at = max(at, int(np.flatnonzero(self._counts)[0]))
        low, high = lower_edge([at, at + 1])
        return float(low + (high - low) * (rank - (below[at] - self._counts[at])) / self._counts[at])
