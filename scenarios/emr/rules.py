"""Which differences between products are known, judged harmless to this EMR, and therefore declared. Nothing else is.

Each was seen between PostgreSQL 18 and OceanBase seekdb 1.4, and each is as narrow as what was seen: one kind at one
place. BD numbers are those of the project's catalogue of behaviour differences between products.
"""

from __future__ import annotations

from harness.model import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        id="gender_padding",
        kind="padding",
        where="*.gender_code",
        reason="性别代码是定长 CHAR(2)：原系统取出时带尾部空格，迁移后取出时已去掉。写进共享文档前已去空格，不受影响。",
        source="BD-04 定长字符的尾空格；实测 PostgreSQL 18.6 与 OceanBase seekdb 1.4.0",
    ),
)
