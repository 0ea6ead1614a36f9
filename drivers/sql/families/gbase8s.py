"""What speaks SQLI and Informix's SQL: GBase 8s. Sessions are opened in its Oracle mode (sqlmode=oracle), the default
of the vendor's Python client, because SQLAlchemy has no dialect for Informix.

Error codes are SQLCODEs, signed. From the vendor's Python packages and general knowledge of Informix: no server was at
hand, so a contract run against a real one is due before it is relied on.
"""

from __future__ import annotations

from drivers.sql.grammar import Grammar
from drivers.sql.product import Jdbc, Native, Product
from harness.model import ErrorClass as E

GRAMMAR = Grammar(
    tables="SELECT lower(tabname) FROM systables WHERE tabtype = 'T' AND tabid >= 100 AND owner = USER",
    hold=("SET CONSTRAINTS ALL DEFERRED",),
    drop="DROP TABLE {table}",
    analyze="UPDATE STATISTICS LOW FOR TABLE {table}",
    one_row=" FROM dual",
    own_session="SELECT dbinfo('sessionid') FROM dual",
    facts={
        "charset": "SELECT dbs_collate FROM sysmaster.sysdbslocale WHERE dbs_dbsname = dbinfo('dbname')",
        "epoch": "SELECT dbinfo('utc_current') FROM dual",
    },
    words={
        "int": "INTEGER",
        "bigint": "BIGINT",
        "tinyint": "SMALLINT",
        "double": "DOUBLE PRECISION",
        "decimal": "DECIMAL",
        "varchar": "VARCHAR",
        "char": "CHAR",
        "text": "CLOB",
        "blob": "BLOB",
        "date": "DATE",
        "datetime": "TIMESTAMP",
        "datetime_s": "DATETIME YEAR TO SECOND",
        "utc_offset_hours": "extract(timezone_hour FROM systimestamp)",  # as in Oracle: not verified
        "identity": "SERIAL PRIMARY KEY",
        "dual": " FROM dual",
        "read_uncommitted": "SET ISOLATION TO DIRTY READ",
        "read_committed": "SET ISOLATION TO COMMITTED READ LAST COMMITTED",
        "repeatable_read": "SET ISOLATION TO REPEATABLE READ",
        "serializable": "SET ISOLATION TO REPEATABLE READ",
        "lock_timeout_1s": "SET LOCK MODE TO WAIT 1",
        "next_value": "{sequence}.nextval",
    },
)

ERRORS: dict[str, E] = {
    **dict.fromkeys(("-100", "-239", "-268"), E.UNIQUE),  # -239: the database has no transaction log
    **dict.fromkeys(("-691", "-692"), E.FOREIGN_KEY),
    **dict.fromkeys(("-391", "-703"), E.NOT_NULL),
    **dict.fromkeys(("-530", "-385"), E.CHECK),
    "-1279": E.TOO_LONG,
    **dict.fromkeys(("-1214", "-1215", "-1226"), E.NUMERIC_OVERFLOW),
    **dict.fromkeys(
        ("-1204", "-1205", "-1206", "-1213", "-1218", "-1260", "-1261", "-1262", "-1263", "-1264"), E.BAD_VALUE),
    "-1202": E.DIVISION_BY_ZERO,
    "-143": E.DEADLOCK,
    # -107 row is locked, -154 wait ended; around them the statement's own complaint
    **dict.fromkeys(("-107", "-144", "-154", "-233", "-243", "-244", "-245", "-246", "-263"), E.LOCK_TIMEOUT),
    "-201": E.SYNTAX,
    **dict.fromkeys(("-206", "-217", "-218", "-319", "-329", "-349", "-674"), E.UNKNOWN_OBJECT),
    **dict.fromkeys(("-272", "-273", "-274", "-275", "-387", "-388", "-951", "-952"), E.PRIVILEGE),
    "-213": E.STATEMENT_TIMEOUT,  # interrupted
    **dict.fromkeys(
        ("-27001", "-27002", "-25580", "-25582", "-25588", "-79716", "-79730", "-79735", "-908", "-931", "-930"),
        E.CONNECTION_LOST),
    **dict.fromkeys(("-131", "-134", "-136", "-406", "-458"), E.RESOURCES),
}  # fmt: skip

BASE = Product(
    id="",
    title="",
    family="gbase8s",
    dialect="oracle+oracledb",
    default_port=9088,
    grammar=GRAMMAR,
    ask={"version": "SELECT dbinfo('version', 'full') FROM dual"},
    banners=(),
    errors=ERRORS,
    codes="number",
    native=Native(
        client="drivers.sql.gbase8sdb_driver:Gbase8sdbDriver", module="gbase8sdb", package="gbase8sdb", extra="gbase8s"
    ),
    jdbc=Jdbc(
        classes=("com.gbasedbt.jdbc.Driver", "com.gbasedbt.jdbc.IfxDriver"),
        # The name of the server behind the port is needed too: `GBASEDBTSERVER=…`, an option of the address.
        url="jdbc:gbasedbt-sqli://{host}:{port}/{database}",
        jars=("gbasedbtjdbc*.jar", "ifxjdbc*.jar"),
        properties={"DB_LOCALE": "zh_CN.utf8", "CLIENT_LOCALE": "zh_CN.utf8", "sqlmode": "oracle"},
    ),
    setup=("SET ISOLATION TO COMMITTED READ",),
    lacks=frozenset({"server_sleep", "statement_timeout", "kill_session", "session_time_zone"}),
    server_timeout=False,
)
