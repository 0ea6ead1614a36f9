"""One association over a line: agreed on, used for messages in both directions, released or aborted.

Either side: ours when we call (`called`), ours when the peer does (`answered`). Not here: what is asked (`session.py`).
Raises OSError (TimeoutError, or lost), NotDicom, and Rejected where the peer does not want to associate.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from drivers.messages.dicom import wire
from drivers.messages.dicom.commands import Command, encoded
from drivers.messages.dicom.incoming import Incoming, Messages
from drivers.messages.dicom.negotiation import Agreement, Offer, acceptance, agreed, offered, request
from drivers.messages.dicom.reading import Reading
from drivers.messages.dicom.services import Context
from drivers.messages.dicom.wire import NotDicom, Piece, Units
from drivers.messages.line import Line

PATIENCE_S = 10.0  # for the peer to agree on an association
_FAREWELL_S = 1.0
_MUCH = 1 << 15
_PIECE = 1000  # bytes: less than a packet, so the peer may be waiting
_TRANSIENT = 2
_REASONS = {
    (1, 2): "不支持所用的应用上下文",
    (1, 3): "主叫 AE 标题不被接受",
    (1, 7): "被叫 AE 标题不被接受",
    (2, 2): "协议版本不被支持",
    (3, 1): "暂时拥塞",
    (3, 2): "关联数已达上限",
}


class Rejected(Exception):
    """The peer declined to associate: for now, or for good."""

    def __init__(self, body: bytes) -> None:
        result, source, reason = (body + bytes(4))[1:4]
        self.transient = result == _TRANSIENT
        why = _REASONS.get((source, reason), f"来源 {source}，原因 {reason}")
        super().__init__(f"对端{'暂时' if self.transient else ''}拒绝关联：{why}")


class Ended(ConnectionError):
    """The peer ended the association."""


class Association:
    """Messages to and from one peer."""

    __slots__ = (
        *("_arrived", "_end", "_messages", "_number", "_reading", "_units"),
        *("agreement", "contexts", "line", "offer"),
    )

    def __init__(self, line: Line) -> None:
        self.line = line
        self._units = Units()
        self._messages = Messages()
        self._arrived: deque[Incoming] = deque()
        self._reading: Reading | None = None
        self._number = 0
        self._end: Exception | None = None  # why nothing comes any more
        self.offer = Offer(called="", calling="", contexts={})
        self.agreement = Agreement(accepted={})
        self.contexts: Mapping[tuple[str, str], int] = {}  # abstract and transfer syntax → context

    @classmethod
    def called(cls, line: Line, proposed: Offer) -> Association:
        """Propose it to the peer at the other end of the line, which is closed where that fails."""
        association = cls(line)
        with association._or_closed():
            deadline = min(line.send(request(proposed)), time.monotonic() + PATIENCE_S)
            body = association._negotiated(wire.ACCEPT, deadline)
            association._agree(proposed, agreed(body))
        return association

    @classmethod
    def answered(cls, line: Line, accept: Callable[[Offer], Mapping[int, str]]) -> Association:
        """Take what the peer proposes; `accept` says which contexts, and their transfer syntaxes."""
        association = cls(line)
        with association._or_closed():
            proposed = offered(association._negotiated(wire.REQUEST, time.monotonic() + PATIENCE_S))
            accepted = accept(proposed)
            line.send(acceptance(proposed, accepted))
            association._agree(proposed, Agreement(accepted=accepted, longest=proposed.longest))
        return association

    def number(self) -> int:
        """The id of the next message."""
        self._number = self._number % 0xFFFF + 1
        return self._number

    def send(self, context: int, command: Command, dataset: Piece = b"") -> float:
        """Write a message; when an answer is due at the latest."""
        return self.line.send_parts(wire.carrying(context, encoded(command), dataset, self.agreement.longest))

    def receive(self, deadline: float) -> Incoming:
        """The next message of the peer's."""
        while not self._arrived:
            if self._end is not None:
                # Another one each time: what was raised keeps alive the frames that it went through, and their images.
                raise type(self._end)(*self._end.args)
            data = self._read(deadline)
            self._take(data)
            if not self._arrived and len(data) < _PIECE:
                self.line.acknowledge()
        return self._arrived.popleft()

    @property
    def timeout_s(self) -> float:
        return self.line.timeout_s

    def due(self) -> float:
        """When something that is asked now must have come."""
        return time.monotonic() + self.timeout_s

    def syntax(self, context: int) -> str:
        found = self.agreement.accepted.get(context)
        if found is None:
            raise NotDicom(f"对端使用了没有商定的表示上下文 {context}")
        return found

    @property
    def pending(self) -> int:
        """Bytes of a message that is not whole yet."""
        return self._units.pending + self._messages.pending

    def alive(self) -> bool:
        """Whether the peer still holds to it, as far as can be told without asking."""
        try:
            while self._end is None and (data := self.line.unasked()) is not None:
                self._take(data)
        except (OSError, NotDicom) as error:
            self._end = error.with_traceback(None)
        if self._end is not None:
            self.close()
        return self._end is None

    def leave(self) -> None:
        """Ask for its release without waiting; `part` must follow."""
        with contextlib.suppress(OSError):
            self.line.send(wire.releasing())

    def part(self) -> None:
        """Wait until the peer has agreed to the release, but not for long, and close the line."""
        with contextlib.suppress(OSError, NotDicom):
            deadline = time.monotonic() + _FAREWELL_S
            while True:
                self.receive(deadline)
        self.close()

    def abort(self) -> None:
        with contextlib.suppress(OSError):
            self.line.send(wire.aborting())
        self.close()

    def close(self) -> None:
        self.line.close()

    def _read(self, deadline: float) -> Piece:
        """What has come next. Once much comes at a time, it is read in large pieces."""
        if self._reading is not None:
            return self._reading.read(self.line.receive_into(self._reading.room(), deadline))
        data = self.line.receive(deadline)
        if len(data) >= _MUCH:
            self._reading = Reading()
        return data

    def _take(self, data: Piece) -> None:
        """Whatever came. The end of the association is told of when all that came before it has been received."""
        if not data:
            self._end = Ended("对端关闭了连接")
            return
        for kind, body in self._units.feed(data):
            if kind == wire.DATA:
                self._arrived.extend(self._messages.take(body))
            elif kind == wire.RELEASE:
                with contextlib.suppress(OSError):
                    self.line.send(wire.released())
                self._end = Ended("对端要求释放关联")
            elif kind == wire.RELEASED:
                self._end = Ended("关联已释放")
            elif kind == wire.ABORT:
                self._end = _aborted(bytes(body))
            else:
                raise NotDicom(f"关联建立之后又收到 {kind:02X}H 类型的 PDU")

    def _negotiated(self, kind: int, deadline: float) -> bytes:
        """The body of the unit that begins the association."""
        while True:
            data = self.line.receive(deadline)
            if not data:
                raise Ended("对端没有应答关联便关闭了连接")
            units = self._units.feed(data)
            if not units:
                continue
            came, body = units[0]
            if came == wire.REJECT:
                raise Rejected(bytes(body))
            if came == wire.ABORT:
                raise _aborted(bytes(body))
            if came != kind or len(units) > 1 or self._units.pending:
                raise NotDicom(f"建立关联时收到的不是应有的 PDU（{came:02X}H）")
            return bytes(body)

    def _agree(self, proposed: Offer, agreement: Agreement) -> None:
        self.offer, self.agreement = proposed, agreement
        known: dict[int, Context] = {n: each for n, each in proposed.contexts.items() if n in agreement.accepted}
        self.contexts = {(each.abstract, agreement.accepted[n]): n for n, each in reversed(known.items())}

    @contextlib.contextmanager
    def _or_closed(self) -> Iterator[None]:
        try:
            yield
        except (OSError, NotDicom, Rejected):
            self.close()
            raise


def _aborted(body: bytes) -> Ended:
    source, reason = (body + bytes(4))[2:4]
    return Ended(f"对端中止了关联（来源 {source}，原因 {reason}）")
