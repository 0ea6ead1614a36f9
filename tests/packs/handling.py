"""Asking a pack's handlers without sockets: requests as the application makes them, a desk that only listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from harness.content.acknowledgement import hl7_ack
from harness.message import Message, Outgoing
from harness.model import ReplyKind
from scenarios.reference.service import Answer, Desk, Outcome, Request, Service


@dataclass
class Clerk:
    """A desk that does no business and keeps what it was asked to do."""

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    kind: ReplyKind = ReplyKind.REFUSED  # so that no handler looks for what would have been returned
    reason: str = ""

    def carry_out(self, act: Callable[..., Any], /, **params: Any) -> Outcome:
        self.asked.append((act.__name__, params))
        return Outcome(kind=self.kind, reason=self.reason)


def answered(service: Service, interface: str, outgoing: Outgoing, desk: Desk, charset: str = "UTF-8") -> Answer:
    """What the handler says to one message."""
    path, _, query = outgoing.path.partition("?")
    request = Request(
        body=outgoing.body,
        charset=charset,
        method=outgoing.method,
        path=unquote(path, encoding=charset),
        query=dict(parse_qsl(query, keep_blank_values=True, encoding=charset)),
    )
    return service.handlers[interface](request, desk)


def declined(message: Message, answer: Answer) -> bool:
    """Whether the answer is an orderly refusal."""
    if message.content == "hl7":
        return hl7_ack(answer.body)[0] in ("AE", "AR")
    if message.content == "soap":
        return b"Client</faultcode>" in answer.body or b'typeCode="AE"' in answer.body
    return 400 <= answer.status < 500


def accepted(message: Message, answer: Answer) -> bool:
    if message.content == "hl7":
        return hl7_ack(answer.body)[0] == "AA"
    if message.content == "soap":
        return b'typeCode="AA"' in answer.body
    return 200 <= answer.status < 300
