"""What a message has against its interface document (PV-INTF-5). Not here: the document (`interface_table.py`)."""

from __future__ import annotations

import enum
import re
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from harness.content.interface_table import TYPES, Declared
from harness.content.path import Pattern, pattern
from harness.content.tree import CHARSET, Document, Node, Shape, Value, placed
from harness.content.values import shown, text_of

_ALWAYS = Pattern(("MSH.1", "MSH.2"))  # the delimiters of HL7: no table lists them
_STEP_BEGINS = re.compile(r"[./\[]")
_MOST_PLACES = 100_000


class Breach(enum.StrEnum):
    """What a message may have against its document."""

    label: str

    def __new__(cls, value: str, label: str) -> Breach:
        breach = str.__new__(cls, value)
        breach._value_ = value
        breach.label = label
        return breach

    MISSING = "missing_mandatory", "缺少必填字段"
    TOO_LONG = "too_long", "超过规定长度"
    TYPE = "wrong_type", "类型不符"
    CODE = "unknown_code", "代码不在值域内"
    RANGE = "out_of_range", "超出规定范围"
    FORMAT = "wrong_format", "格式不符"
    STRUCTURE = "wrong_structure", "结构不符"
    UNDECLARED = "undeclared", "文档未规定的字段"
    STATUS = "undeclared_status", "文档未规定的状态码或内容类型"
    UNREADABLE = "unreadable", "报文或其字符集有误"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One field that is not as the document says."""

    path: str
    breach: Breach
    found: str  # the value
    asked: str  # what the document says, in Chinese


def check(document: Document, table: Sequence[Declared]) -> tuple[Deviation, ...]:
    """Everything in which a message is not as its document says. Whoever has many messages keeps a `Table`."""
    return Table(table, document.content).check(document)


class _Place(NamedTuple):
    """What a table says of one path."""

    line: Declared | None  # that speaks of the value
    free: bool  # no table speaks of it
    longest: int  # a text of so many characters is certainly right: nearly all values, nearly always
    fields: tuple[str, ...]  # the mandatory lines that it fulfils
    structures: tuple[str, ...]  # the lines' structures that it is
    around: tuple[str, ...]  # every path that it lies in, itself included


class Table:
    """An interface table made ready for messages of one content: what it says of a path is worked out once."""

    def __init__(self, lines: Sequence[Declared], content: str) -> None:
        self._content = content
        self._typed = [line for line in lines if line.type]
        self._mandatory = {line.path: line for line in lines if line.mandatory}
        self._parents = {path: tuple(_parents(path, {line.path for line in lines})) for path in self._mandatory}
        self._structures = {parent for parents in self._parents.values() for parent, _ in parents if parent}
        self._places: dict[str, _Place] = {}

    def check(self, document: Document) -> tuple[Deviation, ...]:
        if document.unreadable:
            return (_remark("!", document.unreadable),)
        nodes: list[tuple[str, Node]] = []
        _gather("", document.root.children, nodes)
        there: dict[str, set[str]] = {}  # mandatory field → the structures in which it is
        holders: dict[str, list[tuple[str, Node]]] = {}
        wrong: list[Deviation] = []
        for path, node in nodes:
            place = self._places.get(path) or self._place(path)
            for wanted in place.fields:
                if _holds(node):
                    there.setdefault(wanted, {""}).update(place.around)
            for structure in place.structures:
                holders.setdefault(structure, []).append((path, node))
            if isinstance(node.value, str) and len(node.value) <= place.longest:
                continue
            if not place.free and not isinstance(node.value, Shape):
                wrong += self._against(path, node.value, place.line)
        flaw = document.charset_flaw
        remarks = [_remark(CHARSET, flaw)] if flaw else []
        return (*remarks, *self._missing(there, holders), *wrong)

    def _place(self, path: str) -> _Place:
        if len(self._places) >= _MOST_PLACES:
            self._places.clear()
        line = next((line for line in self._typed if _means(line.path, path, self._content)), None)
        plain = line is not None and line.type in ("text", "any") and not line.codes
        known = self._places[path] = _Place(
            line=line,
            longest=(line.length or sys.maxsize) if line and plain else -1,
            free=_ALWAYS.means(path) or path == CHARSET,
            fields=tuple(wanted for wanted in self._mandatory if _means(wanted, path, self._content)),
            structures=tuple(structure for structure in self._structures if pattern(structure).means(path)),
            around=(*(path[: found.start()] for found in _STEP_BEGINS.finditer(path)), path),
        )
        return known

    def _against(self, path: str, value: Value, line: Declared | None) -> Sequence[Deviation]:
        """What a value has against its line."""
        if line is None:
            found = shown(value, self._content)
            return (Deviation(path=path, breach=Breach.UNDECLARED, found=found, asked="文档中没有此字段"),)
        text = text_of(value)
        return tuple(_value(path, value, line, self._content)) if text else ()

    def _missing(
        self, there: Mapping[str, Set[str]], holders: Mapping[str, Sequence[tuple[str, Node]]]
    ) -> Iterator[Deviation]:
        """A mandatory field has to be in every structure that could hold it, and so has a mandatory structure."""
        for wanted, line in self._mandatory.items():
            asked = f"必填{f'（{line.title}）' if line.title else ''}"
            for parent, rest in self._parents[wanted]:
                if parent and parent not in holders:
                    continue
                inside = [where for where, node in holders[parent] if node.value is not Shape.ARRAY] if parent else [""]
                for where in inside:
                    if where not in there.get(wanted, ()):
                        yield Deviation(path=where + rest, breach=Breach.MISSING, found="", asked=asked)
                break


def _remark(path: str, reason: str) -> Deviation:
    return Deviation(path=path, breach=Breach.UNREADABLE, found="", asked=reason)


def _gather(path: str, children: Sequence[Node], nodes: list[tuple[str, Node]]) -> None:
    """Everything of a message under its path, in the order of the message."""
    steps = {part.step for part in children}
    alone = len(steps) == len(children) and "" not in steps  # then no index is written
    for below, part in ((path + part.step, part) for part in children) if alone else placed(path, children):
        nodes.append((below, part))
        if part.children:
            _gather(below, part.children, nodes)


def _means(wanted: str, path: str, content: str) -> bool:
    """Whether a line speaks of a path. In HL7 a value alone is its own first part, and a field its parts."""
    if pattern(wanted).means(path):
        return True
    if content != "hl7":
        return False
    return pattern(wanted).covers(path) or (
        wanted.endswith(".1") and pattern(wanted.removesuffix(".1")).means(path) and "." in wanted.removesuffix(".1")
    )


def _parents(path: str, listed: Set[str]) -> Iterator[tuple[str, str]]:
    """The structures that a field may lie in, the innermost first, and its path from there; "" is the whole message.

    Where a structure is missing that has a line of its own, that line says whether it must be there.
    """
    parent, rest = _split(path)
    while parent:
        yield parent, rest
        if parent in listed:
            return
        parent, last = _split(parent)
        rest = last + rest
    yield "", rest


def _split(path: str) -> tuple[str, str]:
    """A path without its last step, and that step."""
    path = re.sub(r"^([A-Z][A-Z0-9]{2}(?:\[(?:\d+|\*)\])?)-(?=\d)", r"\1.", path)
    cut = [found.start() for found in re.finditer(r"'(?:[^'\\]|\\.)*'|[./]", path) if found[0] in "./"]
    return (path[: cut[-1]], path[cut[-1] :]) if cut else ("", path)


def _holds(node: Node) -> bool:
    return isinstance(node.value, Shape) or text_of(node.value) != ""


def _value(path: str, value: Value, line: Declared, content: str) -> Iterator[Deviation]:
    text = text_of(value)

    def deviation(breach: Breach, asked: str) -> Deviation:
        return Deviation(path=path, breach=breach, found=shown(value, content), asked=asked)

    if not TYPES[line.type](value):
        yield deviation(Breach.TYPE, f"类型 {line.type}")
    if line.length and len(text) > line.length:
        yield deviation(Breach.TOO_LONG, f"最多 {line.length} 个字符，实为 {len(text)} 个")
    if line.codes and text not in line.codes:
        yield deviation(Breach.CODE, f"应为 {'、'.join(sorted(line.codes))} 之一")
