"""What answers MySQL's wire protocol and understands its SQL: MySQL, MariaDB, OceanBase in MySQL mode and theirs."""

from __future__ import annotations

from drivers.sql.codes import MYSQL_ERRORS
from drivers.sql.grammar import Grammar
from drivers.sql.product import Jdbc, Native, Product

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
        "collation": "SELECT @@collation_database",
        "timezone": "SELECT @@time_zone",
        "utc_offset": "SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW())",
        "epoch": "SELECT UNIX_TIMESTAMP(NOW(6))",
        "isolation": "SELECT @@tx_isolation",
        "lock_timeout": "SELECT @@innodb_lock_wait_timeout",
        "identifier_case": "SELECT @@lower_case_table_names",
        "sql_mode": "SELECT @@sql_mode",
        "data_directory": "SELECT @@datadir",
        "read_only": "SELECT @@read_only",
    },
    privileges={
        "在当前库中建表": "SELECT count(*) FROM (SELECT privilege_type FROM information_schema.user_privileges "
        "WHERE privilege_type = 'CREATE' UNION ALL SELECT privilege_type FROM information_schema.schema_privileges "
        "WHERE privilege_type = 'CREATE' AND table_schema = database()) p",
    },
    parameters="SHOW VARIABLES",
    words={
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
        "identity": "INT AUTO_INCREMENT PRIMARY KEY",
        "dual": "",
        "read_uncommitted": "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
        "read_committed": "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "repeatable_read": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "serializable": "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "lock_timeout_1s": "SET innodb_lock_wait_timeout = 1",
        "next_value": "nextval({sequence})",
    },
    scratch=("CREATE DATABASE {name}", "USE {name}", "DROP DATABASE {name}"),
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
    # MySQL limits only SELECT (max_execution_time) and MariaDB spells it differently: the client's read time-out rules.
    server_timeout=False,
)
