"""What a behaviour probe brought to light on one stack, in words that no product owns.

An observation is kept as text: two stacks behaved alike when the texts are equal. Numbers are told by value (1, 1.0,
Decimal('1.00') and True are all `1`), dates and times by kind and value, bytes in hexadecimal, texts quoted with every
character visible. Not here: who is right (`compare/behaviours.py`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from harness.model import ErrorClass, Probe, Reply, ReplyKind, Row

OK = "ok"
WAITED = "等待 → "  # before an answer that another session kept back
LEFT_OUT = "略"  # the product has no words for this line, and nothing was sent

_CONNECTION = re.compile(r":\s*(KILL|CLOSE|IDLE|POOL|CONNECT)\b")

_LONGEST = 200  # characters of a value, bytes of a binary
_MOST_ROWS = 50
_SHOWN_ROWS = 5  # of more than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One line of a script as one stack answered it."""

    session: str
    sql: str  # in the product's words, or the directive
    text: str  # canonical: this is what is compared
    error_class: str = ""
    message: str = ""  # the product's own words, for people
    came_after: int = 0  # position of the line after which a kept-back answer came; depends on timing, never compared
    bound: tuple[tuple[str, str], ...] = ()  # parameters of the line: name, canonical value
    prepares: bool = False  # belongs to the setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One probe on one stack."""

    probe: str
    seen: tuple[Seen, ...]
    trouble: str = ""  # why the probe could not be carried through; then nothing is known
    repeated: bool = False  # it was run again because of a lost connection, and lost it again
    seconds: float = 0.0

    @property
    def lost(self) -> bool:
        """Whether a connection was lost on the way."""
        return any(seen.error_class == ErrorClass.CONNECTION_LOST for seen in self.seen)

    def agrees(self, other: Observation) -> bool:
        """Whether both were carried through and every line was answered alike."""
        mine, others = ([seen.text for seen in each.seen] for each in (self, other))
        return not self.trouble and not other.trouble and mine == others


def cuts_connection(probe: Probe) -> bool:
    """Whether the script itself puts the connection to the test: then losing it is an answer like any other."""
    return bool(_CONNECTION.search(probe.script))


# --------------------------------------------------------------------------- replies


def said(reply: Reply, *, changes: bool, kind_only: bool) -> str:
    """The canonical text of a reply. `changes`: the statement changes rows, so their number belongs to the answer."""
    if kind_only:
        return reply.kind.label
    if reply.kind is not ReplyKind.OK:
        return f"{reply.kind.label} {reply.error_class or ErrorClass.OTHER}"
    if reply.columns:
        return f"{OK} {_rows(reply.rows)}"
    return f"{OK} 改 {reply.affected} 行" if changes and reply.affected >= 0 else OK


def _rows(rows: Sequence[Row]) -> str:
    if not rows:
        return "0 行"
    told = [_row(row) for row in rows]
    if len(told) <= _MOST_ROWS:
        return f"{len(told)} 行: {' '.join(told)}"
    return f"{len(told)} 行: {' '.join(told[:_SHOWN_ROWS])} … {_digest(repr(told).encode())}"


def _row(row: Iterable[Any]) -> str:
    return f"({', '.join(map(canonical, row))})"


# --------------------------------------------------------------------------- values


def canonical(value: Any) -> str:
    """A value of a row as text."""
    match value:
        case None:
            return "NULL"
        case bool() | int():
            return _short(str(int(value)))
        case float():
            return _number(Decimal(repr(value)))
        case Decimal():
            return _number(value)
        case dt.datetime():
            return value.isoformat(sep=" ")
        case dt.date():
            return value.isoformat()
        case dt.time():
            return value.isoformat()
        case dt.timedelta():
            return _interval(value)
        case bytes() | bytearray() | memoryview():
            return _bytes(bytes(value))
        case list() | tuple():
            return f"[{', '.join(map(canonical, value))}]"
        case _:
            return _text(str(value))


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return str(value.copy_abs() if value.is_nan() else value)
    digits = format(value, "f")  # exact; normalize() would round to the context's 28 digits
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return _short(digits) if value else "0"


def _interval(value: dt.timedelta) -> str:
    """As a time of day: some client libraries give a TIME column as the span since midnight."""
    sign, span = ("-", -value) if value < dt.timedelta() else ("", value)
    minutes, seconds = divmod(span.days * 86_400 + span.seconds, 60)
    fraction = f".{span.microseconds:06d}" if span.microseconds else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{fraction}"


def _bytes(value: bytes) -> str:
    if len(value) > _LONGEST:
        return f"<{len(value)} 字节，{_digest(value)}>"
    return f"x'{value.hex()}'"


def _text(value: str) -> str:
    if len(value) > _LONGEST:
        return f"<{len(value)} 字，{_digest(value.encode('utf-8', 'surrogatepass'))}>"
    return f"'{''.join(map(_character, value))}'"


def _character(character: str) -> str:
    if character in "'\\":
        return "\\" + character
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"


def _short(digits: str) -> str:
    return digits if len(digits) <= _LONGEST else f"<{len(digits)} 位，{_digest(digits.encode())}>"


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()[:16]}"
