"""What a message carried against what the database holds afterwards, field by field.

A stored value has a type and the message has none, so the text is read as what is stored: a number by its value
whatever its scale, a moment to the precision that was sent, text by its code points. Not here: fetching the row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from harness.content.differences import Change, FieldDifference
from harness.content.lookup import Lookup
from harness.content.tree import Document, Value
from harness.content.values import decimal_of, moment_of, shown, text_of
from harness.normalise import Kind, classify

_YES, _NO = {"1", "true", "t", "y", "yes"}, {"0", "false", "f", "n", "no"}


def carried(document: Document, mapping: Mapping[str, str], row: Mapping[str, Any]) -> tuple[FieldDifference, ...]:
    """`mapping`: path → column. In the differences, a is what was sent and b what is stored."""
    return tuple(difference for _, difference in told(Lookup(document), mapping.items(), row))


def told(
    message: Lookup, columns: Iterable[tuple[str, str]], row: Mapping[str, Any]
) -> Iterator[tuple[str, FieldDifference]]:
    """The same of a message that is looked up many times: (path, column) each → the columns that differ."""
    there = {name.casefold(): value for name, value in row.items()}
    for path, column in columns:
        difference = _difference(message.content, path, message.value(path), there.get(column.casefold()))
        if difference is not None:
            yield column, difference


def _difference(content: str, path: str, sent: Value, stored: Any) -> FieldDifference | None:
    if sent is None and stored is None:
        return None
    a = None if sent is None else shown(sent, content)
    b = None if stored is None else str(stored)
    if sent is None:
        return FieldDifference(path=path, change=Change.EXTRA, a=a, b=b)
    if stored is None:
        kind = Kind.EMPTY_NULL if text_of(sent) == "" else None
        return FieldDifference(path=path, change=Change.MISSING, a=a, b=b, kind=kind)
    kind = _kind(sent, stored)
    return None if kind is None else FieldDifference(path=path, change=Change.DIFFERENT, a=a, b=b, kind=kind)


def _kind(sent: Value, stored: Any) -> Kind | None:
    text = text_of(sent)
    if isinstance(stored, bool):
        return None if text.strip().lower() in (_YES if stored else _NO) else Kind.TEXT
    if isinstance(stored, int | float | Decimal):
        return _number(text, stored)
    if isinstance(stored, dt.date):
        return _moment(text, stored)
    if isinstance(stored, bytes):
        return classify(text.encode(), stored)
    return classify(text, str(stored))


def _number(text: str, stored: float | Decimal) -> Kind | None:
    number = decimal_of(text)
    if number is None:
        return Kind.TYPE
    exact = Decimal(repr(stored)) if isinstance(stored, float) else Decimal(stored)
    kind = classify(number, exact)
    return None if kind is Kind.DECIMAL_SCALE else kind


def _moment(text: str, stored: dt.date) -> Kind | None:
    """To the precision that was sent: seconds that nobody sent are not lost."""
    sent = moment_of(text)
    if sent is None:
        return Kind.TYPE
    if not isinstance(stored, dt.datetime):
        return None if sent.date() == stored else Kind.TIME
    if sent.tzinfo is None or stored.tzinfo is None:
        sent, stored = sent.replace(tzinfo=None), stored.replace(tzinfo=None)
    else:
        stored = stored.astimezone(sent.tzinfo)
    return classify(sent, stored)
