"""What the drivers of C libraries and of other DB-API modules share: dmPython, python-oracledb, pymssql, gbase8sdb.

They hold a thread while a statement runs, so load processes give their users threads (`Waiting.BLOCKING`). Written
against the modules themselves and their failures to connect; no server of theirs was at hand. Not here: psycopg2,
PyMySQL and their forks, which have drivers of their own.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from drivers.sql.bulk import chunks
from drivers.sql.driver import CONNECT_TIMEOUT_S
from drivers.sql.session import VALUE_ERRORS
from drivers.sql.tables import TableWork
from harness.errors import Fault, StackRefused, StackUnreachable
from harness.model import ErrorClass, Row
from harness.ports import Waiting

_WATCH_S = CONNECT_TIMEOUT_S + 2.0  # the library's own limit comes first where it keeps it
_FETCH_ROWS = 1000
DIAL = "xinheng-dial"  # the name of the thread that waits for a first answer


class NativeDriver(TableWork):
    """A DB-API module. A subclass says how it is dialled, and reads its exceptions where they are unusual."""

    waiting: Waiting = Waiting.BLOCKING
    other_protocol: ClassVar[frozenset[str]] = frozenset()  # codes of a hand-shake that something else answered

    def _dial(self, *, timeout_s: float, password: str | None) -> Any:
        """A raw connection, autocommit off; raises what the module raises."""
        raise NotImplementedError

    # ------------------------------------------------------------------ connecting

    def _connect(self, *, timeout_s: float, password: str | None) -> Any:
        def dial() -> Any:
            return self._dial(timeout_s=timeout_s, password=password)

        # Some modules wait for ever for a server that accepts and then says nothing. Only the first connection is
        # watched: whoever answered once speaks the protocol.
        return dial() if self._answers is not None else self._watched(dial)

    def _watched(self, dial: Callable[[], Any]) -> Any:
        outcome: list[Any] = []
        failures: list[Exception] = []

        def run() -> None:
            try:
                outcome.append(dial())
            except (self.dbapi.Error, *VALUE_ERRORS, OSError, RuntimeError) as error:
                failures.append(error)

        thread = threading.Thread(target=run, daemon=True, name=DIAL)
        thread.start()
        thread.join(_WATCH_S)
        if failures:
            raise failures[0]
        if not outcome:
            raise TimeoutError(f"no answer within {_WATCH_S:g} s")
        return outcome[0]

    def _connect_fault(self, error: BaseException) -> Fault:
        said, user = self.text(error), self._url.username or ""
        known, _ = self.classify(error)
        if isinstance(error, TimeoutError) or self.code(error) in self.other_protocol:
            return StackUnreachable(
                f"{self.where} 没有按 {self._facts.title} 的协议应答：{said}",
                hint="请核对主机和端口，以及地址开头的产品名；并确认数据库已启动完毕。",
            )
        if known is ErrorClass.CONNECTION_LOST or isinstance(error, OSError):
            return StackUnreachable(
                f"连接不到 {self.where}：{said}", hint="请确认数据库已启动，主机、端口和防火墙无误。"
            )
        if known is ErrorClass.PRIVILEGE:
            how = f"请核对环境变量 {self.endpoint.password_env} 的值。" if self.endpoint.password_env else (
                "请在 stacks.toml 中写 password_env，并把口令放进该环境变量。"
            )  # fmt: skip
            return StackRefused(f"{self.where} 不接受用户 {user} 的口令：{said}", hint=how)
        if known is ErrorClass.UNKNOWN_OBJECT:
            return StackRefused(f"{self.where} 拒绝连接，库或服务名不存在：{said}", hint="请核对地址中的库名。")
        return StackRefused(f"{self.where} 拒绝连接：{said}", hint="请查看数据库日志。")

    def _socket(self) -> str:
        return ""

    # ------------------------------------------------------------------ waiting

    def make_green(self) -> None:
        """Nothing to do: the library waits in C, in a thread of its user's own."""

    # ------------------------------------------------------------------ errors

    def code(self, error: BaseException) -> str:
        """Most modules hand out an object with a `code`; some a number, or a number and a text."""
        first = error.args[0] if isinstance(error, self.dbapi.Error) and error.args else None
        if isinstance(first, tuple) and first:
            first = first[0]
        number = getattr(first, "code", first)
        return str(number) if isinstance(number, int) and number else ""

    def codeless(self, error: BaseException) -> ErrorClass:
        if isinstance(error, self.dbapi.InterfaceError | self.dbapi.OperationalError):
            return ErrorClass.CONNECTION_LOST
        if isinstance(error, self.dbapi.DataError | self.dbapi.ProgrammingError | self.dbapi.NotSupportedError):
            return ErrorClass.BAD_VALUE  # the value cannot be sent
        return ErrorClass.OTHER

    def text(self, error: BaseException) -> str:
        first = error.args[0] if error.args else error
        said = str(getattr(first, "message", first))
        return " ".join(re.sub(r"^\[CODE:-?\d+\]", "", said).split()) or type(error).__name__

    # ------------------------------------------------------------------ whole tables

    def _stream(self, connection: Any, sql: str) -> Iterator[Row]:
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.arraysize = _FETCH_ROWS
            cursor.execute(sql)
            while rows := cursor.fetchmany(_FETCH_ROWS):
                yield from map(tuple, rows)

    def _bulk_load(self, connection: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        count = 0
        marks = ", ".join([self.placeholder] * len(columns))
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        with contextlib.closing(connection.cursor()) as cursor:
            for chunk in chunks(rows, self.product.load_rows):
                cursor.executemany(insert, chunk)
                count += len(chunk)
        return count
