"""Percentile against load: the interval covers what is true about as often as it says, also where seconds are alike."""

import numpy as np
import pytest

from harness.assess.at_load import interval
from harness.stats import BlockSamples

SECONDS = 60


def block(rng: np.random.Generator, *, restless: float, moved: float) -> BlockSamples:
    """Lognormal times around 8 ms whose seconds follow each other, in a block that lies a little off."""
    n = rng.poisson(20 * SECONDS)
    chunk = np.sort(rng.integers(0, SECONDS, n))
    second = np.zeros(SECONDS)
    for i in range(1, SECONDS):
        second[i] = 0.5 * second[i - 1] + rng.normal(0, restless)
    logs = np.log(8e6) + rng.normal(0, 0.6, n) + second[chunk] + rng.normal(0, moved)
    return BlockSamples(value_ns=np.exp(logs).astype(np.int64), chunk=chunk, chunks=SECONDS)


@pytest.mark.parametrize(("restless", "moved", "q"), [(0.0, 0.0, 0.5), (0.1, 0.0, 0.95), (0.1, 0.02, 0.99)])
def test_the_interval_covers_the_truth(restless: float, moved: float, q: float) -> None:
    rng = np.random.default_rng(5)
    many = [block(rng, restless=restless, moved=moved).value_ns for _ in range(300)]
    truth = float(np.quantile(np.concatenate(many), q))
    trials = [[block(rng, restless=restless, moved=moved) for _ in range(4)] for _ in range(150)]
    found = [interval(blocks, q) for blocks in trials]
    covered = np.mean([low <= truth <= high for low, _, high in found])
    assert 0.87 <= covered <= 0.995
    assert all(low <= value <= high for low, value, high in found)
    assert np.median([high / low for low, _, high in found]) < 1.3


def test_without_a_sample_beyond_it_a_percentile_is_not_given() -> None:
    few = BlockSamples(value_ns=np.arange(1, 51) * 10**6, chunk=np.arange(50), chunks=50)
    assert interval([few], 0.99) is None
    assert interval([], 0.5) is None
    assert interval([few], 0.9) is not None
