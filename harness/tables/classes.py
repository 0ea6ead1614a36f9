"""Differing values of one column → the kind of each difference, a column at a time.

The same kinds and the same judgement as `normalise.classify`, which decides wherever a column cannot be judged as a
whole; what it is asked about is asked once for equal pairs. A pair that only looks different (1e-05 and 0.00001) has no
kind. Not here: which rows belong together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.canonical import Form
from harness.normalise import FARTHEST_ZONE, QUARTER, Kind, classify

KINDS = tuple(Kind)
SAME = -1
_CODE = {kind: number for number, kind in enumerate(KINDS)}
_OPEN = -2

Codes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

_TEXTS = frozenset({Form.TEXT, Form.OTHER})
_EMPTY = frozenset({Form.TEXT, Form.OTHER, Form.BINARY})
_NOTHING_LONG = "0:"  # a long value of no bytes: its length and colon
_NUMBERS = frozenset({Form.INTEGER, Form.DECIMAL, Form.FLOAT})
_QUARTER_US = int(QUARTER / dt.timedelta(microseconds=1))
_FARTHEST_US = int(FARTHEST_ZONE / dt.timedelta(microseconds=1))
_SECOND_US = 1_000_000


def kinds_of(form: Form, original: pa.Array, migrated: pa.Array) -> Codes:
    """Per pair of differing values an index into `KINDS`, or SAME."""
    found: Codes = np.full(len(original), _OPEN, dtype=np.int8)
    _against_null(form, original, migrated, found)
    for judge in _JUDGES.get(form, ()):
        open_ = found == _OPEN
        if not open_.any():
            return found
        judge(original, migrated, found, open_)
    _one_by_one(form, original, migrated, found)
    return found


def _mask(values: pa.Array) -> Bools:
    mask: Bools = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
    return mask


def _against_null(form: Form, a: pa.Array, b: pa.Array, found: Codes) -> None:
    one, other = _mask(pc.is_null(a)), _mask(pc.is_null(b))
    if not (one.any() or other.any()):
        return
    value = pc.coalesce(a, b)
    empty = pc.starts_with(value, _NOTHING_LONG) if form in _LONG else pc.equal(value, "")
    found[one ^ other] = _CODE[Kind.NULL]
    if form in _EMPTY | _LONG:
        found[(one ^ other) & _mask(empty)] = _CODE[Kind.EMPTY_NULL]


def _exact(kind: Kind) -> Callable[[pa.Array, pa.Array, Codes, Bools], None]:
    def judge(_: pa.Array, __: pa.Array, found: Codes, open_: Bools) -> None:
        found[open_] = _CODE[kind]

    return judge


def _padding(a: pa.Array, b: pa.Array, found: Codes, open_: Bools) -> None:
    alike = pc.equal(pc.ascii_rtrim(a, characters=" "), pc.ascii_rtrim(b, characters=" "))
    found[open_ & _mask(alike)] = _CODE[Kind.PADDING]


def _plain_letters(a: pa.Array, b: pa.Array, found: Codes, open_: Bools) -> None:
    """Between texts of ASCII alone no character set can have been mistaken."""
    ascii_ = open_ & _mask(pc.string_is_ascii(a)) & _mask(pc.string_is_ascii(b))
    case = _mask(pc.equal(pc.ascii_lower(a), pc.ascii_lower(b)))
    found[ascii_] = _CODE[Kind.TEXT]
    found[ascii_ & case] = _CODE[Kind.CASE]


def _decimals(a: pa.Array, b: pa.Array, found: Codes, open_: Bools) -> None:
    """With as many places two plain numbers differ in value; without zeros at the end they may be the same."""
    plain = open_ & _plain(a) & _plain(b)
    places = _mask(pc.equal(_places(a), _places(b)))
    found[plain & places] = _CODE[Kind.NUMBER]
    alike = _mask(pc.equal(_trimmed(a), _trimmed(b)))
    found[plain & ~places & alike] = _CODE[Kind.DECIMAL_SCALE]


def _plain(values: pa.Array) -> Bools:
    """Digits alone; of a zero with a sign one cannot say by its text that it is another number."""
    digits = _mask(pc.match_substring_regex(values, r"^-?\d+(\.\d+)?$"))
    return digits & ~_mask(pc.match_substring_regex(values, r"^-[0.]+$"))


def _places(values: pa.Array) -> pa.Array:
    point = pc.find_substring(values, ".")
    return pc.if_else(pc.less(point, 0), -1, pc.subtract(pc.utf8_length(values), point))


def _trimmed(values: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(values, r"\.0*$|(\.\d*?)0+$", r"\1")


def _floats(a: pa.Array, b: pa.Array, found: Codes, open_: Bools) -> None:
    one, other = (_numbers(values) for values in (a, b))
    with np.errstate(invalid="ignore", over="ignore"):
        equal = one == other
        far = np.abs(one - other) > 1e-14 * np.maximum(np.abs(one), np.abs(other))
    found[open_ & equal] = SAME
    found[open_ & far] = _CODE[Kind.NUMBER]


def _numbers(values: pa.Array) -> npt.NDArray[np.float64]:
    """NaN where there is no plain number; what is beside it is judged by itself."""
    plain = pc.match_substring_regex(values, r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$")
    found: npt.NDArray[np.float64] = pc.cast(pc.if_else(plain, values, None), pa.float64()).to_numpy(
        zero_copy_only=False
    )
    return found


def _moments(a: pa.Array, b: pa.Array, found: Codes, open_: Bools) -> None:
    """Moved by whole quarters of an hour: a zone; by more than a second otherwise: another moment."""
    one, other = (_microseconds(values) for values in (a, b))
    told = open_ & _mask(pc.is_valid(one)) & _mask(pc.is_valid(other))
    moved = np.abs(pc.fill_null(pc.subtract(one, other), 0).to_numpy(zero_copy_only=False))
    zone = (moved % _QUARTER_US == 0) & (moved <= _FARTHEST_US) & (moved > 0)
    found[told & zone] = _CODE[Kind.TIME_ZONE]
    found[told & ~zone & (moved >= _SECOND_US)] = _CODE[Kind.TIME]


def _microseconds(values: pa.Array) -> pa.Array:
    plain = pc.match_substring_regex(values, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$")
    return pc.cast(pc.cast(pc.if_else(plain, values, None), pa.timestamp("us")), pa.int64())


_LONG = frozenset({Form.LONG_TEXT, Form.LONG_BINARY})
_JUDGES: dict[Form, tuple[Callable[[pa.Array, pa.Array, Codes, Bools], None], ...]] = {
    Form.INTEGER: (_exact(Kind.NUMBER),),
    Form.DECIMAL: (_decimals,),
    Form.FLOAT: (_floats,),
    Form.TEXT: (_padding, _plain_letters),
    Form.OTHER: (_padding, _plain_letters),
    Form.DATE: (_exact(Kind.TIME),),
    Form.DATETIME: (_moments,),
    Form.LONG_TEXT: (_exact(Kind.TEXT),),
    Form.LONG_BINARY: (_exact(Kind.BINARY),),
}


# --------------------------------------------------------------------------- what is left, pair by pair


def _one_by_one(form: Form, a: pa.Array, b: pa.Array, found: Codes) -> None:
    """Equal pairs are judged once."""
    left = np.flatnonzero(found == _OPEN)
    if not len(left):
        return
    known: dict[tuple[str, str], int] = {}
    for place, one, other in zip(left, a.take(left).to_pylist(), b.take(left).to_pylist(), strict=True):
        pair = (one, other)
        if pair not in known:
            kind = classify(_value(form, one), _value(form, other))
            known[pair] = SAME if kind is None else _CODE[kind]
        found[place] = known[pair]


def _value(form: Form, text: str) -> object:
    """The value that a text stands for; the text where it stands for none that Python knows (infinity, 0000-00-00)."""
    try:
        return _READ[form](text) if form in _READ else text
    except (ValueError, InvalidOperation):
        return text


_READ: dict[Form, Callable[[str], object]] = {
    Form.DECIMAL: Decimal,
    Form.FLOAT: float,
    Form.BINARY: bytes.fromhex,
    Form.TIME: dt.time.fromisoformat,
    Form.DATETIME: dt.datetime.fromisoformat,
}
