"""Senders that treat their connection badly, so that a receiver can show that it bears it.

The session above is the ordinary one; only the line below it bends what is written or read. Not here: messages that are
bad in themselves (`harness.content.battery`), message brokers (`amqp/driver.py`).
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Callable

from drivers.messages import replies
from drivers.messages.line import Line
from harness.errors import Fault, StackUnreachable
from harness.message import Misbehaviour, Outgoing
from harness.model import Reply
from harness.ports import MessageSession

SILENCE_S = 0.5  # how long the half of a message is followed by nothing
SLOW_S = 1.0
_PIECES = 20
_READ_S = 0.05  # a reset drops what the peer has not read yet
_UNHEARD = (Misbehaviour.GONE, Misbehaviour.RESET)  # the sender is gone before anything can be answered

Open = Callable[[], Line]


class _Ended(ConnectionError):
    """We hung up ourselves."""


class _Whole(Line):
    """Another line, taken over."""

    __slots__ = ()

    def __init__(self, line: Line) -> None:
        super().__init__(line._socket, line._timeout_s)

    def send_parts(self, parts: list[bytes | memoryview]) -> float:
        return self.send(b"".join(parts))


class _Half(_Whole):
    """The first half of a message, then nothing."""

    __slots__ = ()

    def send(self, data: bytes) -> float:
        due = super().send(data[: len(data) // 2])
        return min(due, time.monotonic() + SILENCE_S)


class _Reset(_Half):
    """The first half of a message, then RST."""

    __slots__ = ()

    def send(self, data: bytes) -> float:
        super().send(data)
        time.sleep(_READ_S)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()
        raise _Ended


class _Slow(_Whole):
    """A message in pieces."""

    __slots__ = ()

    def send(self, data: bytes) -> float:
        size = -(-len(data) // _PIECES)
        for start in range(0, len(data), size):
            due = super().send(data[start : start + size])
            time.sleep(SLOW_S / _PIECES)
        return due + SLOW_S / _PIECES


class _Gone(_Whole):
    """A whole message, and nobody there for its answer."""

    __slots__ = ()

    def send(self, data: bytes) -> float:
        super().send(data)
        self.close()
        raise _Ended


class _Twice(_Whole):
    """A message and its copy in one piece; the second `send` only waits for the second answer.

    What comes is handed on byte by byte, so that the session takes nothing of the second answer for the first.
    """

    __slots__ = ("_came", "_sent")

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self._came = bytearray()
        self._sent = False

    def send(self, data: bytes) -> float:
        due = super().send(b"" if self._sent else data + data)
        self._sent = True
        return due

    def receive(self, deadline: float) -> bytes:
        if not self._came:
            self._came += super().receive(deadline)
        first = bytes(self._came[:1])
        del self._came[:1]
        return first

    def unasked(self) -> bytes | None:
        return None


_BENT: dict[Misbehaviour, type[_Whole]] = {
    Misbehaviour.HALF_OPEN: _Half,
    Misbehaviour.RESET: _Reset,
    Misbehaviour.SLOW: _Slow,
    Misbehaviour.GONE: _Gone,
    Misbehaviour.PIPELINED: _Twice,
}


def misbehave(
    how: Misbehaviour, message: Outgoing, session_over: Callable[[Open], MessageSession], opened: Open
) -> tuple[Reply, ...]:
    """What is answered to a message that is sent so. `session_over` makes the protocol's session on a way to a line."""
    lines: list[Line] = []

    def once() -> Line:
        if lines:
            raise StackUnreachable("对端只应答了一份便断开。", hint="请查看接口是否支持在一个连接上连续收发。")
        lines.append(_BENT.get(how, _Whole)(opened()))
        return lines[0]

    answers: list[Reply] = []
    try:
        with contextlib.closing(session_over(once)) as session:
            for _ in range(2 if how is Misbehaviour.PIPELINED else 1):
                answers.append(session.send(message))
    except Fault as fault:
        return (replies.unopened(fault.message),)
    return () if how in _UNHEARD else tuple(answers)
