"""Oracle through python-oracledb in thin mode: pure Python protocol, no Oracle client needed."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from drivers.sql.driver import CONNECT_TIMEOUT_S
from drivers.sql.native_driver import NativeDriver
from harness.model import Rendered, Statement

_MARK = re.compile(r"%[s%]")


class OracledbDriver(NativeDriver):
    """python-oracledb. The database of the URL is a service name; `?sid=` is for servers that have none."""

    options: ClassVar[frozenset[str]] = frozenset({"sid"})
    placeholder: ClassVar[str] = ":1"  # by position, each mark takes the next value whatever its name
    other_protocol: ClassVar[frozenset[str]] = frozenset({"DPY-4011"})

    def render(self, statement: Statement) -> Rendered:
        """SQLAlchemy's own numbered style gives a repeated parameter one number; by position each mark counts."""
        made = super().render(statement)
        marks = iter(range(1, len(made.order) + 1))
        sql = _MARK.sub(lambda found: f":{next(marks)}" if found.group() == "%s" else "%", made.sql)
        return Rendered(name=made.name, sql=sql, order=made.order, returns_rows=made.returns_rows)

    def _dial(self, *, timeout_s: float, password: str | None) -> Any:
        url = self._url
        sid = url.query.get("sid")
        self.dbapi.defaults.fetch_lobs = False  # CLOB as text, BLOB as bytes
        self.dbapi.defaults.fetch_decimals = True
        connection = self.dbapi.connect(
            user=url.username or "",
            password=password or "",
            host=url.host or "localhost",
            port=url.port or self._facts.default_port,
            tcp_connect_timeout=CONNECT_TIMEOUT_S,
            retry_count=0,
            **({"sid": sid} if sid else {"service_name": url.database or ""}),
        )
        connection.call_timeout = int(timeout_s * 1000)
        return connection

    def code(self, error: BaseException) -> str:
        """The number of ORA-…; what the module complains of by itself keeps its own spelling, DPY-4011."""
        first = error.args[0] if error.args else None
        full = str(getattr(first, "full_code", None) or "")
        # A failure to connect is told with its cause on the next line.
        cause = re.search(r"\b(ORA-\d{5}|DPY-(?:6001|6003|4011))\b", str(getattr(first, "message", "")))
        spelled = cause.group() if cause else full
        return str(int(spelled[4:])) if spelled.startswith("ORA-") else spelled

    def text(self, error: BaseException) -> str:
        return re.sub(r" ?\(CONNECTION_ID=[^)]*\)| ?Help: https?:\S+", "", super().text(error))
