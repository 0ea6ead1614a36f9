"""HL7 v2 as a receiving system reads it, and what it answers.

What cannot be read, or lacks what it must have, raises `Declined`, which becomes an AR or AE with an ERR segment by
table 0357. Not here: writing fields (`hl7.py`), what a message means (the packs).
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from harness.content import hl7 as reading
from harness.content.tree import Node, Shape, Unreadable
from harness.content.values import decimal_of, moment_of
from scenarios import hl7

FIRST_YEAR, LAST_YEAR = 1900, 2199  # what every product stores
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_numbers = itertools.count(1)

SEQUENCE, MISSING, TYPE, CODE = "100", "101", "102", "103"
UNSUPPORTED, UNSUPPORTED_EVENT, VERSION, UNKNOWN, DUPLICATE, LOCKED, INTERNAL = (
    "200", "201", "203", "204", "205", "206", "207",
)  # fmt: skip
_WORDS = {
    SEQUENCE: "Segment sequence error", MISSING: "Required field missing", TYPE: "Data type error",
    CODE: "Table value not found", UNSUPPORTED: "Unsupported message type",
    UNSUPPORTED_EVENT: "Unsupported event code", VERSION: "Unsupported version id", UNKNOWN: "Unknown key identifier",
    DUPLICATE: "Duplicate key identifier", LOCKED: "Application record locked", INTERNAL: "Application internal error",
}  # fmt: skip


class Declined(Exception):
    """The message is not taken: `code` is AR where it is no message for us, AE where its content will not do."""

    def __init__(self, text: str, *, condition: str, where: str = "", code: str = "AE") -> None:
        super().__init__(text)
        self.text, self.condition, self.where, self.code = text, condition, where, code


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment as it arrived; `number` counts those of its name from 1."""

    node: Node
    number: int = 1

    @property
    def name(self) -> str:
        return self.node.step

    def text(self, path: str, *, longest: int = 0) -> str:
        """A field that must be there: "3", "3.1"."""
        found = self.maybe(path, longest=longest)
        if found is None:
            raise self.wrong(path, "必填，报文中没有", MISSING)
        return found

    def maybe(self, path: str, *, longest: int = 0) -> str | None:
        """A field that may be empty."""
        found = _value(self.node, path.split("."))
        if found and longest and len(found) > longest:
            raise self.wrong(path, f"最多 {longest} 个字符，实为 {len(found)} 个", TYPE)
        return None if found in (None, '""') or not found.strip() else found

    def plain(self, number: str, *, longest: int) -> str | None:
        """A whole field that must be one value: with parts or repetitions, some of it would be lost."""
        found = [part for part in self.node.children if part.step == f".{number}"]
        if len(found) > 1 or any(part.children for part in found):
            raise self.wrong(number, "应为一个值，分隔符须转义", TYPE)
        return self.maybe(number, longest=longest)

    def coded(self, path: str, codes: Sequence[str]) -> str:
        found = self.text(path)
        if found not in codes:
            raise self.wrong(path, f"代码不在值域 {'、'.join(codes)} 内", CODE)
        return found

    def instant(self, path: str) -> dt.datetime:
        """A moment to the microsecond, without a zone: the hospital's own clock."""
        found = moment_of(self.text(path))
        if found is None or found.tzinfo is not None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise self.wrong(path, "不是本院时间", TYPE)
        return found

    def moment(self, path: str) -> dt.datetime:
        """A moment to the second."""
        found = self.instant(path)
        if found.microsecond:
            raise self.wrong(path, "应精确到秒", TYPE)
        return found

    def day(self, path: str) -> dt.date:
        text = self.text(path)
        found = moment_of(text) if re.fullmatch(r"\d{8}", text, re.ASCII) else None
        if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise self.wrong(path, "不是日期", TYPE)
        return found.date()

    def number_of(self, path: str) -> Decimal:
        found = decimal_of(self.text(path))
        if found is None:
            raise self.wrong(path, "不是数", TYPE)
        return found

    def integer(self, path: str, *, most: int) -> int:
        found = self.text(path)
        if not re.fullmatch(r"\d{1,9}", found, re.ASCII) or int(found) > most:
            raise self.wrong(path, f"应为 0 到 {most} 的整数", TYPE)
        return int(found)

    def wrong(self, path: str, what: str, condition: str) -> Declined:
        place = f"{self.name}-{path}" if self.number == 1 else f"{self.name}[{self.number}]-{path}"
        field, _, component = path.partition(".")
        where = "^".join(filter(None, (self.name, str(self.number), field, component and f"1^{component}")))
        return Declined(f"{place} {what}", condition=condition, where=where)


def _value(node: Node, steps: Sequence[str]) -> str | None:
    """The first value along the path; a value alone is its own first part."""
    for n, step in enumerate(steps):
        found = next((part for part in node.children if part.step == f".{step}"), None)
        if found is None:
            alone = n > 0 and step == "1" and isinstance(node.value, str)
            return str(node.value) if alone else None
        node = found
    return _first(node)


def _first(node: Node) -> str | None:
    """What a field says whose parts nobody asked for: its first."""
    while isinstance(node.value, Shape):
        if not node.children or node.children[0].step != ".1":
            return None
        node = node.children[0]
    return None if node.value is None else str(node.value)


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it arrived: its header, and all its segments in their order."""

    header: Segment
    segments: tuple[Segment, ...]

    @property
    def kind(self) -> tuple[str, str]:
        """OML, O21"""
        return self.header.text("9.1"), self.header.maybe("9.2") or ""

    def first(self, name: str) -> Segment:
        found = next(self.all(name), None)
        if found is None:
            raise Declined(f"缺少 {name} 段", condition=SEQUENCE, where=name)
        return found

    def all(self, name: str) -> Iterator[Segment]:
        return (segment for segment in self.segments if segment.name == name)

    def groups(self, name: str) -> Iterator[tuple[Segment, tuple[Segment, ...]]]:
        """Every segment of this name with those that follow it, up to the next one."""
        starts = [n for n, segment in enumerate(self.segments) if segment.name == name]
        for start, end in itertools.pairwise([*starts, len(self.segments)]):
            yield self.segments[start], self.segments[start + 1 : end]


def person(pid: Segment) -> dict[str, Any]:
    """Who the patient is, as every system here knows a person."""
    return {
        "patient_id": pid.text("3", longest=24),
        "patient_name": pid.text("5", longest=30),
        "pinyin": pid.text("9", longest=60),
        "gender_code": pid.coded("8", ("M", "F")),
        "birth_date": pid.day("7"),
        "phone": pid.maybe("13", longest=20),
    }


def received(body: bytes, charset: str, *, longest: int) -> Received:
    """Read a message. Raises `Declined`."""

    def unfit(why: str, condition: str = TYPE) -> Declined:
        return Declined(why, condition=condition, code="AR")

    if len(body) > longest:
        raise unfit(f"报文 {len(body)} 字节，超过 {longest} 字节")
    if not body.rstrip(reading.FRAME.encode()).endswith((b"\r", b"\n")):
        raise unfit("报文不完整：最后一段没有结束", SEQUENCE)
    text, flaw = reading.decoded(body, charset)
    lines = reading.lines_of(text)
    if flaw:
        raise unfit(f"字符集有误：{flaw}")
    if _CONTROL.search("".join(lines)):
        raise unfit("含控制字符")
    try:
        nodes = reading.parts(lines, reading.codec_for(text, charset))
    except Unreadable as wrong:
        raise unfit(str(wrong), SEQUENCE) from None
    names = [node.step for node in nodes]
    if names[0] != "MSH" or "message" in names or "!line" in names:
        raise unfit("不是以 MSH 段开头的一条 HL7 v2 报文", SEQUENCE)
    counts: dict[str, itertools.count[int]] = {}
    segments = tuple(Segment(node, next(counts.setdefault(node.step, itertools.count(1)))) for node in nodes)
    if any(_CONTROL.search(text) for text in _texts(nodes)):
        raise unfit("转义序列中含控制字符")
    if segments[0].maybe("2") != "^~\\&":
        raise unfit("MSH-2 应为 ^~\\&")
    if segments[0].maybe("10") is None:
        raise unfit("MSH-10 必填，报文中没有", MISSING)
    if not (segments[0].maybe("12") or "").startswith("2."):
        raise unfit("MSH-12 不是本接口的版本", VERSION)
    return Received(segments[0], segments)


def _texts(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node.value, str):
            yield node.value
        yield from _texts(node.children)


# --------------------------------------------------------------------------- answers


def answer(body: bytes, *segments: str, kind: tuple[str, ...], charset: str) -> bytes:
    """An answer to a message, however it looked: sender and receiver exchanged, stamped with our own clock."""
    request = _header(body, charset)
    fields = {
        3: request.get(5), 4: request.get(6), 5: request.get(3), 6: request.get(4),
        7: dt.datetime.now().astimezone().replace(microsecond=0),
        10: f"A{next(_numbers):09d}", 11: request.get(11) or "P",
    }  # fmt: skip
    return hl7.message(hl7.header(kind, charset=charset, fields=fields), *segments, charset=charset)


def acknowledged(body: bytes, charset: str) -> str:
    """MSA of a message that was taken."""
    return hl7.segment("MSA", {1: "AA", 2: _header(body, charset).get(10)})


def declined(body: bytes, why: Declined, charset: str) -> tuple[str, str]:
    """MSA and ERR of one that was not."""
    location = tuple(why.where.split("^")) if why.where else None
    condition = (why.condition, _WORDS.get(why.condition, ""), "HL70357")
    return (
        hl7.segment("MSA", {1: why.code, 2: _header(body, charset).get(10), 3: why.text}),
        hl7.segment("ERR", {2: location, 3: condition, 4: "E", 8: why.text}),
    )


def _header(body: bytes, charset: str) -> dict[int, str]:
    """As much of MSH as can be read of whatever arrived."""
    text, _ = reading.decoded(body[:4096], charset)
    lines = reading.lines_of(text)
    delimiters = reading.declared(lines[0]) if lines and lines[0].startswith("MSH") else None
    if delimiters is None:
        return {}
    fields = (reading.unescaped(_CONTROL.sub("", field), delimiters) for field in lines[0].split(delimiters.field))
    return dict(enumerate(fields, 1))
