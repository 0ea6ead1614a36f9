"""Turns: own time and wall time are one arithmetic, in both directions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.turns import NS, Turns

ORDERS = st.lists(st.sampled_from("AB"), min_size=2, max_size=8).map("".join).filter(lambda o: {*o} == {"A", "B"})
MOMENTS = st.lists(st.integers(0, 10**13), min_size=1, max_size=20)


@given(ORDERS, st.sampled_from("AB"), st.floats(0.25, 5), MOMENTS)
def test_own_time_comes_back_from_the_wall(order: str, letter: str, seconds: float, moments: list[int]) -> None:
    turns = Turns.of(order, letter, seconds)
    own = np.asarray(sorted(moments), dtype=np.int64)
    walls = turns.walls(own)
    assert list(walls) == [turns.wall(int(moment)) for moment in own]
    assert list(turns.owns(walls)) == list(own)
    assert all(order[wall // turns.turn_ns % len(order)] == letter for wall in map(int, walls))
    assert list(walls) == sorted(walls)


@given(ORDERS, st.lists(st.integers(0, 10**12), min_size=1, max_size=20))
def test_two_stacks_are_never_due_in_the_same_turn(order: str, moments: list[int]) -> None:
    own = np.asarray(moments, dtype=np.int64)
    turns = {letter: set(Turns.of(order, letter, 1.0).walls(own) // NS) for letter in "AB"}
    assert not turns["A"] & turns["B"]


@pytest.mark.parametrize("letter", ["A", "B"])
def test_two_blocks_end_together_after_a_whole_cycle(letter: str) -> None:
    assert Turns.of("ABBA", letter, 1.0).wall_seconds(20.0) == 40.0
    assert Turns.of("ABBA", letter, 1.0).wall_seconds(20.5) == 44.0
    assert Turns.of("AB", letter, 2.0).wall_seconds(3.0) == 8.0
