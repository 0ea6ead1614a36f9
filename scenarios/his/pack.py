"""The HIS pack as the harness sees it: puts tables, data, transactions, invariants and rules together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.message import Interface, Message
from harness.model import Invariant, Pack, Row, Rule, Scale, Statement, Transaction
from scenarios.his import generate, statements, statements_wards
from scenarios.his.invariants import INVARIANTS
from scenarios.his.rules import RULES
from scenarios.his.tables import metadata
from scenarios.his.transactions import TRANSACTIONS
from scenarios.his.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class His:
    """`harness.model.Pack`."""

    name: str
    title: str
    version: str
    metadata: Any = field(repr=False)
    statements: Mapping[str, Statement] = field(repr=False)
    transactions: tuple[Transaction, ...]
    invariants: tuple[Invariant, ...]
    rules: tuple[Rule, ...]
    interfaces: tuple[Interface, ...] = ()
    messages: Mapping[str, Message] = field(default_factory=dict)

    def world(self, scale: Scale) -> World:
        return generate.build(scale)

    def rows(self, world: World) -> Iterator[tuple[str, Sequence[str], Sequence[Row]]]:
        for table in metadata.sorted_tables:
            yield table.name, [column.name for column in table.columns], world.tables[table.name]

    def pools(self, world: World) -> Mapping[str, Sequence[Any]]:
        return world.pools


def _statements() -> dict[str, Statement]:
    """Every statement that the two pages define, by name."""
    pages = (vars(statements), vars(statements_wards))
    return {found.name: found for page in pages for found in page.values() if isinstance(found, Statement)}


PACK: Pack = His(
    name="his",
    title="门诊住院 HIS",
    version="1.0",
    metadata=metadata,
    statements=_statements(),
    transactions=TRANSACTIONS,
    invariants=INVARIANTS,
    rules=RULES,
)
