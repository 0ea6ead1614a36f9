"""Load blocks → times of every message and of every leg of a journey, and how the stacks compare (PV-INTF-3).

Figures rest on valid blocks only, like those of transactions. A message counts where every transaction that sends it
agreed in function. Not here: reading blocks (`blocks.py`, `steps.py`), verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.assess.blocks import Block
from harness.assess.estimating import Scope, ratios, why_excluded
from harness.assess.stepped import stepped
from harness.assess.steps import Exchanged, leg_name
from harness.compare.functional import Comparison
from harness.interface_result import ExchangeTimes, JourneyLeg
from harness.judge.material import STACK_TITLES
from harness.result import Estimate
from harness.settings_plan import Plan
from harness.stats import BlockSamples, Sides

STACKS = ("original", "migrated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanges:
    """What the load blocks say of messages and legs."""

    times: tuple[ExchangeTimes, ...] = ()
    legs: tuple[JourneyLeg, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    notes: tuple[str, ...] = ()


def exchanges(
    run: Mapping[str, Any], blocks: Sequence[Block], compared: Mapping[str, Comparison], plan: Plan
) -> Exchanges:
    """Of all packs of a run; `compared` is the functional comparison of each pack that has one."""
    levels = [level.name for level in plan.load.levels]
    packs = [_Pack(name, run["packs"][name], blocks, compared.get(name)) for name in run["packs"]]
    messages = sum(len(pack.messages(level)) for pack in packs for level in levels)
    legs = sum(len(pack.legs(level)) for pack in packs for level in levels)
    return Exchanges(
        times=tuple(row for pack in packs for level in levels for row in pack.times(level)),
        legs=tuple(row for pack in packs for level in levels for row in pack.leg_times(level)),
        estimates=tuple(
            estimate
            for pack in packs
            for level in levels
            for estimate in (*pack.of_messages(level, plan, messages), *pack.of_legs(level, plan, legs))
        ),
        notes=tuple(note for pack in packs for level in levels for note in pack.stepped(level)),
    )


class _Pack:
    """One pack's blocks."""

    def __init__(self, name: str, known: Mapping[str, Any], blocks: Sequence[Block], compared: Comparison | None):
        self._name, self._known = name, known
        self._blocks = [b for b in blocks if b.summary.pack == name and b.summary.valid]
        self._agreed = compared.agreed if compared else frozenset()
        self._compared = compared is not None and compared.ledger.total > compared.ledger.not_run

    def _of(self, level: str, stack: str) -> list[Block]:
        return [b for b in self._blocks if (b.summary.level, b.summary.stack) == (level, stack)]

    # ----------------------------------------------------------------------- messages

    def messages(self, level: str) -> list[str]:
        """Those that were sent at this level by anybody, in the order of the pack."""
        seen = {name for b in self._blocks if b.summary.level == level for name in b.exchanged}
        return [name for name in self._known.get("messages", {}) if name in seen]

    def times(self, level: str) -> Iterator[ExchangeTimes]:
        for message in self.messages(level):
            for stack in STACKS:
                seen = self._exchanged(level, stack, message)
                figures = _figures([e.service for e in seen])
                yield ExchangeTimes(
                    pack=self._name, interface=self._known["messages"][message]["interface"], message=message,
                    level=level, stack=stack, count=int(figures["count"]), mean=figures["mean"], p50=figures["p50"],
                    p95=figures["p95"], p99=figures["p99"], maximum=figures["maximum"],
                    timed_out=sum(e.timed_out for e in seen), failed=sum(e.failed for e in seen),
                    refused=sum(e.refused for e in seen),
                )  # fmt: skip

    def stepped(self, level: str) -> Iterator[str]:
        """Times that are the network stack's waiting rather than anybody's work."""
        for message in self.messages(level):
            title = self._known["messages"][message]["title"]
            for stack in STACKS:
                samples = [seen.service.value_ns for seen in self._exchanged(level, stack, message)]
                sentence = stepped(np.concatenate(samples) / 1e6) if samples else ""
                if sentence:
                    yield f"{title}（{level}，{STACK_TITLES[stack]}）：{sentence}"

    def of_messages(self, level: str, plan: Plan, comparisons: int) -> Iterator[Estimate]:
        sides: dict[str, Sides] = {}
        excluded = {}
        for name in self.messages(level):
            senders = {sender for b in self._blocks if name in b.exchanged for sender in b.exchanged[name].senders}
            excluded[name] = self._why(*sorted(senders))
            original, migrated = ([e.service for e in self._exchanged(level, stack, name)] for stack in STACKS)
            sides[name] = (_there(original), _there(migrated))
        yield from self._ratios(self._scope("message", level, comparisons, excluded), plan, sides)

    def _exchanged(self, level: str, stack: str, message: str) -> list[Exchanged]:
        return [b.exchanged[message] for b in self._of(level, stack) if message in b.exchanged]

    # ----------------------------------------------------------------------- legs of journeys

    def legs(self, level: str) -> list[tuple[str, str, str]]:
        """(journey, leg, title) of those that were completed at this level by anybody."""
        seen = {name for b in self._blocks if b.summary.level == level for name in b.legs}
        return [
            (t["name"], leg, title)
            for t in self._known["transactions"]
            for leg, title in t.get("legs", {}).items()
            if leg_name(t["name"], leg) in seen
        ]

    def leg_times(self, level: str) -> Iterator[JourneyLeg]:
        for journey, leg, title in self.legs(level):
            for stack in STACKS:
                figures = _figures(self._leg(level, stack, leg_name(journey, leg)))
                yield JourneyLeg(
                    pack=self._name, journey=journey, leg=leg, title=title, level=level, stack=stack,
                    count=int(figures["count"]), mean=figures["mean"], p50=figures["p50"], p95=figures["p95"],
                    maximum=figures["maximum"],
                )  # fmt: skip

    def of_legs(self, level: str, plan: Plan, comparisons: int) -> Iterator[Estimate]:
        journeys = {leg_name(journey, leg): journey for journey, leg, _ in self.legs(level)}
        sides = {name: (self._leg(level, STACKS[0], name), self._leg(level, STACKS[1], name)) for name in journeys}
        excluded = {name: self._why(journey) for name, journey in journeys.items()}
        yield from self._ratios(self._scope("leg", level, comparisons, excluded), plan, sides)

    def _leg(self, level: str, stack: str, name: str) -> list[BlockSamples]:
        return [b.legs[name] for b in self._of(level, stack) if name in b.legs]

    # ----------------------------------------------------------------------- both

    def _why(self, *transactions: str) -> str:
        """Why what these transactions did does not count."""
        reasons = (why_excluded(name, self._agreed, self._compared) for name in transactions)
        return next(filter(None, reasons), "")

    def _scope(self, name: str, level: str, comparisons: int, excluded: Mapping[str, str]) -> Scope:
        return Scope(pack=self._name, level=level, comparisons=max(1, comparisons), excluded=excluded, name=name)

    def _ratios(self, scope: Scope, plan: Plan, sides: Mapping[str, Sides]) -> Iterator[Estimate]:
        if sides:
            yield from ratios(scope, plan, sides, [b for stack in STACKS for b in self._of(scope.level, stack)])


def _there(samples: Iterable[BlockSamples]) -> list[BlockSamples]:
    return [one for one in samples if len(one.value_ns)]


def _figures(samples: Sequence[BlockSamples]) -> Mapping[str, float]:
    """In milliseconds; zeros where nothing was answered."""
    values = np.concatenate([s.value_ns for s in samples]) / 1e6 if samples else np.zeros(0)
    if not len(values):
        return dict.fromkeys(("count", "mean", "p50", "p95", "p99", "maximum"), 0.0)
    p50, p95, p99 = (float(v) for v in np.quantile(values, (0.5, 0.95, 0.99)))
    return {
        "count": float(len(values)), "mean": float(values.mean()), "p50": p50, "p95": p95, "p99": p99,
        "maximum": float(values.max()),
    }  # fmt: skip
