"""What every DB-API driver does the same way: bind an endpoint, know the product, render, connect, identify.

Subclasses (one per wire family) say how to open a connection, read an error and load a table. Not here: whole tables
(`tables.py`), the hot path (`session.py`), product facts (`products/`).
"""

from __future__ import annotations

import difflib
import importlib
import importlib.metadata
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError

from drivers.sql import render
from drivers.sql.codes import class_of
from drivers.sql.product import Product
from drivers.sql.session import VALUE_ERRORS, DbapiSession
from harness.errors import BadInput, DriverMissing, Fault, StackRefused, StackUnreachable
from harness.model import ErrorClass, Rendered, SqlEndpoint, Statement
from harness.ports import Waiting
from harness.result import StackFacts

CONNECT_TIMEOUT_S = 10
STATEMENT_TIMEOUT_S = 30.0
ADMIN_TIMEOUT_S = 3600.0  # creating, loading and reading whole tables


class DbapiDriver:
    """One endpoint reached through one DB-API module."""

    waiting: Waiting = Waiting.GREEN
    options: ClassVar[frozenset[str]] = frozenset()  # what may stand behind the ? of a URL

    def __init__(self, endpoint: SqlEndpoint, named: Product | None, family: tuple[Product, ...]) -> None:
        self.endpoint = endpoint
        self._family = family
        self._named = named
        self._answers: Product | None = None  # known after the first connection
        self._module_facts = named or family[-1]
        self._url = self._parsed_url()
        self._dialect: Dialect = render.dialect_of(self._module_facts.dialect)
        self.dbapi = self._import()

    # ------------------------------------------------------------------ what subclasses say

    def _connect(self, *, timeout_s: float, password: str | None) -> Any:
        """A raw connection, autocommit off, text as UTF-8."""
        raise NotImplementedError

    def _connect_fault(self, error: BaseException) -> Fault:
        """Why connecting failed, in one sentence."""
        raise NotImplementedError

    def _banner_texts(self, connection: Any) -> dict[str, str]:
        """What the server says about itself, by the names that `Banner.source` uses."""
        raise NotImplementedError

    def _setting_texts(self, connection: Any, names: tuple[str, ...]) -> dict[str, str]:
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
        return self._module_facts.family

    def render(self, statement: Statement) -> Rendered:
        return render.render(statement, self._dialect, (self.product_id, self.family))

    def connect(self, *, statement_timeout_s: float = STATEMENT_TIMEOUT_S) -> DbapiSession:
        return self._session(self._open(timeout_s=statement_timeout_s))

    def identify(self) -> StackFacts:
        with self._admin("识别产品", timeout_s=STATEMENT_TIMEOUT_S) as connection:  # settings as a workload meets them
            texts = self._banner_texts(connection)
            _, name, version = self._recognise(texts)
            settings = self._setting_texts(connection, self.product.settings)
        return StackFacts(
            title=f"{name} {version}".strip(),
            product=name,
            product_id=self.product_id,
            version=version,
            banner="; ".join(dict.fromkeys(texts.values())),
            settings=settings,
            driver=f"{self._module_facts.module} {self._module_version()}",
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
        errors = (self._named or self._answers or self._module_facts).errors
        return class_of(errors, code), f"{code}: {text}"

    # ------------------------------------------------------------------ connecting

    def _open(self, *, timeout_s: float) -> Any:
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
            self._set_up(connection, self._answers, timeout_s)
        except self.dbapi.Error as error:
            self._close(connection)
            raise StackRefused(f"{self.where} 拒绝了会话设置：{self.text(error)}") from None
        except Fault:
            self._close(connection)
            raise
        return connection

    def _set_up(self, connection: Any, product: Product, timeout_s: float) -> None:
        values = {"s": f"{timeout_s:g}", "ms": str(int(timeout_s * 1_000)), "us": str(int(timeout_s * 1_000_000))}
        cursor = connection.cursor()
        for statement in product.setup:
            cursor.execute(statement.format(**values))
        cursor.close()
        connection.commit()

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
    def _admin(self, doing: str, timeout_s: float = ADMIN_TIMEOUT_S) -> Iterator[Any]:
        """A connection for work outside any measured block; the server's errors become faults."""
        connection = self._open(timeout_s=timeout_s)
        try:
            yield connection
        except (self.dbapi.Error, *VALUE_ERRORS) as error:
            raise self._admin_fault(doing, error) from error
        finally:
            self._close(connection)

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
        host = socket or f"{self._url.host or 'localhost'}:{self._url.port or self._module_facts.default_port}"
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

    def _import(self) -> Any:
        facts = self._module_facts
        try:
            return importlib.import_module(facts.module)
        except ImportError:
            raise DriverMissing(
                f"连接 {facts.id} 需要 Python 包 {facts.package}，当前环境没有安装。",
                hint=f"请执行 pip install {facts.package}。",
            ) from None

    def _module_version(self) -> str:
        return importlib.metadata.version(self._module_facts.package)

    @staticmethod
    def _redacted(fault: Fault, password: str | None) -> Fault:
        if password and password in fault.message:
            return type(fault)(fault.message.replace(password, "******"), hint=fault.hint)
        return fault
