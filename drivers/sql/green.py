"""How a client library waits in a load process: one switch to the event loop and back, and nothing made anew for it.

gevent's own waiting makes a watcher or a timer for every answer, which costs as much as the answer does to read. Here a
connection keeps its watcher, which also saves the system call that tells epoll of it; and one greenlet looks once a
second after everybody who has waited too long. Only load processes carry gevent. Not here: what is read.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from socket import socket
from typing import Any
from weakref import WeakSet

_READ = 1  # libev's EV_READ
_BUFFER = 1 << 16
_LOOK_S = 1.0


def libpq_wait(extensions: Any, broken: type[Exception]) -> Callable[[Any], None]:
    """The wait callback of psycopg2 or a fork of it, for connections with an attribute `watcher`, None at first."""
    from gevent import get_hub, getcurrent
    from gevent.socket import wait_read, wait_write

    hub = get_hub()
    ok, readable, writable = extensions.POLL_OK, extensions.POLL_READ, extensions.POLL_WRITE
    connecting = extensions.STATUS_SETUP

    def wait(connection: Any) -> None:
        while (state := connection.poll()) != ok:
            if state == readable and connection.status != connecting:
                watcher = connection.watcher
                if watcher is None:
                    watcher = connection.watcher = hub.loop.io(connection.fileno(), _READ)
                watcher.start(getcurrent().switch)
                try:
                    hub.switch()
                finally:
                    watcher.stop()
            elif state == readable:  # the file changes while one host after the other is tried
                wait_read(connection.fileno())
            elif state == writable:
                wait_write(connection.fileno())
            else:
                raise broken(f"poll() answered {state!r}")

    return wait


class GreenReaders:
    """Makes files to read a socket by; they raise TimeoutError for an answer that takes too long, to the second."""

    def __init__(self) -> None:
        from gevent import get_hub, spawn

        self._hub = get_hub()
        self._all: WeakSet[_Socket] = WeakSet()
        self._looking = spawn(self._look)

    def reader(self, opened: socket, timeout_s: float) -> io.BufferedReader:
        """A file over a socket of gevent's without TLS, which stays the caller's to close."""
        raw = _Socket(opened, timeout_s, self._hub)
        self._all.add(raw)
        return io.BufferedReader(raw, _BUFFER)

    def _look(self) -> None:
        from gevent import sleep

        while True:
            sleep(_LOOK_S)
            for each in list(self._all):
                if each.is_late:
                    self._hub.loop.run_callback(each.give_up)  # only the event loop may switch to somebody who waits


class _Socket(io.RawIOBase):
    """Reads when there is something, so that no read is tried in vain."""

    def __init__(self, opened: Any, timeout_s: float, hub: Any) -> None:
        from gevent import getcurrent

        self.waiting: Any = None  # the greenlet
        self.until = 0.0
        self._current, self._hub = getcurrent, hub
        self._timeout_s = timeout_s
        self._receive = opened._sock.recv_into  # the one of Python; gevent's tries first and waits then
        self._watcher = hub.loop.io(opened.fileno(), _READ)

    @property
    def is_late(self) -> bool:
        return self.waiting is not None and time.monotonic() > self.until

    def give_up(self) -> None:
        if self.is_late:
            self.waiting.throw(TimeoutError("timed out"))

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any, /) -> int:
        self.until = time.monotonic() + self._timeout_s
        watcher, self.waiting = self._watcher, self._current()
        watcher.start(self.waiting.switch)
        try:
            self._hub.switch()
        finally:
            watcher.stop()
            self.waiting = None
        received: int = self._receive(room)
        return received
