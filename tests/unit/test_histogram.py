"""Histograms: adding them is adding their samples, and their percentiles are those of the samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.histogram import Histogram

durations = st.lists(st.integers(1_000, 10**12), max_size=60)


def of(*parts: list[int]) -> Histogram:
    histogram = Histogram()
    for part in parts:
        histogram.add(np.array(part, dtype=np.int64))
    return histogram


@given(a=durations, b=durations)
def test_histograms_merge_like_samples(a: list[int], b: list[int]) -> None:
    assert of(a) + of(b) == of(b) + of(a) == of(a, b) == of(a + b)
    assert len(of(a) + of(b)) == len(a) + len(b)


@given(values=durations.filter(bool), share=st.floats(0.0, 1.0))
def test_a_percentile_is_that_of_the_samples(values: list[int], share: float) -> None:
    found = of(values).quantile_ns(share)
    exact = np.quantile(values, share, method="inverted_cdf")
    assert found == pytest.approx(exact, rel=0.0079)


def test_nothing_has_no_percentile() -> None:
    assert Histogram().quantile_ns(0.5) == 0.0
