"""The DB-API over a JDBC connection: JayDeBeApi's classes with our own binding, reading and errors.

Not here: opening it (`opening.py`), what an error means (`driver.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import jaydebeapi
import jpype

from drivers.sql.jdbc.binding import bind
from drivers.sql.jdbc.classes import known
from drivers.sql.jdbc.errors import SqlError
from drivers.sql.jdbc.reading import Layout, Reader
from harness.model import Row

_KEPT = 100  # prepared statements per connection, as pools of hospital applications keep them
_WHOLE_ROWS = 5_000
_BATCH_SIZE = 8 << 20  # characters and octets
_FIRST_ROWS = 200  # of a table: before it is known how long they are
# SQLSTATEs after which some drivers still think they are connected.
_GONE = frozenset({"08003", "08006", "08S01", "08503"})


class Connection(jaydebeapi.Connection):  # type: ignore[misc]
    """A connection that keeps its prepared statements."""

    def __init__(self, jconn: Any, *, family: str, query_timeout_s: int, streaming: int) -> None:
        super().__init__(jconn, None)
        self.query_timeout_s = query_timeout_s  # 0: the server ends slow statements itself
        self.streaming = streaming  # the fetch size that makes this driver stream; 0: any does
        self.reader = Reader(family, bool(jconn.getMetaData().storesUpperCaseIdentifiers()))
        self._prepared: dict[str, Any] = {}
        self._lost = False

    def cursor(self) -> Cursor:
        return Cursor(self, None)

    def commit(self) -> None:
        self._end(self.jconn.commit)

    def rollback(self) -> None:
        self._end(self.jconn.rollback)

    def _end(self, how: Any) -> None:
        """Some drivers find nothing to commit on a connection that is gone, and call that success."""
        try:
            if self._lost or self.jconn.isClosed():
                raise jaydebeapi.OperationalError("the connection is closed")
            how()
        except jpype.java.lang.Throwable as error:
            raise self.failure(error) from None

    def close(self) -> None:
        try:
            self.jconn.close()
        except jpype.java.lang.Throwable as error:
            raise self.failure(error) from None
        self._closed = True

    def failure(self, error: Any) -> SqlError:
        """An exception of the driver as one of ours."""
        failure = SqlError(error, lost=bool(self.jconn.isClosed()))
        failure.lost = self._lost = failure.lost or failure.state in _GONE
        return failure

    def prepared(self, sql: str) -> Any:
        """The statement for a text: the one used longest ago makes room for a new one."""
        statement = self._prepared.pop(sql, None)
        if statement is None:
            if len(self._prepared) >= _KEPT:
                self._prepared.pop(next(iter(self._prepared))).close()
            statement = self.limited(known(self.jconn.prepareStatement(sql)))
        self._prepared[sql] = statement
        return statement

    def plain(self) -> Any:
        """A statement for texts that are not prepared."""
        return self.limited(known(self.jconn.createStatement()))

    def limited(self, statement: Any) -> Any:
        if self.query_timeout_s:
            statement.setQueryTimeout(self.query_timeout_s)
        return statement


class Cursor(jaydebeapi.Cursor):  # type: ignore[misc]
    """Runs one statement after the other; a result is read to its end before the next."""

    _layout: Layout | None = None
    _plain: Any = None

    @property
    def description(self) -> list[tuple[str, None, None, None, None, None, None]] | None:
        if self._layout is None:
            return None
        return [(each.label, None, None, None, None, None, None) for each in self._layout.columns]

    def execute(self, operation: str, parameters: Sequence[Any] | None = None) -> None:
        connection = self._connection
        try:
            self._end()
            if parameters:
                statement = connection.prepared(operation)
                bind(statement, parameters)
                answered = statement.execute()
            else:
                # Not prepared: drivers would look for parameters in it (`:new` of a trigger, `?` of an operator).
                statement = self._plain = self._plain or connection.plain()
                answered = statement.execute(operation)
            if answered:
                self._rs = known(statement.getResultSet())
                self._layout = connection.reader.layout(self._rs)
                self.rowcount = -1
            else:
                self.rowcount = int(statement.getUpdateCount())  # JPype's JInt is no int to an encoder
        except jpype.java.lang.Throwable as error:
            raise connection.failure(error) from None

    def fetchall(self) -> list[Row]:
        rows: list[Row] = []
        for batch in self._batches(_WHOLE_ROWS):
            rows += batch
        return rows

    def stream(self, operation: str) -> Iterator[Row]:
        """The rows of a query as they arrive; the driver holds a batch of them at a time."""
        connection = self._connection
        try:
            self._plain = connection.plain()
            self._plain.setFetchSize(connection.streaming or _FIRST_ROWS)
        except jpype.java.lang.Throwable as error:
            raise connection.failure(error) from None
        self.execute(operation)
        for batch in self._batches(_FIRST_ROWS):
            yield from batch

    def executemany(self, operation: str, seq_of_parameters: Sequence[Sequence[Any]]) -> None:
        connection = self._connection
        try:
            self._end()
            statement = connection.prepared(operation)
            size = 0
            for parameters in seq_of_parameters:
                bind(statement, parameters)
                statement.addBatch()
                size += sum(len(value) for value in parameters if isinstance(value, str | bytes))
                if size > _BATCH_SIZE:  # Java keeps a batch in its own memory
                    statement.executeBatch()
                    size = 0
            statement.executeBatch()
        except jpype.java.lang.Throwable as error:
            raise connection.failure(error) from None
        self.rowcount = len(seq_of_parameters)

    def close(self) -> None:
        """Gives the cursor's own statement back; prepared ones stay with the connection."""
        try:
            self._end()
            if self._plain is not None:
                self._plain.close()
        except jpype.java.lang.Throwable as error:
            raise self._connection.failure(error) from None

    def _batches(self, most: int) -> Iterator[list[Row]]:
        connection = self._connection
        try:
            yield from connection.reader.batches(self._rs, self._layout, most)
            self._end()
        except jpype.java.lang.Throwable as error:
            raise connection.failure(error) from None

    def _end(self) -> None:
        self._layout = None
        if self._rs is not None:
            result, self._rs = self._rs, None
            result.close()
