"""The MySQL wire family through PyMySQL: MySQL, MariaDB, OceanBase in MySQL mode.

Not here: product facts (`products/`).
"""

from __future__ import annotations

import importlib
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from drivers.sql.bulk import chunks, values_text
from drivers.sql.driver import CONNECT_TIMEOUT_S
from drivers.sql.tables import TableWork
from harness.errors import DriverMissing, Fault, StackRefused, StackUnreachable
from harness.model import ErrorClass, Row

if TYPE_CHECKING:
    from drivers.sql.green import GreenReaders

_GRACE_S = 5.0  # the server ends a slow statement first; the client's own time-out costs the connection
_TLS = {"ssl_ca", "ssl_cert", "ssl_key"}


class PymysqlDriver(TableWork):
    """PyMySQL. Its sockets are cooperative as soon as gevent has patched the interpreter."""

    options: ClassVar[frozenset[str]] = frozenset({"unix_socket", *_TLS})
    _readers: GreenReaders | None = None

    # ------------------------------------------------------------------ connecting

    def _connect(self, *, timeout_s: float, password: str | None) -> Any:
        url = self._url
        clients = importlib.import_module(f"{self.native.module}.constants.CLIENT")
        known = self._named or self._answers
        patience_s = timeout_s + (_GRACE_S if known is not None and known.server_timeout else 0.0)
        connection = self.dbapi.connect(
            host=url.host or "localhost",
            port=url.port or self._facts.default_port,
            user=url.username,
            password=password or "",
            database=url.database,
            unix_socket=self._socket() or None,
            charset="utf8mb4",
            autocommit=False,
            # Affected rows are the rows matched, as Connector/J (the driver of the hospital's applications) reports
            # them by default and as PostgreSQL counts them; without the flag an update to the same value counts 0.
            client_flag=clients.FOUND_ROWS,
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=patience_s,
            write_timeout=patience_s,
            # Nobody listens in on a Unix socket, and making a context takes longer than connecting.
            ssl_disabled=bool(self._socket()),
            **{name: url.query[name] for name in _TLS & set(url.query)},
        )
        if self._readers is not None and not isinstance(connection._sock, ssl.SSLSocket):
            connection._rfile.close()
            connection._rfile = self._readers.reader(connection._sock, patience_s)
        return connection

    def _connect_fault(self, error: BaseException) -> Fault:
        code, said = self.code(error), self.text(error)
        user = self._url.username
        if "cryptography" in said:
            return DriverMissing(
                f"{self.where} 的口令认证方式需要 Python 包 cryptography。", hint="请执行 pip install cryptography。"
            )
        if code in {"1045", "1698"}:
            how = f"请核对环境变量 {self.endpoint.password_env} 的值。" if self.endpoint.password_env else (
                "请在 stacks.toml 中写 password_env，并把口令放进该环境变量。"
            )  # fmt: skip
            return StackRefused(f"{self.where} 不接受用户 {user} 的口令：{said}", hint=how)
        if code in {"1044", "1049"}:
            return StackRefused(f"{self.where} 拒绝连接，库不存在或无权使用：{said}", hint="请核对地址中的库名。")
        if code == "2003":
            return StackUnreachable(
                f"连接不到 {self.where}：{said}", hint="请确认数据库已启动，主机、端口和防火墙无误。"
            )
        if not code or code in {"2013", "3024"} or isinstance(error, self.dbapi.InternalError) or not code.isdigit():
            return StackUnreachable(
                f"{self.where} 有服务应答，但它说的不是 MySQL 协议。", hint="请核对主机和端口，以及地址开头的产品名。"
            )
        return StackRefused(f"{self.where} 拒绝连接：{said}", hint="请查看数据库日志。")

    def _socket(self) -> str:
        path = self._url.query.get("unix_socket", "")
        return path if isinstance(path, str) else path[0]

    # ------------------------------------------------------------------ waiting

    def make_green(self) -> None:
        """PyMySQL waits in Python sockets, which gevent has replaced; ours wait at half the cost."""
        from drivers.sql.green import GreenReaders  # only load processes carry gevent

        self._readers = GreenReaders()

    # ------------------------------------------------------------------ errors

    def code(self, error: BaseException) -> str:
        first = error.args[0] if error.args else None
        if isinstance(error, self.dbapi.Error) and isinstance(first, int):
            # The client's read time-out arrives as a lost connection; what the user met is a statement time-out.
            timed_out = first == 2013 and "timed out" in str(error)
            return "3024" if timed_out else str(first)
        return ""

    def codeless(self, error: BaseException) -> ErrorClass:
        if isinstance(error, self.dbapi.InterfaceError | self.dbapi.OperationalError | self.dbapi.InternalError):
            return ErrorClass.CONNECTION_LOST  # closed, or out of step with the server
        if isinstance(error, self.dbapi.ProgrammingError | self.dbapi.DataError | self.dbapi.NotSupportedError):
            return ErrorClass.BAD_VALUE
        return ErrorClass.OTHER

    def text(self, error: BaseException) -> str:
        said = " ".join(str(error.args[-1] if error.args else error).split())
        return said or "the connection is closed"  # PyMySQL says (0, '') to whoever uses one

    # ------------------------------------------------------------------ whole tables

    def _stream(self, connection: Any, sql: str) -> Iterator[Row]:
        cursors = importlib.import_module(f"{self.native.module}.cursors")
        with connection.cursor(cursors.SSCursor) as cursor:
            cursor.execute(sql, ())
            yield from cursor

    def _bulk_load(self, connection: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        count = 0
        head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ".replace("%%", "%").encode()
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@max_allowed_packet")
            limit = int(cursor.fetchone()[0]) - 1024
            for chunk in chunks(rows, self.product.load_rows):
                for text in _fitting(chunk, connection.escape, limit - len(head)):
                    cursor.execute(head + text)
                count += len(chunk)
        return count


def _fitting(chunk: Sequence[Row], escape: Callable[[str], str], limit: int) -> Iterator[bytes]:
    """The chunk as VALUES lists that the server takes in one packet: halved as long as they are too long."""
    text = values_text(chunk, escape).encode()
    if len(text) <= limit or len(chunk) == 1:  # a single row that is too long is the server's to refuse
        yield text
        return
    middle = len(chunk) // 2
    yield from _fitting(chunk[:middle], escape, limit)
    yield from _fitting(chunk[middle:], escape, limit)
