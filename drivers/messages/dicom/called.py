"""A port on which others begin associations with us: each is conversed with in a thread of its own.

Where gevent has patched the process, the thread is a greenlet, and one that waits costs nothing. Not here: what is said
(`receiver.py`, `provider.py`).
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping

from drivers.messages.dicom.association import Association, Rejected
from drivers.messages.dicom.negotiation import Offer
from drivers.messages.dicom.wire import NotDicom
from drivers.messages.line import Line

Accepts = Callable[[Offer], Mapping[int, str]]  # presentation context → the syntax that is agreed on
Converse = Callable[[Association], None]  # until it raises OSError or NotDicom, or returns


class Called:
    """Listens from when it is made until `close`. Raises OSError where the port is not to be had."""

    def __init__(self, host: str, port: int, accepts: Accepts, converse: Converse, *, idle_s: float) -> None:
        """`idle_s`: a caller that says nothing for so long is hung up on."""
        self._accepts, self._converse, self._idle_s = accepts, converse, idle_s
        self._callers: set[Line] = set()
        self._listening = socket.create_server((host, port), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, name=f"dicom-{self.port}", daemon=True).start()

    def close(self) -> None:
        """Stop listening and hang up."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes whoever waits on it
        self._listening.close()
        for each in tuple(self._callers):
            each.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = Line(caller, self._idle_s)
        self._callers.add(line)
        try:
            with contextlib.suppress(OSError, NotDicom, Rejected):
                association = Association.answered(line, self._accepts)
                with contextlib.closing(association):
                    self._converse(association)
        finally:
            self._callers.discard(line)
            line.close()
