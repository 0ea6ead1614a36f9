"""达梦 DM8 through dmPython, the vendor's module."""

from __future__ import annotations

from typing import Any, ClassVar

from drivers.sql.driver import CONNECT_TIMEOUT_S
from drivers.sql.native_driver import NativeDriver

_UTF8 = 1  # dmPython.PG_UTF8
_LOGIN_MS = CONNECT_TIMEOUT_S * 500  # it tries twice


class DmPythonDriver(NativeDriver):
    """dmPython. The database of the URL is the schema that unqualified names mean."""

    paramstyle: ClassVar[str] = "qmark"
    placeholder: ClassVar[str] = "?"
    other_protocol: ClassVar[frozenset[str]] = frozenset({"-70019"})

    def _dial(self, *, timeout_s: float, password: str | None) -> Any:
        url = self._url
        schema = {"schema": url.database} if url.database else {}
        return self.dbapi.connect(
            user=url.username or "",
            password=password or "",
            server=url.host or "localhost",
            port=url.port or self._facts.default_port,
            autoCommit=False,
            local_code=_UTF8,
            login_timeout=_LOGIN_MS,
            connection_timeout=max(1, round(timeout_s)),
            **schema,
        )
