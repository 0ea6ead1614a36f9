"""A pack of one hospital system, put together from its pages. Not here: what stands on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol

from harness.imaging import ArchiveUse
from harness.message import Interface, Message
from harness.model import Invariant, Row, Rule, Scale, Statement, Transaction


class Generated(Protocol):
    """What a system's `generate.build` returns."""

    @property
    def tables(self) -> Mapping[str, Sequence[Row]]: ...
    @property
    def pools(self) -> Mapping[str, Sequence[Any]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """`harness.model.Pack`."""

    name: str
    title: str
    version: str
    build: Callable[[Scale], Generated] = field(repr=False)
    metadata: Any = field(repr=False)
    statements: Mapping[str, Statement] = field(repr=False)
    transactions: tuple[Transaction, ...]
    invariants: tuple[Invariant, ...]
    rules: tuple[Rule, ...]
    interfaces: tuple[Interface, ...] = field(default=(), repr=False)
    messages: Mapping[str, Message] = field(default_factory=dict, repr=False)
    archive: ArchiveUse | None = None
    visit: str = ""  # the transaction that happens once in every outpatient visit
    wards: frozenset[str] = frozenset()  # the transactions of inpatients

    def world(self, scale: Scale) -> Generated:
        return self.build(scale)

    def rows(self, world: Generated) -> Iterator[tuple[str, Sequence[str], Sequence[Row]]]:
        for table in self.metadata.sorted_tables:
            yield table.name, [column.name for column in table.columns], world.tables[table.name]

    def pools(self, world: Generated) -> Mapping[str, Sequence[Any]]:
        return world.pools


def statements_of(*pages: ModuleType) -> dict[str, Statement]:
    """Every statement that the pages define, by name."""
    return {found.name: found for page in pages for found in vars(page).values() if isinstance(found, Statement)}
