"""PostgreSQL."""

from __future__ import annotations

from drivers.sql.codes import SQLSTATES
from drivers.sql.product import Banner, Product

PRODUCT = Product(
    id="postgresql",
    family="postgresql",
    dialect="postgresql+psycopg2",
    client="drivers.sql.psycopg2_driver:Psycopg2Driver",
    module="psycopg2",
    package="psycopg2-binary",
    default_port=5432,
    banners=(
        # Products built on PostgreSQL keep its name in their banner, e.g. "PostgreSQL 9.2.4 (openGauss 5.0.0 …".
        Banner(
            source="version",
            pattern=r"^PostgreSQL (?P<version>\d[\w.]*)"
            r"(?!.*(kingbase|vastbase|gaussdb|opengauss|ivorysql|highgo|polardb))",
            name="PostgreSQL",
        ),
    ),
    errors=SQLSTATES,
    setup=(
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
        # As an interval: '+08:00' alone is read the POSIX way round, eight hours west of Greenwich. A fixed offset,
        # because Asia/Shanghai had summer time until 1991 and the other side's '+08:00' did not.
        "SET TIME ZONE INTERVAL '+08:00' HOUR TO MINUTE",
        "SET statement_timeout = {ms}",
    ),
    load_rows=250,  # small enough for the server to digest some chunks while we write the next
    settings=(
        "server_encoding",
        "lc_collate",
        "default_transaction_isolation",
        "TimeZone",
        "max_connections",
        "shared_buffers",
        "fsync",
        "synchronous_commit",
        "lock_timeout",
        "deadlock_timeout",
    ),
)
