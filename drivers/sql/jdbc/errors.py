"""What a JDBC driver throws, as the one exception that leaves this package.

Not here: what a code means on a product (`Product.error_of_jdbc`), our own faults (`harness/errors.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jaydebeapi
import jpype

_DEEPEST = 20
_MEMORY_FULL = "53200"  # SQLSTATE


class SqlError(jaydebeapi.DatabaseError):  # type: ignore[misc]  # JayDeBeApi carries no types
    """What a JDBC driver threw. `state` and `number` are its two codes."""

    def __init__(self, error: Any, *, lost: bool) -> None:
        self.state, self.number, said = _codes(error)
        super().__init__(said)
        self.lost = lost  # the connection is closed
        self.timed_out = any(isinstance(each, _timeouts()) for each in _causes(error))
        self.absent = any(isinstance(each, _absences()) for each in _causes(error))  # nothing answers there


def _codes(error: Any) -> tuple[str, int, str]:
    """SQLSTATE, vendor's number and text; of a batch, those of the statement that failed."""
    java = jpype.java
    if isinstance(error, java.sql.SQLException):
        told = error
        while isinstance(told, java.sql.BatchUpdateException) and told.getNextException() is not None:
            told = told.getNextException()
        said = told.getMessage() or error.getMessage() or type(told).__name__
        return str(told.getSQLState() or ""), int(told.getErrorCode()), _one_line(said)
    # A driver's own mistakes (NullPointerException …) are failures of the database's side, too.
    state = _MEMORY_FULL if isinstance(error, java.lang.OutOfMemoryError) else ""
    return state, 0, _one_line(f"{type(error).__name__}: {error.getMessage() or ''}")


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())


def _causes(error: Any) -> Iterator[Any]:
    seen = 0
    while error is not None and seen < _DEEPEST:  # some drivers name themselves as their cause
        yield error
        error, seen = error.getCause(), seen + 1


def _timeouts() -> tuple[Any, ...]:
    return jpype.java.sql.SQLTimeoutException, jpype.java.net.SocketTimeoutException


def _absences() -> tuple[Any, ...]:
    net = jpype.java.net
    return net.ConnectException, net.UnknownHostException, net.NoRouteToHostException, net.SocketTimeoutException
