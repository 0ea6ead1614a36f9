"""南大通用 GBase 8s through gbase8sdb, the vendor's module. Not run: Python 3.11 would have to compile it."""

from __future__ import annotations

from typing import Any, ClassVar

from drivers.sql.native_driver import NativeDriver


class Gbase8sdbDriver(NativeDriver):
    """gbase8sdb in Oracle mode. `?GBASEDBTSERVER=` is the name of the server behind the port, where it wants one."""

    options: ClassVar[frozenset[str]] = frozenset({"GBASEDBTSERVER", "DB_LOCALE"})
    paramstyle: ClassVar[str] = "qmark"
    placeholder: ClassVar[str] = "?"

    def _dial(self, *, timeout_s: float, password: str | None) -> Any:
        url = self._url
        server = url.query.get("GBASEDBTSERVER")
        name = self.dbapi.makedsn(
            db_name=url.database,
            host=url.host or "localhost",
            port=url.port or self._facts.default_port,
            db_locale=str(url.query.get("DB_LOCALE", "zh_CN.utf8")),
            sqlmode="oracle",
            **({"server_name": server} if server else {}),
        )
        self.dbapi.defaults.fetch_lobs = False
        return self.dbapi.connect(name, url.username or "", password or "")
