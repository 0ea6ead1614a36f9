"""Two messages → every field in which they differ. Nothing is forgiven here but what `How` declares.

Not here: pairing the items of lists (`pairing.py`), the short cut for messages that are almost the same (`bodies.py`),
what moves by itself (`noise.py`).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from harness.content.how import How
from harness.content.pairing import Pairs, by_key, in_order, paired
from harness.content.path import general
from harness.content.tree import CHARSET, UNREADABLE, Document, Node, Shape, Value, index
from harness.content.values import apart_s, decimal_of, kind_of, shown, shown_whole
from harness.normalise import Kind

_NEIGHBOURS = 3  # shown where an order differs


class Change(enum.StrEnum):
    """What happened to a field."""

    label: str

    def __new__(cls, value: str, label: str) -> Change:
        change = str.__new__(cls, value)
        change._value_ = value
        change.label = label
        return change

    MISSING = "missing", "缺少字段"
    EXTRA = "extra", "多出字段"
    DIFFERENT = "different", "字段值不同"
    ORDER = "order", "次序不同"
    CHARSET = "charset", "字符集与声明不符"
    UNREADABLE = "unreadable", "报文无法读取"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """One field in which two messages differ. The path counts as the original does, or as the only side that has it."""

    path: str
    change: Change
    a: str | None  # as text; None where there is nothing
    b: str | None
    kind: Kind | None = None  # how two values differ; None unless both are there
    apart_s: float | None = None  # between two moments

    @property
    def general(self) -> str:
        return general(self.path)


def differences(original: Document, migrated: Document, how: How) -> tuple[FieldDifference, ...]:
    """What differs, in the order of the original."""
    if original.root == migrated.root:
        return ()
    reasons = (original.unreadable, migrated.unreadable)
    if any(reasons):
        a, b = (reason or None for reason in reasons)
        return (FieldDifference(path=UNREADABLE, change=Change.UNREADABLE, a=a, b=b),)
    comparison = _Comparison(how, original.content)
    comparison.nodes("", original.root, migrated.root)
    return tuple(comparison.found)


class _Comparison:
    """One pair of messages."""

    def __init__(self, how: How, content: str) -> None:
        self.how = how
        self.content = content
        self.found: list[FieldDifference] = []
        self._moving, self._left_out, self._free = how.moving, how.left_out, how.free
        self._masks = bool(how.volatile or how.ignored)

    def nodes(self, path: str, a: Node, b: Node) -> None:
        """The same place in both."""
        if a == b or (path and self._passed_over(path, a, b)):
            return
        if self.content == "hl7":
            a, b = _as_parts(a, b), _as_parts(b, a)
        if a.value != b.value and not self._tolerated(path, a.value, b.value):
            self._note(path, Change.DIFFERENT, a, b)
            if isinstance(a.value, Shape) or isinstance(b.value, Shape):
                return
        in_place = self._parts(path, a.children, b.children)
        if a.value is not Shape.OBJECT and not self._free.means(path):
            self._order(path, a.children, b.children, in_place)

    def _passed_over(self, path: str, a: Node, b: Node) -> bool:
        if self._left_out.covers(path):
            return True
        return self._moving.covers(path) and bool(_holds(a)) and _holds(a) == _holds(b)

    def _tolerated(self, path: str, a: Value, b: Value) -> bool:
        number, seconds = self.how.most_apart(path)
        if number is not None:
            x, y = decimal_of(a), decimal_of(b)
            if x is not None and y is not None and type(a) is type(b) and abs(x - y) <= number:
                return True
        apart = apart_s(a, b) if seconds is not None else None
        return apart is not None and seconds is not None and apart <= seconds

    def _parts(self, path: str, a: tuple[Node, ...], b: tuple[Node, ...]) -> list[tuple[int, int]]:
        """Compare what is below; which part of `a` is which of `b`, where their order counts."""
        left, right = _lists(a), _lists(b)
        both: list[tuple[int, int]] = []  # positions among the parts
        noted: list[tuple[int, str, Node | None, Node | None]] = []
        for step in dict.fromkeys((*left, *right)):
            at_a, at_b = left.get(step, []), right.get(step, [])
            items_a, items_b = [a[n] for n in at_a], [b[n] for n in at_b]
            items = path + step
            pairs = self._pairs(items, items_a, items_b)
            most = max(len(items_a), len(items_b))
            for i, j in pairs.both:
                noted.append((at_a[i], items + index(step, i, most), items_a[i], items_b[j]))
            noted += [(at_a[i], items + index(step, i, most), items_a[i], None) for i in pairs.missing]
            noted += [(len(a) + at_b[j], items + index(step, j, most), None, items_b[j]) for j in pairs.extra]
            if not self._free.means(items):
                both += [(at_a[i], at_b[j]) for i, j in pairs.both]
        for _, where, x, y in sorted(noted, key=lambda entry: entry[0]):
            if x is not None and y is not None:
                self.nodes(where, x, y)
            elif not self._left_out.covers(where):
                self._note(where, Change.MISSING if y is None else Change.EXTRA, x, y)
        return sorted(both)

    def _pairs(self, items: str, a: Sequence[Node], b: Sequence[Node]) -> Pairs:
        if len(a) == len(b) == 1 or not a or not b:
            return by_key([0] * len(a), [0] * len(b))
        key = self.how.key_of(items)
        if key:
            return by_key([_at(node, key) for node in a], [_at(node, key) for node in b])
        if self._masks:
            step = a[0].step
            a, b = (
                [self._masked(items + index(step, n, len(side)), node) for n, node in enumerate(side)]
                for side in (a, b)
            )
        return paired(a, b, ordered=not self._free.means(items))

    def _masked(self, path: str, node: Node) -> Node:
        """The node without what moves, so that it can be recognised."""
        if self._moving.covers(path) or self._left_out.covers(path):
            return Node(node.step, Shape.PARTS)
        if not node.children:
            return node
        parts = []
        for step, at in _lists(node.children).items():
            for n, place in enumerate(at):
                parts.append((place, self._masked(path + step + index(step, n, len(at)), node.children[place])))
        return node._replace(children=tuple(part for _, part in sorted(parts, key=lambda entry: entry[0])))

    def _order(self, path: str, a: tuple[Node, ...], b: tuple[Node, ...], both: list[tuple[int, int]]) -> None:
        """One difference for all that stands elsewhere below `path`, at the first that does."""
        kept = in_order([j for _, j in both])
        if len(kept) == len(both):
            return
        i, j = next(pair for n, pair in enumerate(both) if n not in kept)
        at = _lists(a)[a[i].step]
        first = min(i, j)
        self.found.append(
            FieldDifference(
                path=path + a[i].step + index(a[i].step, at.index(i), len(at)),
                change=Change.ORDER,
                a=self._some(a[first : first + _NEIGHBOURS]),
                b=self._some(b[first : first + _NEIGHBOURS]),
            )
        )

    def _some(self, nodes: Sequence[Node]) -> str:
        return "；".join(f"{node.step}：{shown_whole(node, self.content, 60)}".lstrip("./：") for node in nodes)

    def _note(self, path: str, change: Change, a: Node | None, b: Node | None) -> None:
        if path == CHARSET:
            change = Change.CHARSET
        whole = change is not Change.DIFFERENT
        kind = kind_of(a.value, b.value) if a is not None and b is not None and not whole else None
        self.found.append(
            FieldDifference(
                path=path,
                change=change,
                a=_text(a, self.content, whole),
                b=_text(b, self.content, whole),
                kind=kind,
                apart_s=apart_s(a.value, b.value) if kind and a is not None and b is not None else None,
            )
        )


def _text(node: Node | None, content: str, whole: bool) -> str | None:
    if node is None:
        return None
    structure = isinstance(node.value, Shape) or (whole and node.children)
    return shown_whole(node, content) if structure else shown(node.value, content)


def _holds(node: Node) -> str:
    """Whether there is a value or structure, an emptiness or null."""
    if node.value is None:
        return "null"
    return "something" if node.children or node.value != "" else ""


def _lists(nodes: Sequence[Node]) -> dict[str, list[int]]:
    """Step → where it stands among the parts."""
    found: dict[str, list[int]] = {}
    for n, node in enumerate(nodes):
        found.setdefault(node.step, []).append(n)
    return found


def _as_parts(node: Node, other: Node) -> Node:
    """A value alone is its own first part: A is A^. Only where the other side has more parts than that."""
    if isinstance(node.value, str) and not node.children and other.children:
        return Node(node.step, other.value, (Node(".1", node.value),) if node.value else ())
    return node


def _at(node: Node, key: str) -> Value:
    """The value at a path below a node; a value alone is its own first part."""
    for part in node.children:
        if key == part.step:
            return part.value
        if key.startswith(part.step) and key[len(part.step)] in "./":
            rest = key[len(part.step) :]
            return part.value if not part.children and rest == ".1" else _at(part, rest)
    return None
