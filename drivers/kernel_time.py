"""When the system itself received what was read from a socket: after SO_TIMESTAMPNS (Linux, socket(7)).

A program that reads the clock after reading an answer adds its own delay, which grows with what it has to do. The
kernel notes the time of each packet on the wall clock; here it is put on the monotonic one. Not here: who needs it.
"""

from __future__ import annotations

import socket
import struct
import sys
import time

_TIMESTAMPNS = 35  # SO_TIMESTAMPNS, which Python has no name for
_MOMENT = struct.Struct("@qq")  # seconds, nanoseconds
_SURE_NS = 5_000  # two readings of the clock that lie closer together were not interrupted

ROOM = socket.CMSG_SPACE(_MOMENT.size)  # what recvmsg must offer

Notes = list[tuple[int, int, bytes]]  # what recvmsg brings beside the data


def wanted(opened: socket.socket) -> bool:
    """Have the time of arrival noted from now on; whether the system can."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        opened.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
    except OSError:
        return False
    return True


class KernelTime:
    """Translates, and keeps up with a wall clock that is being corrected."""

    __slots__ = ("_ahead_ns",)

    def __init__(self) -> None:
        self._ahead_ns = time.time_ns() - time.monotonic_ns()

    def of(self, notes: Notes) -> int:
        """Monotonic nanoseconds; now, where the system noted nothing."""
        before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        if after - before < _SURE_NS:
            self._ahead_ns = wall - after
        for level, kind, data in notes:
            if level == socket.SOL_SOCKET and kind == _TIMESTAMPNS:
                seconds, nanoseconds = _MOMENT.unpack(data)
                noted: int = seconds * 1_000_000_000 + nanoseconds - self._ahead_ns
                return min(noted, before)
        return before
