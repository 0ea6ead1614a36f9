"""Where the packs' handlers have their business done: database sessions of this stack, one per call at a time.

Not here: what the business is (the packs' own `act` functions), faults (`faults/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from gevent.lock import BoundedSemaphore

from harness.execute.calls import calls_for
from harness.execute.conversation import Talk, carry_out
from harness.message import Outgoing
from harness.model import Rendered, Reply, ReplyKind, Statement
from harness.ports import Driver, Session
from scenarios.reference.log import Log
from scenarios.reference.service import Outcome

MOST_SESSIONS = 48  # the servers of the simulation environment take some two hundred, and others want theirs


class Sessions:
    """Database sessions: opened when they are first needed, handed from call to call."""

    def __init__(self, driver: Driver, most: int = MOST_SESSIONS) -> None:
        self.driver = driver
        self.calls = calls_for(driver)
        self._free: list[Session] = []
        self._places = BoundedSemaphore(most)

    @contextmanager
    def one(self) -> Iterator[Session]:
        """A session for one call. Raises like `Driver.connect`."""
        with self._places:
            session = self._free.pop() if self._free else self._opened()
            whole = False
            try:
                yield session
                whole = True
            finally:
                if whole:
                    self._free.append(session)
                else:  # an exception that is none of ours: nobody knows what the session was in the middle of
                    self._close(session)

    def drop(self) -> None:
        """Close those that nobody uses: where one was lost, the others mostly were, too."""
        while self._free:
            self._close(self._free.pop())

    def _close(self, session: Session) -> None:
        self.calls.make(session.close)
        self.calls.leave()

    def _opened(self) -> Session:
        self.calls.come()
        session: Session = self.calls.make(self.driver.connect)
        return session


class Stated(Protocol):
    """A pack, or whatever else brings statements."""

    @property
    def statements(self) -> Mapping[str, Statement]: ...


class PackDesk:
    """`scenarios.reference.service.Desk` for one pack."""

    def __init__(self, pack: Stated, sessions: Sessions, log: Log) -> None:
        self._sessions = sessions
        self._log = log
        render = sessions.driver.render
        self._rendered: Mapping[str, Rendered] = {name: render(each) for name, each in pack.statements.items()}

    def carry_out(self, act: Callable[..., Any], /, **params: Any) -> Outcome:
        worst = _Worst()
        with self._sessions.one() as session:
            talk = Talk(session, self._rendered, worst.note)
            kind, reason, value = self._sessions.calls.make(carry_out, act, params, talk)
        if kind >= ReplyKind.FAILED:
            self._log.say(f"{getattr(act, '__name__', act)}：{reason or worst.said}")
        if kind >= ReplyKind.TIMED_OUT:
            self._sessions.drop()
        return Outcome(kind=kind, reason=reason or worst.reason, value=value)


class _Worst:
    """The last reply of the database that was not ok."""

    __slots__ = ("_reply",)

    def __init__(self) -> None:
        self._reply: Reply | None = None

    def note(self, step: str, reply: Reply, sent: int, answered: int, message: Outgoing | None) -> None:
        if reply.kind:
            self._reply = reply

    @property
    def said(self) -> str:
        return self._reply.message if self._reply else ""

    @property
    def reason(self) -> str:
        """By class, never in a product's own words: the reason goes into replies, and those are compared."""
        return f"数据库没有完成这笔业务（{self._reply.error_class.value}）" if self._reply else ""
