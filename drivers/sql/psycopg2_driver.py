"""The PostgreSQL wire family through psycopg2 (or a fork of it that a product names).

Not here: product facts. What is special to one product of the family belongs into its file or a small subclass.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from drivers.sql.bulk import chunks, copy_text
from drivers.sql.driver import CONNECT_TIMEOUT_S
from drivers.sql.prompt_session import PromptSession
from drivers.sql.session import DbapiSession
from drivers.sql.tables import TableWork
from harness.errors import Fault, StackRefused, StackUnreachable
from harness.model import ErrorClass, Reply, ReplyKind, Row

_SERVER_SPOKE = re.compile(r"\b(FATAL|PANIC|致命错误|严重错误)\b|FATAL|致命|严重")
_NOT_ITS_PROTOCOL = re.compile(
    r"invalid response to (SSL|GSSAPI)|expected authentication request|invalid message length"
)
_PASSWORD = re.compile(r"password|authentication|口令|密码|身份验证|认证", re.IGNORECASE)
_ABSENT = re.compile(r"does not exist|不存在")


class Psycopg2Session(DbapiSession):
    """A session that does not let PostgreSQL answer COMMIT with a silent ROLLBACK."""

    __slots__ = ("_in_error",)

    def __init__(self, connection: Any, *, in_error: int, **how: Any) -> None:
        super().__init__(connection, **how)
        self._in_error = in_error

    def commit(self) -> Reply:
        # After an error the server answers COMMIT with ROLLBACK and no complaint; pgjdbc raises here, and so do we.
        if self._connection.get_transaction_status() == self._in_error:
            self.rollback()
            said = "COMMIT answered by ROLLBACK: the transaction had failed before"
            return Reply(ReplyKind.FAILED, (), (), -1, ErrorClass.ABORTED, said)
        return super().commit()


class Psycopg2Driver(TableWork):
    """psycopg2."""

    options: ClassVar[frozenset[str]] = frozenset(
        {"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "application_name", "target_session_attrs"}
    )
    _green = False

    # ------------------------------------------------------------------ connecting

    def _connect(self, *, timeout_s: float, password: str | None) -> Any:
        url = self._url
        wanted = {
            "host": url.host,
            "port": url.port,
            "user": url.username,
            "dbname": url.database,
            "password": password,
            **url.query,
        }
        connection = self.dbapi.connect(
            **{name: value for name, value in wanted.items() if value is not None},
            connection_factory=self._connection_class,
            connect_timeout=CONNECT_TIMEOUT_S,
            client_encoding="UTF8",
            # A server whose machine vanished must not hold a user for two hours.
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=30_000,
        )
        self._extensions().register_type(self._bytes, connection)
        return connection

    @functools.cached_property
    def _connection_class(self) -> type:
        """With room for what a load process waits by: made once, it spares every wait the making of one."""
        return type("Connection", (self._extensions().connection,), {"watcher": None})

    @functools.cached_property
    def _bytes(self) -> Any:
        """BYTEA as bytes, as every other driver gives binary values; psycopg2 by itself gives a memoryview."""
        binary = self.dbapi.BINARY

        def read(value: str | None, cursor: Any) -> bytes | None:
            return None if value is None else bytes(binary(value, cursor))

        return self._extensions().new_type(binary.values, "BYTES", read)

    def _session(self, connection: Any) -> DbapiSession:
        extensions, how = self._extensions(), {"errors": self.dbapi.Error, "classify": self.classify}
        in_error = extensions.TRANSACTION_STATUS_INERROR
        if not self._green:
            return Psycopg2Session(connection, in_error=in_error, **how)
        return PromptSession(connection, in_error=in_error, idle=extensions.TRANSACTION_STATUS_IDLE, **how)

    def _connect_fault(self, error: BaseException) -> Fault:
        # psycopg2 gives no SQLSTATE while connecting, only libpq's text, possibly in the server's language.
        said = self.text(error)
        if _NOT_ITS_PROTOCOL.search(said):
            return StackUnreachable(
                f"{self.where} 有服务应答，但它说的不是 PostgreSQL 协议。",
                hint="请核对主机和端口，以及地址开头的产品名。",
            )
        if not _SERVER_SPOKE.search(said) and "no password supplied" not in said:
            return StackUnreachable(
                f"连接不到 {self.where}：{said}", hint="请确认数据库已启动，主机、端口和防火墙无误。"
            )
        if _ABSENT.search(said):
            return StackRefused(f"{self.where} 拒绝连接，库或用户不存在：{said}", hint="请核对地址中的库名和用户名。")
        if _PASSWORD.search(said):
            how = f"请核对环境变量 {self.endpoint.password_env} 的值。" if self.endpoint.password_env else (
                "请在 stacks.toml 中写 password_env，并把口令放进该环境变量。"
            )  # fmt: skip
            return StackRefused(f"{self.where} 不接受用户 {self._url.username} 的口令：{said}", hint=how)
        return StackRefused(f"{self.where} 拒绝连接：{said}", hint="请查看数据库日志。")

    def _socket(self) -> str:
        host = self._url.query.get("host", self._url.host)
        return host if isinstance(host, str) and host.startswith("/") else ""

    # ------------------------------------------------------------------ waiting

    def make_green(self) -> None:
        from drivers.sql.green import libpq_wait  # only load processes carry gevent

        self._green = True
        self._extensions().set_wait_callback(libpq_wait(self._extensions(), self.dbapi.OperationalError))

    # ------------------------------------------------------------------ errors

    def code(self, error: BaseException) -> str:
        return getattr(error, "pgcode", None) or ""

    def codeless(self, error: BaseException) -> ErrorClass:
        if isinstance(error, self.dbapi.InterfaceError):
            return ErrorClass.CONNECTION_LOST
        if isinstance(error, self.dbapi.DataError):
            return ErrorClass.BAD_VALUE
        if isinstance(error, self.dbapi.ProgrammingError | self.dbapi.NotSupportedError):
            return ErrorClass.BAD_VALUE  # "can't adapt type": the value cannot be sent
        if isinstance(error, self.dbapi.OperationalError | self.dbapi.DatabaseError):
            return ErrorClass.CONNECTION_LOST  # "server closed the connection unexpectedly" carries no SQLSTATE
        return ErrorClass.OTHER

    def text(self, error: BaseException) -> str:
        return " ".join(str(error).split())

    # ------------------------------------------------------------------ whole tables

    def _stream(self, connection: Any, sql: str) -> Iterator[Row]:
        with connection.cursor(name="xinheng_state") as cursor:
            cursor.itersize = 5000
            cursor.execute(sql, ())
            yield from cursor

    def _bulk_load(self, connection: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        source = _CopySource(rows, self.product.load_rows)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", source)
        return source.count

    def _extensions(self) -> Any:
        return importlib.import_module(f"{self.native.module}.extensions")


class _CopySource:
    """What COPY reads from: a chunk of encoded rows per call, made while the server digests the one before."""

    def __init__(self, rows: Iterable[Row], size: int) -> None:
        self.count = 0
        self._chunks = chunks(rows, size)

    def read(self, _size: int = -1) -> bytes:
        chunk = next(self._chunks, None)
        if chunk is None:
            return b""
        self.count += len(chunk)
        return copy_text(chunk).encode()
