"""What a message has against its interface document (PV-INTF-5). Not here: the document (`interface_table.py`)."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from harness.content.interface_table import TYPES, Declared
from harness.content.path import Pattern, pattern
from harness.content.tree import Document, Node, Number, Shape, Value, placed
from harness.content.values import shown, text_of

_ALWAYS = Pattern(("MSH.1", "MSH.2"))  # the delimiters of HL7: no table lists them


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
    UNDECLARED = "undeclared", "文档未规定的字段"
    UNREADABLE = "unreadable", "报文或其字符集有误"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One field that is not as the document says."""

    path: str
    breach: Breach
    found: str  # the value
    asked: str  # what the document says, in Chinese


def check(document: Document, table: Sequence[Declared]) -> tuple[Deviation, ...]:
    """Everything in which a message is not as its document says."""
    if document.unreadable:
        return (_remark("!", document.unreadable),)
    nodes = [(path, node) for path, node in _nodes("", document.root) if not path.startswith("!charset")]
    found = [_remark("!charset", document.charset_flaw)] if document.charset_flaw else []
    found += _missing(nodes, table, document.content)
    typed = [line for line in table if line.type]
    for path, node in nodes:
        if isinstance(node.value, Shape) or _ALWAYS.means(path):
            continue
        line = next((line for line in typed if _means(line.path, path, document.content)), None)
        value = shown(node.value, document.content)
        if line is None:
            found.append(Deviation(path=path, breach=Breach.UNDECLARED, found=value, asked="文档中没有此字段"))
        elif text_of(node.value) or isinstance(node.value, Number):
            found.extend(_value(path, node.value, line, document.content))
    return tuple(found)


def _remark(path: str, reason: str) -> Deviation:
    return Deviation(path=path, breach=Breach.UNREADABLE, found="", asked=reason)


def _nodes(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    for below, part in placed(path, node.children):
        yield below, part
        yield from _nodes(below, part)


def _means(wanted: str, path: str, content: str) -> bool:
    """Whether a line speaks of a path. In HL7 a value alone is its own first part, and a field its parts."""
    if pattern(wanted).means(path):
        return True
    if content != "hl7":
        return False
    return pattern(wanted).covers(path) or (
        wanted.endswith(".1") and pattern(wanted.removesuffix(".1")).means(path) and "." in wanted.removesuffix(".1")
    )


def _missing(nodes: Sequence[tuple[str, Node]], table: Sequence[Declared], content: str) -> Iterator[Deviation]:
    """A mandatory field has to be in every structure that could hold it, and so has a mandatory structure."""
    listed = {line.path for line in table}
    for line in table:
        if not line.mandatory:
            continue
        there = [path for path, node in nodes if _means(line.path, path, content) and _holds(node)]
        for holder, rest in _holders(nodes, line.path, listed):
            if not any(path.startswith(holder) for path in there):
                asked = f"必填{f'（{line.title}）' if line.title else ''}"
                yield Deviation(path=holder + rest, breach=Breach.MISSING, found="", asked=asked)


def _holders(nodes: Sequence[tuple[str, Node]], path: str, listed: Set[str]) -> Sequence[tuple[str, str]]:
    """The innermost structures of the message that a field belongs in, and its path from there.

    Where a structure is missing that has a line of its own, that line says whether it must be there.
    """
    parent, rest = _split(path)
    while parent:
        found = [(where, node) for where, node in nodes if pattern(parent).means(where)]
        if found:
            return [(where, rest) for where, node in found if node.value is not Shape.ARRAY]
        if parent in listed:
            return []
        parent, last = _split(parent)
        rest = last + rest
    return [("", rest)]


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
