"""Any product through its JDBC driver: one class for all of them, told apart by what `products/` declares.

Sessions are as with a native driver; what differs is said here. A thread is held while a statement runs, so load
processes give their users threads. What MariaDB Connector/J, pgjdbc and others do by default stays as it is wherever it
does not falsify values, because that is how the hospital's applications meet their server. Not here: values, results
(`connection.py`).
"""

from __future__ import annotations

import importlib.metadata
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import jaydebeapi
import jpype
from sqlalchemy.engine import URL

from drivers.sql.bulk import chunks
from drivers.sql.driver import CONNECT_TIMEOUT_S
from drivers.sql.jdbc import jars, jvm
from drivers.sql.jdbc.classes import known
from drivers.sql.jdbc.connection import Connection
from drivers.sql.jdbc.errors import SqlError
from drivers.sql.jdbc.opening import opened
from drivers.sql.jdbc.session import HonestCommitSession
from drivers.sql.product import Jdbc, Product
from drivers.sql.session import DbapiSession
from drivers.sql.tables import TableWork
from harness.errors import BadInput, Fault, StackRefused, StackUnreachable
from harness.model import ErrorClass, Row, SqlEndpoint
from harness.ports import Waiting

_GRACE_S = 5.0  # the server ends a slow statement first; the socket's own time-out costs the connection
_LOAD_ROWS = 1000
_PLACE = re.compile(r"//(?P<host>\[[^\]]+\]|[^/:;?]+)(?::(?P<port>\d+))?(?:/(?P<database>[^?;]*))?")
# What connections are given beyond the vendors' defaults, by family (forks know the original's properties): what keeps
# values exact, and what sends a batch, which only loading uses, in long statements instead of row by row.
_GIVEN = {
    # From the fifth execution on pgjdbc receives times in binary form; their text is ten days off before October 1582.
    "postgresql": {"binaryTransfer": "false", "reWriteBatchedInserts": "true"},
    # As a date the year 0 would be 1. A pipelined login of MariaDB's driver waits half a second for the server and then
    # says that it could not connect: a server under load is slower than that.
    "mysql": {"yearIsDateType": "false", "rewriteBatchedStatements": "true", "usePipelineAuth": "false"},
}
_MYSQL_STREAMS = -(2**31)  # Connector/J of MySQL sends row by row at this fetch size only


class JdbcDriver(TableWork):
    """A product's JDBC driver."""

    waiting = Waiting.BLOCKING
    paramstyle: ClassVar[str] = "qmark"
    placeholder: ClassVar[str] = "?"

    def __init__(self, endpoint: SqlEndpoint, named: Product | None, family: tuple[Product, ...], jdbc: Jdbc) -> None:
        self._jdbc = jdbc
        super().__init__(endpoint, named, family)
        self._jar = jars.located(endpoint.jar, jdbc, self._facts.title)

    # ------------------------------------------------------------------ connecting

    def _connect(self, *, timeout_s: float, password: str | None) -> Any:
        driver = jars.driver_of(self._jar)
        java = jpype.java
        properties = known(java.util.Properties)()
        ours = _GIVEN.get(self._facts.family, {})
        given = {**ours, **self._jdbc.properties, "user": self._url.username, "password": password}
        for name, value in given.items():
            if value is not None:
                properties.setProperty(name, str(value))
        known(java.sql.DriverManager).setLoginTimeout(CONNECT_TIMEOUT_S)  # what drivers take for their own default
        made = opened(driver, self._address(), properties, CONNECT_TIMEOUT_S + 1)
        if made is None:
            raise BadInput(f"{self._jar.driver} 不认识这样的地址：{self.where}。", hint=f"写法如 {self._jdbc.url}。")
        try:
            known(made).setAutoCommit(False)
            self._limit_silence(made, timeout_s)
        except java.lang.Throwable as error:
            raise SqlError(error, lost=False) from None
        return Connection(
            made,
            family=self._facts.family,
            query_timeout_s=0 if self._believed.server_timeout else math.ceil(timeout_s),
            streaming=_MYSQL_STREAMS if self._jar.driver.startswith("com.mysql.") else 0,
        )

    def _session(self, connection: Any) -> DbapiSession:
        kind = HonestCommitSession if self._facts.family == "postgresql" else DbapiSession
        return kind(connection, errors=self.dbapi.Error, classify=self.classify)

    @staticmethod
    def _limit_silence(made: Any, timeout_s: float) -> None:
        """A server whose machine vanished must not hold a user for ever."""
        pool = jpype.java.util.concurrent.ForkJoinPool.commonPool()
        try:
            made.setNetworkTimeout(pool, int((timeout_s + _GRACE_S) * 1000))
        except jpype.java.lang.Throwable:
            return  # an old driver, or one without a network

    def _address(self) -> str:
        if self.endpoint.url.startswith("jdbc:"):
            return self.endpoint.url
        url = self._url
        host, port = url.host or "localhost", url.port or self._facts.default_port
        return self._jdbc.url.format(host=host, port=port, database=url.database or "")

    def _connect_fault(self, error: BaseException) -> Fault:
        if not isinstance(error, SqlError):
            return StackUnreachable(f"连接不到 {self.where}：{self.text(error)}", hint="请核对地址。")
        said, user = self.text(error), self._url.username or ""
        known, _ = self._believed.error_of_jdbc(error.state, error.number, str(error))
        if error.absent:
            return StackUnreachable(
                f"连接不到 {self.where}：{said}", hint="请确认数据库已启动，主机、端口和防火墙无误。"
            )
        if error.state.startswith("28") or known is ErrorClass.PRIVILEGE or self._wants_password(error):
            how = f"请核对环境变量 {self.endpoint.password_env} 的值。" if self.endpoint.password_env else (
                "请在 stacks.toml 中写 password_env，并把口令放进该环境变量。"
            )  # fmt: skip
            return StackRefused(f"{self.where} 不接受用户 {user} 的口令：{said}", hint=how)
        if known is ErrorClass.UNKNOWN_OBJECT:
            return StackRefused(f"{self.where} 拒绝连接，库或用户不存在：{said}", hint="请核对地址中的库名和用户名。")
        if error.state.startswith("08") or not error.state:
            return StackUnreachable(
                f"{self.where} 有服务应答，但它说的不是{self._facts.title} 的协议：{said}",
                hint="请核对主机和端口，以及产品名。",
            )
        return StackRefused(f"{self.where} 拒绝连接：{said}", hint="请查看数据库日志。")

    def _wants_password(self, error: SqlError) -> bool:
        """Drivers notice by themselves that there is no password to send, and say so with a state of their own."""
        return not self.endpoint.password_env and "password" in str(error).lower()

    # ------------------------------------------------------------------ waiting

    def make_green(self) -> None:
        """Java's sockets hold a thread; all there is to do is to start Java before threads ask for it."""
        jars.driver_of(self._jar)

    # ------------------------------------------------------------------ errors

    @property
    def _believed(self) -> Product:
        return self._named or self._answers or self._facts

    def classify(self, error: BaseException) -> tuple[ErrorClass, str]:
        if not isinstance(error, SqlError):
            return super().classify(error)
        known, code = self._believed.error_of_jdbc(error.state, error.number, str(error))
        if error.timed_out:
            known = ErrorClass.STATEMENT_TIMEOUT
        elif error.lost:
            known = ErrorClass.CONNECTION_LOST
        return known, f"{code}: {error}" if code else str(error)

    def code(self, error: BaseException) -> str:
        return (
            self._believed.error_of_jdbc(error.state, error.number, str(error))[1]
            if isinstance(error, SqlError)
            else ""
        )

    def codeless(self, error: BaseException) -> ErrorClass:
        """What JayDeBeApi itself complains of: the use of a connection that is closed."""
        return ErrorClass.CONNECTION_LOST if isinstance(error, jaydebeapi.Error) else ErrorClass.OTHER

    def text(self, error: BaseException) -> str:
        return " ".join(str(error).split()) or type(error).__name__

    # ------------------------------------------------------------------ whole tables

    def _stream(self, connection: Any, sql: str) -> Iterator[Row]:
        yield from connection.cursor().stream(sql)

    def _bulk_load(self, connection: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        count = 0
        cursor = connection.cursor()
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        for chunk in chunks(rows, _LOAD_ROWS):
            cursor.executemany(insert, chunk)
            count += len(chunk)
        return count

    # ------------------------------------------------------------------ what we speak through

    def client_version(self) -> str:
        jar, java = self._jar, jvm.found()
        bridge = f"JayDeBeApi {importlib.metadata.version('jaydebeapi')}, JPype {jpype.__version__}"
        return f"{jar.driver} {jar.version} (SHA-256 {jar.sha256}), Java {java.version}, {bridge}"

    def _setting_texts(self, connection: Any) -> dict[str, str]:
        jar, java = self._jar, jvm.found()
        return {
            **super()._setting_texts(connection),
            "jdbc.jar": str(jar.path),
            "jdbc.sha256": jar.sha256,
            "jdbc.driver": f"{jar.driver} {jar.version}".strip(),
            "jdbc.java": f"{java.version} ({java.home})",
        }

    # ------------------------------------------------------------------ endpoint

    @property
    def where(self) -> str:
        if self._url.host:
            return super().where
        return re.split(r"[?;]", self.endpoint.url)[0]  # an engine without a network, or a vendor's own way to write it

    def _socket(self) -> str:
        return ""

    def _parsed_url(self) -> URL:
        if self.endpoint.url.startswith("jdbc:"):
            found = _PLACE.search(self.endpoint.url)
            place = found.groupdict() if found else {}
            port = int(place["port"]) if place.get("port") else None
            user = self.endpoint.user or None
            return URL.create(self._facts.id, user, None, place.get("host"), port, place.get("database"))
        if "?" in self.endpoint.url:
            raise BadInput(
                "经 JDBC 连接时，选项要写在 jdbc: 开头的完整地址里。",
                hint=f"写法如 {self._jdbc.url}，后面按厂商的写法接上选项；用户名另写 user。",
            )
        url = super()._parsed_url()
        if not url.host:
            raise BadInput(
                "经 JDBC 连接需要主机和端口，地址里没有写。",
                hint="Unix 套接字只有原生驱动能用；请写 主机:端口，或去掉 jdbc = true。",
            )
        return url

    def _import(self) -> Any:
        return jaydebeapi
