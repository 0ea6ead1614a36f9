"""What moves from block to block: paired from six pairs on, so that a slow drift of the machine cancels."""

from __future__ import annotations

import numpy as np
import pytest

from harness.stats import BlockSamples, Interval, Question, percentile_ratios
from harness.stats.unrest import PAIRED

QUESTION = Question(quantiles=(0.5,), confidence=0.95, comparisons=1, min_samples=50, seed="unrest", limit=1.1)


def blocks(levels: np.ndarray, first: int, *, paired: bool) -> list[BlockSamples]:
    """One block per level of the logarithm, 10 seconds of 30 responses."""
    found = []
    for number, level in enumerate(levels):
        rng = np.random.default_rng((first, number))
        values = np.exp(level + rng.normal(0, 0.3, 300)) * 1e6
        pair = number if paired else -1
        found.append(BlockSamples(value_ns=values.astype(np.int64), chunk=np.arange(300) // 30, chunks=10, pair=pair))
    return found


def ratio(original: np.ndarray, migrated: np.ndarray, *, paired: bool) -> Interval:
    sides = blocks(original, 1, paired=paired), blocks(migrated, 2, paired=paired)
    found = percentile_ratios({"t": sides}, QUESTION)["t"][0.5]
    assert isinstance(found, Interval)
    return found


def width(interval: Interval) -> float:
    return float(np.log(interval.high / interval.low))


def test_a_drift_that_both_stacks_share_costs_nothing_in_pairs() -> None:
    drift = np.linspace(0, 0.5, 8)
    alone, together = (ratio(drift, drift, paired=paired) for paired in (False, True))
    assert width(together) < width(alone) / 3
    assert together.value == pytest.approx(1, abs=0.05)


def test_what_moves_one_stack_alone_stays_in_the_interval() -> None:
    unrest = np.random.default_rng(7).normal(0, 0.2, (2, 8))
    alone, together = (ratio(*unrest, paired=paired) for paired in (False, True))
    assert width(together) > 0.5 * width(alone)


@pytest.mark.parametrize("pairs", [2, PAIRED - 1])
def test_few_pairs_are_not_used(pairs: int) -> None:
    drift = np.linspace(0, 0.5, pairs)
    assert ratio(drift, drift, paired=True) == ratio(drift, drift, paired=False)
