"""Where the response time leaves its flat part as the load grows: the knee of (rate, response time). Pure.

A queue in front of m servers has approximately R = S / (1 − (λ/C)^m), S the response time without a queue, C the rate
that saturates (Gunther, Analyzing Computer System Performance with Perl::PDQ, 2005, ch. 2). The knee is where the power
λ / R is greatest (Kleinrock, Power and deterministic rules of thumb, ICC 1979): beyond it waiting grows faster than
throughput. For this curve that is λ = C (m + 1)^(−1/m). Fitting all points first, instead of looking for the greatest
of a few noisy quotients, or for a bend that depends on how far the load was driven, is what makes it repeatable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

FEWEST_POINTS = 4
_SERVERS = tuple(1.25**n for n in range(17))  # m from 1 to 35; it need not be whole
_RATES = 60  # candidates for C
_BEYOND = 4.0  # where nothing was overloaded, C is looked for up to so many times the highest rate
_NO_RISE = 1.1  # a curve that rises by less than this over what was measured shows no knee


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The response time at one rate; `carried`: the system kept up, so that the figure is no mere backlog."""

    rate_per_s: float
    milliseconds: float
    carried: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """R = flat_ms / (1 − (λ / saturation_per_s)^servers)."""

    flat_ms: float
    saturation_per_s: float
    servers: float

    @property
    def knee_per_s(self) -> float:
        return self.saturation_per_s * math.pow(self.servers + 1, -1 / self.servers)

    def at(self, rate_per_s: float) -> float:
        """Response time in ms."""
        return self.flat_ms / (1 - math.pow(rate_per_s / self.saturation_per_s, self.servers))


def fitted(points: Sequence[Point]) -> Curve | None:
    """The curve with the least sum of absolute errors of log R: one bad step weighs little. None for too few points."""
    by_rate: dict[float, list[float]] = {}
    for point in points:
        if point.carried and point.milliseconds > 0:
            by_rate.setdefault(point.rate_per_s, []).append(math.log(point.milliseconds))
    if len(by_rate) < FEWEST_POINTS:
        return None
    logs = {rate: median(values) for rate, values in by_rate.items()}
    highest = max(logs)
    overloaded = [point.rate_per_s for point in points if not point.carried and point.rate_per_s > highest]
    most = min(overloaded, default=highest * _BEYOND)
    least_error, best = math.inf, None
    for n in range(1, _RATES + 1):
        saturation = highest * (most / highest) ** (n / _RATES)
        for servers in _SERVERS:
            flats = [log + math.log(1 - (rate / saturation) ** servers) for rate, log in logs.items()]
            flat = median(flats)
            error = sum(abs(each - flat) for each in flats)
            if error < least_error:
                least_error = error
                best = Curve(flat_ms=math.exp(flat), saturation_per_s=saturation, servers=servers)
    return best


def knee(points: Sequence[Point]) -> float:
    """The rate at the knee; 0 where the points do not show one."""
    curve = fitted(points)
    if curve is None:
        return 0.0
    carried = [point for point in points if point.carried]
    highest = max(point.rate_per_s for point in carried)
    if len(carried) == len(points) and curve.at(highest) < _NO_RISE * curve.flat_ms:
        return 0.0
    return min(curve.knee_per_s, highest) if len(carried) == len(points) else curve.knee_per_s
