"""中兴 GoldenDB in MySQL mode. Its banner could not be verified: recognised by its name alone. Ports vary by site."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="goldendb",
    title="中兴 GoldenDB",
    banners=(
        Banner(source="version", pattern=r"goldendb", name="GoldenDB"),
        Banner(source="version_comment", pattern=r"goldendb", name="GoldenDB"),
    ),
    jdbc=Jdbc(
        classes=("com.goldendb.jdbc.Driver",),
        url="jdbc:goldendb://{host}:{port}/{database}",
        jars=("goldendb*.jar",),
    ),
    domestic=True,
)
