"""Oracle: the original side of many hospitals."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.oracle import BASE
from drivers.sql.product import Banner, Fixed, Quirk

# Complaints of python-oracledb itself carry no ORA number.
_CLIENT = {
    **dict.fromkeys(("DPY-1001", "DPY-4011", "DPY-6000", "DPY-6005"), BASE.errors["3113"]),
    **dict.fromkeys(("DPY-6001", "DPY-6003"), BASE.errors["12514"]),
    "DPY-4024": BASE.errors["1013"],
}

PRODUCT = replace(
    BASE,
    id="oracle",
    title="Oracle",
    banners=(
        Banner(
            source="version", pattern=r"^Oracle (AI )?Database .*?Release (?P<version>\d+\.\d[\d.]*)", name="Oracle"
        ),
    ),
    errors={**BASE.errors, **_CLIENT},
    fixed=(
        Fixed(
            name="NLS_CHARACTERSET",
            sql="SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'",
            breaks="目标库字符集若不能表示源库的全部字符，生僻字姓名会变成问号；汉字由 2 字节变 3 字节时列长也要放大。",
        ),
    ),
    quirks=(
        Quirk(id="BD-01", says="空串 '' 就是 NULL，依赖这一点的判断换库后会改变结果。"),
        Quirk(id="BD-02", says="'a' || NULL 得 'a'，多数其他产品得 NULL。"),
        Quirk(id="BD-06", says="VARCHAR2(n) 默认按字节计长，源库按字节、目标库按字符时列长的含义不同。"),
        Quirk(id="BD-25", says="DATE 带时分秒，迁到只存日期的 DATE 会丢掉时间。"),
        Quirk(id="BD-29", says="升序时 NULL 排在最后。"),
        Quirk(id="BD-60", says="语句出错只回滚该语句，事务可以继续；PostgreSQL 系产品默认整个事务作废。"),
        Quirk(id="BD-61", says="DDL 隐式提交事务。"),
    ),
)
