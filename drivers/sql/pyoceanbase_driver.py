"""OceanBase in Oracle mode through pyoceanbase, a fork of PyMySQL that such tenants let in."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from drivers.sql.pymysql_driver import PymysqlDriver
from harness.model import Row

_ORA = re.compile(r"\bORA-(\d{5})\b")


class PyoceanbaseDriver(PymysqlDriver):
    """pyoceanbase: MySQL's protocol, Oracle's SQL and codes."""

    def code(self, error: BaseException) -> str:
        found = _ORA.search(str(error))
        return str(int(found.group(1))) if found else super().code(error)

    def _bulk_load(self, connection: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Row by row: Oracle's INSERT takes one VALUES list, into which executemany would put many."""
        count = 0
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        with contextlib.closing(connection.cursor()) as cursor:
            for row in rows:
                cursor.execute(insert, row)
                count += 1
        return count
