"""MySQL and MariaDB themselves."""

from __future__ import annotations

from drivers.sql.codes import MYSQL_ERRORS
from drivers.sql.product import Banner, Product

_IMITATORS = r"(?!.*(oceanbase|tidb|txsql|tddl|x-cluster|goldendb|polardb))"

PRODUCT = Product(
    id="mysql",
    family="mysql",
    dialect="mysql+pymysql",
    client="drivers.sql.pymysql_driver:PymysqlDriver",
    module="pymysql",
    package="PyMySQL",
    default_port=3306,
    banners=(
        Banner(source="version", pattern=r"^(5\.5\.5-)?(?P<version>\d+\.\d[\d.]*).*-MariaDB", name="MariaDB"),
        Banner(source="version", pattern=rf"^{_IMITATORS}(?P<version>\d+\.\d[\d.]*)", name="MySQL"),
    ),
    errors=MYSQL_ERRORS,
    setup=(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION time_zone = '+08:00'",
    ),
    settings=(
        "character_set_server",
        "collation_server",
        "sql_mode",
        "time_zone",
        "lower_case_table_names",
        "innodb_lock_wait_timeout",
        "innodb_flush_log_at_trx_commit",
        "innodb_buffer_pool_size",
        "max_allowed_packet",
    ),
    # MySQL limits only SELECT (max_execution_time) and MariaDB spells it differently: the client's read time-out rules.
    server_timeout=False,
)
