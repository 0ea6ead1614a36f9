"""南大通用 GBase 8a, an analytical database. Its banner could not be verified: recognised by its name alone."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="gbase8a",
    title="GBase 8a",
    default_port=5258,
    banners=(
        Banner(source="version", pattern=r"gbase", name="GBase 8a"),
        Banner(source="version_comment", pattern=r"gbase", name="GBase 8a"),
    ),
    jdbc=Jdbc(
        classes=("com.gbase.jdbc.Driver",),
        url="jdbc:gbase://{host}:{port}/{database}",
        jars=("gbase-connector-java*.jar",),
    ),
    domestic=True,
)
