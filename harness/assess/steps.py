"""The samples of one load block step by step: how long each message took, and each leg of a journey.

Not here: whole transactions (`blocks.py`), estimates (`exchanges.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.model import ReplyKind
from harness.samples import Samples
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

    def of(self, transaction: Ints, value_ns: Ints) -> BlockSamples:
        return BlockSamples(value_ns=value_ns, chunk=self.place[transaction], chunks=self.chunks)


def exchanges_of(
    samples: Samples, facts: Mapping[str, Any], messages: Collection[str], measured: Measured
) -> dict[str, Exchanged]:
    """Message → how its exchanges went in the measured part of the block."""
    if not len(samples):
        return {}
    transaction = np.cumsum(_begins(samples)) - 1
    step, reply = np.asarray(samples["step"]), np.asarray(samples["reply"])
    took = np.asarray(samples["answered"] - samples["sent"])
    found = {}
    for number, name in enumerate(facts["steps"]):
        own = (step == number) & measured.inside[transaction] if name in messages else np.zeros(0, dtype=bool)
        if not own.any():
            continue
        answered = own & (reply == int(ReplyKind.OK))
        counts = np.bincount(reply[own], minlength=len(ReplyKind))
        found[str(name)] = Exchanged(
            service=measured.of(transaction[answered], took[answered]),
            refused=int(counts[ReplyKind.REFUSED]),
            timed_out=int(counts[ReplyKind.TIMED_OUT]),
            failed=int(counts[ReplyKind.FAILED] + counts[ReplyKind.UNREACHABLE]),
            senders=frozenset(str(facts["transactions"][n]) for n in np.unique(samples["transaction"][own])),
        )
    return found


def legs_of(
    samples: Samples, facts: Mapping[str, Any], journeys: Mapping[str, Sequence[str]], measured: Measured
) -> dict[str, BlockSamples]:
    """journey/leg → how long it took from its first step to its commit; the n-th commit ends the n-th leg."""
    names, steps = list(facts["transactions"]), list(facts["steps"])
    if not journeys or not len(samples) or COMMIT not in steps:
        return {}
    begins = _begins(samples)
    committed = np.asarray(samples["step"] == steps.index(COMMIT))
    leg_begins = begins.copy()
    leg_begins[1:] |= committed[:-1]
    first = np.flatnonzero(leg_begins)
    last = np.append(first[1:], len(samples)) - 1
    transaction = (np.cumsum(begins) - 1)[first]
    number = np.arange(len(first)) - np.flatnonzero(begins[first])[transaction]
    done = committed[last] & (samples["reply"][last] == int(ReplyKind.OK)) & measured.inside[transaction]
    took = np.asarray(samples["answered"][last] - samples["sent"][first])
    which = np.asarray(samples["transaction"][first])
    return {
        leg_name(journey, leg): measured.of(transaction[own], took[own])
        for journey, place, leg in _places(journeys)
        if journey in names and (own := done & (which == names.index(journey)) & (number == place)).any()
    }


def leg_name(journey: str, leg: str) -> str:
    return f"{journey}/{leg}"


def _places(journeys: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int, str]]:
    for journey, legs in journeys.items():
        for place, leg in enumerate(legs):
            yield journey, place, leg


def _begins(samples: Samples) -> Bools:
    """Where a transaction begins."""
    item, user = samples["item"], samples["user"]
    begins = np.ones(len(samples), dtype=bool)
    begins[1:] = (item[1:] != item[:-1]) | (user[1:] != user[:-1])
    return begins
