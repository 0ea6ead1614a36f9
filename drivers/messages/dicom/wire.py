"""The protocol data units of DICOM's upper layer (PS3.8 §9.3), and a message cut into them. Bytes only.

Not here: what an association agrees on (`negotiation.py`), messages put together again (`incoming.py`), sockets.
"""

from __future__ import annotations

import struct

REQUEST, ACCEPT, REJECT, DATA, RELEASE, RELEASED, ABORT = range(1, 8)
LONGEST = 1 << 26  # nobody announces a longer unit, so a length beyond it is no DICOM
RECEIVED = 1 << 17  # the longest unit that we ask for
SENT = 1 << 20  # and the longest that we send to a peer that takes any

_HEAD = struct.Struct(">BxL")
VALUE = struct.Struct(">LBB")
_BOTH = struct.Struct(">BxLLBB")
COMMAND, LAST = 1, 2
_OVERHEAD = VALUE.size

Piece = bytes | memoryview


class NotDicom(Exception):
    """What came does not follow the protocol."""


def unit(kind: int, body: bytes) -> bytes:
    return _HEAD.pack(kind, len(body)) + body


def aborting(source: int = 0, reason: int = 0) -> bytes:
    return unit(ABORT, bytes((0, 0, source, reason)))


def releasing() -> bytes:
    return unit(RELEASE, bytes(4))


def released() -> bytes:
    return unit(RELEASED, bytes(4))


def carrying(context: int, command: bytes, dataset: Piece, longest: int) -> list[Piece]:
    """A message in units, as pieces to be written one after another; the data set is not copied."""
    size = min(longest or SENT, SENT) - _OVERHEAD
    if size < 1:
        raise NotDicom(f"对端允许的 PDU 长度只有 {longest} 字节")
    pieces = _fragments(context, COMMAND, memoryview(command), size)
    if dataset:
        pieces += _fragments(context, 0, memoryview(dataset), size)
    return pieces


def _fragments(context: int, control: int, content: memoryview, size: int) -> list[Piece]:
    whole = _BOTH.pack(DATA, size + _OVERHEAD, size + 2, context, control)
    last = (len(content) - 1) // size * size
    pieces: list[Piece] = []
    for start in range(0, last, size):
        pieces += (whole, content[start : start + size])
    rest = len(content) - last
    return [*pieces, _BOTH.pack(DATA, rest + _OVERHEAD, rest + 2, context, control | LAST), content[last:]]


class Units:
    """Takes a stream apart, however it arrives. What data units carry is handed on as it comes, so that an image is not
    put together twice."""

    __slots__ = ("_left", "_need", "_part")

    def __init__(self) -> None:
        self._part = bytearray()  # of a header, or of a unit that is none of data
        self._need = _HEAD.size
        self._left = 0  # bytes still to come of a data unit

    @property
    def pending(self) -> int:
        """Bytes of a unit that is not whole yet."""
        return len(self._part)

    def feed(self, data: Piece) -> list[tuple[int, memoryview]]:
        """Kind and body of the units that are whole now; of data units, what there is of their bodies."""
        view, at, end = memoryview(data), 0, len(data)
        units: list[tuple[int, memoryview]] = []
        while at < end:
            if not self._left and not self._part and end - at >= _HEAD.size:
                kind, length = _HEAD.unpack_from(view, at)
                if kind == DATA and 0 < length <= LONGEST:
                    at += _HEAD.size
                    self._left = length
            if self._left:
                piece = view[at : at + self._left]
                at += len(piece)
                self._left -= len(piece)
                units.append((DATA, piece))
                continue
            piece = view[at : at + self._need - len(self._part)]
            at += len(piece)
            self._part += piece
            if len(self._part) == self._need and (unit := self._completed()) is not None:
                units.append(unit)
        return units

    def _completed(self) -> tuple[int, memoryview] | None:
        """What there is now that was needed: a unit, or only its header."""
        kind, length = _HEAD.unpack_from(self._part)
        if self._need == _HEAD.size and length:
            if not REQUEST <= kind <= ABORT or length > LONGEST:
                raise NotDicom(f"对端发来的不是 DICOM：以 {bytes(self._part)!r} 开头")
            if kind != DATA:
                self._need += length
                return None
            self._left = length
        body = memoryview(bytes(self._part[_HEAD.size :]))
        self._part.clear()
        self._need = _HEAD.size
        return None if self._left else (kind, body)
