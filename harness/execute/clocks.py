"""The clocks of a load process: waiting for the intended moment, and when an answer was there.

Everything is `time.monotonic_ns()`. What was found out (what comes of it: `tests/bench/bench_fidelity.py`):

- gevent waits with epoll's time-out, which counts in milliseconds and is rounded up: `gevent.sleep` comes back 0.6 ms
  late in the median and 1.1 ms at P99, a tenth of a short response time. A timerfd of the kernel is not rounded: 0.06
  to 0.08 ms, which is the way through epoll and the greenlet's switch.
- A greenlet whose answer came gets its turn after all those that were woken by the same poll. To read the clock then
  adds our own queue to every service time, and the more so the busier we are. All of these answers were there when the
  poll returned, so that moment is what counts.
- The kernel itself stamps what it receives (SO_TIMESTAMPNS), which leaves nothing of ours in a service time. At 1000
  answers/s the poll is behind the stamp by 0.04 ms in the median and 0.08 ms at P95; of a process that is 60 % busy by
  0.25 and 1.4 ms, where reading the clock afterwards is by 0.31 and 2.5 ms. Messages are read by ourselves and carry
  the stamp (`Reply.arrived_ns`). libpq and PyMySQL read by themselves; to look at the stamp first is one more system
  call for every statement, so database sessions have the poll.

An answer so long that it is read in many pieces without a wait in between counts as there when its first piece was:
reading it is our work. Sessions that wait in threads are timed there (`calls.py`), with plain reading of the clock.
Not here: the arithmetic of pacing (`pacer.py`).
"""

from __future__ import annotations

import heapq
import time
from itertools import count
from typing import Any, Protocol

import gevent
from gevent import getcurrent

from harness.pacer import NS
from harness.ports import Waiting
from harness.timerfd import KernelTimer

_READ = 1  # libev's EV_READ


class Clock(Protocol):
    """How the users of a crowd read the time."""

    kind: str  # for the recording

    def until(self, moment_ns: int) -> None:
        """Come back at a moment, or at once where it has passed."""

    def arrived(self, sent_ns: int) -> int:
        """When the answer that was just read had arrived, for something that was sent at `sent_ns`."""


class PlainClock:
    """What gevent and the interpreter offer by themselves."""

    kind = "plain"

    def until(self, moment_ns: int) -> None:
        left = moment_ns - time.monotonic_ns()
        gevent.sleep(max(0, left) / NS)

    def arrived(self, sent_ns: int) -> int:
        return time.monotonic_ns()


class LoopClock:
    """Wakes to a tenth of a millisecond, and takes the time of an answer from the event loop's poll."""

    kind = "timerfd"

    def __init__(self) -> None:
        self._timer = KernelTimer()
        self._waiting: list[tuple[int, int, _Turn]] = []
        self._number = count()
        self._armed_ns = 0  # 0: not at all
        self._waking = False
        self._polled_ns = 0
        loop = gevent.get_hub().loop
        self._due = loop.io(self._timer.fileno(), _READ)
        self._due.start(self._wake)
        self._polled = loop.check(ref=False)  # runs after a poll and before what the poll found
        self._polled.start(self._note_poll)

    def until(self, moment_ns: int) -> None:
        if moment_ns <= time.monotonic_ns():
            return
        turn = _Turn(getcurrent())
        heapq.heappush(self._waiting, (moment_ns, next(self._number), turn))
        if not self._waking and (not self._armed_ns or moment_ns < self._armed_ns):
            self._arm()
        try:
            gevent.get_hub().switch()
        finally:
            turn.greenlet = None  # killed while it waited

    def arrived(self, sent_ns: int) -> int:
        polled = self._polled_ns
        return polled if polled > sent_ns else time.monotonic_ns()

    def close(self) -> None:
        self._due.stop()
        self._due.close()
        self._polled.stop()
        self._polled.close()
        self._timer.close()

    def _note_poll(self) -> None:
        self._polled_ns = time.monotonic_ns()

    def _wake(self) -> None:
        """Everybody whose moment has come, in order; what falls due meanwhile waits for the next poll, so that answers
        are read between."""
        now, waiting = time.monotonic_ns(), self._waiting
        self._waking = True
        while waiting and waiting[0][0] <= now:
            turn = heapq.heappop(waiting)[2]
            if turn.greenlet is not None:
                turn.greenlet.switch()
        self._waking = False
        self._arm()

    def _arm(self) -> None:
        """To the next moment; with none left, the timer is disarmed. Either takes the last expiry back."""
        self._armed_ns = self._waiting[0][0] if self._waiting else 0
        self._timer.set(self._armed_ns)


class ThreadsClock(LoopClock):
    """For sessions that wait in threads: the poll of the event loop knows nothing of their answers."""

    kind = "timerfd, threads"

    def arrived(self, sent_ns: int) -> int:
        return time.monotonic_ns()


class _Turn:
    """One greenlet's place in the queue; empty once it does not wait any more."""

    __slots__ = ("greenlet",)

    def __init__(self, greenlet: Any) -> None:
        self.greenlet = greenlet


def clock_for(waiting: Waiting) -> Clock:
    """The best clock for the sessions of a driver; a plain one where the system has no timerfd."""
    try:
        return ThreadsClock() if waiting is Waiting.BLOCKING else LoopClock()
    except OSError:
        return PlainClock()
