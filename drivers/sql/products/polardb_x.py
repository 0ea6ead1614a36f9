"""阿里云 PolarDB-X, its storage nodes and its predecessor DRDS included."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="polardb_x",
    title="PolarDB-X",
    banners=(
        Banner(source="version", pattern=r"-TDDL-(?P<version>\d[\d.]*)", name="PolarDB-X"),
        Banner(source="version", pattern=r"^(?P<version>\d[\d.]*)-X-Cluster", name="PolarDB-X 存储节点"),
    ),
    jdbc=Jdbc(
        classes=("com.alibaba.polardbx.Driver",),
        url="jdbc:polardbx://{host}:{port}/{database}",
        jars=("polardbx-connector*.jar", "polardbx*.jar"),
    ),
    domestic=True,
)
