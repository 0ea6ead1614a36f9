"""Messages put together from the fragments of data units. Whether a data set follows, only the command tells.

Not here: cutting the stream into units (`wire.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.messages.dicom.commands import NO_DATASET, Command, Field, decoded
from drivers.messages.dicom.wire import COMMAND, LAST, LONGEST, VALUE, NotDicom, Piece

_LONGEST_COMMAND = 1 << 16


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message of the peer's. Its data set lies in the pieces that came until somebody wants it whole."""

    context: int
    command: Command
    pieces: Sequence[Piece] = ()

    @property
    def dataset(self) -> bytes:
        return b"".join(self.pieces)


class Messages:
    """One direction of an association: messages follow each other, their fragments never mix."""

    __slots__ = ("_command", "_context", "_head", "_last", "_left", "_parts")

    def __init__(self) -> None:
        self._context = 0
        self._head = bytearray()  # of a fragment
        self._left = 0  # bytes still to come of it
        self._last = False  # no other follows it
        self._parts: list[memoryview] = []
        self._command: Command | None = None  # of the message whose data set is coming

    @property
    def pending(self) -> int:
        return len(self._head) + sum(map(len, self._parts))

    def take(self, body: memoryview) -> list[Incoming]:
        """The messages that are whole with this piece of what data units carry."""
        whole: list[Incoming] = []
        at, end = 0, len(body)
        while at < end:
            if not self._left:
                if not self._head and end - at >= VALUE.size:
                    self._begin(*VALUE.unpack_from(body, at))
                    at += VALUE.size
                else:
                    head = body[at : at + VALUE.size - len(self._head)]
                    self._head += head
                    at += len(head)
                    if len(self._head) < VALUE.size:
                        break
                    self._begin(*VALUE.unpack(self._head))
                    self._head.clear()
            if self._left and at < end:
                part = body[at : at + self._left]
                self._parts.append(part)
                self._left -= len(part)
                at += len(part)
            if self._last and not self._left and (message := self._ended()) is not None:
                whole.append(message)
        return whole

    def _begin(self, length: int, context: int, control: int) -> None:
        if not 2 <= length <= LONGEST:
            raise NotDicom("P-DATA 单元中分段的长度有误")
        self._continue(context, control)
        self._left, self._last = length - 2, bool(control & LAST)

    def _continue(self, context: int, control: int) -> None:
        expected = COMMAND if self._command is None else 0
        if control & COMMAND != expected or (context != self._context and (self._parts or not expected)):
            raise NotDicom("命令与数据集的分段次序有误")
        if expected and self.pending > _LONGEST_COMMAND:
            raise NotDicom("命令集过长")
        self._context = context

    def _ended(self) -> Incoming | None:
        """The message, unless its data set is still to come."""
        self._last = False
        pieces, self._parts = self._parts, []
        command, self._command = self._command, None
        if command is not None:
            return Incoming(self._context, command, pieces)
        command = decoded(b"".join(pieces))
        if command[Field.DATASET] == NO_DATASET:
            return Incoming(self._context, command)
        self._command = command
        return None
