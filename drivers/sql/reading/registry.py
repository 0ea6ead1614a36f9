"""Which writing and which catalogue a family has. A family without one cannot be compared, and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from drivers.sql.reading import catalogue_h2, catalogue_mysql, catalogue_postgresql
from drivers.sql.reading.h2 import H2Writing
from drivers.sql.reading.mysql import MysqlWriting
from drivers.sql.reading.postgresql import CopyReader, PostgresqlWriting
from drivers.sql.reading.reader import Bound, SqlTableReader
from drivers.sql.reading.writing import Writing
from harness.catalogue import Catalogue
from harness.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    writing: type[Writing]
    catalogue: Callable[..., Catalogue]


_FAMILIES = {
    "postgresql": _Family(writing=PostgresqlWriting, catalogue=catalogue_postgresql.catalogue),
    "mysql": _Family(writing=MysqlWriting, catalogue=catalogue_mysql.catalogue),
    "h2": _Family(writing=H2Writing, catalogue=catalogue_h2.catalogue),
}


def refuse_unknown(family: str, title: str) -> None:
    """Raises BadInput for a family whose tables cannot be read yet."""
    if family not in _FAMILIES:
        raise BadInput(
            f"{title or family} 的数据比对还没有实现。", hint=f"现在可以比对的产品系列：{'、'.join(_FAMILIES)}。"
        )


def reader_for(
    bound: Bound, *, family: str, product_id: str, quoted: Callable[[str], str], zone: str
) -> SqlTableReader:
    """A reader over a connection; it copies where the client library can."""
    known = _FAMILIES[family]
    kind = (
        CopyReader if hasattr(bound.connection, "get_transaction_status") else SqlTableReader
    )  # psycopg2 and its forks
    return kind(bound, known.writing(quoted, zone), partial(known.catalogue, product_id=product_id))
