"""One conversation over a DB-API connection: the hot path, and nothing else.

Every answer of the server is a `Reply`. What leaves here as an exception is a mistake of the caller (wrong number of
parameters). Not here: connecting (`driver.py`), the meaning of error codes (`codes.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from drivers.sql.codes import KINDS
from harness.model import ErrorClass, Rendered, Reply, ReplyKind

# What a client library may raise besides its own tree for a value it cannot send or read: NUL in a text, a lone
# surrogate, bytes that are not the announced charset, an integer beyond 64 bits.
VALUE_ERRORS: tuple[type[Exception], ...] = (ValueError, OverflowError)


class DbapiSession:
    """A session. One cursor serves all its statements: both libraries have read the whole result when they return."""

    __slots__ = ("_classify", "_columns", "_connection", "_cursor", "_errors")

    def __init__(
        self,
        connection: Any,
        *,
        errors: type[Exception],
        classify: Callable[[BaseException], tuple[ErrorClass, str]],
    ) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._errors = (errors, *VALUE_ERRORS)
        self._classify = classify
        # Column names by statement. The statement itself is kept beside them so that its id cannot be reused.
        self._columns: dict[int, tuple[Rendered, tuple[str, ...]]] = {}

    def execute(self, statement: Rendered, params: Sequence[Any], /) -> Reply:
        cursor = self._cursor
        try:
            cursor.execute(statement.sql, params)
            described = cursor.description
            if described is None:
                return Reply(ReplyKind.OK, (), (), cursor.rowcount)
            rows = cursor.fetchall()
        except self._errors as error:
            return self._refusal(error)
        known = self._columns.get(id(statement))
        if known is None:
            known = self._columns[id(statement)] = (statement, tuple(column[0] for column in described))
        return Reply(ReplyKind.OK, rows, known[1])

    def commit(self) -> Reply:
        try:
            self._connection.commit()
        except self._errors as error:
            return self._refusal(error)
        return Reply(ReplyKind.OK)

    def rollback(self) -> Reply:
        try:
            self._connection.rollback()
        except self._errors as error:
            return self._refusal(error)
        return Reply(ReplyKind.OK)

    def close(self) -> None:
        try:
            self._connection.close()
        except self._errors:
            return  # it was gone already, which is what was asked for

    def _refusal(self, error: BaseException) -> Reply:
        error_class, message = self._classify(error)
        return Reply(KINDS[error_class], (), (), -1, error_class, message)
