"""Samples: the layout of a record, folding steps into transactions, and whose lateness is whose."""

from pathlib import Path

import numpy as np

from harness.model import ReplyKind
from harness.samples import PACK, SAMPLE, fold, read_samples

MS = 1_000_000


def packed(*rows: tuple[int, ...]) -> bytes:
    return b"".join(PACK(*row) for row in rows)


def samples(*rows: tuple[int, ...]) -> np.ndarray:
    return np.frombuffer(packed(*rows), dtype=SAMPLE)


def test_a_torn_record_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "samples.bin"
    path.write_bytes(packed((0, 1, 2, 1, 0, 0, 0, 0, 0), (3, 4, 5, 2, 0, 0, 0, 0, 0)) + b"\x01\x02\x03")
    assert [int(row["due"]) for row in read_samples(path)] == [0, 3]


def test_no_file_is_no_samples(tmp_path: Path) -> None:
    assert len(fold(read_samples(tmp_path / "none.bin")).due) == 0


def test_steps_fold_into_transactions_with_the_severest_reply() -> None:
    folded = fold(
        samples(
            (10, 11, 20, 1, 0, 3, 0, 0, 0),
            (20, 20, 30, 1, 0, 3, 1, ReplyKind.REFUSED, 1),
            (12, 13, 40, 2, 1, 4, 0, 0, 0),
        )
    )
    assert folded.transaction.tolist() == [3, 4]
    assert folded.response_ns.tolist() == [20, 28]
    assert folded.service_ns.tolist() == [19, 27]
    assert folded.reply.tolist() == [ReplyKind.REFUSED, ReplyKind.OK]


def test_same_item_number_of_two_users_stays_two_transactions() -> None:
    assert len(fold(samples((0, 1, 2, 7, 0, 0, 0, 0, 0), (0, 1, 2, 7, 1, 0, 0, 0, 0))).due) == 2


def test_lag_is_only_what_the_user_could_have_avoided() -> None:
    # The second was due at 5 ms but its user was served until 50 ms: sent at 51 ms is 1 ms of our own lateness.
    folded = fold(samples((0, 0, 50 * MS, 1, 0, 0, 0, 0, 0), (5 * MS, 51 * MS, 60 * MS, 2, 0, 0, 0, 0, 0)))
    assert folded.lag.tolist() == [0, MS]
    assert folded.response_ns.tolist() == [50 * MS, 55 * MS]  # waiting for the first counts for the second
