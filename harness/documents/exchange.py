"""One exchange as a document is asked about it, and what every document can say. Not here: any form of document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from harness.content.message_checks import Deviation

Deviations = tuple[Deviation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One message and its answer."""

    message: str  # its name in the pack
    sends: str  # content of what is sent, and of the answer: hl7 json xml cda soap text
    content: str
    charset: str  # of the interface on this stack
    address: str = ""  # POST /orders/7?page=1, where the protocol has such a thing
    sent: bytes = b""
    status: str = ""  # 201 application/json
    body: bytes = b""


class InterfaceDocument(Protocol):
    """What the two sides of an interface agreed on."""

    only_bodies: bool  # it has no word for what has none: an acknowledgement that is a status alone, a GET

    def request(self, exchange: Exchange) -> Deviations | None:
        """In what a message departs from the document; None where the document does not speak of it."""

    def reply(self, exchange: Exchange) -> Deviations | None:
        """In what the answer departs from it."""
