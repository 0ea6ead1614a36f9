"""Memory that images are read into. It is used again once nobody holds a piece of it any more, since memory that is
fresh from the system costs more processor time than what is read into it.

Not here: how much of what came may be held (`answers.py`).
"""

from __future__ import annotations

import ctypes
import weakref
from collections import deque

SLAB = 1 << 20
KEPT = 256  # slabs: a process that has held a CT once keeps the room for the next
_LEAST = 1 << 16  # no read is offered less

_Lease = ctypes.c_ubyte * SLAB  # unlike a bytearray, it can tell of its end
_spare: deque[bytearray] = deque(maxlen=KEPT)


class Reading:
    """One line's: what comes one after another lies one after another."""

    __slots__ = ("_room",)

    def __init__(self) -> None:
        self._room = memoryview(b"")

    def room(self) -> memoryview:
        """Where the next read may write."""
        if len(self._room) < _LEAST:
            self._room = _slab()
        return self._room

    def read(self, size: int) -> memoryview:
        """So many bytes of it have come."""
        came, self._room = self._room[:size], self._room[size:]
        return came


def _slab() -> memoryview:
    try:
        memory = _spare.pop()
    except IndexError:
        memory = bytearray(SLAB)
    lease = _Lease.from_buffer(memory)
    weakref.finalize(lease, _spare.append, memory).atexit = False
    return memoryview(lease).cast("B")
