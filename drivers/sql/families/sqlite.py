"""SQLite's own SQL: one product, a file instead of a server."""

from __future__ import annotations

from drivers.sql.grammar import Grammar
from drivers.sql.product import Native, Product
from harness.model import ErrorClass as E

GRAMMAR = Grammar(
    tables="SELECT lower(name) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
    hold=("PRAGMA defer_foreign_keys = ON",),  # until the commit
    drop="DROP TABLE {table}",
    # A rowid goes on from the largest one there is: nothing to restart, nothing to move.
    analyze="ANALYZE {table}",
    facts={
        "charset": "PRAGMA encoding",
        "charset_bytes": "SELECT 4",
        "collation": "SELECT 'BINARY'",
        "identifier_case": "SELECT 'insensitive'",
        "timezone": "SELECT 'UTC'",
        "utc_offset": "SELECT 0",
        "epoch": "SELECT (julianday('now') - 2440587.5) * 86400",
        "isolation": "SELECT 'SERIALIZABLE'",
        "lock_timeout": "SELECT timeout / 1000.0 FROM pragma_busy_timeout",
        "data_directory": "SELECT file FROM pragma_database_list WHERE name = 'main'",
        "read_only": "PRAGMA query_only",
        "creates_schemas": "SELECT 0",
        "loses_commits": "SELECT CASE WHEN synchronous < 2 THEN 'synchronous = ' || synchronous ELSE '' END "
        "FROM pragma_synchronous",
        "instance": "SELECT file FROM pragma_database_list WHERE name = 'main'",
    },
    privileges={"在库文件中建表": "SELECT 1 - query_only FROM pragma_query_only"},
    parameters="SELECT 'journal_mode', journal_mode FROM pragma_journal_mode "
    "UNION ALL SELECT 'synchronous', synchronous FROM pragma_synchronous "
    "UNION ALL SELECT 'foreign_keys', foreign_keys FROM pragma_foreign_keys",
    words={
        "int": "INTEGER",
        "bigint": "BIGINT",
        "tinyint": "SMALLINT",
        "double": "DOUBLE",
        "decimal": "DECIMAL",
        "varchar": "VARCHAR",
        "char": "CHAR",
        "text": "TEXT",
        "blob": "BLOB",
        "date": "DATE",
        "datetime": "DATETIME",
        "datetime_s": "DATETIME",
        "identity": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "dual": "",
        # One level only; uncommitted rows are seen between connections that share a cache, which ours do not.
        "read_uncommitted": "PRAGMA read_uncommitted = 1",
        "read_committed": "PRAGMA read_uncommitted = 0",
        "repeatable_read": "PRAGMA read_uncommitted = 0",
        "serializable": "PRAGMA read_uncommitted = 0",
        "lock_timeout_1s": "PRAGMA busy_timeout = 1000",
        "next_value": "nextval('{sequence}')",  # no sequences: the server says so itself
        "utc_offset_hours": "0",
    },
)

# By SQLite's own names. The general SQLITE_ERROR carries its meaning in words, which the driver looks at.
_ERRORS: dict[str, E] = {
    "SQLITE_CONSTRAINT_UNIQUE": E.UNIQUE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": E.UNIQUE,
    "SQLITE_CONSTRAINT_ROWID": E.UNIQUE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": E.FOREIGN_KEY,
    "SQLITE_CONSTRAINT_NOTNULL": E.NOT_NULL,
    "SQLITE_CONSTRAINT_CHECK": E.CHECK,
    "SQLITE_CONSTRAINT": E.CHECK,
    "SQLITE_MISMATCH": E.BAD_VALUE,
    "SQLITE_TOOBIG": E.TOO_LONG,
    **dict.fromkeys(("SQLITE_BUSY", "SQLITE_BUSY_TIMEOUT", "SQLITE_LOCKED"), E.LOCK_TIMEOUT),
    "SQLITE_BUSY_SNAPSHOT": E.SERIALIZATION,
    "SQLITE_INTERRUPT": E.STATEMENT_TIMEOUT,
    **dict.fromkeys(("SQLITE_READONLY", "SQLITE_READONLY_DBMOVED", "SQLITE_READONLY_DIRECTORY"), E.READ_ONLY),
    **dict.fromkeys(("SQLITE_PERM", "SQLITE_AUTH"), E.PRIVILEGE),
    **dict.fromkeys(("SQLITE_FULL", "SQLITE_NOMEM"), E.RESOURCES),
    **dict.fromkeys(("SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT"), E.CONNECTION_LOST),
    "syntax error": E.SYNTAX,
    "incomplete input": E.SYNTAX,
    "unrecognized token": E.SYNTAX,
    "no such": E.UNKNOWN_OBJECT,
    "no column named": E.UNKNOWN_OBJECT,
    "integer overflow": E.NUMERIC_OVERFLOW,
}

BASE = Product(
    id="",
    title="",
    family="sqlite",
    dialect="sqlite+pysqlite",
    default_port=0,
    grammar=GRAMMAR,
    ask={"version": "SELECT 'SQLite ' || sqlite_version()"},
    banners=(),
    errors=_ERRORS,
    codes="number",
    native=Native(client="drivers.sql.sqlite3_driver:Sqlite3Driver", module="sqlite3", package=""),
    timeout=("PRAGMA busy_timeout = {ms}",),
    settings=("journal_mode", "synchronous", "foreign_keys"),
    server_timeout=False,
)
