"""A message's content as a tree that is the same whatever the message was written in, and the limits of reading.

Two nodes are equal when no receiver could tell them apart, so `==` on subtrees is the comparison's short cut; hence a
number is kept as its digits, not as a value (1.50 is not 1.5). Not here: the grammar of paths (`path.py`), readers.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MAX_BYTES = 16 << 20
MAX_NODES = 500_000
MAX_DEPTH = 100

UNREADABLE = "!"  # the one field of a message that cannot be read: why
CHARSET = "!charset"  # what is wrong with the message's characters


class Shape(enum.Enum):
    """The value of a node that has parts instead."""

    OBJECT = "{…}"
    ARRAY = "[…]"
    PARTS = "（结构）"  # segments, fields, components, elements


class Number(NamedTuple):
    """A JSON number as it was written."""

    digits: str


Value = str | Number | bool | Shape | None


class Node(NamedTuple):
    """`step` is what it adds to its parent's path. Children with the same step are a list."""

    step: str
    value: Value
    children: tuple[Node, ...] = ()


class Field(NamedTuple):
    """One value of a message under its path."""

    path: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One message as it was read."""

    content: str  # hl7 json xml cda soap text dicom
    root: Node  # its step is empty

    @property
    def unreadable(self) -> str:
        """Why the message could not be read, or nothing."""
        return self._remark(UNREADABLE)

    @property
    def charset_flaw(self) -> str:
        """What is wrong with its characters, or nothing."""
        return self._remark(CHARSET)

    def fields(self) -> Iterator[Field]:
        """Every value, in the order of the message. A structure without parts is one too."""
        return _fields("", self.root)

    def _remark(self, step: str) -> str:
        return next((str(n.value) for n in self.root.children if n.step == step), "")


class Unreadable(ValueError):
    """Leaves a reader when a message cannot be read; its text is the reason, in Chinese."""


def document(content: str, parts: Sequence[Node], flaw: str = "") -> Document:
    """What a reader hands back."""
    remarks = (Node(CHARSET, flaw),) if flaw else ()
    return Document(content=content, root=Node("", Shape.PARTS, (*parts, *remarks)))


def placed(path: str, children: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    """Children with their paths. An index is written where a step occurs again; items of arrays always have one."""
    counts = Counter(child.step for child in children)
    seen: Counter[str] = Counter()
    for child in children:
        yield path + child.step + index(child.step, seen[child.step], counts[child.step]), child
        seen[child.step] += 1


def index(step: str, place: int, count: int) -> str:
    """Items of an array count from 0, as in JSON; everything else from 1, as in HL7 and XPath."""
    if not step:
        return f"[{place}]"
    return f"[{place + 1}]" if count > 1 else ""


def child(node: Node, *steps: str) -> Node | None:
    """The first node below `node` along these steps."""
    found: Node | None = node
    for step in steps:
        found = next((c for c in found.children if c.step == step), None) if found else None
    return found


def _fields(path: str, node: Node) -> Iterator[Field]:
    if path and (not isinstance(node.value, Shape) or not node.children):
        yield Field(path, node.value)
    for below, part in placed(path, node.children):
        yield from _fields(below, part)
