"""Student's t without scipy: its quantiles, its tails, and the degrees of freedom of a sum of variances. Pure."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from harness.stats.bins import Floats

_MANY = 400  # degrees of freedom from which Student's t is the normal distribution


@lru_cache(maxsize=4096)
def student(p: float, freedom: float) -> float:
    """Quantile of Student's t for p ≥ 0.5; without any freedom nothing is known."""
    if not freedom:
        return math.inf
    if freedom > _MANY:
        return NormalDist().inv_cdf(p)
    angle, share = _grown(freedom)
    return math.sqrt(freedom) * math.tan(float(np.interp(2 * p - 1, share, angle)))


def beyond(t: float, freedom: float) -> float:
    """Probability that Student's t exceeds `t`."""
    if not freedom:
        return 0.5
    if freedom > _MANY:
        return NormalDist().cdf(-t)
    angle, share = _grown(freedom)
    half = (1 - float(np.interp(math.atan(abs(t) / math.sqrt(freedom)), angle, share))) / 2
    return half if t >= 0 else 1 - half


@lru_cache(maxsize=512)
def _grown(freedom: float) -> tuple[Floats, Floats]:
    """The distribution of θ where t = √f · tan θ: its density is that of cos θ to the power f − 1."""
    angle = np.linspace(0.0, math.pi / 2, 20_001)
    density = np.cos(angle) ** (freedom - 1)
    grown = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    return angle, grown / grown[-1]


def satterthwaite(*parts: tuple[float, float]) -> float:
    """Degrees of freedom of a sum of variances (Satterthwaite 1946), each with its own degrees of freedom."""
    total = sum(variance for variance, _ in parts)
    spread = sum(variance**2 / freedom for variance, freedom in parts if freedom)
    return max(1.0, round(total**2 / spread, 1)) if spread else float(_MANY)
