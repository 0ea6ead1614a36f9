"""Two sides between which nothing is wrong, to be broken one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.doctor.examined import Examined, Here, Machine, Problem
from harness.result import Examination, FixedParameter, StackFacts

COMMON = {
    "charset": "UTF8",
    "charset_bytes": "4",
    "collation": "zh_CN.utf8",
    "case_insensitive": "0",
    "pads_blanks": "0",
    "empty_is_null": "0",
    "identifier_case": "lower",
    "timezone": "+08:00",
    "utc_offset": "28800",
    "isolation": "read committed",
    "lock_timeout": "50",
    "statement_timeout": "-1",
    "sql_mode": "A,B",
    "compatible_mode": "pg",
    "max_connections": "200",
    "read_only": "False",
    "loses_commits": "",
    "creates_schemas": "1",
    "data_directory": "/data",
}
KYLIN = {
    "hostname": "kp",
    "cpu": "华为鲲鹏 Kunpeng-920",
    "cpu_maker": "kunpeng",
    "os": "银河麒麟高级服务器操作系统 V10 SP3",
    "os_id": "kylin",
    "cores": "64",
    "page_size": "65536",
}
HERE = Here(version="0.3", folder="out", disk_free_mib=9000, users=50)


def database(**common: str) -> Examination:
    """What a healthy database tells, with these common facts changed."""
    return Examination(
        facts=StackFacts(
            title="KingbaseES 9", product="KingbaseES", product_id="kingbase", version="9", banner="KingbaseES V009",
            settings={"fsync": "on"}, driver="ksycopg2 2.9.1",
        ),
        common={**COMMON, **common},
        round_trip_ms=0.3,
        clock_offset_s=0.002,
        privileges={"建表": True},
        fixed=(FixedParameter(name="enable_ci", value="off", breaks="大小写"),),
        quirks=(("BD-02", "concat 遇 NULL"),),
        domestic=True,
    )  # fmt: skip


def machine(hostname: str = "kp", **changed: Any) -> Machine:
    """A host on which nothing is wrong."""
    healthy = Machine(
        name="db1", agent="https://10.0.0.5:9461", version="0.3", facts={**KYLIN, "hostname": hostname},
        clock_offset_s=0.01, disk_free_mib=90000,
    )  # fmt: skip
    return replace(healthy, **changed)


def original(**changed: Any) -> Examined:
    """The side that is migrated from: another instance on another machine, otherwise the same."""
    return _side("original", "a", changed)


def migrated(**changed: Any) -> Examined:
    return _side("migrated", "b", changed)


def _side(side: str, name: str, changed: dict[str, Any]) -> Examined:
    """Names of `Examined` are changed there; names of `Examination` in what was found; all others are common facts."""
    found = database(instance=name)
    here = {key: changed.pop(key) for key in list(changed) if key in Examined.__dataclass_fields__}
    inner = {key: changed.pop(key) for key in list(changed) if key in Examination.__dataclass_fields__}
    found = replace(found, common={**found.common, **changed}, **inner)
    healthy = Examined(
        side=side, title=side, url=f"postgresql://u@{name}/his", seconds=0.1, found=found, machines=(machine(name),)
    )
    return replace(healthy, **here)


UNREACHED = Problem(says="连接不到 db:5432。", todo="请确认数据库已启动。")
