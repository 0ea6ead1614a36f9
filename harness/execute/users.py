"""Inside a load process: the users of one block, truly in flight together, and what they leave.

Runs under gevent (Locust patched the interpreter before this is imported). Each user is one greenlet with one
session; a sample per step is appended with a single write per transaction, so kill -9 loses nothing finished. Where a
driver holds its thread while it waits, whole transactions run in threads, clocks included (`calls.py`).
Not here: Locust's own classes (`locust_engine.py`), the arithmetic of pacing (`pacer.py`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event

from harness.errors import DiskFull, Fault
from harness.execute.calls import calls_for
from harness.execute.clocks import Clock, PlainClock
from harness.execute.conversation import Talk, lost, perform
from harness.execute.no_database import WHY_UNTESTED, NoDatabase
from harness.execute.peers import connected, hang_up
from harness.execute.sequential import rendered_statements
from harness.message import Outgoing
from harness.model import ErrorClass, Item, Pack, Rendered, Reply, ReplyKind, Transaction
from harness.pacer import NS, sendable
from harness.ports import Driver, MessageDriver, Session
from harness.samples import PACK

SELF_TEST_SLEEP_S = 0.1
SELF_TEST_SHARE = 0.8  # of the users must be in flight together
SELF_TEST_ROUNDS = 3  # the best counts: a busy machine may delay one
_ERRORS = tuple(ErrorClass)
_ERROR_INDEX = {error: index for index, error in enumerate(_ERRORS)}

Told = Callable[[str, float, ReplyKind, str], None]  # (title, response ms, outcome, reason) for Locust's statistics


class SampleFile:
    """Append-only file of fixed-size samples."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def append(self, samples: bytes) -> None:
        try:
            whole = os.write(self._fd, samples) == len(samples)
        except OSError as error:
            raise self._full(error.strerror or str(error)) from error
        if not whole:  # a torn record would shift every one behind it
            raise self._full("磁盘空间不足")

    @staticmethod
    def _full(reason: str) -> DiskFull:
        return DiskFull(f"无法写入样本：{reason}。", hint="清理磁盘后用 xinheng run --resume 继续。")

    def close(self) -> None:
        os.close(self._fd)


class Crowd:
    """The users of one block: what they share while it runs."""

    def __init__(
        self, *, pack: Pack, driver: Driver, interfaces: Mapping[str, MessageDriver], samples: Path, told: Told
    ) -> None:
        self.driver = driver
        self.interfaces = interfaces
        self.told = told
        self.calls = calls_for(driver)
        self.clock: Clock = PlainClock()
        self.rendered = rendered_statements(pack, driver)
        self.transactions: Mapping[str, Transaction] = {t.name: t for t in pack.transactions}
        self.transaction_index = {name: n for n, name in enumerate(self.transactions)}
        self.step_names = [*self.rendered, *pack.messages, "commit", "rollback"]
        self.step_index = {name: n for n, name in enumerate(self.step_names)}
        self.file = SampleFile(samples)
        self.go = Event()
        self.epoch_ns = 0
        self.done = 0
        self.not_sent = 0

    def start(self) -> None:
        """Everybody's clock starts now."""
        self.epoch_ns = time.monotonic_ns()
        self.go.set()

    @property
    def names(self) -> dict[str, Sequence[str]]:
        """The index tables of the sample file."""
        return {
            "transactions": list(self.transaction_index),
            "steps": self.step_names,
            "errors": [e.value for e in _ERRORS],
        }


class User:
    """One session that works through its items."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd = crowd
        self._number = number
        self._steps: list[tuple[str, Reply, int, int]] = []
        crowd.calls.come()
        self._open()

    def _open(self) -> None:
        self._peers = connected(self._crowd.interfaces)
        self.session: Session = self._crowd.calls.make(self._crowd.driver.connect)
        self._talk = Talk(self.session, self._crowd.rendered, self._note, self._peers, self._crowd.clock.arrived)

    def _note(self, step: str, reply: Reply, sent: int, answered: int, message: Outgoing | None) -> None:
        self._steps.append((step, reply, sent, answered))

    def work(self, items: Iterable[Item], *, seconds: float, grace_s: float, epoch_ns: int) -> None:
        """Send every item when it is due; what no longer may be sent is counted."""
        crowd = self._crowd
        left: Iterator[Item] = iter(items)
        for item in left:
            crowd.clock.until(epoch_ns + item.due_ns)
            elapsed = time.monotonic_ns() - epoch_ns
            if not sendable(due_ns=item.due_ns, elapsed_ns=elapsed, seconds=seconds, grace_s=grace_s):
                crowd.not_sent += 1
                continue
            self.do(item, epoch_ns)

    def do(self, item: Item, epoch_ns: int) -> None:
        """One transaction: perform, append its samples, tell Locust."""
        crowd, steps = self._crowd, self._steps
        steps.clear()
        transaction = crowd.transactions[item.transaction]
        outcome, reason = crowd.calls.make(perform, transaction, item.params, self._talk)
        index = crowd.transaction_index[item.transaction]
        due = item.due_ns
        packed = []
        for name, reply, sent, answered in steps:
            packed.append(
                PACK(
                    due,
                    sent - epoch_ns,
                    answered - epoch_ns,
                    item.seq,
                    self._number,
                    index,
                    crowd.step_index[name],
                    reply.kind,
                    _ERROR_INDEX[reply.error_class],
                )
            )
            due = answered - epoch_ns
        crowd.file.append(b"".join(packed))
        crowd.done += 1
        crowd.told(transaction.title, (due - item.due_ns) / 1e6, outcome, reason or _error_text(steps))
        if lost(outcome):
            self._hang_up()
            self._open()

    def close(self) -> None:
        self._hang_up()
        self._crowd.calls.leave()

    def _hang_up(self) -> None:
        self._crowd.calls.make(self.session.close)
        hang_up(self._peers)

    def time_one(self, statement: Rendered) -> tuple[int, int]:
        """When a statement was sent and answered; then its transaction is rolled back."""
        clocks: tuple[int, int] = self._crowd.calls.make(_timed, self.session, statement)
        return clocks


def _error_text(steps: Sequence[tuple[str, Reply, int, int]]) -> str:
    return next((f"{name}: {reply.error_class.value}" for name, reply, _, _ in steps if reply.kind), "")


def self_test(users: Sequence[User], driver: Driver) -> dict[str, Any]:
    """Whether N sessions are truly in flight at once: all send a statement that makes the server sleep 100 ms.

    A C driver without its wait callback sends the second statement only after the first was answered, and every
    response time looks healthy; only this catches it. Judged by what was sent before the first answer, not by the rate:
    a server may rightly work on fewer statements than there are sessions (OceanBase has a limited set of workers), and
    that is its own property, kept as `achieved` against `ideal` statements/s.
    """
    if isinstance(driver, NoDatabase):
        return {"users": len(users), "ok": False, "not_done": WHY_UNTESTED}
    statement = driver.sleep(SELF_TEST_SLEEP_S)
    best: dict[str, Any] = {"in_flight": 0}
    for _ in range(SELF_TEST_ROUNDS):
        asked = [gevent.spawn(user.time_one, statement) for user in users]
        gevent.joinall(asked, raise_error=True)
        clocks = [greenlet.value for greenlet in asked]
        first_answer = min(answered for _, answered in clocks)
        seconds = (max(answered for _, answered in clocks) - min(sent for sent, _ in clocks)) / NS
        in_flight = sum(sent < first_answer for sent, _ in clocks)
        if in_flight >= best["in_flight"]:
            best = {"in_flight": in_flight, "achieved": len(users) / seconds}
        if in_flight == len(users):
            break
    ok = best["in_flight"] >= SELF_TEST_SHARE * len(users)
    return {"users": len(users), "ideal": len(users) / SELF_TEST_SLEEP_S, **best, "ok": ok}


def _timed(session: Session, statement: Rendered) -> tuple[int, int]:
    sent = time.monotonic_ns()
    reply = session.execute(statement, ())
    answered = time.monotonic_ns()
    session.rollback()
    if reply.kind:
        raise Fault(f"并发自检的语句失败：{reply.message}", hint="请用 xinheng doctor 检查数据库。")
    return sent, answered


def refuse_serial(tested: Mapping[str, Any]) -> None:
    """End the run when the self-test shows users waiting for each other inside the generator."""
    if not tested["ok"] and "not_done" not in tested:
        raise Fault(
            f"并发自检未通过：{tested['users']} 个用户中只有 {tested['in_flight']} 个请求真正同时在途。",
            hint="驱动没有真正并发，继续运行会得到看似正常的错误结论；请检查驱动的协程回调。",
        )


class LoopWatch:
    """How late the event loop wakes, and how much CPU this generator process takes."""

    def __init__(self) -> None:
        self._delays: list[float] = []
        self._greenlet = gevent.spawn(self._watch)
        self._cpu = time.process_time()
        self._wall = time.monotonic()

    def _watch(self, every: float = 0.05) -> None:
        while True:
            began = time.monotonic()
            gevent.sleep(every)
            self._delays.append(time.monotonic() - began - every)

    def end(self) -> dict[str, float]:
        """{cpu: share of one core, loop_delay_p99_ms, max_loop_delay_ms} since the watch began."""
        self._greenlet.kill()
        elapsed = time.monotonic() - self._wall
        delays = sorted(self._delays) or [0.0]
        return {
            "cpu": (time.process_time() - self._cpu) / elapsed if elapsed else 0.0,
            "loop_delay_p99_ms": delays[int(0.99 * (len(delays) - 1))] * 1e3,
            "max_loop_delay_ms": delays[-1] * 1e3,
        }
