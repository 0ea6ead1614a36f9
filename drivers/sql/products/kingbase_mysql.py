"""KingbaseES in MySQL mode."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.product import Quirk
from drivers.sql.products.kingbase import in_mode

_BASE = in_mode("mysql", "金仓 KingbaseES（MySQL 模式）")

PRODUCT = replace(
    _BASE,
    quirks=(
        *_BASE.quirks,
        Quirk(id="BD-02", says="concat('a', NULL) 得 NULL。"),
        Quirk(id="BD-03", says="|| 是逻辑或而不是拼接，不报错。"),
        Quirk(id="BD-08", says="enable_ci=on（初始化后不能改）时值的比较不分大小写。"),
    ),
)
