"""A JDBC session of the PostgreSQL family: COMMIT of a failed transaction is a failed commit, as with psycopg2.

The server answers it with ROLLBACK and no complaint, and pgjdbc (seen with 42.5.5) passes that on as success. Not here:
everything else a session does (`drivers/sql/session.py`).
"""

from __future__ import annotations

from typing import Any

from drivers.sql.session import DbapiSession
from harness.model import ErrorClass, Rendered, Reply, ReplyKind

_STILL_THERE = Rendered(name="still_there", sql="SELECT 1", order=(), returns_rows=True)


class HonestCommitSession(DbapiSession):
    """A session that asks, after an error, whether there is still a transaction to commit."""

    __slots__ = ("_erred",)

    def __init__(self, connection: Any, **how: Any) -> None:
        super().__init__(connection, **how)
        self._erred = False

    def commit(self) -> Reply:
        if self._erred:
            asked = self.execute(_STILL_THERE, ())  # a savepoint may have saved the transaction
            if asked.kind:
                self.rollback()
                if asked.error_class is not ErrorClass.ABORTED:
                    return asked
                said = "COMMIT answered by ROLLBACK: the transaction had failed before"
                return Reply(ReplyKind.FAILED, (), (), -1, ErrorClass.ABORTED, said)
        self._erred = False
        return super().commit()

    def rollback(self) -> Reply:
        self._erred = False
        return super().rollback()

    def _refusal(self, error: BaseException) -> Reply:
        self._erred = True
        return super()._refusal(error)
