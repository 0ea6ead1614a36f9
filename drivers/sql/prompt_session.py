"""A psycopg2 session of a load process: a transaction begins in one message with its first statement.

psycopg2 by itself sends BEGIN alone and waits for the answer, a round trip that no application over JDBC pays (pgjdbc
sends the two together) and that no other family has; the first step's service time would carry it. Not here: sessions
outside of load (`psycopg2_driver.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from drivers.sql.session import DbapiSession
from harness.model import ErrorClass, Rendered, Reply, ReplyKind

_BEGIN, _COMMIT, _ROLLBACK = (
    Rendered(name=word.lower(), sql=word, order=(), returns_rows=False)
    for word in ("START TRANSACTION", "COMMIT", "ROLLBACK")
)


class PromptSession(DbapiSession):
    """A session that does not let PostgreSQL answer COMMIT with a silent ROLLBACK."""

    __slots__ = ("_begun", "_first", "_idle", "_in_error")

    def __init__(self, connection: Any, *, in_error: int, idle: int, **how: Any) -> None:
        connection.autocommit = True  # psycopg2 is to send nothing of its own
        super().__init__(connection, **how)
        self._in_error, self._idle = in_error, idle
        self._begun = False
        # Statements with BEGIN before them. The one without is kept, too, so that its id cannot be reused.
        self._first: dict[int, tuple[Rendered, Rendered]] = {}

    def execute(self, statement: Rendered, params: Sequence[Any], /) -> Reply:
        if self._begun:
            return super().execute(statement, params)
        known = self._first.get(id(statement))
        if known is None:
            beginning = replace(statement, sql=f"{_BEGIN.sql};\n{statement.sql}")
            known = self._first[id(statement)] = (statement, beginning)
        self._begun = True
        reply = super().execute(known[1], params)
        if reply.kind and self._connection.get_transaction_status() == self._idle:
            # Not even the grammar let it pass, so nothing has begun; the transaction is to be the server's to give up.
            begun = super().execute(_BEGIN, ())
            return begun if begun.kind else super().execute(statement, params)
        return reply

    def commit(self) -> Reply:
        # After an error the server answers COMMIT with ROLLBACK and no complaint; pgjdbc raises here, and so do we.
        if self._connection.get_transaction_status() == self._in_error:
            self.rollback()
            said = "COMMIT answered by ROLLBACK: the transaction had failed before"
            return Reply(ReplyKind.FAILED, (), (), -1, ErrorClass.ABORTED, said)
        return self._end(_COMMIT)

    def rollback(self) -> Reply:
        return self._end(_ROLLBACK)

    def _end(self, word: Rendered) -> Reply:
        if not self._begun:
            return Reply(ReplyKind.OK)
        self._begun = False
        return super().execute(word, ())
