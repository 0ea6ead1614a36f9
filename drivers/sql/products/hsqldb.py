"""HSQLDB: a second engine inside the JVM, so that JDBC is proved on more than one vendor's habits."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.hsqldb import BASE
from drivers.sql.product import Banner

PRODUCT = replace(
    BASE,
    id="hsqldb",
    title="HSQLDB",
    banners=(Banner(source="version", pattern=r"^HSQLDB (?P<version>\d[\d.]*)", name="HSQLDB"),),
    lacks=frozenset(
        {
            "server_sleep",
            "statement_timeout",  # setQueryTimeout is not looked at inside a join
            "lock_timeout",
            "network",
            "time_of_day",  # its driver moves a java.time.LocalTime by the JVM's time zone
        }
    ),
)
