"""PostgreSQL itself."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.postgresql import BASE
from drivers.sql.product import Banner

PRODUCT = replace(
    BASE,
    id="postgresql",
    title="PostgreSQL",
    banners=(
        # Products built on PostgreSQL keep its name in their banner, e.g. "PostgreSQL 9.2.4 (openGauss 5.0.0 …".
        Banner(
            source="version",
            pattern=r"^PostgreSQL (?P<version>\d[\w.]*)"
            r"(?!.*(kingbase|vastbase|gaussdb|opengauss|ivorysql|highgo|polardb))",
            name="PostgreSQL",
        ),
    ),
)
