"""The fixed-size sample of the load pass: its layout, and turning a block's file into arrays.

One record per step, written when its transaction has ended, all steps of one transaction next to each other.
A record's clocks are nanoseconds since the block's epoch. The first step's `due` is the transaction's intended
time; a later step is due the moment the step before it was answered.
Not here: percentiles and verdicts (`stats.py`, `judge/`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SAMPLE = np.dtype(
    [
        ("due", "<i8"),
        ("sent", "<i8"),
        ("answered", "<i8"),
        ("item", "<u4"),  # seq of the workload item
        ("user", "<u2"),
        ("transaction", "<u2"),  # index into the block's list of transaction names
        ("step", "<u2"),  # index into the block's list of statement names
        ("reply", "u1"),  # ReplyKind
        ("error", "u1"),  # index into the list of error classes
    ]
)
PACK = struct.Struct("<qqqIHHHBB").pack
assert SAMPLE.itemsize == struct.calcsize("<qqqIHHHBB")

Samples = npt.NDArray[Any]


def read_samples(path: Path) -> Samples:
    """Memory-map a block's samples; a record torn by a killed process is dropped. Shape (n,), dtype SAMPLE."""
    whole = path.stat().st_size // SAMPLE.itemsize if path.exists() else 0
    if not whole:
        return np.empty(0, dtype=SAMPLE)
    mapped: Samples = np.memmap(path, dtype=SAMPLE, mode="r", shape=(whole,))
    return mapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Transactions:
    """The transactions of a block, one entry each, in file order. Times in nanoseconds since the block's epoch."""

    transaction: npt.NDArray[np.uint16]
    user: npt.NDArray[np.uint16]
    due: npt.NDArray[np.int64]
    sent: npt.NDArray[np.int64]
    answered: npt.NDArray[np.int64]
    reply: npt.NDArray[np.uint8]  # the severest reply of its steps
    lag: npt.NDArray[np.int64]  # our own lateness: sent − max(due, when this user was free again)

    @property
    def response_ns(self) -> npt.NDArray[np.int64]:
        """answered − due: what the user at the counter waits."""
        return self.answered - self.due

    @property
    def service_ns(self) -> npt.NDArray[np.int64]:
        """answered − sent."""
        return self.answered - self.sent


def fold(samples: Samples) -> Transactions:
    """Steps → transactions. A transaction begins wherever (user, item) changes in the file."""
    n = len(samples)
    if n == 0:
        nothing = np.empty(0, dtype=np.int64)
        small = np.empty(0, dtype=np.uint16)
        return Transactions(
            transaction=small, user=small, due=nothing, sent=nothing, answered=nothing,
            reply=np.empty(0, dtype=np.uint8), lag=nothing,
        )  # fmt: skip
    item, user = samples["item"], samples["user"]
    begins = np.empty(n, dtype=bool)
    begins[0] = True
    np.not_equal(item[1:], item[:-1], out=begins[1:])
    begins[1:] |= user[1:] != user[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], n) - 1
    due, sent = samples["due"][first], samples["sent"][first]
    answered = samples["answered"][last]
    users = np.asarray(user[first])
    return Transactions(
        transaction=np.asarray(samples["transaction"][first]),
        user=users,
        due=due,
        sent=sent,
        answered=answered,
        reply=np.maximum.reduceat(samples["reply"], first),
        lag=_lag(users, due, sent, answered),
    )


def _lag(
    user: npt.NDArray[np.uint16],
    due: npt.NDArray[np.int64],
    sent: npt.NDArray[np.int64],
    answered: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """A user who is still being served cannot send: only lateness beyond that is the generator's own."""
    order = np.lexsort((sent, user))
    free = np.empty(len(user), dtype=np.int64)
    free[order[0]] = np.iinfo(np.int64).min
    same = user[order][1:] == user[order][:-1]
    free[order[1:]] = np.where(same, answered[order][:-1], np.iinfo(np.int64).min)
    lag: npt.NDArray[np.int64] = sent - np.maximum(due, free)
    return lag
