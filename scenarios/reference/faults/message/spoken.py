"""An answer as it is about to leave, and what it is written as. Not here: taking it apart."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from harness.content.charset import codec_of
from scenarios.reference.faults.message.hl7 import Hl7Message
from scenarios.reference.faults.message.json import JsonMessage
from scenarios.reference.faults.message.parts import Message
from scenarios.reference.faults.message.xml import XmlMessage
from scenarios.reference.service import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One answer, readable."""

    answer: Answer
    text: str
    codec: str
    content: str  # hl7 json xml soap; nothing where it is none of them

    def saying(self, text: str) -> Spoken:
        """The same answer with another text."""
        body = text.encode(self.codec, "replace")
        return dataclasses.replace(self, text=text, answer=dataclasses.replace(self.answer, body=body))

    def with_answer(self, **changed: Any) -> Spoken:
        return dataclasses.replace(self, answer=dataclasses.replace(self.answer, **changed))


def spoken(answer: Answer, charset: str) -> Spoken:
    codec = codec_of(charset) or "utf-8"
    text = answer.body.decode(codec, "replace")
    return Spoken(answer=answer, text=text, codec=codec, content=content_of(text))


def content_of(text: str) -> str:
    """By how it begins."""
    begins = text.lstrip("\ufeff \t\r\n")
    if begins.startswith("MSH"):
        return "hl7"
    if begins[:1] in ("{", "["):
        return "json"
    if begins.startswith("<"):
        return "soap" if "Envelope" in begins[:500] else "xml"
    return ""


def opened(said: Spoken) -> Message | None:
    """The answer taken apart; None where it cannot be."""
    kinds: dict[str, type[Hl7Message | JsonMessage | XmlMessage]] = {
        "hl7": Hl7Message,
        "json": JsonMessage,
        "xml": XmlMessage,
        "soap": XmlMessage,
    }
    kind = kinds.get(said.content)
    try:
        return None if kind is None else kind(said.text)
    except (ValueError, SyntaxError):  # SyntaxError: ElementTree's ParseError is one
        return None
