"""IvorySQL in Oracle mode: the same server, asked on its second port (`ivorysql.port`)."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.product import Banner, Quirk
from drivers.sql.products.ivorysql import PRODUCT as IVORYSQL

PRODUCT = replace(
    IVORYSQL,
    id="ivorysql_oracle",
    title="IvorySQL（Oracle 模式）",
    default_port=1521,
    banners=(
        Banner(
            source="ivorysql", pattern=r"^oracle .*\(IvorySQL (?P<version>\d[\w.]*)", name="IvorySQL（Oracle 模式）"
        ),
    ),
    quirks=(
        *(quirk for quirk in IVORYSQL.quirks if quirk.id != "BD-07"),
        Quirk(id="BD-01", says="ivorysql.enable_emptystring_to_NULL 打开时 '' 就是 NULL。"),
        Quirk(id="BD-07", says="identifier_case_switch=interchange 时大小写互换，加引号的大写名可能存成小写。"),
    ),
)
