"""Sessions that users share: nobody beyond the pool's size, in order of waiting, from greenlets and from threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import gevent
import pytest

from harness.execute.calls import Calls, InGreenlets, InThreads
from harness.execute.conversation import perform
from harness.execute.pool import PooledTalk, SessionPool
from harness.folding import POOL
from harness.model import Conversation, Rendered, Reply, ReplyKind, Transaction
from tests.unit.fakes import TAKE, FakeSession

RENDERED = {"take": Rendered(name="take", sql="TAKE", order=("seat",), returns_rows=False)}


class Opened(FakeSession):
    def __init__(self, number: int, answer: ReplyKind = ReplyKind.OK) -> None:
        super().__init__(lambda sql: Reply(answer))
        self.number = number


def pool_of(size: int, calls: Calls) -> tuple[SessionPool, list[Opened]]:
    opened: list[Opened] = []
    numbers: Iterator[int] = count()

    def connect() -> Opened:
        opened.append(Opened(next(numbers)))
        return opened[-1]

    return SessionPool(size, connect, calls.turn), opened


def test_users_in_greenlets_get_a_session_in_the_order_in_which_they_came() -> None:
    pool, opened = pool_of(2, InGreenlets())
    got: list[int] = []

    def user(number: int) -> None:
        session = pool.take()
        got.append(number)
        gevent.sleep(0)
        pool.give(session)
        pool.give(pool.take())  # who comes back stands behind everybody
        got.append(number)

    gevent.joinall([gevent.spawn(user, number) for number in range(5)], raise_error=True)
    assert got[:5] == [0, 1, 2, 3, 4]
    assert len(opened) == 2
    assert {pool.take(), pool.take()} == set(opened)


def test_users_in_threads_never_hold_more_sessions_than_there_are() -> None:
    calls, lock = InThreads(), threading.Lock()
    pool, opened = pool_of(3, calls)
    held: list[int] = []
    most = 0

    def transaction() -> None:
        nonlocal most
        session: Any = pool.take()
        with lock:
            assert session.number not in held
            held.append(session.number)
            most = max(most, len(held))
        time.sleep(0.002)
        with lock:
            held.remove(session.number)
        pool.give(session)

    def user() -> None:
        for _ in range(10):
            calls.make(transaction)

    for _ in range(12):
        calls.come()
    gevent.joinall([gevent.spawn(user) for _ in range(12)], raise_error=True)
    assert most == len(opened) == 3


def test_a_user_that_is_killed_while_it_waits_takes_no_session_along() -> None:
    pool, _ = pool_of(1, InGreenlets())
    session = pool.take()
    waiting = [gevent.spawn(pool.take) for _ in range(2)]
    gevent.sleep(0)
    waiting[0].kill()
    pool.give(session)
    assert waiting[1].get(timeout=1) is session
    late = gevent.spawn(pool.take)
    gevent.sleep(0)
    late.kill(block=False)
    pool.give(session)  # handed over, and the one it is meant for dies before it runs
    gevent.sleep(0)
    assert pool.take() is session


def test_a_lost_session_is_replaced() -> None:
    pool, opened = pool_of(1, InGreenlets())
    pool.give(pool.take(), is_lost=True)
    assert opened[0].asked == ["close"]
    assert pool.take() is opened[1]


def talk_over(pool: SessionPool) -> tuple[PooledTalk, list[str]]:
    noted: list[str] = []
    return PooledTalk(pool, RENDERED, lambda step, *_: noted.append(step), {}, lambda sent: sent), noted


def carried_out(act: Any, talk: PooledTalk) -> ReplyKind:
    return perform(Transaction(name="t", title="t", draw=lambda drawing: {}, act=act), {}, talk)[0]


def two_legs(tx: Conversation) -> None:
    tx.leg("one")
    tx.change(TAKE, seat=1)
    tx.change(TAKE, seat=2)
    tx.leg("two")
    tx.change(TAKE, seat=3)


def test_a_session_is_held_from_the_first_statement_to_the_commit() -> None:
    pool, _ = pool_of(1, InGreenlets())
    talk, noted = talk_over(pool)
    assert carried_out(two_legs, talk) is ReplyKind.OK
    assert noted == [POOL, "take", "take", "commit", POOL, "take", "commit"]
    assert carried_out(lambda tx: tx.refuse("不办"), talk) is ReplyKind.REFUSED
    assert noted[-1] == "rollback"  # nothing was asked, so no session was taken


@pytest.mark.parametrize("kind", [ReplyKind.FAILED, ReplyKind.TIMED_OUT, ReplyKind.UNREACHABLE])
def test_a_session_comes_back_however_the_transaction_ends(kind: ReplyKind) -> None:
    opened: list[Opened] = []

    def connect() -> Opened:
        opened.append(Opened(len(opened), ReplyKind.OK if opened else kind))
        return opened[-1]

    pool = SessionPool(1, connect, InGreenlets().turn)
    talk, _ = talk_over(pool)
    assert carried_out(lambda tx: tx.change(TAKE, seat=1), talk) is kind
    assert pool.take() is opened[-1]
    assert len(opened) == (2 if kind is ReplyKind.UNREACHABLE else 1)
