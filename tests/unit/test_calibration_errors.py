"""What every time should have been, and how far off the found ones are."""

from __future__ import annotations

import numpy as np
import pytest

from harness.execute.calibration_errors import compared, errors, responses
from harness.execute.calibration_load import CalibrationLoad, questions
from harness.model import Item
from harness.samples import READ

MS = 1_000_000


def item(seq: int, user: int, due_ms: float, numbers: list[int]) -> Item:
    return Item(seq=seq, transaction="question", params={"numbers": numbers}, user=user, due_ns=int(due_ms * MS))


def sample(seq: int, due_ms: float, sent_ms: float, answered_ms: float, step: int = 0) -> tuple[int, ...]:
    clocks = (int(clock * MS) for clock in (due_ms, sent_ms, answered_ms))
    return (*clocks, seq, 0, 0, step, 0, 0, 0)


def test_a_user_who_is_busy_makes_the_next_wait_and_nobody_else() -> None:
    items = [item(1, 0, 0, [0]), item(2, 1, 2, [1]), item(3, 0, 4, [2, 3]), item(4, 1, 50, [4])]
    known = np.array([10, 10, 5, 5, 10]) * MS
    first = np.array([0, 1, 2, 4, 5])
    assert (responses(items, known, first) // MS).tolist() == [10, 12, 20, 60]


def test_found_and_known_are_of_the_same_steps_and_transactions() -> None:
    items = [item(1, 0, 0, [0]), item(2, 0, 1000, [1, 2]), item(3, 1, 1001, [3])]
    records = np.array([[n, 0, takes * MS] for n, takes in ((0, 10), (1, 20), (2, 30), (3, 40))])
    rows = [
        sample(3, 1001, 1002, 1043),
        sample(1, 0, 1, 12),
        sample(2, 1000, 1000, 1021),
        sample(2, 1021, 1022, 1053),
        sample(2, 1053, 1053, 1054, step=1),  # the commit is no numbered step
    ]
    found = compared(items, np.array(rows, dtype=READ), records, step=0, warm_up_s=0.5)
    assert sorted(zip(found.service // MS, found.service_known // MS, strict=True)) == [(21, 20), (31, 30), (41, 40)]
    assert (found.response // MS).tolist() == [53, 42]
    assert (found.response_known // MS).tolist() == [50, 40]


def test_what_was_never_answered_is_left_out() -> None:
    items = [item(1, 0, 0, [0, 1]), item(2, 1, 0, [2])]
    records = np.array([[0, 0, 10 * MS], [2, 0, 30 * MS]])
    rows = [sample(1, 0, 0, 10), sample(1, 10, 10, 500), sample(2, 0, 0, 33)]
    found = compared(items, np.array(rows, dtype=READ), records, step=0, warm_up_s=0.0)
    assert (found.service // MS).tolist() == [10, 33]
    assert (found.response // MS).tolist() == [33]
    assert (found.response_known // MS).tolist() == [30]


def test_an_error_is_a_share_of_the_percentile() -> None:
    known = np.arange(1, 1001) * MS
    found = errors(known * 11 // 10, known)
    assert found == pytest.approx({"p50": 0.1, "p95": 0.1, "p99": 0.1})


def test_questions_come_at_the_rate_of_transactions_with_the_steps_of_the_mix() -> None:
    load = CalibrationLoad(family="http", rate_per_s=500, steps=2.5, users=50, seconds=10.0)
    items = questions(load)
    numbers = [number for each in items for number in each.params["numbers"]]
    assert numbers == list(range(len(numbers)))
    assert [each.seq for each in items] == list(range(1, len(items) + 1))
    assert [each.due_ns for each in items] == sorted(each.due_ns for each in items)
    assert len(items) == pytest.approx(5000, rel=0.1)
    assert len(numbers) / len(items) == pytest.approx(load.steps, rel=0.05)
    assert {each.user for each in items} == set(range(50))
