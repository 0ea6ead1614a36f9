"""OceanBase in MySQL mode, its single-node engine seekdb included."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE, GRAMMAR
from drivers.sql.product import Banner, Fixed, Quirk
from harness.model import ErrorClass

# Numbers of OceanBase's own that reach a MySQL client unmapped.
_OWN = {
    "4012": ErrorClass.STATEMENT_TIMEOUT,  # OB_TIMEOUT: ob_query_timeout
    "4013": ErrorClass.RESOURCES,  # no memory
    "4030": ErrorClass.RESOURCES,  # tenant memory limit
    "4184": ErrorClass.RESOURCES,  # data disk full
    "4263": ErrorClass.RESOURCES,  # log disk full
    "4392": ErrorClass.LOCK_TIMEOUT,
    "5066": ErrorClass.STATEMENT_TIMEOUT,  # session interrupted: query killed
    "6002": ErrorClass.SERIALIZATION,  # transaction was rolled back by the server
    "6003": ErrorClass.LOCK_TIMEOUT,
    "6004": ErrorClass.LOCK_TIMEOUT,
    "6005": ErrorClass.LOCK_TIMEOUT,
    "6210": ErrorClass.STATEMENT_TIMEOUT,  # ob_trx_timeout
    "6211": ErrorClass.ABORTED,  # transaction is to be rolled back
    "6224": ErrorClass.ABORTED,  # transaction was killed
    "6235": ErrorClass.SERIALIZATION,
}

_TRX_LOCK, _QUERY = "@@global.ob_trx_lock_timeout", "@@global.ob_query_timeout"  # microseconds

PRODUCT = replace(
    BASE,
    id="oceanbase",
    title="OceanBase（MySQL 模式）",
    domestic=True,
    default_port=2881,
    banners=(
        Banner(
            source="version_comment",
            pattern=r"^OceanBase\w* (?P<version>\d[\d.]*( seekdb \(r\d[\d.]*\))?)",
            name="OceanBase",
        ),
        Banner(source="version_comment", pattern=r"OceanBase", name="OceanBase"),
        Banner(source="version", pattern=r"-OceanBase", name="OceanBase"),
    ),
    grammar=replace(
        GRAMMAR,
        facts={
            **GRAMMAR.facts,
            "compatible_mode": "SELECT @@ob_compatibility_mode",
            # What ends a wait for a row lock is the statement's own time-out, unless a shorter one is set;
            # innodb_lock_wait_timeout is accepted and ignored.
            "lock_timeout": f"SELECT CASE WHEN {_TRX_LOCK} BETWEEN 0 AND {_QUERY} THEN {_TRX_LOCK} ELSE {_QUERY} END "
            "/ 1000000",
            "statement_timeout": f"SELECT {_QUERY} / 1000000",
            "loses_commits": "",  # innodb_flush_log_at_trx_commit is accepted and ignored, too
        },
        words={**GRAMMAR.words, "lock_timeout_1s": "SET ob_trx_lock_timeout = 1000000"},
    ),
    errors={**BASE.errors, **_OWN},
    timeout=("SET SESSION ob_query_timeout = {us}",),
    settings=(*BASE.settings, "ob_query_timeout", "ob_trx_lock_timeout"),
    server_timeout=True,
    fixed=(
        Fixed(
            name="lower_case_table_names",
            sql="SELECT @@lower_case_table_names",
            breaks="表名是否区分大小写在建租户时选定，与源库不同则应用找不到表。",
        ),
    ),
    quirks=(
        *BASE.quirks,
        Quirk(id="BD-07", says="lower_case_table_names 默认 1，只能在建租户时改。"),
        Quirk(id="BD-63", says="ob_trx_lock_timeout 默认 -1，等锁的时间由 10 秒的 ob_query_timeout 限制。"),
        Quirk(id="BD-65", says="NOORDER 模式的自增值会跳号且不按先后，重启后丢失缓存的号段。"),
        Quirk(id="BD-66", says="ob_query_timeout 默认 10 秒，耗时较长的报表会被中断。"),
        Quirk(id="BD-68", says="社区版没有 XA 事务和表锁。"),
    ),
)
