"""Pacing is arithmetic: checked without a clock."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from harness.pacer import NS, arrivals, sendable, thinking, varying


@given(st.integers(0, 2**32), st.floats(0.1, 500))
def test_arrivals_never_go_back_and_repeat_for_the_same_seed(seed: int, rate: float) -> None:
    first = list(itertools.islice(arrivals(random.Random(seed), rate_per_s=rate), 50))
    assert first == sorted(first)
    assert first == list(itertools.islice(arrivals(random.Random(seed), rate_per_s=rate), 50))


def test_arrivals_keep_the_rate() -> None:
    within = itertools.takewhile(lambda ns: ns < 1000 * NS, arrivals(random.Random(1), rate_per_s=40))
    assert abs(sum(1 for _ in within) / 1000 - 40) < 0.8  # 4 standard deviations of a Poisson count


def test_backlog_is_sent_within_its_grace_and_no_longer() -> None:
    assert sendable(due_ns=9 * NS, elapsed_ns=11 * NS, seconds=10, grace_s=2)
    assert not sendable(due_ns=9 * NS, elapsed_ns=13 * NS, seconds=10, grace_s=2)
    assert not sendable(due_ns=10 * NS, elapsed_ns=10 * NS, seconds=10, grace_s=2)


def test_a_varying_rate_has_its_shape_and_begins_again() -> None:
    within = itertools.takewhile(
        lambda ns: ns < 600 * NS, varying(random.Random(3), rate_per_s=20, shape=(1.0, 3.0, 0.0), seconds=300.0)
    )
    counts = [0] * 6
    for ns in within:
        counts[ns // (100 * NS)] += 1
    assert counts[2] == counts[5] == 0
    assert all(abs(counts[n] - 2000) < 180 for n in (0, 3))  # 4 standard deviations
    assert all(abs(counts[n] - 6000) < 310 for n in (1, 4))


@given(st.integers(0, 2**32), st.lists(st.just(0.0) | st.floats(0.1, 5), min_size=1, max_size=30).filter(any))
def test_a_varying_stream_repeats_for_the_same_seed_and_never_goes_back(seed: int, shape: list[float]) -> None:
    first, again = (
        list(itertools.islice(varying(random.Random(seed), rate_per_s=50, shape=shape, seconds=10), 40))
        for _ in range(2)
    )
    assert first == again == sorted(first)


def test_pauses_have_their_mean() -> None:
    pauses = list(itertools.islice(thinking(random.Random(1), mean_s=2.0), 10_000))
    assert abs(sum(pauses) / len(pauses) / NS - 2.0) < 0.08
