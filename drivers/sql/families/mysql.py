"""What answers MySQL's wire protocol and understands its SQL: MySQL, MariaDB, OceanBase in MySQL mode and theirs."""

from __future__ import annotations

from drivers.sql.codes import MYSQL_ERRORS
from drivers.sql.grammar import Grammar
from drivers.sql.product import Jdbc, Native, Product, Quirk

_OR_NEVER = "SELECT CASE WHEN {seconds} > 0 THEN {seconds} ELSE -1 END"
# The views write 'user'@'host'.
_EVERYWHERE = """SELECT count(*) FROM information_schema.user_privileges
WHERE privilege_type = '{right}' AND replace(grantee, '''', '') = current_user()"""
_HERE = """SELECT count(*) FROM information_schema.schema_privileges
WHERE privilege_type = '{right}' AND replace(grantee, '''', '') = current_user() AND database() LIKE table_schema"""


def _granted(right: str) -> tuple[str, str]:
    """Whether the account holds a right on the current database. What it may hold through a role is not told by these
    views: then nothing is known. The second wording is for servers without roles."""
    direct = f"({_EVERYWHERE}) + ({_HERE})".format(right=right)
    return (
        f"SELECT CASE WHEN {direct} > 0 THEN '1' WHEN coalesce(current_role(), 'NONE') = 'NONE' THEN '0' ELSE '?' END",
        f"SELECT CASE WHEN {direct} > 0 THEN '1' ELSE '0' END",
    )


GRAMMAR = Grammar(
    tables="SELECT table_name FROM information_schema.tables "
    "WHERE table_schema = database() AND table_type = 'BASE TABLE'",
    hold=("SET foreign_key_checks = 0",),
    resume=("SET foreign_key_checks = 1",),
    empty=("TRUNCATE TABLE {table}",),
    # AUTO_INCREMENT follows explicit values by itself.
    analyze="ANALYZE TABLE {table}",
    sleep="SELECT SLEEP({seconds})",
    own_session="SELECT connection_id()",
    kill="KILL {id}",
    facts={
        "charset": "SELECT @@character_set_database",
        "charset_bytes": "SELECT maxlen FROM information_schema.character_sets "
        "WHERE character_set_name = @@character_set_database",
        "collation": "SELECT @@collation_database",
        "identifier_case": "SELECT CASE @@lower_case_table_names "
        "WHEN 0 THEN 'sensitive' WHEN 1 THEN 'lower' ELSE 'insensitive' END",
        "timezone": "SELECT CASE @@time_zone WHEN 'SYSTEM' THEN concat('SYSTEM ', @@system_time_zone) "
        "ELSE @@time_zone END",
        "utc_offset": "SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW())",
        "epoch": "SELECT UNIX_TIMESTAMP(NOW(6))",
        # MySQL 8 dropped the second name, MariaDB learnt the first one with 11.1.
        "isolation": ("SELECT @@transaction_isolation", "SELECT @@tx_isolation"),
        "lock_timeout": "SELECT @@innodb_lock_wait_timeout",
        "statement_timeout": (  # MariaDB: all statements; MySQL: SELECT only
            _OR_NEVER.format(seconds="@@global.max_statement_time"),
            _OR_NEVER.format(seconds="@@global.max_execution_time / 1000"),
        ),
        "max_connections": "SELECT CASE WHEN @@max_user_connections > 0 "
        "THEN least(@@max_connections, @@max_user_connections) ELSE @@max_connections END",
        "read_only": "SELECT @@read_only",
        "loses_commits": "SELECT CASE @@innodb_flush_log_at_trx_commit WHEN 1 THEN '' "
        "ELSE concat('innodb_flush_log_at_trx_commit = ', @@innodb_flush_log_at_trx_commit) END",
        "creates_schemas": f"SELECT ({_EVERYWHERE}) > 0".format(right="CREATE"),
        "sql_mode": "SELECT @@sql_mode",
        "data_directory": "SELECT @@datadir",
        "instance": (
            "SELECT concat(@@server_uuid, '/', database())",
            "SELECT concat(@@hostname, ':', @@datadir, '/', database())",  # MariaDB has no id of a server
        ),
    },
    privileges={
        f"在当前库中{doing}": _granted(right)
        for doing, right in {
            "建表": "CREATE",
            "删表和清空表": "DROP",
            "建索引": "INDEX",
            "建外键": "REFERENCES",
            "查询": "SELECT",
            "插入": "INSERT",
            "修改": "UPDATE",
            "删除": "DELETE",
        }.items()
    },
    as_stored="SET collation_connection = @@collation_database",
    parameters="SHOW VARIABLES",
    words={
        "autocommit_off": "SET autocommit = 0;",
        "scratch_like": "SELECT @@collation_database",
        "int": "INT",
        "bigint": "BIGINT",
        "tinyint": "SMALLINT",
        "double": "DOUBLE",
        "decimal": "DECIMAL",
        "varchar": "VARCHAR",
        "char": "CHAR",
        "text": "LONGTEXT",
        "blob": "LONGBLOB",
        "date": "DATE",
        "datetime": "DATETIME(6)",
        "datetime_s": "DATETIME",
        "identity": "INT AUTO_INCREMENT PRIMARY KEY",
        "dual": "",
        "read_uncommitted": "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
        "read_committed": "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "repeatable_read": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "serializable": "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "lock_timeout_1s": "SET innodb_lock_wait_timeout = 1",
        "next_value": "nextval({sequence})",
        "utc_offset_hours": "TIMESTAMPDIFF(HOUR, UTC_TIMESTAMP(), NOW())",
    },
    scratch=("CREATE DATABASE {name} COLLATE {like}", "USE {name}", "DROP DATABASE {name}"),
)

BASE = Product(
    id="",
    title="",
    family="mysql",
    dialect="mysql+pymysql",
    default_port=3306,
    grammar=GRAMMAR,
    # The comment first: the variable `version` can be changed by an administrator, the comment cannot.
    ask={"version_comment": "SELECT @@version_comment", "version": "SELECT version()"},
    banners=(),
    errors=MYSQL_ERRORS,
    codes="number",
    native=Native(client="drivers.sql.pymysql_driver:PymysqlDriver", module="pymysql", package="PyMySQL"),
    jdbc=Jdbc(
        classes=("org.mariadb.jdbc.Driver", "com.mysql.cj.jdbc.Driver", "com.mysql.jdbc.Driver"),
        url="jdbc:mysql://{host}:{port}/{database}",
        jars=("mariadb-java-client*.jar", "mysql-connector*.jar"),
    ),
    setup=(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION time_zone = '+08:00'",
    ),
    settings=("sql_mode", "lower_case_table_names", "max_allowed_packet"),
    quirks=(
        Quirk(id="BD-03", says="|| 默认是逻辑或而不是拼接，不报错。"),
        Quirk(id="BD-29", says="升序时 NULL 排在最前。"),
        Quirk(id="BD-61", says="DDL 隐式提交事务。"),
    ),
    # MySQL limits only SELECT (max_execution_time) and MariaDB spells it differently: the client's read time-out rules.
    server_timeout=False,
)
