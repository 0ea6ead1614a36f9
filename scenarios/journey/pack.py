"""The journey pack as the harness sees it: the systems' tables, data and rules; two ways through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.imaging import ArchiveUse
from harness.message import Interface, Message
from harness.model import Invariant, Pack, Row, Rule, Scale, Statement, Transaction
from scenarios.journey import imaging, systems, whole
from scenarios.journey.imaging import IMAGING
from scenarios.journey.systems import SYSTEMS, World
from scenarios.journey.whole import JOURNEY

SMALL = 10  # outpatients a day: a journey brings its own patient and needs little around it


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """`harness.model.Pack`."""

    name: str
    title: str
    version: str
    metadata: Any = field(repr=False)
    statements: Mapping[str, Statement] = field(repr=False)
    interfaces: tuple[Interface, ...]
    messages: Mapping[str, Message] = field(repr=False)
    transactions: tuple[Transaction, ...]
    invariants: tuple[Invariant, ...]
    rules: tuple[Rule, ...]
    archive: ArchiveUse | None = None

    def world(self, scale: Scale) -> World:
        return systems.build(replace(scale, outpatients_per_day=max(SMALL, scale.outpatients_per_day // 8), days=2))

    def rows(self, world: World) -> Iterator[tuple[str, Sequence[str], Sequence[Row]]]:
        return world.rows()

    def pools(self, world: World) -> Mapping[str, Sequence[Any]]:
        """Who may come and when; everything else comes about on the way."""
        his = SYSTEMS["his"].pools(world.of["his"])
        return {name: his[name] for name in ("newcomer", "free_slot")}


def _invariants() -> tuple[Invariant, ...]:
    """What holds in each system must hold after journeys, too."""
    return tuple(
        replace(i, name=f"{system}_{i.name}", query=replace(i.query, name=f"{system}_{i.query.name}"))
        for system, pack in SYSTEMS.items()
        for i in pack.invariants
    )


def _rules() -> tuple[Rule, ...]:
    """What the systems know of how products store things, each once; statements have other names here."""
    known = {(r.kind, r.where): r for pack in SYSTEMS.values() for r in pack.rules if r.where.startswith("*.")}
    return tuple(known.values())


def _archive() -> ArchiveUse | None:
    """The imaging department's, with nothing in it beforehand: a journey brings its own images."""
    use = SYSTEMS["pacs"].archive
    return use and replace(use, objects=lambda world: (), dates=lambda world: use.dates(world.of["pacs"]))


PACK: Pack = Journey(
    name="journey",
    title="跨系统就诊全程",
    version="1.0",
    metadata=systems.metadata(),
    statements={s.name: s for own in systems.STATEMENTS.values() for s in own.values()},
    interfaces=systems.interfaces({*JOURNEY.interfaces, *IMAGING.interfaces}),
    messages={**whole.MESSAGES, **imaging.MESSAGES},
    transactions=(JOURNEY, IMAGING),
    invariants=_invariants(),
    rules=_rules(),
    archive=_archive(),
)
