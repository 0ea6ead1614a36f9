"""KingbaseES in Oracle mode."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.product import Quirk
from drivers.sql.products.kingbase import in_mode

_BASE = in_mode("oracle", "金仓 KingbaseES（Oracle 模式）")

PRODUCT = replace(
    _BASE,
    quirks=(
        *_BASE.quirks,
        Quirk(
            id="BD-01", says="ora_input_emptystr_isnull=on 时 '' 就是 NULL；关闭期间存入的 '' 之后怎么查都匹配不上。"
        ),
        Quirk(id="BD-02", says="NULL || '/' 得 '/'，与 Oracle 一致。"),
    ),
)
