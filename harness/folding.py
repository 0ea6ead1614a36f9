"""Steps → transactions, batch after batch: when each was due, sent and answered, and whose lateness was whose.

A batch holds whole transactions of one generator process in the order in which they ended (`samples.py`), so a user's
transactions follow each other; only the moment at which each user was free again is carried from batch to batch.
Not here: which of them count (`blocks.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

POOL = "pool"  # the step of waiting for a session that the users share
_NEVER = np.iinfo(np.int64).min


class ByName(Protocol):
    """Arrays by name: a batch of columns, or rows with named fields."""

    def __getitem__(self, name: str, /) -> npt.NDArray[Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Transactions:
    """The transactions of a batch, one entry each, in the order of the samples. Times in ns since the block's epoch."""

    first: npt.NDArray[np.int64]  # place of the first and of the last step in the batch
    last: npt.NDArray[np.int64]
    transaction: npt.NDArray[np.uint16]
    user: npt.NDArray[np.uint32]
    due: npt.NDArray[np.int64]
    sent: npt.NDArray[np.int64]
    answered: npt.NDArray[np.int64]
    pooled: npt.NDArray[np.int64]  # how long it waited for a session that the users share
    reply: npt.NDArray[np.uint8]  # the severest reply of its steps
    lag: npt.NDArray[np.int64]  # our own lateness: sent − max(due, when this user was free again)

    @property
    def response_ns(self) -> npt.NDArray[np.int64]:
        """answered − due: what the user at the counter waits."""
        return self.answered - self.due

    @property
    def service_ns(self) -> npt.NDArray[np.int64]:
        """answered − sent, without waiting for a shared session."""
        return self.answered - self.sent - self.pooled


class Folding:
    """Folds the batches of one block, one process after the other. `steps` are the names that its samples refer to."""

    def __init__(self, steps: Sequence[str] = ()) -> None:
        self._pool = steps.index(POOL) if POOL in steps else None
        self._process = -1
        self._free = np.empty(0, dtype=np.int64)  # by user

    def fold(self, samples: ByName) -> Transactions:
        begins = beginnings(samples)
        first = np.flatnonzero(begins)
        last = np.append(first, len(begins))[1:] - 1
        user, due, sent = (samples[name][first] for name in ("user", "due", "sent"))
        answered = samples["answered"][last]
        if len(first) and samples["process"][0] != self._process:
            self._process = int(samples["process"][0])
            self._free = np.empty(0, dtype=np.int64)
        return Transactions(
            first=first, last=last, transaction=samples["transaction"][first], user=user, due=due, sent=sent,
            answered=answered, pooled=self._pooled(samples, first),
            reply=np.maximum.reduceat(samples["reply"], first) if len(first) else np.empty(0, dtype=np.uint8),
            lag=sent - np.maximum(due, self._free_again(user, answered)),
        )  # fmt: skip

    def _pooled(self, samples: ByName, first: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        if self._pool is None or not len(first):
            return np.zeros(len(first), dtype=np.int64)
        took = np.where(samples["step"] == self._pool, samples["answered"] - samples["sent"], 0)
        pooled: npt.NDArray[np.int64] = np.add.reduceat(took, first)
        return pooled

    def _free_again(self, user: npt.NDArray[np.uint32], answered: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """When the user of each transaction had been served before: who is still being served cannot send."""
        if not len(user):
            return answered
        missing = int(user.max()) + 1 - len(self._free)
        self._free = np.append(self._free, np.full(max(0, missing), _NEVER))
        small = len(self._free) <= np.iinfo(np.uint16).max
        order = np.argsort(user.astype(np.uint16) if small else user, kind="stable")  # 16 bits sort in linear time
        users, ended = user[order], answered[order]
        follows = np.zeros(len(users), dtype=bool)
        follows[1:] = users[1:] == users[:-1]
        free = np.empty_like(answered)
        free[order] = np.where(follows, np.roll(ended, 1), self._free[users])
        leaves = np.append(~follows[1:], True)  # its last one in this batch
        self._free[users[leaves]] = ended[leaves]
        return free


def fold(samples: ByName, steps: Sequence[str] = ()) -> Transactions:
    """A block that is one batch."""
    return Folding(steps).fold(samples)


def beginnings(samples: ByName) -> npt.NDArray[np.bool_]:
    """Where a transaction begins: wherever item or user change."""
    item, user = samples["item"], samples["user"]
    begins = np.ones(len(item), dtype=bool)
    begins[1:] = (item[1:] != item[:-1]) | (user[1:] != user[:-1])
    return begins
