"""One conversation with a SOAP service: HTTP below, faults above. Not here: envelopes (`envelopes.py`)."""

from __future__ import annotations

import dataclasses

from drivers.messages import replies
from drivers.messages.http.session import HttpSession
from drivers.messages.line import one_line
from drivers.messages.soap.envelopes import declined, fault_in, headers_for, is_envelope
from harness.message import Outgoing
from harness.model import ErrorClass, Reply, ReplyKind


class SoapSession:
    """Sends envelopes as they are given."""

    __slots__ = ("_charset", "_http")

    def __init__(self, http: HttpSession, charset: str) -> None:
        self._http = http
        self._charset = charset

    def send(self, message: Outgoing, /) -> Reply:
        headers = headers_for(message.body, message.headers, self._charset)
        reply, answer = self._http.asked(dataclasses.replace(message, headers=headers))
        return reply if answer is None else _judged(reply)

    def close(self) -> None:
        self._http.close()


def _judged(reply: Reply) -> Reply:
    """A fault says better than the status, which is 500 for all of them in SOAP 1.1, what became of the message."""
    fault = fault_in(reply.body)
    if fault is not None:
        reply.kind = ReplyKind.REFUSED if fault.by_sender else ReplyKind.FAILED
        reply.error_class = ErrorClass.BAD_VALUE if fault.by_sender else ErrorClass.OTHER
        reply.message = one_line(f"{fault.code} {fault.text}")
    elif reply.kind is ReplyKind.OK and reply.body:
        if not is_envelope(reply.body):
            return replies.no_answer(f"应答不是 SOAP 信封：{reply.message}", reply.body)
        code = declined(reply.body)
        if code:
            reply.kind, reply.error_class = ReplyKind.REFUSED, ErrorClass.OTHER
            reply.message = f"{code} {reply.message}"
    return reply
