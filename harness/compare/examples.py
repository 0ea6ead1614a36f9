"""Differences as text: what one occurrence looked like on either side, readable and short.

Not here: which occurrences are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.compare.differences import Difference
from harness.compare.kinds import Kind
from harness.model import ReplyKind, Row, StepRecord, TransactionRecord
from harness.result import Example

LONGEST = 200
ABSENT = "（无此行）"
NO_FIELD = "（无）"
ANSWERS = {
    ReplyKind.OK: "成功",
    ReplyKind.REFUSED: "被拒绝",
    ReplyKind.FAILED: "失败",
    ReplyKind.TIMED_OUT: "超时",
    ReplyKind.UNREACHABLE: "连接中断",
}


def shorten(text: str) -> str:
    """At most LONGEST characters, with a mark where something was cut."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def show(value: Any) -> str:
    """A cell for a reader. Text is quoted so that blanks and the empty string can be seen."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, bytes):
        return f"0x{value[:64].hex()}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, dict):
        return f"{{{pairs(value.items())}}}"
    return str(value)


def pairs(named: Iterable[tuple[str, Any]]) -> str:
    """name=value, …"""
    return ", ".join(f"{name}={show(value)}" for name, value in named)


def of_item(d: Difference, seq: int, params: Mapping[str, Any]) -> Example:
    """One occurrence in a transaction."""
    original, migrated = _sides(d)
    key = pairs(params.items())
    if d.field and d.field.path != d.field.general:
        key = f"{d.field.path}；{key}"
    return Example(seq=seq, key=shorten(key), original=original, migrated=migrated)


def of_stored_row(d: Difference, key_columns: Sequence[str]) -> Example:
    """One occurrence in stored data."""
    original, migrated = _sides(d)
    return Example(
        seq=-1, key=shorten(pairs(zip(key_columns, d.key, strict=False))), original=original, migrated=migrated
    )


def _sides(d: Difference) -> tuple[str, str]:
    if d.field:
        return _field(d.field.a), _field(d.field.b)
    if d.row_a and not d.row_b and not d.column:
        return shorten(_row(d.columns, d.row_a)), ABSENT
    if d.row_b and not d.row_a and not d.column:
        return ABSENT, shorten(_row(d.columns, d.row_b))
    original, migrated = _side(d.a, d), _side(d.b, d)
    if original == migrated and d.column:  # 20 and 20: say what tells them apart
        original, migrated = (f"{text}（{type(v).__name__}）" for text, v in ((original, d.a), (migrated, d.b)))
    return original, migrated


def _field(text: str | None) -> str:
    """As the message has it; blanks at its ends would be lost on a reader."""
    if text is None:
        return NO_FIELD
    return shorten(show(text) if text != text.strip() or not text else text)


def _side(value: Any, d: Difference) -> str:
    if isinstance(value, StepRecord):
        named = f"（{value.error_class}）" if value.error_class else ""
        return shorten(ANSWERS[value.kind] + named + (f"：{value.message}" if value.message else ""))
    if isinstance(value, TransactionRecord):
        at = value.steps[d.place].statement if d.place < len(value.steps) else "结束"
        reason = f"（{value.reason}）" if value.reason else ""
        return shorten(f"{ANSWERS[value.outcome]}{reason}，第 {d.place + 1} 步：{at}")
    if d.kind in (Kind.ROW_ORDER, Kind.NULL_ORDER):
        return shorten("；".join(_row(d.columns, row) for row in value))
    if d.kind is Kind.COLUMNS:
        return shorten(str(value))
    return shorten(show(value))


def _row(columns: Sequence[str], row: Row) -> str:
    return pairs(zip(columns, row, strict=False))
