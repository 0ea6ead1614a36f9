"""The EMR pack as the harness sees it: puts tables, data, transactions, invariants and rules together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.message import Interface, Message
from harness.model import Invariant, Pack, Row, Rule, Scale, Statement, Transaction
from scenarios.emr import (
    generate,
    invariants,
    invariants_shelf,
    statements,
    statements_lists,
    statements_quality,
    statements_shelf,
)
from scenarios.emr.interfaces import INTERFACES
from scenarios.emr.messages import MESSAGES
from scenarios.emr.rules import RULES
from scenarios.emr.tables import metadata
from scenarios.emr.transactions import TRANSACTIONS
from scenarios.emr.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Emr:
    """`harness.model.Pack`."""

    name: str
    title: str
    version: str
    metadata: Any = field(repr=False)
    statements: Mapping[str, Statement] = field(repr=False)
    transactions: tuple[Transaction, ...]
    invariants: tuple[Invariant, ...]
    rules: tuple[Rule, ...]
    interfaces: tuple[Interface, ...] = field(repr=False)
    messages: Mapping[str, Message] = field(repr=False)

    def world(self, scale: Scale) -> World:
        return generate.build(scale)

    def rows(self, world: World) -> Iterator[tuple[str, Sequence[str], Sequence[Row]]]:
        for table in metadata.sorted_tables:
            yield table.name, [column.name for column in table.columns], world.tables[table.name]

    def pools(self, world: World) -> Mapping[str, Sequence[Any]]:
        return world.pools


def _statements() -> dict[str, Statement]:
    """Every statement that the pages define, by name."""
    pages = (statements, statements_shelf, statements_quality, statements_lists)
    return {found.name: found for page in pages for found in vars(page).values() if isinstance(found, Statement)}


PACK: Pack = Emr(
    name="emr",
    title="电子病历 EMR",
    version="1.0",
    metadata=metadata,
    statements=_statements(),
    transactions=TRANSACTIONS,
    invariants=(*invariants.INVARIANTS, *invariants_shelf.INVARIANTS),
    rules=RULES,
    interfaces=INTERFACES,
    messages=MESSAGES,
)
