"""Two cell values → the kind of their difference, or None where an application could not tell them apart.

This is the only place that decides what "the same value" means. Nothing is forgiven here: '1.50' and '1.5' are told
apart and named, so that a declared rule can explain them and be counted. Not here: rows, order, rules.

One tolerance is declared: two floats are the same when they print alike with FLOAT_DIGITS significant digits, which is
what every product guarantees for a double. Money is Decimal and knows no tolerance.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

FLOAT_DIGITS = 15
QUARTER = dt.timedelta(minutes=15)
_FEN = 2  # decimal places
_MOST_PLACES = 60  # no product stores more
_SECOND = dt.timedelta(seconds=1)
FARTHEST_ZONE = dt.timedelta(hours=14)


class Kind(enum.StrEnum):
    """Every kind of difference with its Chinese name; what each may do stands in `compare/kinds.py`."""

    label: str

    def __new__(cls, value: str, label: str) -> Kind:
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.label = label
        return kind

    EMPTY_NULL = "empty_null", "空串与空值互换"
    PADDING = "padding", "尾部空格不同"
    DECIMAL_SCALE = "decimal_scale", "小数位数不同"
    DECIMAL_ROUNDING = "decimal_rounding", "小数位取舍不同"
    NUMBER = "number", "数值不同"
    TIME = "time", "时间不同"
    TIME_ZONE = "time_zone", "时区不同"
    TIME_PRECISION = "time_precision", "时间精度不同"
    CASE = "case", "大小写不同"
    CHARSET = "charset", "字符集问题"
    TEXT = "text", "文字不同"
    BINARY = "binary", "二进制内容不同"
    TYPE = "type", "数据类型不同"
    NULL = "null", "值缺失"
    IDENTITY = "identity", "自编号不同"
    ROW_ORDER = "row_order", "行的次序不同"
    NULL_ORDER = "null_order", "空值的排序位置不同"
    ROW_MISSING = "row_missing", "少行"
    ROW_EXTRA = "row_extra", "多行"
    ROW_COUNT = "row_count", "行数不同"
    AFFECTED = "affected", "影响行数不同"
    ERROR_CLASS = "error_class", "语句执行失败或错误类别不同"
    OUTCOME = "outcome", "业务结果不同"
    COLUMNS = "columns", "列不同"
    FIELD_MISSING = "field_missing", "应答缺少字段"
    FIELD_EXTRA = "field_extra", "应答多出字段"
    FIELD_ORDER = "field_order", "应答中的次序不同"
    UNREADABLE = "unreadable", "应答无法读取"
    STATUS = "status", "应答状态不同"
    SILENT_LOSS = "silent_loss", "应答成功却没有存下"


def label_of(kind: str) -> str:
    """The Chinese name of a kind as a finding holds it."""
    return next((known.label for known in Kind if known == kind), kind)


def classify(a: Any, b: Any) -> Kind | None:
    """How two values differ; None when they are the same. Symmetric, total, never raises for a value of `cells.py`."""
    if a is None or b is None:
        return _against_null(a, b)
    if type(a) is type(b):
        if type(a) in _PLAIN and a == b:
            return None
        judge = _SAME_TYPE.get(type(a))
        return judge(a, b) if judge else _other(a, b)
    return _across_types(a, b)


def same(a: Any, b: Any) -> bool:
    """Whether `classify` finds nothing, decided faster for the usual case."""
    if type(a) is type(b) and type(a) in _PLAIN:
        return bool(a == b)
    return classify(a, b) is None


def strict_key(value: Any) -> Any:
    """A hashable stand-in: equal stand-ins mean `classify` finds nothing."""
    kind = type(value)
    if kind in _PLAIN:
        return (kind.__name__, value)
    if kind is float:
        return ("float", _float_text(value))
    if kind is dt.datetime or kind is dt.time:
        return (kind.__name__, value.isoformat())
    if kind is tuple or kind is list:
        return ("tuple", tuple(map(strict_key, value)))
    return (kind.__name__, repr(value))


def loose_key(value: Any) -> Any:
    """A hashable stand-in that survives a change of representation; used to pair rows, never to judge."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value.rstrip().casefold()
    if isinstance(value, bool):
        return ("n", Decimal(int(value)))
    if isinstance(value, int | float | Decimal):
        number = _number(value)
        return ("n", number if number.is_finite() else str(number))
    if isinstance(value, dt.datetime):
        return ("t", value.replace(microsecond=0, tzinfo=None))
    return strict_key(value)


# --------------------------------------------------------------------------- one judge per type


def _against_null(a: Any, b: Any) -> Kind | None:
    if a is None and b is None:
        return None
    value = b if a is None else a
    return Kind.EMPTY_NULL if isinstance(value, str | bytes) and not value else Kind.NULL


def _exact(kind: Kind) -> Callable[[Any, Any], Kind | None]:
    return lambda a, b: None if a == b else kind


def _float_text(value: float) -> str:
    return format(value + 0.0, f".{FLOAT_DIGITS}g")


def _floats(a: float, b: float) -> Kind | None:
    return None if _float_text(a) == _float_text(b) or (a == 0 == b) else Kind.NUMBER


def _number(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _equal_numbers(a: Any, b: Any) -> bool:
    x, y = _number(a), _number(b)
    if x.is_finite() and y.is_finite():
        return x == y
    return str(x) == str(y)


def _decimals(a: Decimal, b: Decimal) -> Kind | None:
    if str(a) == str(b):
        return None
    if not _equal_numbers(a, b):
        return Kind.DECIMAL_ROUNDING if _cut(a, b) else Kind.NUMBER
    return None if a.as_tuple().exponent == b.as_tuple().exponent else Kind.DECIMAL_SCALE


def _cut(a: Decimal, b: Decimal) -> bool:
    """Whether the one with fewer places is the other, rounded or cut, with at least the fen still there."""
    if not (a.is_finite() and b.is_finite()):
        return False
    (places, short), (more, long) = sorted(((-int(v.as_tuple().exponent), v) for v in (a, b)), key=lambda pair: pair[0])
    if places < _FEN or places == more or more > _MOST_PLACES:
        return False
    return abs(long - short) < Decimal(1).scaleb(-places)


def _texts(a: str, b: str) -> Kind | None:
    if a == b:
        return None
    if a.rstrip(" ") == b.rstrip(" "):
        return Kind.PADDING
    if _misread(a, b) or _misread(b, a):
        return Kind.CHARSET
    if a.casefold() == b.casefold():
        return Kind.CASE
    return Kind.TEXT


def _bytes(a: bytes, b: bytes) -> Kind | None:
    if a == b:
        return None
    return Kind.PADDING if a.rstrip(b" \0") == b.rstrip(b" \0") else Kind.BINARY


def _sequences(a: Sequence[Any], b: Sequence[Any]) -> Kind | None:
    if len(a) != len(b):
        return Kind.TYPE
    return next((kind for x, y in zip(a, b, strict=True) if (kind := classify(x, y)) is not None), None)


def _mappings(a: Mapping[str, Any], b: Mapping[str, Any]) -> Kind | None:
    if a.keys() != b.keys():
        return Kind.TYPE
    return next((kind for key in sorted(a) if (kind := classify(a[key], b[key])) is not None), None)


def _other(a: Any, b: Any) -> Kind | None:
    return None if repr(a) == repr(b) else Kind.TEXT


def _across_types(a: Any, b: Any) -> Kind:
    numbers = int | float | Decimal
    if isinstance(a, numbers) and isinstance(b, numbers):
        if not _equal_numbers(a, b):
            return Kind.NUMBER
        plain = {type(a), type(b)} == {int, Decimal}
        return Kind.DECIMAL_SCALE if plain else Kind.TYPE
    if isinstance(a, dt.date) and isinstance(b, dt.date):  # one of them is a datetime: the clock time was lost or added
        return Kind.TIME_PRECISION if (a.year, a.month, a.day) == (b.year, b.month, b.day) else Kind.TIME
    return Kind.TYPE


# --------------------------------------------------------------------------- times


def _datetimes(a: dt.datetime, b: dt.datetime) -> Kind | None:
    if (a.tzinfo is None) == (b.tzinfo is None):
        if a == b:
            return None if a.utcoffset() == b.utcoffset() else Kind.TIME_ZONE
        moved = a - b
    else:
        moved = a.replace(tzinfo=None) - b.replace(tzinfo=None)
    if abs(moved) <= FARTHEST_ZONE and not moved % QUARTER:
        return Kind.TIME_ZONE
    return Kind.TIME_PRECISION if _rounded(moved, a.microsecond, b.microsecond) else Kind.TIME


def _rounded(moved: dt.timedelta, a: int, b: int) -> bool:
    """Whether one of two times is the other cut or rounded to fewer digits (MySQL rounds, others cut)."""
    if abs(moved) >= _SECOND:
        return False
    for digits in range(6):  # digits that are left
        unit = 10 ** (6 - digits)
        if abs(moved) < dt.timedelta(microseconds=unit) and (a % unit == 0 or b % unit == 0):
            return True
    return False


def _times(a: dt.time, b: dt.time) -> Kind | None:
    if a.utcoffset() != b.utcoffset():
        return Kind.TIME_ZONE
    wall = [dt.datetime.combine(dt.date.min, v.replace(tzinfo=None)) for v in (a, b)]
    if wall[0] == wall[1]:
        return None
    return Kind.TIME_PRECISION if _rounded(wall[0] - wall[1], a.microsecond, b.microsecond) else Kind.TIME


def _intervals(a: dt.timedelta, b: dt.timedelta) -> Kind | None:
    if a == b:
        return None
    return Kind.TIME_PRECISION if _rounded(a - b, a.microseconds, b.microseconds) else Kind.TIME


# --------------------------------------------------------------------------- characters

# (how it was written, how it was read): the confusions that happen between Chinese code pages, UTF-8 and Latin 1.
_CONFUSIONS = (
    ("utf-8", "latin-1"),
    ("utf-8", "cp1252"),
    ("utf-8", "gb18030"),
    ("gb18030", "latin-1"),
    ("gb18030", "cp1252"),
    ("gb18030", "utf-8"),
    ("utf-8", "big5"),
    ("utf-8", "ascii"),
    ("gb18030", "ascii"),
)
_LOST = r"?\ufffd\ue000-\uf8ff"  # what stands where a character was lost: '?', U+FFFD, the private use area
_LOST_ONE = re.compile(f"[{_LOST}]")
_FOREIGN_RUN = re.compile("[?\x80-\U0010ffff]+")


def _misread(good: str, bad: str) -> bool:
    """Whether `bad` is `good` after a wrong decoding, a lossy conversion or another composition of its characters."""
    if good.isascii():
        return False
    if "\ufffd" in bad and "\ufffd" not in good:
        return True
    if unicodedata.normalize("NFC", good) == unicodedata.normalize("NFC", bad):
        return True
    if any(good.encode(write, "replace").decode(read, "replace") == bad for write, read in _CONFUSIONS):
        return True
    return _replaced(good, bad)


def _replaced(good: str, bad: str) -> bool:
    """Whether characters of `good` were replaced by marks of loss and everything else is still there, in place."""
    if len(_LOST_ONE.findall(bad)) <= len(_LOST_ONE.findall(good)):
        return False
    left, right = _FOREIGN_RUN.findall(good), _FOREIGN_RUN.findall(bad)
    if len(left) != len(right) or _FOREIGN_RUN.sub("\0", good) != _FOREIGN_RUN.sub("\0", bad):
        return False
    return all(_within(_LOST_ONE.sub("", lost), whole) for whole, lost in zip(left, right, strict=True))


def _within(part: str, whole: str) -> bool:
    """Whether the characters of `part` occur in `whole` in the same order."""
    rest: Iterator[str] = iter(whole)
    return all(character in rest for character in part)


_PLAIN = frozenset({int, str, bool, type(None), dt.date})
_SAME_TYPE: dict[type, Callable[[Any, Any], Kind | None]] = {
    bool: _exact(Kind.NUMBER),
    int: _exact(Kind.NUMBER),
    dt.date: _exact(Kind.TIME),
    float: _floats,
    Decimal: _decimals,
    str: _texts,
    bytes: _bytes,
    dt.datetime: _datetimes,
    dt.time: _times,
    dt.timedelta: _intervals,
    tuple: _sequences,
    list: _sequences,
    dict: _mappings,
}
