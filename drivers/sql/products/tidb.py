"""TiDB."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE
from drivers.sql.product import Banner, Quirk
from harness.model import ErrorClass as E

# Numbers of TiDB's own: conflicts found at commit, and storage that cannot be reached.
_OWN = {
    **dict.fromkeys(("8002", "8005", "8022", "8028", "9007"), E.SERIALIZATION),
    **dict.fromkeys(("9001", "9002", "9005"), E.CONNECTION_LOST),
    **dict.fromkeys(("8001", "8175", "9003"), E.RESOURCES),
}

PRODUCT = replace(
    BASE,
    id="tidb",
    title="TiDB",
    default_port=4000,
    banners=(
        Banner(source="version", pattern=r"-TiDB-v?(?P<version>\d[\w.]*)", name="TiDB"),
        Banner(source="version_comment", pattern=r"TiDB", name="TiDB"),
    ),
    errors={**BASE.errors, **_OWN},
    quirks=(
        *BASE.quirks,
        Quirk(id="BD-08", says="默认排序规则 utf8mb4_bin 区分大小写，MySQL 8 的默认规则不区分。"),
        Quirk(id="BD-44", says="GROUP BY 的结果不排序，依赖 MySQL 5.7 隐含顺序的报表会乱序。"),
        Quirk(id="BD-49", says="没有存储过程、触发器、自定义函数、全文索引，视图只读。"),
        Quirk(id="BD-62", says="REPEATABLE READ 实为快照隔离，写偏斜不报错。"),
        Quirk(id="BD-64", says="没有 SKIP LOCKED，叫号、发药之类的排队取数须改写。"),
        Quirk(id="BD-65", says="自增值只保证唯一，不连续，也不一定按先后递增。"),
        Quirk(id="BD-68", says="没有 XA 事务。"),
    ),
    domestic=True,
)
