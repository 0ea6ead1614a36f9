"""The four systems side by side in one pack: their tables, statements and data, each statement named after its system.

Not here: what is done with them (`whole.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import MetaData

from harness.message import Interface, Message
from harness.model import Conversation, Pack, Reply, Row, Scale, Statement
from scenarios.emr.pack import PACK as EMR
from scenarios.his.pack import PACK as HIS
from scenarios.lis.pack import PACK as LIS
from scenarios.pacs.pack import PACK as PACS

SYSTEMS: Mapping[str, Pack] = {pack.name: pack for pack in (HIS, LIS, EMR, PACS)}
STATEMENTS: Mapping[str, Mapping[str, Statement]] = {
    system: {name: replace(statement, name=f"{system}_{name}") for name, statement in pack.statements.items()}
    for system, pack in SYSTEMS.items()
}


def interfaces(names: Collection[str]) -> tuple[Interface, ...]:
    """Those of the systems' interfaces; the error-handling battery is run by the pack that an interface belongs to."""
    every = (interface for pack in SYSTEMS.values() for interface in pack.interfaces)
    return tuple(replace(interface, battery=()) for interface in every if interface.name in names)


def metadata() -> MetaData:
    """The tables of all systems."""
    whole = MetaData()
    for pack in SYSTEMS.values():
        for table in pack.metadata.sorted_tables:
            table.to_metadata(whole)
    return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The generated hospital of each system."""

    of: Mapping[str, Any]

    def rows(self) -> Iterator[tuple[str, Sequence[str], Sequence[Row]]]:
        for system, pack in SYSTEMS.items():
            yield from pack.rows(self.of[system])  # type: ignore[misc]


def build(scale: Scale) -> World:
    return World(of={system: pack.world(scale) for system, pack in SYSTEMS.items()})


class In:
    """A conversation as the business functions of one system know it: `with_patient(In(tx, "his"), …)`."""

    __slots__ = ("_statements", "_tx")

    def __init__(self, tx: Conversation, system: str) -> None:
        self._tx = tx
        self._statements = STATEMENTS[system]

    def rows(self, statement: Statement, /, **params: Any) -> Sequence[Row]:
        return self._tx.rows(self._statements[statement.name], **params)

    def row(self, statement: Statement, /, **params: Any) -> Row | None:
        return self._tx.row(self._statements[statement.name], **params)

    def change(self, statement: Statement, /, **params: Any) -> int:
        return self._tx.change(self._statements[statement.name], **params)

    def send(self, message: Message, /, **params: Any) -> Reply:
        return self._tx.send(message, **params)

    def attempt(self, step: Statement | Message, /, **params: Any) -> Reply:
        return self._tx.attempt(step if isinstance(step, Message) else self._statements[step.name], **params)

    def leg(self, name: str) -> None:
        self._tx.leg(name)

    def refuse(self, reason: str) -> Any:
        self._tx.refuse(reason)
