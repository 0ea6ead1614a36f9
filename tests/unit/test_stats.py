"""Intervals that hold as often as they say on data like response times, and refusal where there is too little."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats as scipy_stats

from harness.stats import (
    BINS,
    LEAST_NS,
    MOST_BLOCKS,
    MOST_NS,
    QUANTILES,
    BlockSamples,
    Interval,
    NotEnough,
    Question,
    Unanswered,
    bin_of,
    blocks_needed,
    distribution,
    lower_edge,
    percentile_ratios,
    student,
    throughput_ratio,
)


def question(seed: str = "s", *, comparisons: int = 1, min_samples: int = 50, limit: float = 1.2) -> Question:
    return Question(
        quantiles=(0.95,), confidence=0.95, comparisons=comparisons, min_samples=min_samples, seed=seed, limit=limit
    )


def block(
    rng: np.random.Generator, n: int, *, scale: float = 5e6, heavy: bool = False, rho: float = 0.0, chunks: int = 30
) -> BlockSamples:
    """Log-normal response times; `heavy`: 3 % of them far out; `rho`: neighbouring seconds share a level."""
    chunk = np.sort(rng.integers(0, chunks, n))
    level = np.zeros(chunks)
    for i in range(1, chunks):
        level[i] = rho * level[i - 1] + rng.normal(0, 0.2 * math.sqrt(1 - rho**2)) if rho else 0.0
    values = np.exp(rng.normal(0, 0.5, n) + level[chunk])
    if heavy:
        far = rng.random(n) < 0.03
        values[far] *= 5 * (1 + rng.pareto(2.0, int(far.sum())))
    return BlockSamples(value_ns=(values * scale).astype(np.int64), chunk=chunk, chunks=chunks)


def asked(answer: object, q: float = 0.95) -> Interval:
    assert isinstance(answer, Mapping)
    interval = answer[q]
    assert isinstance(interval, Interval)
    return interval


# --------------------------------------------------------------------------- bins


def test_bins_are_fine_ordered_and_reversible() -> None:
    values = np.geomspace(LEAST_NS, MOST_NS, 100_000)
    bins = bin_of(values)
    assert bins[0] == 0 and bins[-1] == BINS - 1
    assert np.all(np.diff(bins) >= 0)
    low, high = lower_edge(bins), lower_edge(bins + 1)
    assert np.all((low <= values) & (values < high))
    assert np.max(high / low) < 1.01
    assert list(bin_of([0, 1, 10**15])) == [0, 0, BINS - 1]


@pytest.mark.parametrize("p", [0.9, 0.975, 0.9995])
@pytest.mark.parametrize("freedom", [2, 5, 30, 399, 5000])
def test_student_agrees_with_scipy(p: float, freedom: int) -> None:
    assert student(p, freedom) == pytest.approx(scipy_stats.t.ppf(p, freedom), rel=0.012)


# --------------------------------------------------------------------------- coverage


@pytest.mark.parametrize(
    ("kind", "least"),
    [({}, 0.92), ({"heavy": True}, 0.92), ({"rho": 0.5}, 0.88), ({"rho": 0.5, "heavy": True}, 0.88)],
)
def test_the_interval_covers_the_truth(kind: dict[str, float], least: float) -> None:
    """Nominal 95 %; not far below it even when neighbouring seconds are alike, and not useless above it."""
    rng = np.random.default_rng(7)
    runs = 80
    true = 1.3
    covered, widths = 0, []
    for run in range(runs):
        original = [block(rng, 400, **kind) for _ in range(2)]  # type: ignore[arg-type]
        migrated = [block(rng, 400, scale=5e6 * true, **kind) for _ in range(2)]  # type: ignore[arg-type]
        interval = asked(percentile_ratios({"t": (original, migrated)}, question(str(run)))["t"])
        covered += interval.low <= true <= interval.high
        widths.append(interval.high / interval.low)
    assert covered / runs >= least
    assert np.median(widths) < 2.0


def test_a_difference_between_blocks_widens_the_interval() -> None:
    """Two blocks of the same stack that differ by half: what they agree on inside says nothing about the next block."""
    rng = np.random.default_rng(3)
    calm = [block(rng, 3000), block(rng, 3000)]
    stormy = [block(rng, 3000), block(rng, 3000, scale=7.5e6)]
    narrow = asked(percentile_ratios({"t": (calm, calm)}, question())["t"])
    wide = asked(percentile_ratios({"t": (calm, stormy)}, question())["t"])
    assert math.log(wide.high / wide.low) > 4 * math.log(narrow.high / narrow.low)


def test_the_same_samples_always_give_the_same_interval() -> None:
    rng = np.random.default_rng(5)
    sides = {"t": ([block(rng, 500), block(rng, 500)], [block(rng, 500), block(rng, 500)])}
    assert percentile_ratios(sides, question("a")) == percentile_ratios(sides, question("a"))
    assert percentile_ratios(sides, question("a")) != percentile_ratios(sides, question("b"))


def test_the_point_is_exact_and_an_accusation_costs_more_than_an_acquittal() -> None:
    rng = np.random.default_rng(5)
    a, b = [block(rng, 800), block(rng, 700)], [block(rng, 800), block(rng, 900)]
    interval = asked(percentile_ratios({"t": (a, b)}, question(comparisons=60))["t"])
    original, migrated = (np.quantile(np.concatenate([x.value_ns for x in side]), 0.95) for side in (a, b))
    assert interval.original == original
    assert interval.value == migrated / original
    assert interval.low_adjusted < interval.low < interval.value < interval.high_adjusted < interval.high
    assert interval.n == 1500


def test_one_block_a_side_decides_nothing() -> None:
    """What blocks differ by is not known before the second."""
    rng = np.random.default_rng(5)
    interval = asked(percentile_ratios({"t": ([block(rng, 800)], [block(rng, 800, scale=5e7)])}, question())["t"])
    assert 5 < interval.low < interval.high < 20
    assert interval.low_adjusted < 1e-3 and interval.high_adjusted > 1e3
    assert blocks_needed(interval, 1.2, 1) == 1


def test_constant_responses_still_have_a_width() -> None:
    same = BlockSamples(value_ns=np.full(100, 5_000_000), chunk=np.arange(100) % 5, chunks=5)
    interval = asked(percentile_ratios({"t": ([same, same], [same, same])}, question())["t"])
    assert interval.low < 1 < interval.high < 1.01


@pytest.mark.parametrize("n", [0, 1, 49])
def test_too_few_samples_are_refused(n: int) -> None:
    rng = np.random.default_rng(1)
    answers = percentile_ratios({"t": ([block(rng, 500)], [block(rng, n)]), "u": ([], [])}, question())
    assert answers == {"t": {0.95: NotEnough(n=n, needed=50)}, "u": {0.95: NotEnough(n=0, needed=50)}}


def test_a_far_quantile_needs_more_samples() -> None:
    rng = np.random.default_rng(1)
    sides = ([block(rng, 200), block(rng, 200)], [block(rng, 200), block(rng, 200)])
    wanted = Question(quantiles=(0.95, 0.5, 0.99), confidence=0.95, comparisons=1, min_samples=100, seed="s", limit=1.2)
    answers = percentile_ratios({"t": sides}, wanted)["t"]
    assert [type(answers[q]) for q in wanted.quantiles] == [Interval, Interval, NotEnough]
    assert answers[0.99] == NotEnough(n=400, needed=500)


def without_answer(known: BlockSamples, share: float) -> BlockSamples:
    """The slowest of a block's transactions are given up instead."""
    order = np.argsort(known.value_ns)
    kept, lost = np.split(order, [round(len(order) * (1 - share))])
    return replace(known, value_ns=known.value_ns[kept], chunk=known.chunk[kept], lost=known.chunk[lost])


def test_giving_up_is_not_being_fast() -> None:
    """A stack that gives up its slowest tenth keeps the P90 it had, and has a P95 beyond all others."""
    rng = np.random.default_rng(1)
    fair, other = [block(rng, 2000), block(rng, 2000)], [block(rng, 2000), block(rng, 2000)]
    giving_up = [without_answer(b, 0.08) for b in other]
    wanted = Question(quantiles=(0.9, 0.95), confidence=0.95, comparisons=1, min_samples=50, seed="s", limit=1.2)
    honest = percentile_ratios({"t": (fair, other)}, wanted)["t"]
    found = percentile_ratios({"t": (fair, giving_up)}, wanted)["t"]
    assert asked(found, 0.9).value == pytest.approx(asked(honest, 0.9).value)
    assert asked(found, 0.95).low_adjusted > 100
    hopeless = percentile_ratios({"t": (giving_up, other)}, wanted)["t"][0.95]
    assert isinstance(hopeless, Unanswered) and hopeless.share == pytest.approx(0.08)


def test_empty_stretches_do_no_harm() -> None:
    """All samples of a block in one of its thirty seconds: most draws of that block alone are empty."""
    rng = np.random.default_rng(2)
    lump = BlockSamples(value_ns=rng.integers(10**6, 10**7, 60), chunk=np.zeros(60, dtype=np.int64), chunks=30)
    interval = asked(percentile_ratios({"t": ([lump, block(rng, 60)], [lump, block(rng, 60)])}, question())["t"])
    assert all(math.isfinite(v) for v in (interval.low_adjusted, interval.low, interval.high, interval.high_adjusted))


# --------------------------------------------------------------------------- throughput and planning


def test_throughput_of_the_same_plan_is_sharp() -> None:
    """What the plan varies by is common to both stacks and cancels."""
    rng = np.random.default_rng(4)
    plan = [rng.poisson(40, 50), rng.poisson(40, 50)]
    ratio = throughput_ratio(plan, [p * 9 // 10 for p in plan], question())
    assert isinstance(ratio, Interval)
    assert ratio.high - ratio.low < 0.02 and ratio.low < 0.9 < ratio.high + 0.02
    assert throughput_ratio([], plan, question()) == NotEnough(n=0, needed=50)


def test_throughput_of_unequal_blocks() -> None:
    rng = np.random.default_rng(4)
    ratio = throughput_ratio([rng.poisson(40, 50)], [rng.poisson(20, 30)], question())
    assert isinstance(ratio, Interval) and ratio.low < 0.5 < ratio.high


def test_what_blocks_achieve_differs_where_no_plan_holds_them_together() -> None:
    """Closed levels: users wait for answers, so that a good day of the machine is in every second of a block."""
    rng = np.random.default_rng(4)
    steady = throughput_ratio(*([rng.poisson(400, 50) for _ in range(4)] for _ in range(2)), question())  # type: ignore[arg-type]
    moved = throughput_ratio(*([rng.poisson(400 * f, 50) for f in (0.8, 1, 1.2, 1)] for _ in range(2)), question())  # type: ignore[arg-type]
    assert isinstance(steady, Interval) and isinstance(moved, Interval)
    assert moved.high - moved.low > 5 * (steady.high - steady.low)


def interval(value: float, low: float, high: float) -> Interval:
    return Interval(
        value=value, low=low, high=high, low_adjusted=low, high_adjusted=high, original=1.0, migrated=value, n=100
    )


@pytest.mark.parametrize(
    ("known", "needed"),
    [
        (interval(1.0, 0.9, 1.1), 0),  # decided: within
        (interval(1.5, 1.3, 1.7), 0),  # decided: beyond
        (interval(1.0, 0.75, 1.44), 6),  # twice as wide as the room above: four times the blocks
        (interval(1.2, 1.0, 1.4), MOST_BLOCKS),  # on the limit: never
    ],
)
def test_blocks_needed(known: Interval, needed: int) -> None:
    assert blocks_needed(known, 1.2, 2) == pytest.approx(needed, abs=1)


def test_distribution_has_sixty_rising_points() -> None:
    assert len(QUANTILES) == len(set(QUANTILES)) == 60
    points = distribution(np.random.default_rng(1).integers(10**6, 10**9, 1000))
    assert len(points) == 60 and list(points) == sorted(points)


def test_a_whole_level_in_seconds() -> None:
    rng = np.random.default_rng(9)
    sides = {
        str(t): ([block(rng, 4000, chunks=60) for _ in range(2)], [block(rng, 4000, chunks=60) for _ in range(2)])
        for t in range(20)
    }
    began = time.process_time()
    percentile_ratios(
        sides, Question(quantiles=(0.95, 0.5), confidence=0.95, comparisons=60, min_samples=50, seed="x", limit=1.2)
    )
    assert time.process_time() - began < 6
