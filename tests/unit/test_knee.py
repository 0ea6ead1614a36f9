"""The knee: found where a known curve has it, again with noise, and not where there is none."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.knee import Curve, Point, fitted, knee

GROWING = [20 * 2 ** (n / 2) for n in range(12)]  # 20 … 905 per second


def measured(curve: Curve, rates: list[float], *, noise: float = 0.0, seed: int = 0) -> list[Point]:
    rng = random.Random(seed)
    points = []
    for rate in rates:
        carried = rate < 0.98 * curve.saturation_per_s
        ms = curve.at(rate) if carried else 100 * curve.flat_ms
        points.append(Point(rate_per_s=rate, milliseconds=ms * math.exp(rng.gauss(0, noise)), carried=carried))
    return points


@given(st.floats(100, 700), st.sampled_from([1.0, 2.0, 4.0, 8.0]), st.floats(0.5, 500))
def test_the_knee_of_a_known_curve_is_found(saturation: float, servers: float, flat: float) -> None:
    curve = Curve(flat_ms=flat, saturation_per_s=saturation, servers=servers)
    assert knee(measured(curve, GROWING)) == pytest.approx(curve.knee_per_s, rel=0.08)


def test_power_is_greatest_at_the_knee() -> None:
    curve = Curve(flat_ms=10, saturation_per_s=400, servers=3)
    power = {rate: rate / curve.at(rate) for rate in range(1, 400)}
    assert max(power, key=power.__getitem__) == pytest.approx(curve.knee_per_s, abs=1)


@pytest.mark.parametrize("servers", [1.0, 2.0, 8.0])
def test_twice_with_noise_is_within_15_per_cent(servers: float) -> None:
    curve = Curve(flat_ms=10, saturation_per_s=600, servers=servers)
    rates = [20, 40, 80, 160, 320, 320, 453, 453, 538, 538, 587, 640, 640]
    knees = [knee(measured(curve, rates, noise=0.12, seed=seed)) for seed in range(20)]
    assert sum(max(a, b) / min(a, b) <= 1.15 for a, b in zip(knees[::2], knees[1::2], strict=True)) >= 9


def test_the_unit_of_time_does_not_matter() -> None:
    curve = Curve(flat_ms=10, saturation_per_s=600, servers=2)
    points = measured(curve, GROWING, noise=0.1)
    in_us = [Point(rate_per_s=p.rate_per_s, milliseconds=1000 * p.milliseconds, carried=p.carried) for p in points]
    assert knee(points) == pytest.approx(knee(in_us))


def test_a_flat_curve_has_no_knee_and_few_points_show_none() -> None:
    assert knee([Point(rate_per_s=rate, milliseconds=8.0) for rate in GROWING]) == 0
    assert fitted([Point(rate_per_s=rate, milliseconds=8.0) for rate in GROWING[:3]]) is None
    assert knee([]) == 0


def test_one_bad_step_hardly_moves_it() -> None:
    points = measured(Curve(flat_ms=10, saturation_per_s=600, servers=2), GROWING)
    bad = [*points[:3], Point(rate_per_s=points[3].rate_per_s, milliseconds=80.0), *points[4:]]
    assert knee(bad) == pytest.approx(knee(points), rel=0.1)
