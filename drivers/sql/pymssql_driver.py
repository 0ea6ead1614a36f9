"""SQL Server through pymssql, FreeTDS inside."""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar

from drivers.sql.driver import CONNECT_TIMEOUT_S
from drivers.sql.native_driver import NativeDriver
from harness.model import Rendered, Statement

_NOISE = re.compile(r"^(DB-Lib error message \d+, severity \d+:|General SQL Server error: .*)$")


class PymssqlDriver(NativeDriver):
    """pymssql."""

    options: ClassVar[frozenset[str]] = frozenset({"tds_version", "encryption"})
    other_protocol: ClassVar[frozenset[str]] = frozenset({"20002", "20017"})

    def render(self, statement: Statement) -> Rendered:
        """A statement without parameters is sent as it is written, so its % must not be doubled."""
        made = super().render(statement)
        if made.order:
            return made
        return Rendered(name=made.name, sql=made.sql.replace("%%", "%"), order=(), returns_rows=made.returns_rows)

    def _dial(self, *, timeout_s: float, password: str | None) -> Any:
        url = self._url
        return self.dbapi.connect(
            server=url.host or "localhost",
            port=str(url.port or self._facts.default_port),
            user=url.username or "",
            password=password or "",
            database=url.database or "",
            charset="UTF-8",
            login_timeout=CONNECT_TIMEOUT_S,
            timeout=math.ceil(timeout_s),
            autocommit=False,
            **{name: str(url.query[name]) for name in self.options & set(url.query)},
        )

    def text(self, error: BaseException) -> str:
        """FreeTDS gives bytes, says everything twice and heads each line."""
        first = error.args[0] if error.args else error
        said = first[1] if isinstance(first, tuple) and len(first) > 1 else error.args[-1] if error.args else first
        told = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        lines = [line.strip() for line in told.splitlines() if line.strip() and not _NOISE.match(line.strip())]
        return " ".join(" ".join(dict.fromkeys(lines)).split()) or type(error).__name__
