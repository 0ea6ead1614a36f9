"""A message file as bytes: placeholders filled in as the content wants them escaped, HL7 in segments, in any charset.

Not here: reading the folder (`reading.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from harness.content import hl7
from harness.content.charset import codec_of
from harness.message import Message, Outgoing
from harness.model import Conversation, ReplyKind
from scenarios.folder.drawing import values_at
from scenarios.folder.template import NOTHING, Placeholder, Template, template
from scenarios.hl7 import charset_name

XML = ("xml", "soap", "cda")


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_xml(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _in_address(text: str) -> str:
    return quote(text, safe="")


_ESCAPED: Mapping[str, Callable[[str], str]] = {"hl7": hl7.escaped, "json": _in_json, **dict.fromkeys(XML, _in_xml)}


def body_of(text: str, sends: str) -> Template:
    """The text of a message file. In HL7, a segment ends with CR whatever the editor made of it."""
    if sends == "hl7":
        text = "".join(f"{line}\r" for line in hl7.lines_of(text))
    return template(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compose:
    """`Message.compose` of a message that lies in a file."""

    sends: str
    bodies: tuple[Template, ...]  # one of them is drawn
    path: Template = NOTHING
    method: str = "POST"
    headers: Mapping[str, Template] = field(default_factory=dict)

    @property
    def needs(self) -> frozenset[Placeholder]:
        every = (*self.bodies, self.path, *self.headers.values())
        return frozenset[Placeholder]().union(*(each.needs for each in every))

    def __call__(self, *, charset: str, variant: int = 0, **values: Any) -> Outgoing:
        declared = charset_name(charset) if self.sends == "hl7" else charset
        known = {**values, "charset": declared}
        text = self.bodies[variant].filled(known, _ESCAPED.get(self.sends, str))
        return Outgoing(
            body=text.encode(codec_of(charset) or "utf-8", "xmlcharrefreplace" if self.sends in XML else "replace"),
            path=self.path.filled(known, _in_address),
            method=self.method,
            headers={name: value.filled(known) for name, value in self.headers.items()},
        )


@dataclass(frozen=True, slots=True)
class Send:
    """`Transaction.act`: the messages one after the other; what ought to be refused ends it."""

    messages: tuple[Message, ...]
    refused: bool = False

    def __call__(self, tx: Conversation, **params: Any) -> None:
        for place, message in enumerate(self.messages, 1):
            values = values_at(place, params)
            if not self.refused:
                tx.send(message, **values)
            elif tx.attempt(message, **values).kind is not ReplyKind.OK:
                tx.refuse("按预期被拒绝")
