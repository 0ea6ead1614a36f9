"""Sessions that the users of a load process share, as the connection pool of the hospital's application does.

A user takes a session for its first statement and gives it back with the commit. Waiting for one is a step of its own,
`pool`: part of the response time, and neither the server's service time nor the generator's lag. Who waits longest gets
the next session; the one who gave it back stands in the queue like everybody. Not here: one session per user
(`users.py`), how a wait yields (`calls.py`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from gevent.monkey import get_original

from harness.execute.calls import Turn
from harness.execute.conversation import Arrived, Noted, StepNotOk, Talk, lost
from harness.execute.no_database import NoSession
from harness.execute.peers import Peers
from harness.folding import POOL
from harness.model import Params, Rendered, Reply, ReplyKind, Statement
from harness.ports import Session

_NOBODY = NoSession()


class SessionPool:
    """So many open sessions. Usable from greenlets and from threads."""

    def __init__(self, size: int, connect: Callable[[], Session], turn: Callable[[], Turn]) -> None:
        self._connect, self._turn = connect, turn
        self._lock = get_original("_thread", "allocate_lock")()
        self._free: deque[Session] = deque(connect() for _ in range(size))
        self._waiting: deque[_Place] = deque()

    def take(self) -> Session:
        """A session; waits until it is this one's turn."""
        with self._lock:
            if self._free:
                return self._free.popleft()
            place = _Place(self._turn())
            self._waiting.append(place)
        here = False
        try:
            place.turn.wait()
            here = True
        finally:
            if not here:  # killed while it waited
                self._leave(place)
        assert place.session is not None
        return place.session

    def give(self, session: Session, *, is_lost: bool = False) -> None:
        """Back to the pool; one that was lost is replaced by a new one. Raises like `Driver.connect`."""
        if is_lost:
            session.close()
            session = self._connect()
        with self._lock:
            if not self._waiting:
                self._free.append(session)
                return
            place = self._waiting.popleft()
            place.session = session
        place.turn.set()

    def _leave(self, place: _Place) -> None:
        with self._lock:
            if place.session is None:
                self._waiting.remove(place)
                return
        self.give(place.session)

    @contextmanager
    def held(self) -> Iterator[Session]:
        session = self.take()
        try:
            yield session
        finally:
            self.give(session)

    def close(self) -> None:
        """Those that nobody holds."""
        while self._free:
            self._free.popleft().close()


class _Place:
    """One user's place in the queue, and the session that it was handed."""

    __slots__ = ("session", "turn")

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.session: Session | None = None


class PooledTalk(Talk):
    """A conversation that holds one of the pool's sessions from a first statement to the commit or rollback."""

    __slots__ = ("_is_lost", "_pool")

    def __init__(
        self, pool: SessionPool, rendered: Mapping[str, Rendered], noted: Noted, peers: Peers, arrived: Arrived
    ) -> None:
        super().__init__(_NOBODY, rendered, noted, peers, arrived)
        self._pool = pool
        self._is_lost = False

    def _ask(self, statement: Statement, params: Params, worst: ReplyKind) -> Reply:
        if self._session is _NOBODY:
            asked = time.monotonic_ns()
            self._session = self._pool.take()
            self._noted(POOL, Reply(ReplyKind.OK), asked, time.monotonic_ns(), None)
        try:
            return super()._ask(statement, params, worst)
        except StepNotOk as stopped:
            self._is_lost = lost(stopped.reply.kind)
            raise

    def end(self, step: str, *, kind: ReplyKind | None = None) -> Reply:
        reply = super().end(step, kind=kind)
        if self._session is not _NOBODY:
            session, is_lost = self._session, self._is_lost or lost(reply.kind)
            self._session, self._is_lost = _NOBODY, False
            self._pool.give(session, is_lost=is_lost)
        return reply
