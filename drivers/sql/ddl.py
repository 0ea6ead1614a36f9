"""Tables of a pack → CREATE statements in a product's words. Not here: executing them, texts of the grammar."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Identity, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.mock import MockConnection


def create_statements(metadata: MetaData, dialect: Dialect) -> list[str]:
    """Through SQLAlchemy's mock engine: a real one would first try to parse the version text of the server, which fails
    on most products built on PostgreSQL."""
    statements: list[str] = []
    engine: Any = MockConnection(dialect, lambda ddl, *_, **__: statements.append(str(ddl.compile(dialect=dialect))))
    spelled = _with_identities(metadata) if dialect.name == "oracle" else metadata
    spelled.create_all(engine, checkfirst=False)
    return statements


def _with_identities(metadata: MetaData) -> MetaData:
    """Says of every generated key that it is one. SQLAlchemy does so by itself except for Oracle, which had no such
    columns before 12c."""
    copies = MetaData()
    for table in metadata.sorted_tables:
        copy, key = table.to_metadata(copies), table.autoincrement_column
        if key is not None and key.identity is None and key.server_default is None:
            generated: Column[Any] = Column(key.name, key.type, Identity(), primary_key=True)
            copy.append_column(generated, replace_existing=True)
    return copies
