"""海量数据 Vastbase G100."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.opengauss import BASE
from drivers.sql.product import Banner, Jdbc

PRODUCT = replace(
    BASE,
    id="vastbase",
    title="海量 Vastbase G100",
    banners=(Banner(source="version", pattern=r"\(Vastbase G100 V(?P<version>\d[\w.]*)", name="Vastbase G100"),),
    jdbc=Jdbc(
        classes=("cn.com.vastbase.Driver",),
        url="jdbc:vastbase://{host}:{port}/{database}",
        jars=("vastbase*.jar",),
    ),
)
