"""MLLP's frame: VT message FS CR, put on and taken off. Pure: bytes in, messages out.

Not here: sockets (`drivers.messages.line`), what a message says (`segments.py`).
"""

from __future__ import annotations

VT, FS = 0x0B, 0x1C
BEGIN, END = b"\x0b", b"\x1c\r"
LONGEST = 64 << 20  # a peer that never ends its message must not fill our memory


class TooLong(ValueError):
    """A message that does not end."""


def framed(message: bytes) -> bytes:
    return b"%b%b%b" % (BEGIN, message, END)


def _is_one(data: bytes) -> bool:
    """Whether a piece is one message, from its beginning to its end."""
    size = len(data)
    return size > 2 and data.find(END) == size - 2 and data.startswith(BEGIN) and data.rfind(BEGIN) == 0


class Frames:
    """Cuts a stream into messages, however it was split on the way.

    What stands before a VT belongs to no message: it is dropped and counted. A VT inside a message begins it anew: the
    peer gave up the one before.
    """

    __slots__ = ("_buffer", "_searched", "garbage")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # where to look on for the end, so that a slow drip is not read again from its beginning
        self.garbage = 0

    @property
    def pending(self) -> int:
        """Bytes of a message that is not whole yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that became whole."""
        if not self._buffer and _is_one(data):
            return [data[1:-2]]  # what nearly always happens: one whole answer
        self._buffer += data
        return self._cut()

    def _cut(self) -> list[bytes]:
        found: list[bytes] = []
        buffer = self._buffer
        while True:
            if buffer and buffer[0] != VT:
                begin = buffer.find(BEGIN)
                dropped = len(buffer) if begin < 0 else begin
                self.garbage += dropped
                del buffer[:dropped]
                self._searched = 0
            end = buffer.find(END, self._searched)
            if end < 0:
                self._searched = max(0, len(buffer) - 1)  # FS may be the last byte, its CR still to come
                if len(buffer) > LONGEST:
                    raise TooLong(f"{len(buffer)} 字节仍没有结束符")
                return found
            begin = buffer.rfind(BEGIN, 0, end)
            self.garbage += begin
            found.append(bytes(buffer[begin + 1 : end]))
            del buffer[: end + 2]
            self._searched = 0
