"""What the tables of all packs share: how constraints are named, and columns that need the same care everywhere.

Not here: tables.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, MetaData, String
from sqlalchemy.dialects import mssql, mysql, oracle


def named_metadata() -> MetaData:
    """Constraints get names of our own: products make up different ones, and differences are reported by name."""
    return MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def person_name() -> String:
    """A Chinese name of up to 40 characters, compared by code point."""
    # MySQL 系的 utf8mb4_general_ci 把所有四字节汉字视为同一个字：查“李𬭎”会带出“李𠮷”。
    return String(40).with_variant(String(40, collation="utf8mb4_bin"), "mysql", "mariadb")


def instant_type() -> Any:
    """A moment with microseconds: some products keep whole seconds unless told otherwise."""
    plain: Any = DateTime()
    return (
        plain.with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
        .with_variant(oracle.TIMESTAMP(), "oracle")
        .with_variant(mssql.DATETIME2(precision=6), "mssql")  # type: ignore[no-untyped-call]
    )
