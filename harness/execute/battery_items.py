"""The transactions that the error-handling battery runs in: drawn until every case has had its message, noted, and
repeated on the other stack in the same order.

The stack that goes first decides when there is enough; the other may follow while it is still at work.
Not here: what happens to the messages (`battery_trials.py`).
"""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any

from harness.execute.battery_trials import Trials
from harness.model import Item, Pack, Transaction
from harness.workload import Draw, Mix, reachable

_TRIES = 3  # a transaction that sends nothing of ours so often is not tried again
_FEEDING = 200  # other transactions in a row, so that one becomes possible that is needed
_MOST = 2000


class Tape:
    """Items in the order in which they are carried out, for whoever follows."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._ended = False
        self._news = threading.Condition()
        self.whole = False  # nothing broke off before there was enough

    def noting(self, items: Iterator[Item]) -> Iterator[Item]:
        """The same items; each is on the tape before it is carried out."""
        for item in items:
            with self._news:
                self._items.append(item)
                self._news.notify_all()
            yield item
        self.whole = True

    def end(self) -> None:
        """Nothing more will come, for whatever reason."""
        with self._news:
            self._ended = True
            self._news.notify_all()

    def follow(self) -> Iterator[Item]:
        at = 0
        while (item := self._at(at)) is not None:
            yield item
            at += 1

    def _at(self, place: int) -> Item | None:
        """The item at a place once it is there; None when it will never be."""
        with self._news:
            self._news.wait_for(lambda: self._ended or len(self._items) > place)
            return self._items[place] if len(self._items) > place else None


def drawn(pack: Pack, world: Any, *, seed: int, endpoints: frozenset[str], trials: Trials) -> Iterator[Item]:
    """Transactions that may send what is tried, in turn; where none of them is possible, others that lead to them."""
    rng = random.Random(f"{seed}/{pack.name}/error-handling")
    drawing = Draw(world=world, pools=pack.pools(world), rng=rng)
    ordinary = [t for t in reachable(pack, endpoints) if not t.bulk and not t.probe]
    tested = {course.message.interface for course in trials.courses.values()}
    turns = _Turns([t for t in ordinary if tested & set(t.interfaces)], trials)
    mix = Mix(ordinary)
    fed = 0
    for seq in range(1, _MOST + 1):
        if not turns.useful():
            return
        found = turns.next(drawing)
        fed = 0 if found else fed + 1
        if found is None and fed <= _FEEDING and mix.transactions:
            found = mix.next(drawing)
        if found is None:
            return
        yield Item(seq=seq, transaction=found[0].name, params=found[1])


class _Turns:
    """The transactions that send to the tested interfaces, one after the other as long as they are of use."""

    def __init__(self, transactions: list[Transaction], trials: Trials) -> None:
        self._waiting = deque(transactions)
        self._trials = trials
        self._tried: Counter[str] = Counter()

    def useful(self) -> list[Transaction]:
        left = self._trials.open()
        return [t for t in self._waiting if self._may_send(t.name, left)]

    def next(self, drawing: Draw) -> tuple[Transaction, dict[str, Any]] | None:
        for transaction in self.useful():
            params = transaction.draw(drawing)
            if params is not None:
                self._tried[transaction.name] += 1
                self._waiting.remove(transaction)
                self._waiting.append(transaction)
                return transaction, params
        return None

    def _may_send(self, name: str, left: frozenset[str]) -> bool:
        sends = self._trials.senders.get(name)
        return bool(sends & left) if sends else self._tried[name] < _TRIES
