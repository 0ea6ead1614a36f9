"""One conversation over HTTP/1.1: a request, its answer, no retry, no redirect followed, cookies kept.

The answer is read by llhttp, the parser of Node.js, in C; it comes with geventhttpclient, which Locust itself uses. The
sockets are ours, so that one deadline holds for the whole answer. Measured against the clients that could have been
taken whole: `tests/bench/bench_http.py`. Not here: the request's bytes (`request.py`), what a status says
(`statuses.py`).
"""

from __future__ import annotations

import contextlib
import time
import zlib
from collections.abc import Callable, Generator
from typing import Protocol

from geventhttpclient.response import HTTPParseError, HTTPResponse

from drivers.messages import replies
from drivers.messages.address import Address
from drivers.messages.http.cookies import Cookies
from drivers.messages.http.request import request, target_of
from drivers.messages.http.statuses import meaning
from drivers.messages.line import Line, one_line
from harness.errors import Fault
from harness.message import SURPLUS, MessageEndpoint, Outgoing
from harness.model import Reply, ReplyKind

LONGEST = 256 << 20


class Sink(Protocol):
    """Takes a body piece by piece, where it is too large to be collected."""

    @property
    def progress(self) -> int:
        """Grows with every whole thing that came; each of them has the time of an answer."""

    def take(self, piece: bytearray, /) -> None:
        """Must not raise: it is called from within the parser."""


class Answer(HTTPResponse):
    """An answer as far as it has come."""

    sink: Sink | None = None  # where the body went that is not here

    def __init__(self, method: str) -> None:
        super().__init__(method)
        self.body = b""
        self.received = 0
        self.followed = False  # by more than was asked for

    @property
    def whole(self) -> bool:
        """An interim answer (100, 103) is not the last one."""
        return self.message_complete and self.status_code >= 200

    def take(self, data: bytes) -> None:
        """The next piece, an empty one at the end of the line. Raises HTTPParseError."""
        self.received += len(data)
        if self.received > LONGEST and self.sink is None:
            raise HTTPParseError(f"应答超过 {LONGEST} 字节")
        try:
            self.feed(data)
        except HTTPParseError:
            if data and not self.followed:
                raise

    def _on_message_begin(self) -> None:
        if self.whole:
            self.followed = True
            raise HTTPParseError  # the parser stops here and leaves the first answer as it is
        super()._on_message_begin()

    def header(self, name: str) -> str:
        """A header as text; repeated ones joined."""
        found = self.get(name)
        return ", ".join(found) if isinstance(found, list) else found or ""

    def headers_of(self, name: str) -> list[str]:
        found = self.get(name)
        return found if isinstance(found, list) else [found] if found else []

    def unpack(self) -> None:
        """The body without the compression that was only for the way."""
        raw = bytes(self._body_buffer)
        if raw and self.header("content-encoding").strip().lower() in {"gzip", "x-gzip", "deflate"}:
            with contextlib.suppress(zlib.error):  # then it is what arrived
                unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)
                raw = unpacking.decompress(raw, LONGEST)
        self.body = raw


Taker = Callable[[Answer], Sink | None]


class GrowingAnswer(Answer):
    """An answer whose head decides whether its body is collected or handed on."""

    def __init__(self, method: str, taker: Taker) -> None:
        super().__init__(method)
        self._taker: Taker | None = taker

    def _on_body(self, buf: bytearray) -> None:
        if self._taker is not None:
            self.sink, self._taker = self._taker(self), None
        if self.sink is None:
            super()._on_body(buf)
        else:
            self.sink.take(buf)


class HttpSession:
    """Sends requests one after another over one connection, or over a connection each."""

    def __init__(
        self,
        endpoint: MessageEndpoint,
        address: Address,
        opener: Callable[[], Line],
        *,
        fixed: str,
        secrets: tuple[str, ...],
    ) -> None:
        self._endpoint = endpoint
        self._address = address
        self._fixed = fixed  # the lines that every request carries
        self._secrets = secrets  # never in a message, whatever the server says back
        self._open = opener
        self._line: Line | None = opener()
        self._cookies = Cookies(address.host)
        self._told: dict[tuple[int, str | None, str], str] = {}

    def send(self, message: Outgoing, /) -> Reply:
        return self.asked(message)[0]

    def asked(self, message: Outgoing, taker: Taker | None = None) -> tuple[Reply, Answer | None]:
        """The reply, and the answer that it was made from where there was one."""
        steps = self.growing(message, taker)
        while True:
            try:
                next(steps)
            except StopIteration as ended:
                outcome: tuple[Reply, Answer | None] = ended.value
                return outcome

    def growing(
        self, message: Outgoing, taker: Taker | None = None
    ) -> Generator[None, None, tuple[Reply, Answer | None]]:
        """The same; yields each time after more of the body went into the sink that `taker` chose."""
        try:
            target = target_of(self._address.path, message.path, self._endpoint.charset)
            told_again = self._cookies.header(target) if self._cookies else ""
            fixed = f"{self._fixed}Cookie: {told_again}\r\n" if told_again else self._fixed
            sent = request(message, target, fixed, self._endpoint.charset)
        except ValueError as error:
            return replies.unsendable(error), None
        try:
            line = self._ready()
        except Fault as fault:
            return replies.unopened(fault.message), None
        answer = Answer(message.method) if taker is None else GrowingAnswer(message.method, taker)
        failure = yield from self._exchange(line, sent, answer)
        if failure is not None:
            self.close()
            return failure, None
        if not self._endpoint.persistent or answer.followed or answer.should_close():
            self.close()
        reply = self._reply(answer, target)
        reply.sent_ns, reply.arrived_ns = line.sent_ns, line.arrived_ns
        return reply, answer

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ready(self) -> Line:
        """The line; a new one where the server ended it while nothing was asked, which repeats nothing."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                if self._line.unasked() is None:
                    return self._line
            self.close()
        self._line = self._open()
        return self._line

    def _exchange(self, line: Line, sent: bytes, answer: Answer) -> Generator[None, None, Reply | None]:
        """Fill `answer`; what went wrong, or None."""
        progress = 0
        try:
            deadline = line.send(sent)
            while not answer.whole:
                data = line.receive(deadline)
                answer.take(data)
                if not data and not answer.whole:
                    return replies.lost("对端在应答完整之前关闭了连接", answer.received)
                if answer.sink is not None:
                    yield
                    if answer.sink.progress > progress:
                        progress = answer.sink.progress
                        deadline = time.monotonic() + self._endpoint.timeout_s
        except HTTPParseError as error:
            return replies.no_answer(f"应答不是 HTTP：{one_line(error)}")
        except TimeoutError:
            return replies.timed_out(self._endpoint.timeout_s, answer.received)
        except OSError as error:
            return replies.lost(error, answer.received)
        except GeneratorExit:  # nobody wants the rest
            self.close()
            raise
        answer.unpack()
        return None

    def _reply(self, answer: Answer, target: str) -> Reply:
        for line in answer.headers_of("set-cookie"):
            self._cookies.take(line, target)
        kind, error_class = meaning(answer.status_code)
        message = self._line_about(answer)
        if kind is not ReplyKind.OK and answer.header("location"):
            message = f"{message} → {one_line(answer.header('location'))}"
        if kind is not ReplyKind.OK:
            for each in self._secrets:
                message = message.replace(each, "***")
        if answer.followed:
            message = f"{message}（其后另有多余的内容）"
        return Reply(kind, (), (), -1, error_class, message, answer.body, self._status(answer))

    @staticmethod
    def _status(answer: Answer) -> str:
        """201 application/json"""
        kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
        return f"{answer.status_code} {kind}".rstrip() + (SURPLUS if answer.followed else "")

    def _line_about(self, answer: Answer) -> str:
        """200 OK (application/json; charset=utf-8)"""
        key = answer.status_code, answer.status_message, answer.header("content-type")
        known = self._told.get(key)
        if known is None:
            status, reason, content = key
            known = one_line(f"{status} {reason or ''}{f' ({content})' if content else ''}")
            if len(self._told) < 64:
                self._told[key] = known
        return known
