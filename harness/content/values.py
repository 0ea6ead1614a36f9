"""Two values of a message: as numbers, as moments, and how they differ in one word.

Text is the same when its code points are. Numbers and moments are only looked at where a rule allows a tolerance, where
a stored value is held against a sent one, and to name a difference that was already found.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal

from harness.content.tree import Node, Number, Shape, Value
from harness.normalise import Kind, classify

_DECIMAL = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_HL7_MOMENT = re.compile(
    r"(?P<date>\d{8})(?:(?P<hour>\d\d)(?P<minute>\d\d)?(?P<second>\d\d)?(?:\.(?P<fraction>\d{1,6})\d*)?)?"
    r"(?P<zone>[+-]\d{4})?",
    re.ASCII,
)
_ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d.*", re.ASCII)
_LONGEST = 40  # characters of a moment


def text_of(value: Value) -> str:
    """A value as text, whatever it was written as."""
    if isinstance(value, Number):
        return value.digits
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Shape):
        return value.value
    return value or ""


def shown(value: Value, content: str) -> str:
    """A value for a reader. In JSON, text is quoted so that "1" and 1 can be told apart."""
    if content != "json" or isinstance(value, Number | Shape):
        return text_of(value)
    return json.dumps(value, ensure_ascii=False)


def shown_whole(node: Node, content: str, longest: int = 200) -> str:
    """A node with everything below it, shortened."""
    out: list[str] = []
    length = 0
    waiting = [node]
    while waiting and length <= longest:
        part = waiting.pop()
        if not isinstance(part.value, Shape) or not part.children:
            name = part.step if part is not node else ""
            out.append(f"{name}={shown(part.value, content)}" if name else shown(part.value, content))
            length += len(out[-1]) + 1
        waiting.extend(reversed(part.children))
    text = " ".join(out)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def decimal_of(value: Value) -> Decimal | None:
    """The number that a value spells."""
    text = text_of(value).strip()
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def moment_of(value: Value) -> dt.datetime | None:
    """The moment that a value spells: HL7 (20260302083000.000+0800), ISO 8601, at least a whole date."""
    text = text_of(value).strip()
    if len(text) > _LONGEST:
        return None
    try:
        if _ISO_MOMENT.fullmatch(text):
            return dt.datetime.fromisoformat(text)
        found = _HL7_MOMENT.fullmatch(text)
        if found is None:
            return None
        clock = f"{found['hour'] or '00'}{found['minute'] or '00'}{found['second'] or '00'}"
        fraction = f".{found['fraction'].ljust(6, '0')}" if found["fraction"] else ""
        return dt.datetime.fromisoformat(f"{found['date']}T{clock}{fraction}{found['zone'] or ''}")
    except ValueError:
        return None


def apart_s(a: Value, b: Value) -> float | None:
    """By how many seconds two moments differ; None where one of them is none, or their zones cannot be compared."""
    x, y = moment_of(a), moment_of(b)
    if x is None or y is None or (x.tzinfo is None) != (y.tzinfo is None):
        return None
    return abs((x - y).total_seconds())


def kind_of(a: Value, b: Value) -> Kind:
    """How two values that differ do so."""
    if isinstance(a, Shape) or isinstance(b, Shape):
        return Kind.TYPE
    if a is None or b is None:
        return classify(a if a is None else text_of(a), b if b is None else text_of(b)) or Kind.NULL
    if type(a) is not type(b) or isinstance(a, bool):
        return Kind.TYPE if type(a) is not type(b) else Kind.TEXT
    for read in (moment_of, decimal_of):
        x, y = read(a), read(b)
        if x is not None and y is not None:
            return classify(x, y) or Kind.TEXT
    return classify(text_of(a), text_of(b)) or Kind.TEXT
