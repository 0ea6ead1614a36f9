"""Rows → the text of a bulk load, a column at a time: PostgreSQL's COPY format and SQL literals for a long INSERT.

Column by column because a column has one type: one decision and one C-speed `map` per column of a chunk instead of
one Python call per value. Not here: sending.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from harness.model import Row

Escape = Callable[[str], str]  # a text as a quoted SQL literal

_COPY_SPECIAL = re.compile(r"[\\\t\n\r]")
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SQL_SPECIAL = re.compile("[\\\\'\"\\x00\\n\\r\\x1a]")
_DATES = frozenset({dt.date, dt.datetime, dt.time})
_PLAIN = frozenset({int, Decimal, dt.date, dt.datetime, dt.time})  # whose str() is what both products read


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Rows in lists of at most `size`."""
    source = iter(rows)
    while chunk := list(itertools.islice(source, size)):
        yield chunk


def copy_text(chunk: Sequence[Row]) -> str:
    """Lines of COPY … FROM STDIN in text format."""
    columns = [_copy_column(column) for column in zip(*chunk, strict=True)]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def values_text(chunk: Sequence[Row], escape: Escape) -> str:
    """`(…),(…)` for INSERT … VALUES; `escape` is the client library's: it knows how the session escapes."""
    columns = [_literal_column(column, escape) for column in zip(*chunk, strict=True)]
    return "(" + "),(".join(map(",".join, zip(*columns, strict=True))) + ")"


def _copy_column(column: Sequence[Any]) -> Iterable[str]:
    kinds = set(map(type, column))
    nullable = type(None) in kinds
    kinds.discard(type(None))
    if kinds == {str} and not _COPY_SPECIAL.search("".join(filter(None, column))):
        return ["\\N" if value is None else value for value in column] if nullable else column
    if kinds == {dt.date}:  # few different ones, each many times
        texts = {value: _copy_value(value) for value in set(column)}
        return map(texts.__getitem__, column)
    if kinds == {dt.datetime} and not nullable:
        return map(dt.datetime.isoformat, column)
    if len(kinds) == 1 and kinds <= _PLAIN:
        return ["\\N" if value is None else str(value) for value in column] if nullable else map(str, column)
    return map(_copy_value, column)


def _copy_string(value: str) -> str:
    return value.translate(_COPY_ESCAPES) if _COPY_SPECIAL.search(value) else value


def _copy_value(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return _copy_string(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\\\x" + bytes(value).hex()
    return str(value)


def _literal_column(column: Sequence[Any], escape: Escape) -> Iterable[str]:
    kinds = set(map(type, column))
    if kinds == {str} and not _SQL_SPECIAL.search("".join(column)):
        return [f"'{value}'" for value in column]
    if kinds == {int}:
        return map(str, column)
    if kinds <= _DATES:
        return [f"'{value}'" for value in column]
    return [_literal(value, escape) for value in column]


def _literal(value: Any, escape: Escape) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")  # never 1E+3, which would be a floating-point literal
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"x'{bytes(value).hex()}'"
    text = str(value)
    return escape(text) if _SQL_SPECIAL.search(text) else f"'{text}'"
