"""The clocks of a load process: who wakes when, and which moment an answer gets. No test says how fast."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import gevent
import gevent.socket
import pytest

from harness.execute.clocks import LoopClock, PlainClock, ThreadsClock, clock_for
from harness.execute.loop_watch import LoopWatch
from harness.pacer import NS
from harness.ports import Waiting

MS = NS // 1000


@pytest.fixture
def clock() -> Iterator[LoopClock]:
    made = LoopClock()
    yield made
    made.close()


def test_everybody_wakes_in_the_order_of_the_moments_and_never_early(clock: LoopClock) -> None:
    woken: list[int] = []
    asked: list[int] = []

    def wait(moment_ns: int) -> None:
        asked.append(time.monotonic_ns())
        clock.until(moment_ns)
        assert time.monotonic_ns() >= moment_ns
        woken.append(moment_ns)

    for lead_ms in (100, 1_000, 10_000):
        first = time.monotonic_ns() + lead_ms * MS
        moments = [first + (n * 7919 % 500) * MS // 10 for n in range(500)]
        woken.clear()
        asked.clear()
        gevent.joinall([gevent.spawn(wait, moment) for moment in moments], raise_error=True)
        if max(asked) < first:  # else the machine stood still, and who came late did not wait at all
            break
    assert woken == sorted(moments)


def test_a_moment_that_has_passed_is_not_waited_for(clock: LoopClock) -> None:
    others: list[str] = []
    gevent.spawn(others.append, "had a turn")
    clock.until(time.monotonic_ns() - 1)
    assert not others


def test_whoever_comes_with_an_earlier_moment_wakes_first(clock: LoopClock) -> None:
    woken: list[str] = []
    now = time.monotonic_ns()

    def wait(name: str, moment_ns: int) -> None:
        clock.until(moment_ns)
        woken.append(name)

    late = gevent.spawn(wait, "late", now + 1_000 * MS)
    gevent.sleep(0.005)
    early = gevent.spawn(wait, "early", now + 500 * MS)
    gevent.joinall([late, early], raise_error=True)
    assert woken == ["early", "late"]


def test_whoever_is_killed_leaves_the_others_waiting(clock: LoopClock) -> None:
    now = time.monotonic_ns()
    killed = gevent.spawn(clock.until, now + 10 * MS)
    left = gevent.spawn(clock.until, now + 20 * MS)
    gevent.sleep(0.001)
    killed.kill()
    left.get()
    assert time.monotonic_ns() >= now + 20 * MS


def test_answers_of_one_poll_have_its_moment_however_long_they_wait_for_their_turn(clock: LoopClock) -> None:
    pairs = [socket.socketpair() for _ in range(5)]
    arrived: list[int] = []
    turns: list[int] = []
    sent = time.monotonic_ns()

    def user(mine: socket.socket) -> None:
        gevent.socket.wait_read(mine.fileno())
        turns.append(time.monotonic_ns())
        arrived.append(clock.arrived(sent))
        time.sleep(0.002)  # what a busy generator does to those behind it

    users = [gevent.spawn(user, mine) for mine, _ in pairs]
    gevent.sleep(0.001)
    for _, theirs in pairs:
        theirs.send(b"answer")
    gevent.joinall(users, raise_error=True)
    for pair in pairs:
        for end in pair:
            end.close()
    assert len(set(arrived)) == 1
    assert sent < arrived[0] <= turns[0]
    assert turns[-1] - arrived[0] >= 8 * MS


def test_an_answer_that_was_not_waited_for_is_there_now(clock: LoopClock) -> None:
    gevent.sleep(0)
    sent = time.monotonic_ns()
    assert clock.arrived(sent) >= sent


def test_sessions_in_threads_read_the_clock_themselves() -> None:
    clock = clock_for(Waiting.BLOCKING)
    assert isinstance(clock, ThreadsClock)
    sent = time.monotonic_ns()
    gevent.sleep(0.001)
    before = time.monotonic_ns()
    assert clock.arrived(sent) >= before
    clock.close()


def test_without_a_timer_of_the_kernel_there_is_still_a_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError("no timerfd here")

    monkeypatch.setattr("harness.execute.clocks.KernelTimer", refuse)
    clock = clock_for(Waiting.GREEN)
    assert isinstance(clock, PlainClock)
    moment = time.monotonic_ns() + 5 * MS
    clock.until(moment)
    assert time.monotonic_ns() >= moment


def test_the_watch_sees_a_loop_that_is_held_up_and_the_garbage_that_is_collected(clock: LoopClock) -> None:
    import gc

    watch = LoopWatch(clock)
    gevent.sleep(0.01)
    time.sleep(0.2)
    gc.collect()
    gevent.sleep(0.01)
    seen = watch.end()
    assert seen["loop_delay_max_ms"] > 100
    assert seen["collections"] >= 1
    assert seen["collecting_ms"] > 0
    assert 0 < seen["cpu"] <= 1.5
