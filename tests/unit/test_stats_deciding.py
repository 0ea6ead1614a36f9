"""The bounds that verdicts rest on: Holm's steps, and looks that together spend no more than the error."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.result import Judgement
from harness.stats import Question, nominal, standing, student
from harness.stats.deciding import Spread, accusing, acquitting
from harness.stats.student import beyond, satterthwaite

ALPHA, LIMIT = 0.05, 1.1


def question(comparisons: int, *, look: int = 1, looks: int = 1) -> Question:
    return Question(
        quantiles=(0.95,), confidence=1 - ALPHA, comparisons=comparisons, min_samples=20, seed="", limit=LIMIT,
        look=look, looks=looks,
    )  # fmt: skip


def spread(value: float, error: float = 0.03, freedom: float = 1000.0) -> Spread:
    return Spread(value=value, below=error, above=error, freedom=freedom)


@given(
    values=st.lists(st.floats(0.5, 2.0), min_size=1, max_size=12),
    more=st.integers(0, 20),
    freedom=st.sampled_from([2.0, 7.5, 1000.0]),
)
@settings(max_examples=60, deadline=None)
def test_accusations_are_those_of_holm(values: list[float], more: int, freedom: float) -> None:
    """A bound lies beyond the limit exactly where Holm's procedure on the p-values rejects."""
    spreads = [spread(value, freedom=freedom) for value in values]
    asked = question(len(values) + more)
    chances = sorted((s.chance_within(LIMIT), n) for n, s in enumerate(spreads))
    share = ALPHA * len(values) / (len(values) + more)
    rejected = set()
    for step, (chance, n) in enumerate(chances):
        if chance > share / (len(values) - step):
            break
        rejected.add(n)
    lows = accusing(spreads, asked)
    assert {n for n, low in enumerate(lows) if low > LIMIT} == rejected
    assert all(low < s.value for low, s in zip(lows, spreads, strict=True))


def test_an_acquittal_needs_no_correction() -> None:
    assert acquitting(spread(1.0), question(60)) == acquitting(spread(1.0), question(1))
    assert acquitting(spread(1.0), question(1)) == pytest.approx(np.exp(0.03 * NormalDist().inv_cdf(0.95)))


@pytest.mark.parametrize(("low", "high", "expected"), [
    (0.9, 1.1, Judgement.PASS), (0.9, 1.11, Judgement.INCONCLUSIVE), (1.1, 1.3, Judgement.INCONCLUSIVE),
    (1.11, 1.3, Judgement.FAIL),
])  # fmt: skip
def test_standing(low: float, high: float, expected: Judgement) -> None:
    assert standing(low, high, LIMIT) is expected


@pytest.mark.parametrize("looks", [2, 5, 10])
@pytest.mark.parametrize("alpha", [0.05, 0.004])
def test_all_looks_together_spend_the_error(alpha: float, looks: int) -> None:
    """On the limit itself, sums of normal increments cross one of the bounds as often as asked."""
    rng = np.random.default_rng(11)
    runs = 200_000
    sums = np.cumsum(rng.normal(size=(runs, looks)), axis=1) / np.sqrt(np.arange(1, looks + 1))
    bounds = [NormalDist().inv_cdf(1 - nominal(alpha, look, looks)) for look in range(1, looks + 1)]
    crossed = np.any(sums > bounds, axis=1).mean()
    assert crossed == pytest.approx(alpha, abs=4 * (alpha / runs) ** 0.5)


def test_a_single_look_spends_everything_and_an_early_one_little() -> None:
    assert nominal(ALPHA, 1, 1) == ALPHA
    levels = [nominal(ALPHA, look, 6) for look in range(1, 7)]
    assert levels == sorted(levels) and levels[0] < ALPHA / 6 and levels[-1] < ALPHA
    early, late = (accusing([spread(1.3)], question(1, look=look, looks=6))[0] for look in (1, 6))
    assert early < late


@pytest.mark.parametrize("freedom", [1.0, 2.5, 12.0, 5000.0])
def test_a_tail_is_the_inverse_of_a_quantile(freedom: float) -> None:
    for p in (0.6, 0.95, 0.999):
        assert beyond(student(p, freedom), freedom) == pytest.approx(1 - p, rel=1e-6)
        assert beyond(-student(p, freedom), freedom) == pytest.approx(p, rel=1e-6)


def test_freedom_lies_between_the_least_and_the_sum() -> None:
    assert satterthwaite((1.0, 100), (0.0, 4)) == 100
    assert satterthwaite((0.0, 100), (1.0, 4)) == 4
    assert 4 < satterthwaite((1.0, 100), (1.0, 4)) < 104
