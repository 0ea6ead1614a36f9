"""Where the calls of a user's session run: in its greenlet, or in a thread where the driver would hold everybody up.

A driver that waits in a C library or in Java blocks the thread it is called in, and with it every greenlet. Its users
get a pool with a thread for each of them. A whole transaction is handed over, so that the clocks of its steps are read
in the thread and not when the event loop comes round to it. Not here: which driver is of which kind (`Driver.waiting`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from gevent.event import Event
from gevent.monkey import get_original
from gevent.threadpool import ThreadPool

from harness.ports import Driver, Waiting


class Turn(Protocol):
    """Somebody's turn that has not come yet."""

    def set(self) -> Any:
        """It has come."""

    def wait(self) -> Any:
        """Until it has."""


class Calls(Protocol):
    """How the users of a crowd call their sessions."""

    def come(self) -> None:
        """A user more."""

    def leave(self) -> None:
        """A user less."""

    def make(self, what: Callable[..., Any], *args: Any) -> Any:
        """Call, wait for the answer as a greenlet waits, and hand it on, exceptions included."""

    def turn(self) -> Turn:
        """Something to wait for inside of a call."""


class InGreenlets:
    """In the caller's own greenlet: its sockets yield."""

    def come(self) -> None: ...

    def leave(self) -> None: ...

    def make(self, what: Callable[..., Any], *args: Any) -> Any:
        return what(*args)

    def turn(self) -> Turn:
        event: Turn = Event()
        return event


class InThreads:
    """As many threads as there ever were users at once; the pool that gevent itself offers has ten for everybody."""

    def __init__(self) -> None:
        self._users = 0
        self._pool = ThreadPool(1)

    def come(self) -> None:
        self._users += 1
        self._pool.maxsize = max(self._pool.maxsize, self._users)

    def leave(self) -> None:
        self._users -= 1  # its thread stays for the next one

    def make(self, what: Callable[..., Any], *args: Any) -> Any:
        return self._pool.apply(what, args)

    def turn(self) -> Turn:
        return _ThreadsTurn()


class _ThreadsTurn:
    """An event for threads that gevent does not know of; its own would wake the event loop instead."""

    def __init__(self) -> None:
        self._lock = get_original("_thread", "allocate_lock")()
        self._lock.acquire()

    def set(self) -> None:
        self._lock.release()

    def wait(self) -> None:
        self._lock.acquire()


def calls_for(driver: Driver) -> Calls:
    return InThreads() if driver.waiting is Waiting.BLOCKING else InGreenlets()
