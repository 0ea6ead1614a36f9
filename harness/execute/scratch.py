"""Where probes may make their tables on a stack: a schema of ours, or the current one under names of ours.

What is there and was not made by this run is never touched. Not here: the probes (`lab.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from sqlalchemy import text

from harness.errors import BadInput, StackProtected
from harness.execute.script import own_names
from harness.model import Probe, Reply, ReplyKind, Statement
from harness.ports import Driver, Session

_PATIENCE_S = 60.0  # dropping a schema full of tables


class Scratch:
    """The place of one pass. `make` before the first probe, `clear` after the last."""

    def __init__(self, driver: Driver, name: str, *, title: str) -> None:
        words = driver.words()
        self.name = name
        self.own_schema = False
        self._driver, self._title = driver, title
        self._make, self._use, self._drop, self._like = (
            words.get(f"scratch_{what}", "").replace("{name}", name) for what in ("make", "use", "drop", "like")
        )
        self._keeper: Session | None = None
        self._alone = threading.Lock()  # several probes may be running

    def make(self, probes: Iterable[Probe], *, again: bool) -> None:
        """`again`: an earlier attempt of this very run may have left its things; they are ours."""
        if self._make:
            if again:
                self.run(self._drop)
            like = self.run(self._like).rows if self._like else ()
            made = self.run(self._make.replace("{like}", str(like[0][0]) if like else ""))
            self.own_schema = made.kind is ReplyKind.OK
            self._leave()  # our own session has to be at the new place too
        if not self.own_schema:
            self._make_room([name for probe in probes for name in own_names(probe.id).values()], again=again)

    def enter(self, session: Session) -> Reply:
        """Bring a session to this place. Committed, because some products take a setting back with the transaction."""
        if not self.own_schema or not self._use:
            return Reply(ReplyKind.OK)
        reply = say(self._driver, session, self._use)
        return session.commit() if reply.kind is ReplyKind.OK else reply

    def clear(self) -> None:
        """Remove the schema; tables in a schema that is not ours went away probe by probe."""
        if self.own_schema:
            self.run(self._drop)
        self._leave()

    def _leave(self) -> None:
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None

    def remove(self, created: Iterable[tuple[str, str]]) -> None:
        """Drop objects (kind, name), those made last first."""
        for kind, name in reversed(tuple(created)):
            self.run(f"DROP {kind} {name}")

    def run(self, sql: str) -> Reply:
        """One statement of ours in a session of ours, committed or rolled back."""
        with self._alone:
            return self._run(sql)

    def _run(self, sql: str) -> Reply:
        if self._keeper is None:
            self._keeper = self._driver.connect(statement_timeout_s=_PATIENCE_S)
            self.enter(self._keeper)
        reply = say(self._driver, self._keeper, sql)
        if reply.kind is ReplyKind.OK:
            committed = self._keeper.commit()
            return reply if committed.kind is ReplyKind.OK else committed
        self._keeper.rollback()
        if reply.kind is ReplyKind.UNREACHABLE:
            self._leave()
        return reply

    def _make_room(self, names: list[str], *, again: bool) -> None:
        there = self._driver.foreign_tables(names)
        if there and not again:
            raise StackProtected(
                f"{self._title}的当前模式中已有 {len(there)} 张名为 xhc_… 的表（如 {there[0]}），不是本次运行建立的。",
                hint="请确认后删除这些表，或授予建模式（库）的权限，让信衡在自己的临时模式中执行。",
            )
        self.remove(("TABLE", name) for name in there)


def say(driver: Driver, session: Session, sql: str, params: Mapping[str, object] | None = None) -> Reply:
    """One text in a session, `:name` bound from `params`."""
    rendered = driver.render(Statement(name="dbcompat", body=text(sql)))
    given = params or {}
    missing = [name for name in rendered.order if name not in given]
    if missing:
        raise BadInput(
            f"SQL 用到了没有给出的参数 :{'、:'.join(missing)}。", hint="冒号后紧跟字母即是参数，请写进 params。"
        )
    return session.execute(rendered, [given[name] for name in rendered.order])
