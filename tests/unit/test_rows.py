"""Whether two lists of rows are the same, cell by cell: what Python's == forgives is not forgiven."""

from __future__ import annotations

import datetime as dt
import pickle
from decimal import Decimal
from typing import Any

import pytest

from harness.compare.rows import align, same_row, same_rows

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
ELSEWHERE = NOON.astimezone(dt.timezone(dt.timedelta(hours=8)))
DIFFERENT: list[tuple[Any, Any]] = [
    (1, True), (1, 1.0), (1, Decimal(1)), (Decimal("1.50"), Decimal("1.5")), (NOON, ELSEWHERE), ("a", "b"), ("", None),
    (0, None), ("1", 1), (b"1", "1"), (1, 2),
]  # fmt: skip
SAME: list[Any] = [1, True, None, "王", "", b"", 1.5, Decimal("1.50"), NOON, dt.date(2026, 3, 2), dt.time(9, 30)]


@pytest.mark.parametrize(("x", "y"), DIFFERENT)
def test_what_is_equal_to_python_may_differ(x: Any, y: Any) -> None:
    assert not same_row(("k", x), ("k", y))
    assert not same_rows([("k", 0), ("k", x)], [("k", 0), ("k", y)])
    assert not same_rows([("k", y)], [("k", x)])


@pytest.mark.parametrize("x", SAME)
def test_the_same_value_is_the_same(x: Any) -> None:
    other = pickle.loads(pickle.dumps(x))
    assert same_row((1, x), (1, other)) and same_rows([(1, x)] * 3, [(1, other)] * 3)


def test_lists_of_another_length_are_never_the_same() -> None:
    rows = [(1, "a"), (2, "b")]
    for a, b in ((rows, rows[:1]), (rows, []), (rows, [(1, "a"), (2,)]), ([()], [(1,)])):
        assert not same_rows(a, b) and not same_rows(b, a)
    assert same_rows([], []) and same_rows([()], [()])


def test_where_every_column_moves_rows_are_paired_by_all_of_them() -> None:
    found = align([(1, "a"), (2, "b")], [(2, "b"), (1, "a")], masked=frozenset({0, 1}))
    assert found.pairs == ((0, 1), (1, 0))
    by_name = align([(1, "a"), (2, "b")], [(9, "b"), (8, "a")], masked=frozenset({0}))
    assert by_name.pairs == ((0, 1), (1, 0))


def test_rows_of_one_side_alone_stay_alone() -> None:
    assert align([], [(1,), (2,)]).extra == (0, 1)
    assert align([(1,), (2,)], []).missing == (0, 1)
    found = align([(1, "a", "x"), (2, "b", "y")], [(1, "a", "x"), (7, "q", "z"), (2, "b", "y")])
    assert (found.pairs, found.missing, found.extra) == (((0, 0), (1, 2)), (), (1,))
