"""KingbaseES in SQL Server mode."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.product import Quirk
from drivers.sql.products.kingbase import in_mode

_BASE = in_mode("sqlserver", "金仓 KingbaseES（SQL Server 模式）")

PRODUCT = replace(
    _BASE,
    quirks=(*_BASE.quirks, Quirk(id="BD-23", says="sum(int) 溢出时绕回成负数而不报错。")),
)
