"""CDA: a shared document read by what its sections and entries are about, not by where they stand.

A section is known by its code (LOINC), an entry and what hangs on it by the code of its statement. What only wraps
(`component/structuredBody`, the element of the statement) is left out of the path. Not here: XML itself.
"""

from __future__ import annotations

from harness.content import path, xmltext
from harness.content.tree import Document, Node, Shape, child, document

_ROOT = "ClinicalDocument"
_CODED = {"/entry", "/entryRelationship", "/component"}  # what holds one clinical statement
_STATEMENT = "/statement()"  # what the statement is: observation, act, organizer …


def read(body: bytes, assumed: str) -> Document:
    text, flaw = xmltext.decoded(body, assumed)
    root = xmltext.parse(text)
    if root.step != _ROOT:
        return document("cda", [root], flaw)
    found: list[Node] = []
    for part in root.children:
        structured = child(part, "/structuredBody") if part.step == "/component" else None
        found.extend(_sections(structured) if structured else [part])
    return document("cda", [part._replace(step=part.step.removeprefix("/")) for part in found], flaw)


def _sections(body: Node) -> list[Node]:
    """The parts of a body or of a section, with sections in place of the components that hold them."""
    found = []
    for part in body.children:
        inner = child(part, "/section") if part.step == "/component" else None
        found.append(_section(inner) if inner else _entry(part))
    return found


def _section(node: Node) -> Node:
    return Node("/section" + _code(node), Shape.PARTS, tuple(_sections(node)))


def _entry(node: Node) -> Node:
    """An entry with its statement's parts as its own; anything else as it is."""
    if node.step not in _CODED:
        return node
    elements = [part for part in node.children if not part.step.startswith("/@")]
    statement = elements[0] if len(elements) == 1 else None
    if statement is None or child(statement, "/code") is None:
        inner = tuple(part._replace(children=tuple(map(_entry, part.children))) for part in node.children)
        return node._replace(children=inner)
    attributes = [part for part in node.children if part.step.startswith("/@")]
    own = {part.step for part in attributes}
    kept = [part for part in statement.children if part.step not in own]
    kind = Node(_STATEMENT, statement.step.removeprefix("/"))
    return Node(node.step + _code(statement), Shape.PARTS, (*attributes, kind, *map(_entry, kept)))


def _code(node: Node) -> str:
    """The code that a section or statement is known by, as it is written in a path."""
    found = child(node, "/code", "/@code")
    return path.code(found.value) if found and isinstance(found.value, str) and found.value else ""
