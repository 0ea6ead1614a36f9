"""What openGauss, GaussDB and Vastbase share beyond PostgreSQL's wire protocol: a server grown from PostgreSQL 9.2.4.

The family stays "postgresql": packs and probes speak to them as to it. From openGauss's manuals; no server was at hand.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.postgresql import BASE as POSTGRESQL
from drivers.sql.families.postgresql import GRAMMAR as POSTGRESQL_GRAMMAR
from drivers.sql.product import Fixed, Quirk
from harness.model import ErrorClass as E

GRAMMAR = replace(
    POSTGRESQL_GRAMMAR,
    empty=("TRUNCATE {tables}",),  # RESTART IDENTITY is not in its grammar; `identity` moves the sequences
    facts={
        **POSTGRESQL_GRAMMAR.facts,
        "compatible_mode": "SHOW sql_compatibility",
        "lock_timeout": "SELECT CASE reset_val WHEN '0' THEN -1 ELSE reset_val::numeric / 1000 END FROM pg_settings "
        "WHERE name = 'lockwait_timeout'",
    },
    words={
        **POSTGRESQL_GRAMMAR.words,
        "identity": "SERIAL PRIMARY KEY",
        "lock_timeout_1s": "SET lockwait_timeout = '1s'; SET update_lockwait_timeout = '1s'",
    },
)

# The class YY of its own: what a client may try again.
_RETRY = {"YY003": E.LOCK_TIMEOUT, **dict.fromkeys(("YY001", "YY002", "YY004"), E.CONNECTION_LOST)}

BASE = replace(
    POSTGRESQL,
    grammar=GRAMMAR,
    errors={**POSTGRESQL.errors, **_RETRY},
    settings=("max_connections", "shared_buffers", "fsync", "synchronous_commit", "behavior_compat_options"),
    fixed=(
        Fixed(
            name="datcompatibility",
            sql="SELECT datcompatibility FROM pg_database WHERE datname = current_database()",
            breaks="建库时选定的兼容模式决定 '' 是否为 NULL、VARCHAR(n) 按什么计长、DATE 是否带时间，选错只能重建库。",
        ),
        Fixed(
            name="encoding",
            sql="SHOW server_encoding",
            breaks="GB18030 与 GB18030_2022 是两种编码；不能表示的生僻字会丢失，建库后不能改。",
        ),
    ),
    quirks=(
        *POSTGRESQL.quirks,
        Quirk(id="BD-01", says="A 兼容模式（默认）下 '' 就是 NULL；B 和 PG 模式下不是。"),
        Quirk(id="BD-06", says="只有 PG 兼容模式的 VARCHAR(n) 按字符计长，其他模式按字节。"),
        Quirk(id="BD-10", says="GB18030 与 GB18030_2022 是互不兼容的两种库编码。"),
        Quirk(id="BD-20", says="整数相除不取整，4/3 得 1.33333333333333；PostgreSQL 得 1。"),
        Quirk(id="BD-22", says="小数默认写成 .12，没有前导零，除非打开 display_leading_zero。"),
        Quirk(id="BD-25", says="A 兼容模式下 DATE 变为 TIMESTAMP(0)，带时分秒。"),
        Quirk(id="BD-42", says="(+) 外连接若没有写在全部连接条件上，会不加提示地变成内连接，丢行。"),
        Quirk(id="BD-45", says="标识符超过 63 字节会被截断，截断后可能重名。"),
        Quirk(id="BD-62", says="SERIALIZABLE 实际按 REPEATABLE READ 执行。"),
        Quirk(id="BD-63", says="等锁默认 20 分钟（lockwait_timeout），并发更新默认 2 分钟。"),
    ),
    domestic=True,
)
