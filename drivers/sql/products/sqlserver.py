"""SQL Server."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.sqlserver import BASE
from drivers.sql.product import Banner, Quirk

PRODUCT = replace(
    BASE,
    id="sqlserver",
    title="SQL Server",
    banners=(
        Banner(
            source="version",
            pattern=r"^Microsoft (SQL (Server|Azure)).*?- (?P<version>\d+\.\d[\d.]*)",
            name="SQL Server",
        ),
    ),
    quirks=(
        Quirk(id="BD-05", says="比较时忽略尾随空格，'A' 与 'A ' 在唯一索引上冲突，多数目标库不然。"),
        Quirk(id="BD-08", says="默认排序规则不分大小写，'abc' = 'ABC' 成立，迁到区分大小写的库会查不到数据。"),
        Quirk(id="BD-20", says="整数相除取整，1/2 得 0。"),
        Quirk(id="BD-28", says="datetime 精度为三百分之一秒，逐值比对时末位毫秒会不同。"),
        Quirk(id="BD-29", says="升序时 NULL 排在最前。"),
        Quirk(id="BD-62", says="默认的 READ COMMITTED 读要加锁，读写互相阻塞；目标库多为读写互不阻塞。"),
    ),
)
