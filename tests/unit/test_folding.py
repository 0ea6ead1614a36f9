"""Folding steps into transactions: where one begins, whose lateness is whose, and that batches do not matter."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.folding import Folding, fold
from harness.model import ReplyKind
from harness.samples import READ

MS = 1_000_000
STEPS = ["select", "update", "pool", "commit"]


def samples(*rows: tuple[int, ...]) -> np.ndarray:
    """(due, sent, answered, item, user, transaction, step, reply)"""
    return np.array([(*row, 0, 0) for row in rows], dtype=READ)


def test_steps_fold_into_transactions_with_the_severest_reply() -> None:
    folded = fold(
        samples(
            (10, 11, 20, 1, 0, 3, 0, 0),
            (20, 20, 30, 1, 0, 3, 1, ReplyKind.REFUSED),
            (12, 13, 40, 2, 1, 4, 0, 0),
        )
    )
    assert folded.transaction.tolist() == [3, 4]
    assert folded.response_ns.tolist() == [20, 28]
    assert folded.service_ns.tolist() == [19, 27]
    assert folded.reply.tolist() == [ReplyKind.REFUSED, ReplyKind.OK]


def test_nothing_folds_into_nothing() -> None:
    folded = fold(np.empty(0, dtype=READ), STEPS)
    assert len(folded.due) == len(folded.lag) == len(folded.service_ns) == len(folded.reply) == 0


def test_same_item_number_of_two_users_stays_two_transactions() -> None:
    assert len(fold(samples((0, 1, 2, 7, 0, 0, 0, 0), (0, 1, 2, 7, 1, 0, 0, 0))).due) == 2


def test_lag_is_only_what_the_user_could_have_avoided() -> None:
    # The second was due at 5 ms but its user was served until 50 ms: sent at 51 ms is 1 ms of our own lateness.
    folded = fold(samples((0, 0, 50 * MS, 1, 0, 0, 0, 0), (5 * MS, 51 * MS, 60 * MS, 2, 0, 0, 0, 0)))
    assert folded.lag.tolist() == [0, MS]
    assert folded.response_ns.tolist() == [50 * MS, 55 * MS]  # waiting for the first counts for the second


def test_waiting_for_a_shared_session_is_response_time_but_neither_service_time_nor_lag() -> None:
    waited = samples((0, 1 * MS, 31 * MS, 1, 0, 0, 2, 0), (31 * MS, 31 * MS, 40 * MS, 1, 0, 0, 0, 0))
    folded = fold(waited, STEPS)
    assert folded.response_ns.tolist() == [40 * MS]
    assert folded.service_ns.tolist() == [9 * MS]
    assert folded.lag.tolist() == [1 * MS]


def test_the_users_of_another_process_are_others() -> None:
    rows = samples((0, 0, 50 * MS, 1, 0, 0, 0, 0), (5 * MS, 51 * MS, 60 * MS, 2, 0, 0, 0, 0))
    rows["process"][1] = 1
    folding = Folding()
    assert [folding.fold(rows[n : n + 1]).lag.tolist() for n in (0, 1)] == [[0], [46 * MS]]


@given(cuts=st.sets(st.integers(1, 39)), users=st.integers(1, 6), seed=st.integers(0, 2**32 - 1))
def test_batches_fold_like_the_whole(cuts: set[int], users: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.zeros(40, dtype=READ)
    rows["user"] = rng.integers(0, users, 40)
    rows["item"] = np.arange(40)
    rows["due"] = np.cumsum(rng.integers(0, 5, 40))
    rows["sent"] = rows["due"] + rng.integers(0, 9, 40)
    rows["answered"] = rows["sent"] + rng.integers(0, 9, 40)
    folding = Folding(STEPS)
    parts = [folding.fold(part).lag for part in np.split(rows, sorted(cuts))]
    assert np.concatenate(parts).tolist() == fold(rows, STEPS).lag.tolist()
    free: dict[int, int] = {}
    for row, lag in zip(rows, fold(rows, STEPS).lag.tolist(), strict=True):
        assert lag == row["sent"] - max(row["due"], free.get(int(row["user"]), -(2**62)))
        free[int(row["user"])] = int(row["answered"])
