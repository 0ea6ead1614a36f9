"""南大通用 GBase 8s."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.gbase8s import BASE
from drivers.sql.product import Banner, Quirk

PRODUCT = replace(
    BASE,
    id="gbase8s",
    title="GBase 8s",
    banners=(Banner(source="version", pattern=r"^GBase Server Version (?P<version>\d[\w.]*)", name="GBase 8s"),),
    quirks=(Quirk(id="BD-63", says="默认遇锁不等待，立即报错；应用须自行 SET LOCK MODE TO WAIT。"),),
    domestic=True,
)
