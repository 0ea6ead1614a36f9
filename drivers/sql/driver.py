"""What every DB-API driver does the same way: bind an endpoint, know the product, render, connect, identify.

Subclasses (one per wire family) say how to open a connection, read an error and load a table. Not here: whole tables
(`tables.py`), the hot path (`session.py`), product facts (`products/`).
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import importlib.metadata
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError

from drivers.sql import render
from drivers.sql.examine import examination
from drivers.sql.grammar import Grammar
from drivers.sql.knock import answers_http
from drivers.sql.product import Native, Product
from drivers.sql.session import VALUE_ERRORS, DbapiSession
from harness.errors import BadInput, DriverMissing, Fault, StackRefused, StackUnreachable
from harness.model import ErrorClass, Rendered, Row, SqlEndpoint, Statement
from harness.ports import TableReader, Waiting
from harness.result import Examination, StackFacts

CONNECT_TIMEOUT_S = 10
STATEMENT_TIMEOUT_S = 30.0
ADMIN_TIMEOUT_S = 3600.0  # creating, loading and reading whole tables


class DbapiDriver:
    """One endpoint reached through one DB-API module."""

    waiting: Waiting = Waiting.GREEN
    options: ClassVar[frozenset[str]] = frozenset()  # what may stand behind the ? of a URL
    paramstyle: ClassVar[str] = "format"
    placeholder: ClassVar[str] = "%s"

    def __init__(self, endpoint: SqlEndpoint, named: Product | None, family: tuple[Product, ...]) -> None:
        self.endpoint = endpoint
        self._family = family
        self._named = named
        self._answers: Product | None = None  # known after the first connection
        self._facts = named or family[-1]
        self._url = self._parsed_url()
        self._dialect: Dialect = render.dialect_of(self._facts.dialect, self.paramstyle)
        self.dbapi = self._import()

    # ------------------------------------------------------------------ what subclasses say

    def _connect(self, *, timeout_s: float, password: str | None) -> Any:
        """A raw connection, autocommit off, text as UTF-8."""
        raise NotImplementedError

    def _connect_fault(self, error: BaseException) -> Fault:
        """Why connecting failed, in one sentence."""
        raise NotImplementedError

    def _session(self, connection: Any) -> DbapiSession:
        return DbapiSession(connection, errors=self.dbapi.Error, classify=self.classify)

    def code(self, error: BaseException) -> str:
        """The product's code of an exception, or ""."""
        raise NotImplementedError

    def codeless(self, error: BaseException) -> ErrorClass:
        """The class of an exception without a code: the client library's own complaint."""
        raise NotImplementedError

    def text(self, error: BaseException) -> str:
        raise NotImplementedError

    # ------------------------------------------------------------------ ports.Driver

    @property
    def product(self) -> Product:
        """The named product, else what answers (asked once)."""
        if self._named is not None:
            return self._named
        if self._answers is None:
            self._close(self._open(timeout_s=ADMIN_TIMEOUT_S))
        assert self._answers is not None
        return self._answers

    @property
    def product_id(self) -> str:
        return self.product.id

    @property
    def family(self) -> str:
        return self._facts.family

    @property
    def grammar(self) -> Grammar:
        return (self._named or self._answers or self._facts).grammar

    def render(self, statement: Statement) -> Rendered:
        return render.render(statement, self._dialect, (self.product_id, self.family))

    def connect(self, *, statement_timeout_s: float = STATEMENT_TIMEOUT_S, plain: bool = False) -> DbapiSession:
        return self._session(self._open(timeout_s=statement_timeout_s, plain=plain))

    def sleep(self, seconds: float) -> Rendered:
        sql = self.grammar.sleep.format(seconds=f"{seconds:g}")
        return Rendered(name="sleep", sql=sql, order=(), returns_rows=True)

    def words(self) -> Mapping[str, str]:
        grammar = self.grammar
        make, use, drop = grammar.scratch
        own = {"own_session": grammar.own_session, "kill": grammar.kill, "session_setup": "\n".join(self.product.setup)}
        return {**grammar.words, **own, "scratch_make": make, "scratch_use": use, "scratch_drop": drop}

    def identify(self) -> StackFacts:
        with self._admin("识别产品", timeout_s=STATEMENT_TIMEOUT_S) as connection:  # settings as a workload meets them
            return self._identified(connection)

    def examine(self) -> Examination:
        with self._admin("检查", timeout_s=CONNECT_TIMEOUT_S, plain=True) as connection:
            facts = self._identified(connection)
            return examination(facts, self.product, lambda sql: self._ask(connection, sql))

    def table_reader(self, *, zone: str = "+08:00") -> TableReader:
        from drivers.sql.reading.reader import Bound
        from drivers.sql.reading.registry import reader_for, refuse_unknown

        refuse_unknown(self.family, self._facts.title)
        bound = Bound(
            connection=self._open(timeout_s=ADMIN_TIMEOUT_S),
            errors=(self.dbapi.Error, *VALUE_ERRORS),
            fault=lambda error: self._admin_fault("读取数据", error),
            close=self._close,
        )
        quoted = self._dialect.identifier_preparer.quote_identifier
        return reader_for(bound, family=self.family, product_id=self.product_id, quoted=quoted, zone=zone)

    def _identified(self, connection: Any) -> StackFacts:
        texts = self._banner_texts(connection)
        _, name, version = self._recognise(texts)
        return StackFacts(
            title=f"{name} {version}".strip(),
            product=name,
            product_id=self.product_id,
            version=version,
            banner="; ".join(dict.fromkeys(texts.values())),
            settings=self._setting_texts(connection),
            driver=self.client_version(),
        )

    def error_class(self, error: BaseException) -> ErrorClass:
        return self.classify(error)[0]

    def classify(self, error: BaseException) -> tuple[ErrorClass, str]:
        """The class of an exception, and the product's own words with its code."""
        text = self.text(error)
        code = self.code(error)
        if not code:
            own = ErrorClass.BAD_VALUE if isinstance(error, VALUE_ERRORS) else self.codeless(error)
            return own, text
        return (self._named or self._answers or self._facts).error_class(code, text), f"{code}: {text}"

    # ------------------------------------------------------------------ connecting

    def _open(self, *, timeout_s: float, plain: bool = False) -> Any:
        password = os.environ.get(self.endpoint.password_env) if self.endpoint.password_env else None
        if self.endpoint.password_env and password is None:
            raise BadInput(
                f"环境变量 {self.endpoint.password_env} 没有设置，无法取得 {self.where} 的口令。",
                hint=f"请先执行 export {self.endpoint.password_env}=…",
            )
        try:
            connection = self._connect(timeout_s=timeout_s, password=password)
        except (self.dbapi.Error, *VALUE_ERRORS, OSError, RuntimeError) as error:
            raise self._redacted(self._connect_fault(error), password) from None
        try:
            if self._answers is None:
                self._answers = self._recognise(self._banner_texts(connection))[0]
            self._set_up(connection, self._answers, timeout_s, plain=plain)
        except self.dbapi.Error as error:
            self._close(connection)
            raise StackRefused(f"{self.where} 拒绝了会话设置：{self.text(error)}") from None
        except Fault:
            self._close(connection)
            raise
        return connection

    def _set_up(self, connection: Any, product: Product, timeout_s: float, *, plain: bool) -> None:
        values = {"s": f"{timeout_s:g}", "ms": str(int(timeout_s * 1_000)), "us": str(int(timeout_s * 1_000_000))}
        cursor = connection.cursor()
        for statement in (*(() if plain else product.setup), *product.timeout):
            cursor.execute(statement.format(**values))
        cursor.close()
        connection.commit()

    def _ask(self, connection: Any, sql: str) -> str | None:
        """The first value of an answer as text; None where the server does not know the question or answers NULL."""
        try:
            rows = self._run(connection, sql)
        except self.dbapi.Error:
            connection.rollback()  # some families give up the whole transaction after an error
            return None
        return None if not rows or rows[0][0] is None else str(rows[0][0])

    def _banner_texts(self, connection: Any) -> dict[str, str]:
        """What the server says about itself, by the names that `Banner.source` uses."""
        questions = self._named.ask if self._named else {k: v for each in self._family for k, v in each.ask.items()}
        answers = {source: self._ask(connection, sql) for source, sql in questions.items()}
        return {source: answer for source, answer in answers.items() if answer is not None}

    def _setting_texts(self, connection: Any) -> dict[str, str]:
        """The product's own parameters that are worth showing."""
        names = self.product.settings
        if not names or not self.grammar.parameters:
            return {}
        found = {str(row[0]): str(row[1]) for row in self._run(connection, self.grammar.parameters)}
        return {name: found[name] for name in names if name in found}

    def _run(self, connection: Any, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """One statement, all its rows; raises what the client library raises."""
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall()) if cursor.description is not None else []

    def _recognise(self, texts: Mapping[str, str]) -> tuple[Product, str, str]:
        banner = "; ".join(dict.fromkeys(texts.values()))
        for candidate in self._family:
            found = candidate.recognise(texts)
            if found is None:
                continue
            if self._named is not None and self._named.id != candidate.id:
                raise StackUnreachable(
                    f"{self.where} 写明的产品是 {self._named.id}，应答的却是 {found[0]}（{banner}）。",
                    hint=f"请核对地址，或把 product 改为 {candidate.id}。",
                )
            return candidate, *found
        raise StackUnreachable(
            f"{self.where} 应答的数据库信衡还不认识：{banner}", hint="请核对地址；受支持的产品见 README.md。"
        )

    @contextmanager
    def _admin(self, doing: str, timeout_s: float = ADMIN_TIMEOUT_S, *, plain: bool = False) -> Iterator[Any]:
        """A connection for work outside any measured block; the server's errors become faults."""
        try:
            connection = self._open(timeout_s=timeout_s, plain=plain)
        except StackUnreachable as fault:
            raise self._not_a_database() or fault from None
        try:
            yield connection
        except (self.dbapi.Error, *VALUE_ERRORS) as error:
            raise self._admin_fault(doing, error) from error
        finally:
            self._close(connection)

    def _not_a_database(self) -> Fault | None:
        host, port = self._url.host, self._url.port or self._facts.default_port
        if self._socket() or not host or not answers_http(host, port):
            return None
        return StackUnreachable(
            f"{self.where} 应答的是网页（HTTP）服务，不是数据库。",
            hint=f"请核对端口；{self._facts.title or self.family} 通常是 {self._facts.default_port}。",
        )

    def _admin_fault(self, doing: str, error: BaseException) -> Fault:
        error_class, message = self.classify(error)
        said = f"在 {self.where} 上{doing}失败：{message}"
        if error_class is ErrorClass.CONNECTION_LOST:
            return StackUnreachable(said, hint="请确认数据库仍在运行。")
        if error_class is ErrorClass.PRIVILEGE:
            return StackRefused(said, hint="请为所用账号授予建表和读写的权限。")
        return Fault(said)

    def _close(self, connection: Any) -> None:
        try:
            connection.close()
        except self.dbapi.Error:
            return  # already gone

    # ------------------------------------------------------------------ endpoint

    @property
    def where(self) -> str:
        """The endpoint for people: never with a password."""
        socket = self._socket()
        host = socket or f"{self._url.host or 'localhost'}:{self._url.port or self._facts.default_port}"
        return f"{host}/{self._url.database or ''}"

    def _socket(self) -> str:
        raise NotImplementedError

    def _parsed_url(self) -> URL:
        try:
            url = make_url(self.endpoint.url)
        except (ArgumentError, ValueError):
            # The text is not repeated: somebody may have put a password into it.
            raise BadInput(
                "数据库地址无法解析。", hint="写法如 postgresql+psycopg2://用户@主机:5432/库；特殊字符用 %XX 表示。"
            ) from None
        if url.password is not None:
            raise BadInput(
                "数据库地址里写了口令。",
                hint='请从地址中删去口令，改写 password_env = "环境变量名"，口令只放在环境变量里。',
            )
        for option in url.query:
            if option not in self.options:
                near = difflib.get_close_matches(option, self.options, n=1)
                raise BadInput(
                    f"数据库地址中的选项“{option}”不认识。",
                    hint=f"是否想写“{near[0]}”？" if near else f"可用：{'、'.join(sorted(self.options))}。",
                )
        return url

    @property
    def native(self) -> Native:
        """The Python module of this way in."""
        native = self._facts.native
        assert native is not None, f"{self._facts.id} has no native way in"
        return native

    def _import(self) -> Any:
        native = self.native
        try:
            return importlib.import_module(native.module)
        except ImportError as error:
            if isinstance(error, ModuleNotFoundError) and error.name == native.module:
                raise DriverMissing(
                    f"连接{self._facts.title} 需要 Python 包 {native.package}，当前环境没有安装。",
                    hint=f"请执行 pip install {native.package}。",
                ) from None
            raise DriverMissing(
                f"Python 包 {native.package} 已安装，但装不进来：{error}。",
                hint="它依赖的本机动态库缺失或版本不符，请按厂商说明设置 LD_LIBRARY_PATH，或改用 jdbc = true。",
            ) from None

    def client_version(self) -> str:
        """What we speak through: psycopg2 2.9.13."""
        return f"{self.native.module} {importlib.metadata.version(self.native.package)}"

    @staticmethod
    def _redacted(fault: Fault, password: str | None) -> Fault:
        if password and password in fault.message:
            return type(fault)(fault.message.replace(password, "******"), hint=fault.hint)
        return fault
