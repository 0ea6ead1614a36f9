"""OceanBase in MySQL mode, its single-node engine seekdb included."""

from __future__ import annotations

from dataclasses import replace

from drivers.sql.families.mysql import BASE
from drivers.sql.product import Banner
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
    errors={**BASE.errors, **_OWN},
    timeout=("SET SESSION ob_query_timeout = {us}",),
    settings=(*BASE.settings, "ob_query_timeout", "ob_trx_lock_timeout"),
    server_timeout=True,
)
