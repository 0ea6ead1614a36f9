"""Looking at a level again and again without being wrong more often: error spending (Lan & DeMets 1983). Pure.

A level that may stop after every round is looked at up to `looks` times. Each look may spend part of the error; by
look k of K, α·(k/K)^ρ is spent (Kim & DeMets 1987; ρ = 1 is close to Pocock's boundary, 3 to O'Brien and Fleming's).
What a look may spend is turned into the level at which its test is made by the joint distribution of the looks: the
sums of independent normal increments, of which only those go on that were not decided. Student's t is then used at
that level (Jennison & Turnbull 2000: the significance-level approach).
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np

SPENT = 2.0  # ρ: little while few blocks say little, yet a clear case need not wait for the last round
_REACH, _POINTS = 9.0, 3601


def nominal(alpha: float, look: int, looks: int) -> float:
    """The one-sided level at which look `look` of `looks` is tested, so that all looks together err with `alpha`."""
    return alpha if looks <= 1 else _levels(alpha, looks)[min(look, looks) - 1]


@lru_cache(maxsize=512)
def _levels(alpha: float, looks: int) -> tuple[float, ...]:
    sums = np.linspace(-_REACH, _REACH, _POINTS)  # of increments of variance 1 / looks
    step = float(sums[1] - sums[0])
    width = looks**-0.5
    reach = min(_POINTS // 2, int(8 * width / step))
    kernel = _normal(np.arange(-reach, reach + 1) * step / width) * step / width
    density = _normal(sums / width) / width
    found = []
    for look in range(1, looks + 1):
        if look > 1:
            density = np.convolve(density, kernel, mode="same")
        spend = alpha * ((look / looks) ** SPENT - ((look - 1) / looks) ** SPENT)
        above = np.cumsum(density[::-1])[::-1] * step
        bound = float(np.interp(-spend, -above, sums - step / 2))
        found.append(NormalDist().cdf(-bound / (look / looks) ** 0.5))
        density = np.where(sums < bound, density, 0.0)
    return tuple(found)


def _normal(z: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    density: np.ndarray[tuple[int], np.dtype[np.float64]] = np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5
    return density
