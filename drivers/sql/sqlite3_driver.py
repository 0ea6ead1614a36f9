"""SQLite through Python's own `sqlite3`.

A file that is not there is a mistyped path, never a new database. Not here: product facts (`products/`).
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from urllib.parse import quote

from drivers.sql.bulk import chunks
from drivers.sql.tables import TableWork
from harness.errors import Fault, StackRefused, StackUnreachable
from harness.model import ErrorClass, Row
from harness.ports import Waiting

_SAID = ("syntax error", "incomplete input", "unrecognized token", "no such", "no column named", "integer overflow")


class _Cursor(sqlite3.Cursor):
    """Opens a transaction with the first statement of any kind; the module itself does so for changes of rows only."""

    def execute(self, sql: str, params: Any = (), /) -> _Cursor:
        if not self.connection.in_transaction and not sql.startswith("PRAGMA"):
            super().execute("BEGIN")
        super().execute(sql, _sent(params))
        return self


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class Sqlite3Driver(TableWork):
    """sqlite3."""

    waiting = Waiting.BLOCKING
    paramstyle: ClassVar[str] = "qmark"
    placeholder: ClassVar[str] = "?"

    # ------------------------------------------------------------------ connecting

    def _connect(self, *, timeout_s: float, password: str | None) -> Any:
        for name, reader in _READERS.items():  # `sqlite3` knows one table for all its connections
            sqlite3.register_converter(name, _tolerant(reader))
        connection = sqlite3.connect(
            f"file:{quote(self._url.database or '')}?mode=rw",
            uri=True,
            timeout=timeout_s,
            detect_types=sqlite3.PARSE_DECLTYPES,
            isolation_level=None,  # the cursor begins
            check_same_thread=False,
            factory=_Connection,
        )
        try:
            connection.cursor().execute("PRAGMA foreign_keys = ON")  # outside any transaction, or it does nothing
            connection.cursor().execute("PRAGMA schema_version")  # opens the file
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _connect_fault(self, error: BaseException) -> Fault:
        said = self.text(error)
        if self.code(error) == "SQLITE_NOTADB":
            return StackUnreachable(f"{self.where} 不是 SQLite 的库文件：{said}", hint="请核对地址中的文件路径。")
        return StackRefused(
            f"打不开 {self.where}：{said}", hint="请核对地址中的文件路径；新库请先建一个空文件，并确认对它有读写权限。"
        )

    @property
    def where(self) -> str:
        return self._url.database or ":memory:"

    def _socket(self) -> str:
        return ""

    def client_version(self) -> str:
        return f"sqlite3 {sqlite3.sqlite_version}"

    # ------------------------------------------------------------------ waiting

    def make_green(self) -> None:
        """Nothing to do: the library works inside this process and waits for nobody but a lock."""

    # ------------------------------------------------------------------ errors

    def code(self, error: BaseException) -> str:
        name = getattr(error, "sqlite_errorname", None) or ""
        if name == "SQLITE_ERROR":
            return next((said for said in _SAID if said in str(error)), name)
        return str(name)

    def codeless(self, error: BaseException) -> ErrorClass:
        if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
            return ErrorClass.CONNECTION_LOST
        if isinstance(error, sqlite3.InterfaceError | sqlite3.OperationalError):
            return ErrorClass.CONNECTION_LOST
        if isinstance(error, sqlite3.DataError | sqlite3.ProgrammingError | sqlite3.NotSupportedError):
            return ErrorClass.BAD_VALUE  # a value of a type that cannot be sent
        return ErrorClass.OTHER

    def text(self, error: BaseException) -> str:
        return " ".join(str(error).split())

    # ------------------------------------------------------------------ whole tables

    def _stream(self, connection: Any, sql: str) -> Iterator[Row]:
        yield from connection.cursor().execute(sql)

    def _bulk_load(self, connection: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        marks = ", ".join(self.placeholder for _ in columns)
        into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        cursor = connection.cursor()
        cursor.execute("SELECT 1")  # opens the transaction
        count = 0
        for chunk in chunks(rows, self.product.load_rows):
            cursor.executemany(into, map(_sent, chunk))
            count += len(chunk)
        return count


def _sent(params: Sequence[Any]) -> list[Any]:
    return [str(value) if type(value) in _AS_TEXT else value for value in params]


_AS_TEXT = frozenset({dt.date, dt.time, dt.datetime, Decimal})
# By the declared type of a column, the Python types that other drivers give.
_READERS: dict[str, Callable[[str], Any]] = {
    "DATE": dt.date.fromisoformat,
    "TIME": dt.time.fromisoformat,
    "DATETIME": dt.datetime.fromisoformat,
    "TIMESTAMP": dt.datetime.fromisoformat,
    "DECIMAL": Decimal,
    "NUMERIC": Decimal,
}


def _tolerant(reader: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """SQLite keeps any text in any column: what is no date is handed on as the text it is."""

    def read(stored: bytes) -> Any:
        text = stored.decode()
        try:
            return reader(text)
        except (ValueError, InvalidOperation):
            return text

    return read
