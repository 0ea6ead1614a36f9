"""One conversation over MLLP: a message out, its acknowledgement in, and nothing taken for it that is not.

Original mode: one acknowledgement, AA, AE or AR. Enhanced mode (MSH-15, MSH-16): a commit acknowledgement, an
application acknowledgement, both, or none. Not here: the frame (`frames.py`), opening a line (`drivers.messages.line`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from drivers.messages import replies
from drivers.messages.line import Line
from drivers.messages.mllp.frames import Frames, TooLong, framed
from drivers.messages.mllp.segments import Wanted, acknowledge, acknowledged, asked_for, refusal, wanted
from harness.errors import Fault
from harness.message import SURPLUS, MessageEndpoint, Outgoing
from harness.model import Reply, ReplyKind

_GOOD = {b"AA": "AA", b"CA": "CA"}
_BAD = {b"AE", b"AR", b"CE", b"CR"}


class MllpSession:
    """Sends messages one after another over one line, or over a line each."""

    __slots__ = ("_charset", "_endpoint", "_frames", "_line", "_open", "_previous", "_strays")

    def __init__(self, endpoint: MessageEndpoint, opener: Callable[[], Line]) -> None:
        self._endpoint = endpoint
        self._charset = endpoint.charset
        self._open = opener
        self._line: Line | None = opener()
        self._frames = Frames()
        self._previous = b""  # control id of the message before, to know a second acknowledgement of it
        self._strays = 0

    def send(self, message: Outgoing, /) -> Reply:
        asked = wanted(message.body, self._charset)
        try:
            line = self._ready()
        except Fault as fault:
            return replies.unopened(fault.message)
        reply = self._exchange(line, message.body, asked)
        if reply.kind > ReplyKind.REFUSED or not self._endpoint.persistent:
            self.close()  # what may still come belongs to no later message
        self._previous = asked.control_id
        return reply

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ready(self) -> Line:
        """The line; a new one where the peer hung up while nothing was asked, which repeats nothing."""
        line = self._line
        if line is not None:
            with contextlib.suppress(OSError, TooLong):
                came = line.unasked()
                if came is None:
                    return line
                if came:
                    self._strays += len(self._frames.feed(came))
                    return line
            self.close()
        self._frames = Frames()
        self._line = self._open()
        return self._line

    def _exchange(self, line: Line, body: bytes, asked: Wanted) -> Reply:
        frames = self._frames
        garbage = frames.garbage
        try:
            deadline = line.send(framed(body))
            sent_ns = line.sent_ns
            if not asked.commit and not asked.application:
                return Reply(ReplyKind.OK)
            while data := line.receive(deadline):
                reply: Reply | None = None
                for frame in frames.feed(data):
                    if reply is None:
                        reply = self._judged(frame, asked, line)
                    else:
                        self._strays += 1
                if reply is not None:
                    reply.sent_ns, reply.arrived_ns = sent_ns, line.arrived_ns
                    return self._noting_strays(reply) if self._strays else reply
        except TimeoutError:
            return replies.timed_out(self._endpoint.timeout_s, frames.pending + frames.garbage - garbage)
        except TooLong as error:
            return replies.no_answer(f"应答过长：{error}")
        except OSError as error:
            return replies.lost(error, frames.pending)
        if frames.garbage > garbage:
            return replies.no_answer(f"对端发来 {frames.garbage - garbage} 字节不是 MLLP 报文的内容，随后断开")
        return replies.lost("对端在应答之前关闭了连接", frames.pending)

    def _judged(self, frame: bytes, asked: Wanted, line: Line) -> Reply | None:
        """What a message from the peer is to the one that was sent; None: wait for the next."""
        found = acknowledged(frame)
        if found is None:
            return replies.no_answer("应答中没有 MSA 段", frame)
        code, answered = found
        if answered != asked.control_id and asked.control_id and (answered or code not in _BAD):
            if answered and answered == self._previous:
                self._strays += 1
                return None
            return replies.no_answer(f"应答对应的是另一条消息：MSA-2 为 {answered!r}，应为 {asked.control_id!r}", frame)
        if code in _BAD:
            error_class, told = refusal(frame, self._charset)
            return replies.of(ReplyKind.REFUSED, error_class, replies.one_line(told), frame)
        if code not in _GOOD:
            return replies.no_answer(f"不认识的应答代码 {code!r}", frame)
        if code == b"CA" and asked.enhanced and asked.application:
            return None  # taken over; the application's own answer follows
        if asked.enhanced and code == b"AA" and asked_for(frame, self._charset)[0]:
            line.send(framed(acknowledge(frame, "CA", charset=self._charset)))
        return Reply(ReplyKind.OK, message=_GOOD[code], body=frame)

    def _noting_strays(self, reply: Reply) -> Reply:
        reply.message = f"{reply.message}（另收到 {self._strays} 条多余的报文）"
        reply.status = f"{reply.status}{SURPLUS}"
        self._strays = 0
        return reply
