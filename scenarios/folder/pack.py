"""A pack that is described by files, as the harness sees it: interfaces, messages, transactions; no tables, no data.

Not here: reading the files (`reading.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from harness.imaging import ArchiveUse
from harness.message import Interface, Message
from harness.model import Invariant, Row, Rule, Scale, Statement, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPack:
    """`harness.model.Pack`, and the folder in which a later process finds it again."""

    folder: Path
    name: str
    title: str
    version: str
    interfaces: tuple[Interface, ...]
    messages: Mapping[str, Message] = field(repr=False)
    transactions: tuple[Transaction, ...] = field(repr=False)
    metadata: Any = field(default_factory=MetaData, repr=False)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    invariants: tuple[Invariant, ...] = ()
    rules: tuple[Rule, ...] = ()
    archive: ArchiveUse | None = None

    def world(self, scale: Scale) -> Scale:
        return scale

    def rows(self, world: Scale) -> Iterable[tuple[str, Sequence[str], Iterable[Row]]]:
        return ()

    def pools(self, world: Scale) -> Mapping[str, Sequence[Any]]:
        return {}
