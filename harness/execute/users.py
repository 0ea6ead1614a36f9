"""Inside a load process: the users of one block, truly in flight together, and what they leave.

Runs under gevent (Locust patched the interpreter before this is imported). Each user is one greenlet with a session of
its own, or shares some with the others (`pool.py`); a sample per step is appended with a single write per transaction,
so kill -9 loses nothing finished. Where a driver holds its thread while it waits, whole transactions run in threads,
clocks included (`calls.py`). Not here: Locust's own classes (`locust_engine.py`), the arithmetic of pacing
(`pacer.py`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gevent.event import Event

from harness.errors import Fault
from harness.execute.calls import calls_for
from harness.execute.clocks import Clock, clock_for
from harness.execute.conversation import Talk, lost, perform
from harness.execute.peers import connected, hang_up
from harness.execute.pool import PooledTalk, SessionPool
from harness.execute.sample_file import SampleFile
from harness.execute.sequential import rendered_statements
from harness.folding import POOL
from harness.message import Outgoing
from harness.model import ErrorClass, Item, Pack, Rendered, Reply, ReplyKind
from harness.pacer import NS, sendable
from harness.ports import Driver, MessageDriver, Session
from harness.samples import PACK

_ERRORS = tuple(ErrorClass)
_ERROR_INDEX = {error: index for index, error in enumerate(_ERRORS)}

# Why an item was not sent: it fell due only after the block, or its user was still busy when the backlog's time was up.
BLOCK_OVER, BACKLOG = "block over", "backlog bound"

Told = Callable[[str, float, ReplyKind, str], None]  # (title, response ms, outcome, reason) for Locust's statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the users of a crowd go about their work."""

    sessions: int | None = None  # with the database, shared by all; none: each user has its own
    closed: bool = False  # an item's `due_ns` is a pause after the answer before, and not a moment of the block


class Crowd:
    """The users of one block: what they share while it runs."""

    def __init__(
        self,
        *,
        pack: Pack,
        driver: Driver,
        interfaces: Mapping[str, MessageDriver],
        samples: Path,
        told: Told,
        manner: Manner = Manner(),
    ) -> None:
        self.driver = driver
        self.interfaces = interfaces
        self.told = told
        self.manner = manner
        self.calls = calls_for(driver)
        self.clock: Clock = clock_for(driver.waiting)
        self.rendered = rendered_statements(pack, driver)
        self.transactions = {t.name: (number, t) for number, t in enumerate(pack.transactions)}
        self.step_names = [*self.rendered, *pack.messages, "commit", "rollback", POOL]
        self.step_index = {name: n for n, name in enumerate(self.step_names)}
        self.pool = self._pool(manner.sessions) if manner.sessions else None
        self.file = SampleFile(samples)
        self.go = Event()
        self.epoch_ns = 0
        self.done = 0
        self.unsent: Counter[str] = Counter()  # by reason

    def start(self, epoch_ns: int = 0) -> None:
        """Everybody's clock starts then, or now."""
        self.epoch_ns = epoch_ns or time.monotonic_ns()
        self.go.set()

    def _pool(self, size: int) -> SessionPool:
        pool: SessionPool = self.calls.make(SessionPool, size, self.driver.connect, self.calls.turn)
        return pool

    @property
    def not_sent(self) -> int:
        return self.unsent.total()

    @property
    def names(self) -> dict[str, Sequence[str]]:
        """The index tables of the sample file, and what its times were read from."""
        return {
            "transactions": list(self.transactions),
            "steps": self.step_names,
            "errors": [e.value for e in _ERRORS],
            "clocks": [self.clock.kind],
        }


class User:
    """One user that works through its items."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd = crowd
        self._number = number
        self._steps: list[tuple[str, Reply, int, int]] = []
        crowd.calls.come()
        self._open()

    def _open(self) -> None:
        crowd = self._crowd
        self._peers = connected(crowd.interfaces)
        how = crowd.rendered, self._note, self._peers, crowd.clock.arrived
        self._session: Session | None = None
        if crowd.pool is None:
            self._session = crowd.calls.make(crowd.driver.connect)
            self._talk = Talk(self._session, *how)
        else:
            self._talk = PooledTalk(crowd.pool, *how)

    def _note(self, step: str, reply: Reply, sent: int, answered: int, message: Outgoing | None) -> None:
        self._steps.append((step, reply, sent, answered))

    def work(self, items: Iterable[Item], *, seconds: float, grace_s: float, epoch_ns: int) -> None:
        """Send every item when it is due; what no longer may be sent is counted."""
        crowd, clock, closed = self._crowd, self._crowd.clock, self._crowd.manner.closed
        left: Iterator[Item] = iter(items)
        free = max(0, time.monotonic_ns() - epoch_ns)
        for item in left:
            due = free + item.due_ns if closed else item.due_ns
            if due < seconds * NS:
                clock.until(epoch_ns + due)
            elapsed = time.monotonic_ns() - epoch_ns
            if not sendable(due_ns=due, elapsed_ns=elapsed, seconds=seconds, grace_s=grace_s):
                # What comes after it is due no earlier, so it is too late for all of that, too.
                crowd.unsent[BACKLOG if due < seconds * NS else BLOCK_OVER] += 1 + sum(1 for _ in left)
                return
            free = self.do(item, due, epoch_ns)

    def do(self, item: Item, due: int, epoch_ns: int) -> int:
        """One transaction: perform, append its samples, tell Locust. When it was answered, in ns since the epoch."""
        crowd, steps, number, seq = self._crowd, self._steps, self._number, item.seq
        steps.clear()
        index, transaction = crowd.transactions[item.transaction]
        outcome, reason = crowd.calls.make(perform, transaction, item.params, self._talk)
        step_index, packed, moment = crowd.step_index, [], due
        for name, reply, sent, answered in steps:
            kind = reply.kind
            error = _ERROR_INDEX[reply.error_class] if kind else 0
            answered -= epoch_ns
            packed.append(PACK(moment, sent - epoch_ns, answered, seq, number, index, step_index[name], kind, error))
            moment = answered
        crowd.file.append(b"".join(packed))
        crowd.done += 1
        crowd.told(transaction.title, (moment - due) / 1e6, outcome, (reason or _error_text(steps)) if outcome else "")
        if lost(outcome):
            self._hang_up()
            self._open()
        return moment

    @property
    def sessions(self) -> int | None:
        """How many it shares with the others."""
        return self._crowd.manner.sessions

    def close(self) -> None:
        self._hang_up()
        self._crowd.calls.leave()

    def _hang_up(self) -> None:
        if self._session is not None:
            self._crowd.calls.make(self._session.close)
        hang_up(self._peers)

    def time_one(self, statement: Rendered) -> tuple[int, int]:
        """When a statement was sent and answered; then its transaction is rolled back."""
        clocks: tuple[int, int] = self._crowd.calls.make(self._timed, statement)
        return clocks

    def _timed(self, statement: Rendered) -> tuple[int, int]:
        with self._holding() as session:
            sent = time.monotonic_ns()
            reply = session.execute(statement, ())
            answered = time.monotonic_ns()
            session.rollback()
        if reply.kind:
            raise Fault(f"并发自检的语句失败：{reply.message}", hint="请用 xinheng doctor 检查数据库。")
        return sent, answered

    @contextmanager
    def _holding(self) -> Iterator[Session]:
        if self._session is not None:
            yield self._session
        elif self._crowd.pool is not None:
            with self._crowd.pool.held() as session:
                yield session


def _error_text(steps: Sequence[tuple[str, Reply, int, int]]) -> str:
    return next((f"{name}: {reply.error_class.value}" for name, reply, _, _ in steps if reply.kind), "")
