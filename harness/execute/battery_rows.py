"""How many rows every table of a pack holds on a stack, and what became more: whether something left dirty data.

Not here: what the rows say (the state at the end of the pass is compared whole).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sqlalchemy import func, select

from harness.errors import StackUnreachable
from harness.model import Pack, ReplyKind, Statement
from harness.ports import Driver

SETTLE_S = 0.3  # what nobody was told the end of is given so long to begin leaving rows
_POLL_S = 0.05

Rows = Mapping[str, int]


def growth(before: Rows, after: Rows) -> dict[str, int]:
    """Table → rows more; tables that did not change are left out."""
    return {table: more for table, n in after.items() if (more := n - before.get(table, 0))}


class RowCounts:
    """Counts over a session of its own, so that it sees what was committed and nothing else."""

    def __init__(self, pack: Pack, driver: Driver, elsewhere: Callable[[], Rows] = dict) -> None:
        """`elsewhere`: counts of what the stack keeps outside its tables."""
        self._driver = driver
        self._elsewhere = elsewhere
        self._tables = tuple(table.name for table in pack.metadata.sorted_tables)
        if not self._tables:
            return  # nothing that anybody could look into
        counts = (
            select(func.count()).select_from(table).scalar_subquery().label(table.name)
            for table in pack.metadata.sorted_tables
        )
        self._statement = driver.render(Statement(name="row_counts", body=select(*counts)))
        self._session = driver.connect()

    def now(self) -> Rows:
        return {**self._rows(), **self._elsewhere()}

    def _rows(self) -> Rows:
        if not self._tables:
            return {}
        reply = self._session.execute(self._statement, ())
        if reply.kind is not ReplyKind.OK:  # a server that was restarted is asked again
            self._session.close()
            self._session = self._driver.connect()
            reply = self._session.execute(self._statement, ())
        self._session.rollback()
        if reply.kind is not ReplyKind.OK:
            raise StackUnreachable(
                f"数不出表的行数：{reply.message}", hint="请检查数据库后用 xinheng run --resume 继续。"
            )
        return dict(zip(self._tables, map(int, reply.rows[0]), strict=True))

    def settled(self, before: Rows) -> Rows:
        """The rows once they no longer move: what was cut off may still be at work."""
        seen, since = self.now(), time.monotonic()
        while time.monotonic() - since < SETTLE_S and self._tables:
            time.sleep(_POLL_S)
            again = self.now()
            if again == seen and seen != before:
                break
            seen = again
        return seen

    def close(self) -> None:
        if self._tables:
            self._session.close()
