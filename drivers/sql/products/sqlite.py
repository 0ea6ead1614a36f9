"""SQLite: no hospital's database, but the smallest one that keeps the contract."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.sqlite import BASE
from drivers.sql.product import Banner

PRODUCT = replace(
    BASE,
    id="sqlite",
    title="SQLite",
    banners=(Banner(source="version", pattern=r"^SQLite (?P<version>\d[\d.]*)", name="SQLite"),),
    lacks=frozenset(
        {
            "server_sleep",
            "statement_timeout",
            "row_locks",
            "read_committed",
            "kill_session",
            "accounts",
            "network",
            "session_time_zone",
            "enforces_length",
            "typed_columns",
            "exact_decimals",
        }
    ),
)
