"""The LIS pack as the harness sees it: puts tables, data, transactions, invariants and rules together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.message import Interface, Message
from harness.model import Invariant, Pack, Row, Rule, Scale, Statement, Transaction
from scenarios.lis import (
    generate,
    invariants,
    invariants_bench,
    statements,
    statements_bench,
    statements_lists,
    statements_results,
)
from scenarios.lis.interfaces import INTERFACES
from scenarios.lis.messages import MESSAGES
from scenarios.lis.rules import RULES
from scenarios.lis.tables import metadata
from scenarios.lis.transactions import TRANSACTIONS
from scenarios.lis.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Lis:
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
    pages = (statements, statements_results, statements_bench, statements_lists)
    return {found.name: found for page in pages for found in vars(page).values() if isinstance(found, Statement)}


PACK: Pack = Lis(
    name="lis",
    title="检验 LIS",
    version="1.0",
    metadata=metadata,
    statements=_statements(),
    transactions=TRANSACTIONS,
    invariants=(*invariants.INVARIANTS, *invariants_bench.INVARIANTS),
    rules=RULES,
    interfaces=INTERFACES,
    messages=MESSAGES,
)
