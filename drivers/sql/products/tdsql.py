"""腾讯 TDSQL（MySQL 版，内核 TXSQL）. It has no one default port."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE
from drivers.sql.product import Banner

PRODUCT = replace(
    BASE,
    id="tdsql",
    title="腾讯 TDSQL",
    banners=(Banner(source="version", pattern=r"^(?P<version>\d[\d.]*).*-txsql", name="TDSQL"),),
    domestic=True,
)
