"""OceanBase in MySQL mode, its single-node engine seekdb included."""

from __future__ import annotations

from drivers.sql.codes import MYSQL_ERRORS
from drivers.sql.product import Banner, Product
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

PRODUCT = Product(
    id="oceanbase",
    family="mysql",
    dialect="mysql+pymysql",
    client="drivers.sql.pymysql_driver:PymysqlDriver",
    module="pymysql",
    package="PyMySQL",
    default_port=2881,
    banners=(
        # The comment first: the variable `version` can be changed by an administrator, the comment cannot.
        Banner(
            source="version_comment",
            pattern=r"^OceanBase\w* (?P<version>\d[\d.]*( seekdb \(r\d[\d.]*\))?)",
            name="OceanBase",
        ),
        Banner(source="version_comment", pattern=r"OceanBase", name="OceanBase"),
        Banner(source="version", pattern=r"-OceanBase", name="OceanBase"),
    ),
    errors={**MYSQL_ERRORS, **_OWN},
    setup=(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION time_zone = '+08:00', ob_query_timeout = {us}",
    ),
    settings=(
        "character_set_server",
        "collation_server",
        "sql_mode",
        "transaction_isolation",
        "time_zone",
        "lower_case_table_names",
        "ob_query_timeout",
        "ob_trx_lock_timeout",
        "max_allowed_packet",
    ),
)
