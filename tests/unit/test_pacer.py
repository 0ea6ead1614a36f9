"""Pacing is arithmetic: checked without a clock."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from harness.pacer import NS, arrivals, interleaved, sendable


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


def test_interleaving_walks_each_level_through_the_whole_order() -> None:
    assert list(interleaved("ABBA", 2)) == [
        (1, 0, "A"), (2, 0, "B"), (3, 0, "B"), (4, 0, "A"),
        (5, 1, "A"), (6, 1, "B"), (7, 1, "B"), (8, 1, "A"),
    ]  # fmt: skip
