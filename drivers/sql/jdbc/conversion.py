"""Texts of a column → Python values, by its type in JDBC's terms: what a native driver of the product would have given.

The text of a value is exact with every driver; its Java object often is not (java.sql.Timestamp knows summer time,
REAL widens to double). Not here: getting at the texts (`reading.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

Parse = Callable[[str], Any]

# java.sql.Types; negative or small numbers in the hundreds are the vendors' own.
_INTEGERS = frozenset({-6, 5, 4, -5})  # TINYINT SMALLINT INTEGER BIGINT
_FLOATS = frozenset({6, 7, 8, 100, 101})  # FLOAT REAL DOUBLE; Oracle's BINARY_FLOAT BINARY_DOUBLE
_DECIMALS = frozenset({2, 3, 2015})  # NUMERIC DECIMAL; H2's DECFLOAT
_BOOLEANS = frozenset({-7, 16})  # BIT BOOLEAN
_MOMENTS = frozenset({93, 2014, -101, -102, -155})  # TIMESTAMP [WITH TIME ZONE]; Oracle's, SQL Server's
_TIMES = frozenset({92, 2013})
_DATE = 91
_OCTETS = frozenset({-2, -3, -4, 2004})  # BINARY VARBINARY LONGVARBINARY BLOB
_LONG_TEXTS = frozenset({2005, 2011})  # CLOB NCLOB

_TRUTH = {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d?:\d\d(?::\d\d(?:\.\d+)?)?))?(?: ?([+-])(\d\d?)(?::?(\d\d))?| ?(Z|UTC|GMT))?"
)
_MYSQL_TIME = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a result."""

    label: str
    parse: Parse | None  # None: the text is the value
    stream: str = ""  # how a value that may be large is read: "octets" or "text"; "" with all others of its row


@lru_cache(maxsize=1000)
def column(label: str, kind: int, type_name: str, family: str) -> Column:
    """How a column of a JDBC type is read."""
    name = type_name.lower()
    if kind in _OCTETS or (family == "mysql" and name == "bit"):
        return Column(label=label, parse=None, stream="octets")
    if kind in _LONG_TEXTS:
        return Column(label=label, parse=None, stream="text")
    return Column(label=label, parse=_parse(kind, name, family))


def values(texts: Sequence[str], parse: Parse | None, null: str) -> Sequence[Any]:
    """The texts of a column as values; one that is not of the column's kind (0000-00-00, infinity) stays a text."""
    nullable = null in texts
    if parse is None:
        return [None if text == null else text for text in texts] if nullable else texts
    try:
        return [None if text == null else parse(text) for text in texts] if nullable else list(map(parse, texts))
    except (ValueError, ArithmeticError, LookupError):
        return [None if text == null else value(text, parse) for text in texts]


def value(text: str, parse: Parse | None) -> Any:
    """One text as a value, or itself."""
    try:
        return text if parse is None else parse(text)
    except (ValueError, ArithmeticError, LookupError):
        return text


def _parse(kind: int, name: str, family: str) -> Parse | None:
    if kind in _INTEGERS or (family == "mysql" and name.startswith("tinyint")):  # TINYINT(1) is called a BIT
        return int
    if kind in _FLOATS:
        return float
    if kind in _DECIMALS:
        return Decimal
    if kind in _BOOLEANS:
        return None if name in {"bit", "varbit"} and family == "postgresql" else _truth
    if kind in _MOMENTS:
        return _moment
    if kind == _DATE:
        return _date
    if kind in _TIMES:
        return _mysql_time if family == "mysql" else dt.time.fromisoformat
    return None


def _truth(text: str) -> bool:
    return _TRUTH[text.lower()]


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return _spelled(text)


def _spelled(text: str) -> dt.datetime:
    """The other ways drivers write a time and its zone: `+8:00`, ` +08`, ` UTC`."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, clock, sign, hours, minutes, utc = found.groups()
    read = dt.datetime.fromisoformat(f"{day}T{(clock or '00:00').rjust(5, '0')}")
    if utc:
        return read.replace(tzinfo=dt.UTC)
    if not sign:
        return read
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes or 0))
    return read.replace(tzinfo=dt.timezone(offset if sign == "+" else -offset))


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        moment = _spelled(text)  # products whose DATE has a time of day
        return moment if moment.time() != dt.time() else moment.date()


def _mysql_time(text: str) -> dt.timedelta:
    found = _MYSQL_TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    sign, hours, minutes, seconds, fraction = found.groups()
    span = dt.timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        microseconds=int((fraction or "").ljust(6, "0")),
    )
    return -span if sign else span
