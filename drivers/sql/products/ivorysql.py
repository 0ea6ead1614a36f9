"""IvorySQL in PostgreSQL mode."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.postgresql import BASE
from drivers.sql.product import Banner

PRODUCT = replace(
    BASE,
    id="ivorysql",
    title="IvorySQL",
    ask={**BASE.ask, "ivorysql": "SELECT current_setting('ivorysql.compatible_mode') || ' ' || version()"},
    banners=(Banner(source="version", pattern=r"\(IvorySQL (?P<version>\d[\w.]*)", name="IvorySQL"),),
    domestic=True,
)
