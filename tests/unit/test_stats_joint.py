"""Stacks that take turns: what a machine does to both neighbouring turns leaves the interval of their ratio."""

from __future__ import annotations

import numpy as np
import pytest

from harness.stats import BlockSamples, Interval, Question, percentile_ratios

QUESTION = Question(quantiles=(0.95,), confidence=0.95, comparisons=1, min_samples=50, seed="joint", limit=1.1)
BLOCKS, TURNS, EACH = 4, 20, 40


def machine(rng: np.random.Generator) -> np.ndarray:
    """The logarithm of its slowness in every turn of the wall: it changes its mind every ten turns or so."""
    states = rng.random(2 * BLOCKS * TURNS) < 0.1
    slow = np.zeros(len(states))
    for turn in range(1, len(slow)):
        slow[turn] = 1 - slow[turn - 1] if states[turn] else slow[turn - 1]
    return 0.5 * slow


def sides(seed: int, *, factor: float = 1.0, joint: bool = True) -> tuple[list[BlockSamples], list[BlockSamples]]:
    rng = np.random.default_rng(seed)
    slow = machine(rng).reshape(BLOCKS, TURNS, 2)
    found: tuple[list[BlockSamples], list[BlockSamples]] = ([], [])
    for side, scale in enumerate((1.0, factor)):
        for block in range(BLOCKS):
            levels = np.repeat(slow[block, :, side], EACH)
            values = np.exp(levels + rng.normal(0, 0.3, len(levels))) * 1e6 * scale
            found[side].append(
                BlockSamples(
                    value_ns=values.astype(np.int64), chunk=np.repeat(np.arange(TURNS), EACH), chunks=TURNS,
                    pair=block, joint=joint,
                )
            )  # fmt: skip
    return found


def ratio(both: tuple[list[BlockSamples], list[BlockSamples]]) -> Interval:
    found = percentile_ratios({"t": both}, QUESTION)["t"][0.95]
    assert isinstance(found, Interval)
    return found


def width(interval: Interval) -> float:
    return float(np.log(interval.high / interval.low))


def test_a_machine_that_is_slow_by_spells_costs_little() -> None:
    narrower = [width(ratio(sides(seed))) / width(ratio(sides(seed, joint=False))) for seed in range(6)]
    assert np.median(narrower) < 0.7


@pytest.mark.parametrize("factor", [1.0, 1.2])
def test_the_interval_holds_the_true_ratio_as_often_as_it_says(factor: float) -> None:
    inside = [(found := ratio(sides(seed, factor=factor))).low <= factor <= found.high for seed in range(100)]
    assert np.mean(inside) >= 0.9


def test_a_block_whose_partner_does_not_count_is_left_out() -> None:
    original, migrated = sides(1)
    assert ratio((original, migrated[1:])) == ratio((original[1:], migrated[1:]))
