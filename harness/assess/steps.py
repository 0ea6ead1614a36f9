"""The samples of one load block step by step: how long each message took, and each leg of a journey.

Both are gathered batch by batch, before it is known when the block's measured part began; their times are made when
the whole block was read. Not here: whole transactions (`blocks.py`), estimates (`exchanges.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.assess.piles import Pile
from harness.folding import POOL, ByName, Transactions
from harness.model import ReplyKind
from harness.stats import BlockSamples, Ints

COMMIT = "commit"

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """One message in one block: service times of those that were answered with ok, and how many were not."""

    service: BlockSamples
    refused: int
    timed_out: int
    failed: int  # or unreachable
    senders: frozenset[str]  # the transactions that sent it


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Which transactions of a block count, in the order of the samples, and the stretch that each belongs to."""

    inside: Bools
    place: Ints
    chunks: int
    pair: int = -1  # see `BlockSamples`
    joint: bool = False

    def of(self, transaction: Ints, value_ns: Ints, lost: Ints | None = None) -> BlockSamples:
        """`lost` are the transactions that broke, in addition to those that were completed."""
        known = {} if lost is None else {"lost": self.place[lost]}
        return BlockSamples(
            value_ns=value_ns,
            chunk=self.place[transaction],
            chunks=self.chunks,
            pair=self.pair,
            joint=self.joint,
            **known,
        )


class MessageSteps:
    """The steps of a block that are messages."""

    def __init__(self, facts: Mapping[str, Any], messages: Collection[str]) -> None:
        self._facts = facts
        self._numbers = [number for number, name in enumerate(facts["steps"]) if name in messages]
        self._pile = Pile()

    def take(self, samples: ByName, whole: Transactions, before: int) -> None:
        """A batch; `before` is how many transactions came before it."""
        if not self._numbers:
            return
        place = np.flatnonzero(np.isin(samples["step"], self._numbers))
        self._pile.add(
            step=samples["step"][place],
            reply=samples["reply"][place],
            took=samples["answered"][place] - samples["sent"][place],
            transaction=before + np.searchsorted(whole.first, place, side="right") - 1,
            sender=samples["transaction"][place],
        )

    def exchanged(self, measured: Measured) -> dict[str, Exchanged]:
        """Message → how its exchanges went in the measured part of the block."""
        if not self._pile:
            return {}
        step, reply, took, transaction, sender = (
            self._pile[name] for name in ("step", "reply", "took", "transaction", "sender")
        )
        inside = measured.inside[transaction]
        found = {}
        for number in self._numbers:
            own = inside & (step == number)
            if not own.any():
                continue
            answered = own & (reply == int(ReplyKind.OK))
            counts = np.bincount(reply[own], minlength=len(ReplyKind))
            found[str(self._facts["steps"][number])] = Exchanged(
                service=measured.of(
                    transaction[answered], took[answered], transaction[own & (reply > int(ReplyKind.REFUSED))]
                ),
                refused=int(counts[ReplyKind.REFUSED]),
                timed_out=int(counts[ReplyKind.TIMED_OUT]),
                failed=int(counts[ReplyKind.FAILED] + counts[ReplyKind.UNREACHABLE]),
                senders=frozenset(str(self._facts["transactions"][n]) for n in np.unique(sender[own])),
            )
        return found


class Legs:
    """The legs of a block's journeys: the n-th commit of a transaction ends its n-th leg."""

    def __init__(self, facts: Mapping[str, Any], journeys: Mapping[str, Sequence[str]]) -> None:
        names, steps = list(facts["transactions"]), list(facts["steps"])
        self._commit = steps.index(COMMIT) if COMMIT in steps else -1
        self._pool = steps.index(POOL) if POOL in steps else -1
        self._places = [(names.index(j), n, leg_name(j, leg)) for j, n, leg in _places(journeys) if j in names]
        self._pile = Pile()

    def take(self, samples: ByName, whole: Transactions, before: int) -> None:
        """A batch; `before` is how many transactions came before it."""
        if not self._places or not len(whole.first):
            return
        committed = samples["step"] == self._commit
        begins = np.zeros(len(committed), dtype=bool)
        begins[whole.first] = True
        begins[1:] |= committed[:-1]
        first = np.flatnonzero(begins)
        last = np.append(first, len(committed))[1:] - 1
        transaction = np.searchsorted(whole.first, first, side="right") - 1
        sent = samples["sent"][np.where(samples["step"][first] == self._pool, np.minimum(first + 1, last), first)]
        self._pile.add(
            journey=whole.transaction[transaction],
            number=np.arange(len(first)) - np.searchsorted(first, whole.first)[transaction],
            done=committed[last] & (samples["reply"][last] == int(ReplyKind.OK)),
            took=samples["answered"][last] - sent,
            transaction=before + transaction,
        )

    def times(self, measured: Measured) -> dict[str, BlockSamples]:
        """journey/leg → how long it took from its first step to its commit."""
        if not self._pile:
            return {}
        transaction, took = self._pile["transaction"], self._pile["took"]
        done = self._pile["done"] & measured.inside[transaction]
        return {
            name: measured.of(transaction[own], took[own])
            for journey, place, name in self._places
            if (own := done & (self._pile["journey"] == journey) & (self._pile["number"] == place)).any()
        }


def leg_name(journey: str, leg: str) -> str:
    return f"{journey}/{leg}"


def _places(journeys: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int, str]]:
    for journey, legs in journeys.items():
        for place, leg in enumerate(legs):
            yield journey, place, leg
