"""H2 in Oracle mode: stands for Oracle's SQL where no Oracle can be had."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.h2 import BASE
from drivers.sql.product import Banner

PRODUCT = replace(
    BASE,
    id="h2",
    title="H2（Oracle 模式）",
    banners=(Banner(source="version", pattern=r"^H2 (?P<version>\d[\d.]*)", name="H2"),),
    lacks=frozenset({"server_sleep", "network"}),
)
