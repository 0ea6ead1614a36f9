"""The beginning that is left out: found where there is one, nothing where there is none, never more than half."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.warmup import common, detected, settled_after

NS = 1_000_000_000


def noise(seed: int, seconds: int, *, spread: float = 0.08, carried: float = 0.5) -> npt.NDArray[np.float64]:
    """Seconds that are like their neighbours."""
    rng = np.random.default_rng(seed)
    series = rng.normal(0, spread, seconds)
    for second in range(1, seconds):
        series[second] = carried * series[second - 1] + np.sqrt(1 - carried**2) * series[second]
    return series


@given(level=st.floats(-5, 20), seconds=st.integers(0, 300))
@settings(max_examples=40, deadline=None)
def test_a_constant_series_has_settled(level: float, seconds: int) -> None:
    assert settled_after(np.full(seconds, level)) == 0


def test_chance_is_not_taken_for_a_warm_up() -> None:
    cut = [settled_after(noise(seed, 60)) for seed in range(300)]
    assert np.mean(np.array(cut) > 0) < 0.03


@pytest.mark.parametrize("tau", [2, 3, 4, 6])
@pytest.mark.parametrize("height", [1.0, 2.0])
def test_a_decaying_start_is_found(tau: float, height: float) -> None:
    """Cut somewhere between a good deal and all of the decay; chance may hide one in twenty."""
    decay = height * np.exp(-np.arange(60) / tau)
    cuts = [settled_after(noise(seed, 60, spread=0.04) + decay) for seed in range(200)]
    assert np.mean([height * np.exp(-cut / tau) < 0.25 for cut in cuts]) >= 0.95
    assert max(cuts) <= 30


@pytest.mark.parametrize("step", [2, 5, 10, 20])
def test_a_step_down_is_found(step: int) -> None:
    """All of it, but for chance; noisy seconds after it may go with it, but never more than half of the block."""
    cuts = [settled_after(noise(seed, 60) + (np.arange(60) < step)) for seed in range(200)]
    assert np.mean([cut >= step - 1 for cut in cuts]) >= 0.95
    assert max(cuts) <= 30


def test_hardly_more_than_a_step_down_is_cut() -> None:
    steps = [noise(seed, 60) + (np.arange(60) < 8) for seed in range(100)]
    assert np.median([settled_after(series) for series in steps]) <= 10


def test_a_fast_beginning_and_a_slow_drift_are_no_warm_up() -> None:
    rising = noise(1, 60, spread=0.02)
    rising[:6] -= 1.0
    assert settled_after(rising) == 0
    assert settled_after(noise(2, 60, spread=0.02) + np.linspace(0, 0.3, 60)) == 0


def block(seed: int, *, slow_s: int, seconds: int = 60) -> tuple[npt.NDArray[np.int64], ...]:
    """Two transactions, one thirty times as long as the other and all at the beginning rare; slow for `slow_s`."""
    rng = np.random.default_rng(seed)
    due = np.sort(rng.uniform(0, seconds, seconds * 40))
    transaction = (rng.random(len(due)) < due / seconds).astype(np.int64)
    took = np.exp(rng.normal(0, 0.4, len(due))) * np.where(transaction, 30e6, 1e6) * np.where(due < slow_s, 3.0, 1.0)
    return (due * NS).astype(np.int64), took.astype(np.int64), transaction


@pytest.mark.parametrize("slow_s", [0, 4, 12])
def test_a_block_of_several_transactions(slow_s: int) -> None:
    found = detected(*block(3, slow_s=slow_s), least_ns=0, block_ns=60 * NS)
    assert slow_s <= found / NS <= slow_s + 5 * (slow_s > 0)


def test_the_plan_is_the_least_and_half_the_block_the_most() -> None:
    assert detected(*block(3, slow_s=2), least_ns=5 * NS, block_ns=60 * NS) == 5 * NS
    assert detected(*block(3, slow_s=45), least_ns=0, block_ns=60 * NS) <= 30 * NS
    nothing = np.zeros(0, dtype=np.int64)
    assert detected(nothing, nothing, nothing, least_ns=NS, block_ns=60 * NS) == NS


def test_both_stacks_are_cut_alike() -> None:
    """By the stack that usually takes longer; one odd block cuts nothing."""
    assert common([2, 2, 30], [7, 8, 7]) == 7
    assert common([], [3]) == 3
