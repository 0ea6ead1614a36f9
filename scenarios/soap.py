"""SOAP in the manner of WS/T 501 as packs write, read and answer it: one operation that takes the name of an action and
an XML document as text, and answers with another.

What cannot be read raises `Fault`. A refusal in business is no fault but an answer: its document carries an HL7 v3
acknowledgement with AE. Not here: which actions there are (the packs), sockets (`reference/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from harness.content.charset import codec_of
from harness.content.soap import read as envelope_in
from harness.content.tree import Node, Shape, Unreadable, child
from harness.content.values import decimal_of, moment_of
from harness.message import Outgoing
from scenarios.reference.service import Answer

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "urn:hl7-org:v3"
OPERATION = "HIPMessageServer"
FIRST_YEAR, LAST_YEAR = 1900, 2199  # what every product stores

Value = str | int | Decimal | dt.date | None

# --------------------------------------------------------------------------- writing


def element(name: str, content: Value | Iterable[str] = None, **attributes: Value) -> str:
    """One element: a value becomes its text, a list are elements already written."""
    shown = "".join(f" {key}={quoteattr(_text(value))}" for key, value in attributes.items() if value is not None)
    plain = content is None or isinstance(content, str | int | Decimal | dt.date)
    inner = _escaped(_text(content)) if plain else "".join(content)  # type: ignore[arg-type]
    return f"<{name}{shown}>{inner}</{name}>"


def _escaped(text: str) -> str:
    """A bare carriage return would be lost on the way."""
    return escape(text, {"\r": "&#13;"})


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def call(action: str, document: str, *, charset: str) -> Outgoing:
    """The envelope that hands over a document."""
    inner = (element("s:action", action), element("s:message", document))
    body = _envelope(element(f"s:{OPERATION}", inner), charset)
    return Outgoing(body=body, headers={"SOAPAction": f"{NAMESPACE}:{OPERATION}"})


def answer(document: str, charset: str) -> Answer:
    body = _envelope(element(f"s:{OPERATION}Response", (element("s:payload", document),)), charset)
    return Answer(body=body, content_type=f"text/xml; charset={charset}")


def acknowledgement(code: str, text: str = "") -> str:
    """AA: carried out · AE: refused, and why."""
    detail = element("acknowledgementDetail", (element("text", text),)) if text else ""
    return element("acknowledgement", (detail,), typeCode=code)


def _envelope(payload: str, charset: str) -> bytes:
    head = f'<?xml version="1.0" encoding="{charset}"?>'
    spaces = f'xmlns:e="{ENVELOPE}" xmlns:s="{NAMESPACE}"'
    text = f"{head}<e:Envelope {spaces}><e:Body>{payload}</e:Body></e:Envelope>"
    return text.encode(codec_of(charset) or "utf-8", "xmlcharrefreplace")


class Fault(Exception):
    """The request is none: Client, or Server where it is our own failure."""

    def __init__(self, text: str, *, code: str = "Client") -> None:
        super().__init__(text)
        self.code = code

    def answer(self, charset: str) -> Answer:
        inner = (element("faultcode", f"e:{self.code}"), element("faultstring", str(self)))
        body = _envelope(element("e:Fault", inner), charset)
        return Answer(body=body, status=500, content_type=f"text/xml; charset={charset}")


# --------------------------------------------------------------------------- reading


class Unfit(Exception):
    """The document lacks what it must have; becomes an acknowledgement with AE."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a document as it was read."""

    node: Node

    @property
    def name(self) -> str:
        return self.node.step.removeprefix("/")

    def maybe(self, path: str, *, longest: int = 0) -> str | None:
        """The text of an element ("report/code") or attribute ("order/@id"); None where it is not there or empty."""
        found = child(self.node, *(f"/{step}" for step in path.split("/")))
        text = None if found is None or isinstance(found.value, Shape) else str(found.value)
        if text and longest and len(text) > longest:
            raise Unfit(f"{path} 最多 {longest} 个字符，实为 {len(text)} 个")
        return text if text and text.strip() else None

    def text(self, path: str, *, longest: int = 24) -> str:
        found = self.maybe(path, longest=longest)
        if found is None:
            raise Unfit(f"{path} 必填，文档中没有")
        return found

    def coded(self, path: str, codes: Sequence[str]) -> str:
        found = self.text(path, longest=200)
        if found not in codes:
            raise Unfit(f"{path} 代码不在值域 {'、'.join(codes)} 内")
        return found

    def moment(self, path: str) -> dt.datetime:
        """A moment to the second, without a zone: the hospital's own clock."""
        found = moment_of(self.text(path, longest=32))
        if found is None or found.tzinfo is not None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise Unfit(f"{path} 不是本院时间")
        if found.microsecond:
            raise Unfit(f"{path} 应精确到秒")
        return found

    def number(self, path: str) -> Decimal:
        found = decimal_of(self.text(path, longest=40))
        if found is None:
            raise Unfit(f"{path} 不是数")
        return found

    def all(self, path: str) -> list[Element]:
        """The elements of this name below the one that the path before it leads to."""
        *holders, last = path.split("/")
        holder = child(self.node, *(f"/{step}" for step in holders)) if holders else self.node
        return [Element(part) for part in holder.children if part.step == f"/{last}"] if holder else []


@dataclass(frozen=True, slots=True)
class Call:
    """What a request asks for."""

    action: str
    root: Element


def read(body: bytes, charset: str, *, longest: int) -> Call:
    """The action and the document of a request. Raises `Fault` and `Unfit`."""
    if len(body) > longest:
        raise Fault(f"报文 {len(body)} 字节，超过 {longest} 字节")
    try:
        found = envelope_in(body, charset)
    except Unreadable as wrong:
        raise Fault(str(wrong)) from None
    if found.charset_flaw:
        raise Fault(f"字符集有误：{found.charset_flaw}")
    operation = child(found.root, OPERATION)
    if operation is None or child(operation, "/@xmlns") != Node("/@xmlns", NAMESPACE):
        raise Fault(f"没有要求 {{{NAMESPACE}}}{OPERATION}")
    action = child(operation, "/action")
    if action is None or not isinstance(action.value, str) or not action.value.strip():
        raise Fault("没有写 action")
    document = child(operation, "/message", "/xml()")
    if document is None:
        raise Unfit("message 不是 XML 文档")
    (root,) = document.children
    return Call(action.value.strip(), Element(root))
