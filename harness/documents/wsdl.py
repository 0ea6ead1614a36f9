"""WSDL 1.1 with its schemas inline: which operation an exchange is, and its bodies against the schemas.

A body that is no operation's is not spoken of. A document that travels inside a text (WS/T 501 style) is checked too
where the schemas declare its root element. Faults are SOAP's own; only their detail can be declared.
Not here: assembling and asking the schemas (`xsd.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from harness.content import xmltext
from harness.content.message_checks import Breach, Deviation
from harness.content.tree import MAX_BYTES
from harness.documents.exchange import Deviations, Exchange
from harness.documents.xsd import XSD, Part, XmlSchemas, local_name, name_at, parsed, qualified
from harness.errors import BadInput

WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP_BINDINGS = ("http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/")
_ENVELOPES = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_DETAILS = ("detail", "Detail")
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_DEEPEST = 3  # documents within documents

Element = Any  # lxml's elements carry no types


def from_wsdl(body: bytes) -> Wsdl:
    try:
        root = parsed(body)
    except ValueError as reason:
        raise BadInput(f"{reason}。", hint="请检查文件是否完整，且不含 DOCTYPE。") from None
    if root.tag != f"{{{WSDL}}}definitions":
        raise BadInput("根元素不是 WSDL 1.1 的 definitions。", hint="请提供 WSDL 1.1；WSDL 2.0 请转换。")
    return Wsdl(root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Which root elements its bodies have, as {namespace}name."""

    name: str
    input: str
    output: str


class Wsdl:
    """One document."""

    only_bodies = False

    def __init__(self, root: Element) -> None:
        self._refuse_imports(root)
        reading = _Reading(root)
        operations = list(reading.operations())
        if not operations:
            raise BadInput("没有一项绑定到 SOAP 的操作。", hint="请提供含 binding 的完整 WSDL。")
        self._operations: Mapping[str, Operation] = {one.input: one for one in operations}
        inline = root.findall(f"{{{WSDL}}}types/{{{XSD}}}schema")
        self._schemas = XmlSchemas(inline, reading.wrappers)

    def request(self, exchange: Exchange) -> Deviations | None:
        body = _body(exchange.sent, exchange.charset)
        if isinstance(body, Deviation):
            return (body,)
        return tuple(self._check(body[0], body[1])) if body[0].tag in self._operations else None

    def reply(self, exchange: Exchange) -> Deviations | None:
        if not exchange.body:
            return None
        asked = _body(exchange.sent, exchange.charset)
        operation = None if isinstance(asked, Deviation) else self._operations.get(asked[0].tag)
        if operation is None:
            return None
        body = _body(exchange.body, exchange.charset)
        if isinstance(body, Deviation):
            return (body,)
        element, flaw = body
        if local_name(element) == "Fault" and etree.QName(element).namespace in _ENVELOPES:
            details = [inner for part in element if local_name(part) in _DETAILS for inner in part]
            known = [inner for inner in details if self._schemas.declares(inner.tag)]
            return (*flaw, *(d for inner in known for d in self._schemas.check(inner, "Fault/detail/")))
        if element.tag != operation.output:
            asked_for = f"{operation.name} 的应答应为 {etree.QName(operation.output).localname}"
            found = local_name(element)
            return (*flaw, Deviation(path=found, breach=Breach.STRUCTURE, found=element.tag, asked=asked_for))
        return tuple(self._check(element, flaw))

    def _check(self, element: Element, flaw: Deviations) -> Iterator[Deviation]:
        yield from flaw
        yield from self._schemas.check(element, "")
        yield from self._inside(element, "", 1)

    def _inside(self, element: Element, around: str, depth: int) -> Iterator[Deviation]:
        """The documents inside texts, where the schemas know them."""
        if depth > _DEEPEST:
            return
        for leaf in element.iter(etree.Element):
            text = (leaf.text or "").strip() if len(leaf) == 0 else ""
            if not (text.startswith("<") and text.endswith(">")):
                continue
            try:
                inner = parsed(_DECLARATION.sub("", text, count=1))
            except ValueError:
                continue  # then it is a text that happens to begin like a document
            if self._schemas.declares(inner.tag):
                where = f"{around}{name_at(leaf, element)}/xml()/"
                yield from self._schemas.check(inner, where)
                yield from self._inside(inner, where, depth + 1)

    @staticmethod
    def _refuse_imports(root: Element) -> None:
        for outside in root.findall(f"{{{WSDL}}}import"):
            raise BadInput(
                f"引用了另一个 WSDL（{outside.get('location')}），信衡不读取其他文件或网址。",
                hint="请把被引用的内容合并进同一个文件。",
            )


def _body(body: bytes, charset: str) -> tuple[Element, Deviations] | Deviation:
    """What the envelope carries, and what its characters have against them; or why it cannot be read."""
    if len(body) > MAX_BYTES:
        return _unreadable(f"报文超过 {MAX_BYTES >> 20} MB")
    text, flaw = xmltext.decoded(body, charset)
    try:
        envelope = parsed(_DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1))
    except ValueError as reason:
        return _unreadable(str(reason))
    inside = [part for ns in _ENVELOPES for part in envelope.findall(f"{{{ns}}}Body/*")]
    if local_name(envelope) != "Envelope" or not inside:
        return _unreadable("不是 SOAP：没有 Envelope 和 Body，或 Body 是空的")
    remark = Deviation(path="!charset", breach=Breach.UNREADABLE, found="", asked=flaw)
    return inside[0], (remark,) if flaw else ()


def _unreadable(reason: str) -> Deviation:
    return Deviation(path="!", breach=Breach.UNREADABLE, found="", asked=reason)


# --------------------------------------------------------------------------- reading the document


class _Reading:
    """Bindings, port types and messages → operations."""

    def __init__(self, root: Element) -> None:
        self._target = root.get("targetNamespace", "")
        self._messages = self._named(root, "message")
        self._ports = self._named(root, "portType")
        self._root = root
        self.wrappers: dict[str, tuple[Part, ...]] = {}  # root elements that no schema declares, of rpc operations

    def _named(self, root: Element, kind: str) -> dict[str, Element]:
        return {f"{{{self._target}}}{one.get('name')}": one for one in root.findall(f"{{{WSDL}}}{kind}")}

    def operations(self) -> Iterator[Operation]:
        for binding in self._root.findall(f"{{{WSDL}}}binding"):
            soap = next((one for ns in _SOAP_BINDINGS for one in binding.findall(f"{{{ns}}}binding")), None)
            port = self._ports.get(qualified(binding, binding.get("type", "")))
            if soap is None or port is None:
                continue
            for operation in binding.findall(f"{{{WSDL}}}operation"):
                name = operation.get("name", "")
                declared = next((o for o in port.findall(f"{{{WSDL}}}operation") if o.get("name") == name), None)
                if declared is None:
                    raise BadInput(f"binding 里的操作 {name} 在 portType 里没有。", hint="请提供完整的 WSDL。")
                style = next(
                    (one.get("style") for ns in _SOAP_BINDINGS for one in operation.findall(f"{{{ns}}}operation")), None
                )
                rpc = (style or soap.get("style")) == "rpc"
                yield Operation(
                    name=name,
                    input=self._body(operation, declared, "input", rpc),
                    output=self._body(operation, declared, "output", rpc),
                )

    def _body(self, bound: Element, declared: Element, way: str, rpc: bool) -> str:
        """The root element of an operation's input or output; "" where it has none (one-way)."""
        spoken = declared.find(f"{{{WSDL}}}{way}")
        if spoken is None:
            return ""
        message = self._messages.get(qualified(spoken, spoken.get("message", "")))
        if message is None:
            raise BadInput(
                f"操作 {declared.get('name')} 的报文 {spoken.get('message')} 没有定义。", hint="请提供完整的 WSDL。"
            )
        parts = message.findall(f"{{{WSDL}}}part")
        if rpc:
            return self._wrapper(bound, way, parts)
        named = [part for part in parts if part.get("element")]
        return qualified(named[0], named[0].get("element")) if named else ""

    def _wrapper(self, bound: Element, way: str, parts: list[Element]) -> str:
        name = bound.get("name", "") + ("Response" if way == "output" else "")
        spoken = bound.find(f"{{{WSDL}}}{way}")
        soap = [one for ns in _SOAP_BINDINGS for one in (spoken if spoken is not None else bound).iter(f"{{{ns}}}body")]
        tag = f"{{{soap[0].get('namespace') or self._target if soap else self._target}}}{name}"
        self.wrappers[tag] = tuple(
            Part(name=part.get("name", ""), type=qualified(part, part.get("type", "xsd:anyType")))
            for part in parts
            if part.get("type")
        )
        return tag
