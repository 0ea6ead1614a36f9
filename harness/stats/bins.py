"""Durations in logarithmic bins, and the points at which a distribution is drawn. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STEPS = 7  # bits of mantissa: 128 bins per doubling, none wider than 0.8 %
_SHIFT = 52 - STEPS
LEAST_NS, MOST_NS = 1_000, 1_000_000_000_000  # 1 µs … 1000 s
_FIRST = int(np.float64(LEAST_NS).view(np.int64)) >> _SHIFT
BINS = (int(np.float64(MOST_NS).view(np.int64)) >> _SHIFT) - _FIRST + 1

SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
QUANTILES = tuple(
    round(float(q), 5)
    for q in (*np.linspace(0.0, 0.9, 37), *np.linspace(0.91, 0.98, 8), *np.linspace(0.981, 0.999, 13), 0.9995, 1.0)
)


def bin_of(ns: npt.ArrayLike) -> Ints:
    """The bin of each duration: exponent and leading mantissa bits of its floating-point form, nothing is computed."""
    held = np.clip(np.asarray(ns, dtype=np.float64), LEAST_NS, MOST_NS)
    bins: Ints = (held.view(np.int64) >> _SHIFT) - _FIRST
    return bins


def lower_edge(bins: npt.ArrayLike) -> Floats:
    """The least duration of each bin, in ns; the inverse of `bin_of`."""
    edges: Floats = ((np.asarray(bins, dtype=np.int64) + _FIRST) << _SHIFT).view(np.float64)
    return edges


def distribution(values_ns: Ints) -> tuple[float, ...]:
    """The durations at QUANTILES, in milliseconds."""
    return tuple(float(v) / 1e6 for v in np.quantile(values_ns, QUANTILES))
