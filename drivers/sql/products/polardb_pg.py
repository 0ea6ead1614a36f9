"""阿里云 PolarDB（PostgreSQL 版）. Neither banner nor port could be verified: recognised by its name alone."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.postgresql import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="polardb_pg",
    title="PolarDB（PostgreSQL 版）",
    banners=(Banner(source="version", pattern=r"polardb\D*(?P<version>\d[\d.]*)?", name="PolarDB"),),
    jdbc=Jdbc(
        classes=("com.aliyun.polardb.Driver",),
        url="jdbc:polardb://{host}:{port}/{database}",
        jars=("polardb-jdbc*.jar", "polardb*.jar"),
    ),
    domestic=True,
)
