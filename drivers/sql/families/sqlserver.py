"""What speaks TDS and Transact-SQL: SQL Server, an original side of many hospitals.

Error codes are the message numbers of sys.messages. From general knowledge of SQL Server: no server
was at hand, so a contract run against a real one is due before it is relied on.
"""

from __future__ import annotations

from drivers.sql.grammar import Grammar
from drivers.sql.product import Jdbc, Native, Product
from harness.model import ErrorClass as E

_COLLATION = "cast(databasepropertyex(db_name(), 'Collation') AS VARCHAR(128))"
_SECONDS = "SELECT CASE WHEN {name} < 0 THEN -1 ELSE {name} / 1000.0 END"

GRAMMAR = Grammar(
    tables="SELECT lower(name) FROM sys.tables WHERE schema_id = schema_id()",
    # TRUNCATE is refused for a table that a foreign key refers to, even an empty one.
    empty=("DELETE FROM {table}",),
    analyze="UPDATE STATISTICS {table}",
    sleep="WAITFOR DELAY '0:0:{seconds}'",
    own_session="SELECT @@SPID",
    kill="KILL {id}",
    facts={
        "charset": f"SELECT collationproperty({_COLLATION}, 'CodePage')",
        "collation": f"SELECT {_COLLATION}",
        "utc_offset": "SELECT datediff(second, sysutcdatetime(), sysdatetime())",
        "epoch": "SELECT datediff(second, '1970-01-01', sysutcdatetime()) "
        "+ datepart(microsecond, sysutcdatetime()) / 1000000.0",
        "isolation": "SELECT CASE transaction_isolation_level WHEN 1 THEN 'READ UNCOMMITTED' "
        "WHEN 2 THEN 'READ COMMITTED' WHEN 3 THEN 'REPEATABLE READ' WHEN 4 THEN 'SERIALIZABLE' "
        "WHEN 5 THEN 'SNAPSHOT' END FROM sys.dm_exec_sessions WHERE session_id = @@SPID",
        "row_versions": "SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = db_name()",
        "lock_timeout": _SECONDS.format(name="@@LOCK_TIMEOUT"),
        "max_connections": "SELECT @@MAX_CONNECTIONS",
        "read_only": "SELECT CASE databasepropertyex(db_name(), 'Updateability') WHEN 'READ_WRITE' THEN 0 ELSE 1 END",
        "instance": "SELECT concat(@@SERVERNAME, '/', db_name())",
    },
    privileges={"在当前库中建表": "SELECT has_perms_by_name(db_name(), 'DATABASE', 'CREATE TABLE')"},
    words={
        "int": "INT",
        "bigint": "BIGINT",
        "tinyint": "SMALLINT",
        "double": "FLOAT(53)",
        "decimal": "DECIMAL",
        "varchar": "NVARCHAR",
        "char": "NCHAR",
        "text": "NVARCHAR(MAX)",
        "blob": "VARBINARY(MAX)",
        "date": "DATE",
        "datetime": "DATETIME2(6)",
        "datetime_s": "DATETIME2(0)",
        "identity": "INT IDENTITY PRIMARY KEY",
        "dual": "",
        "read_uncommitted": "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
        "read_committed": "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "repeatable_read": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "serializable": "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "lock_timeout_1s": "SET LOCK_TIMEOUT 1000",
        "next_value": "NEXT VALUE FOR {sequence}",
        "utc_offset_hours": "datediff(hour, sysutcdatetime(), sysdatetime())",
    },
)

ERRORS: dict[str, E] = {
    **dict.fromkeys(("2601", "2627"), E.UNIQUE),
    "547": E.FOREIGN_KEY,  # CHECK constraints as well, see below
    "515": E.NOT_NULL,
    "550": E.CHECK,  # WITH CHECK OPTION of a view
    **dict.fromkeys(("2628", "8152"), E.TOO_LONG),
    **dict.fromkeys(("220", "232", "244", "248", "8115"), E.NUMERIC_OVERFLOW),
    **dict.fromkeys(("241", "242", "245", "295", "296", "8114", "8169"), E.BAD_VALUE),
    "8134": E.DIVISION_BY_ZERO,
    "1205": E.DEADLOCK,
    "1222": E.LOCK_TIMEOUT,
    **dict.fromkeys(("3960", "3961", "41302", "41305", "41325"), E.SERIALIZATION),
    **dict.fromkeys(("102", "105", "156", "170", "8120", "195", "319"), E.SYNTAX),
    **dict.fromkeys(("207", "208", "2812", "3701", "4902", "911", "4060", "2715", "1767"), E.UNKNOWN_OBJECT),
    **dict.fromkeys(("229", "230", "262", "297", "300", "916", "18452", "18456", "18470", "18487"), E.PRIVILEGE),
    **dict.fromkeys(("3906", "3908"), E.READ_ONLY),
    "3930": E.ABORTED,  # the transaction can only be rolled back
    # 20003 and the other 20xxx are FreeTDS's own, underneath pymssql
    "20003": E.STATEMENT_TIMEOUT,
    **dict.fromkeys(
        ("596", "6005", "10053", "10054", "10060", "17142", "20002", "20004", "20006", "20009", "20013", "20014",
         "20017", "20020", "20047"), E.CONNECTION_LOST),
    **dict.fromkeys(
        ("701", "802", "1101", "1105", "1204", "8645", "9002", "10928", "10929", "17300", "17809"), E.RESOURCES),
}  # fmt: skip

BASE = Product(
    id="",
    title="",
    family="sqlserver",
    dialect="mssql+pymssql",
    default_port=1433,
    grammar=GRAMMAR,
    ask={"version": "SELECT @@VERSION"},
    banners=(),
    errors=ERRORS,
    codes="number",
    by_text=(("547", r"\bCHECK\b", E.CHECK),),
    native=Native(
        client="drivers.sql.pymssql_driver:PymssqlDriver", module="pymssql", package="pymssql", extra="sqlserver"
    ),
    jdbc=Jdbc(
        classes=("com.microsoft.sqlserver.jdbc.SQLServerDriver", "net.sourceforge.jtds.jdbc.Driver"),
        url="jdbc:sqlserver://{host}:{port};databaseName={database}",
        jars=("mssql-jdbc*.jar",),
    ),
    setup=("SET TRANSACTION ISOLATION LEVEL READ COMMITTED",),
    server_timeout=False,
)
