"""XML: names without prefixes, attributes in any order, text and CDATA alike, layout blanks dropped.

Document types are refused, and with them entities of any sort: a reply of a hospital system has no use for them and an
attacker has. An element without content is an empty text; one that is not there is no node at all.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from harness.content import charset, path
from harness.content.tree import MAX_DEPTH, MAX_NODES, Document, Node, Shape, Unreadable, document

_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = {
    _XSI: "xsi",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/1999/xlink": "xlink",
}
TEXT = "/text()"
NAMESPACE = "/@xmlns"


def read(body: bytes, assumed: str) -> Document:
    text, flaw = decoded(body, assumed)
    return document("xml", [parse(text)], flaw)


def decoded(body: bytes, assumed: str) -> tuple[str, str]:
    """The text of an XML message by its own declaration, and what is wrong with it."""
    found = _DECLARED.match(body.removeprefix(b"\xef\xbb\xbf"))
    return charset.read(body, found[1].decode() if found else "", assumed)


def parse(text: str) -> Node:
    """The root element; its step has no slash before it."""
    building = _Building()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = building.refuse
    parser.StartElementHandler = building.start
    parser.EndElementHandler = building.end
    parser.CharacterDataHandler = building.text
    try:
        parser.Parse(text.lstrip("\ufeff \t\r\n"), True)
    except expat.ExpatError as wrong:
        raise Unreadable(f"不是 XML：第 {wrong.lineno} 行有误（{expat.ErrorString(wrong.code)}）") from None
    return building.root._replace(step=building.root.step.removeprefix("/"))


class _Open:
    """An element whose end has not come yet."""

    __slots__ = ("children", "elements", "namespace", "pieces", "step")

    def __init__(self, step: str, namespace: str, attributes: list[Node]) -> None:
        self.step = step
        self.namespace = namespace
        self.children = attributes
        self.elements = 0
        self.pieces: list[str] = []

    def node(self) -> Node:
        if self.elements:
            self.settle()
            return Node(self.step, Shape.PARTS, tuple(self.children))
        return Node(self.step, "".join(self.pieces), tuple(self.children))

    def settle(self) -> None:
        """The text before an element or after the last one; blanks around it are layout."""
        piece = "".join(self.pieces).strip()
        self.pieces.clear()
        if piece:
            self.children.append(Node(TEXT, piece))


class _Building:
    """What the parser calls."""

    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.root = Node("", Shape.PARTS)
        self.count = 0

    def refuse(self, *_: object) -> None:
        raise Unreadable("含 DOCTYPE 声明：不展开实体，拒绝读取")

    def start(self, name: str, attributes: list[str]) -> None:
        self.count += 1 + len(attributes) // 2
        if self.count > MAX_NODES:
            raise Unreadable(f"元素与属性超过 {MAX_NODES} 个")
        if len(self.open) >= MAX_DEPTH:
            raise Unreadable(f"嵌套超过 {MAX_DEPTH} 层")
        namespace, _, local = name.rpartition(" ")
        around = self.open[-1].namespace if self.open else ""
        nodes = [Node(NAMESPACE, namespace)] if namespace != around else []
        nodes += sorted(_attribute(*pair) for pair in zip(attributes[::2], attributes[1::2], strict=True))
        if self.open:
            self.open[-1].settle()
            self.open[-1].elements += 1
        self.open.append(_Open(f"/{path.name(local)}", namespace, nodes))

    def text(self, piece: str) -> None:
        self.open[-1].pieces.append(piece)

    def end(self, _: str) -> None:
        node = self.open.pop().node()
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node


def _attribute(name: str, value: str) -> Node:
    namespace, _, local = name.rpartition(" ")
    if namespace == _XSI and local == "type":
        value = value.rpartition(":")[2]  # a qualified name: its prefix does not matter
    if namespace:
        local = f"{_PREFIXES[namespace]}:{local}" if namespace in _PREFIXES else f"{{{namespace}}}{local}"
    return Node(f"/{path.name('@' + local)}", value)
