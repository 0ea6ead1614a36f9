"""What counts as the same value, and how every other pair is named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cells import decode, encode
from harness.normalise import Kind, classify, loose_key, same, strict_key

CST = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime.fromisoformat("2026-03-02T12:00:00")  # as most products keep it: without a zone

CASES: list[tuple[Any, Any, Kind | None]] = [
    (None, None, None),
    ("", None, Kind.EMPTY_NULL),
    (b"", None, Kind.EMPTY_NULL),
    ("  ", None, Kind.NULL),
    (0, None, Kind.NULL),
    ("ab", "ab  ", Kind.PADDING),
    ("", "   ", Kind.PADDING),
    (Decimal("1.50"), Decimal("1.5"), Kind.DECIMAL_SCALE),
    (Decimal("1.50"), Decimal("1.50"), None),
    (Decimal("10.33"), Decimal("10.3333"), Kind.DECIMAL_ROUNDING),
    (Decimal("75.847586"), Decimal("75.8475862068965517"), Kind.DECIMAL_ROUNDING),
    (Decimal("10.34"), Decimal("10.3350"), Kind.DECIMAL_ROUNDING),
    (Decimal("10.34"), Decimal("10.3299"), Kind.NUMBER),
    (Decimal("10.34"), Decimal("10.35"), Kind.NUMBER),
    (Decimal("10.3"), Decimal("10.33"), Kind.NUMBER),  # the fen is lost
    (Decimal("1E+5"), Decimal("100000.004"), Kind.NUMBER),
    (2, Decimal("2"), Kind.DECIMAL_SCALE),
    (2, Decimal("2.00"), Kind.DECIMAL_SCALE),
    (2, Decimal("2.01"), Kind.NUMBER),
    (2, 2.0, Kind.TYPE),
    (True, 1, Kind.TYPE),
    (True, 0, Kind.NUMBER),
    (0.1 + 0.2, 0.3, None),
    (0.3, 0.30001, Kind.NUMBER),
    (float("nan"), float("nan"), None),
    (0.0, -0.0, None),
    (Decimal("1.5"), 1.5, Kind.TYPE),
    ("1.5", Decimal("1.5"), Kind.TYPE),
    ("ABC", "abc", Kind.CASE),
    ("abc", "abd", Kind.TEXT),
    ("王小明", "???", Kind.CHARSET),
    ("王𠮷", "王?", Kind.CHARSET),
    ("王𠮷明", "王????明", Kind.CHARSET),
    ("王𠮷", "王\ufffd", Kind.CHARSET),
    ("王\u9fb4", "王\ue81e", Kind.CHARSET),
    ("是否?", "??", Kind.CHARSET),
    ("张三", "张三".encode().decode("latin-1"), Kind.CHARSET),
    ("门诊", "门诊".encode().decode("gb18030", "replace"), Kind.CHARSET),
    ("e\u0301", "\u00e9", Kind.CHARSET),
    ("王小明", "李?", Kind.TEXT),
    ("王小明", "王大明", Kind.TEXT),
    ("what?", "what!", Kind.TEXT),
    (NOON, NOON + dt.timedelta(hours=8), Kind.TIME_ZONE),
    (NOON, NOON - dt.timedelta(hours=5, minutes=45), Kind.TIME_ZONE),
    (NOON, NOON + dt.timedelta(hours=15), Kind.TIME),
    (NOON, NOON + dt.timedelta(minutes=7), Kind.TIME),
    (NOON, NOON.replace(tzinfo=CST), Kind.TIME_ZONE),
    (NOON.replace(tzinfo=CST), NOON.replace(tzinfo=CST).astimezone(dt.UTC), Kind.TIME_ZONE),
    (NOON.replace(microsecond=123456), NOON.replace(microsecond=123000), Kind.TIME_PRECISION),
    (NOON.replace(microsecond=123456), NOON, Kind.TIME_PRECISION),
    (NOON.replace(microsecond=600000), NOON + dt.timedelta(seconds=1), Kind.TIME_PRECISION),  # MySQL rounds
    (NOON.replace(microsecond=123456), NOON.replace(microsecond=654321), Kind.TIME),
    (NOON, NOON.date(), Kind.TIME_PRECISION),
    (NOON, dt.date(2026, 3, 3), Kind.TIME),
    (dt.date(2026, 3, 2), dt.date(2026, 3, 3), Kind.TIME),
    (dt.time(8), dt.time(8, 15), Kind.TIME),
    (dt.time(8, 0, 0, 5000), dt.time(8), Kind.TIME_PRECISION),
    (dt.time(8), dt.timedelta(hours=8), Kind.TYPE),
    (dt.timedelta(hours=8), dt.timedelta(hours=9), Kind.TIME),
    (b"\x00\x01", b"\x00\x02", Kind.BINARY),
    (b"ab", b"ab  ", Kind.PADDING),
    ((1, "a"), (1, "A"), Kind.CASE),
    ((1,), (1, 2), Kind.TYPE),
    ({"a": 1}, {"a": 1}, None),
    ({"a": 1}, {"a": 2}, Kind.NUMBER),
    ({"a": 1}, {"b": 1}, Kind.TYPE),
]


@pytest.mark.parametrize(("a", "b", "kind"), CASES)
def test_named(a: Any, b: Any, kind: Kind | None) -> None:
    assert classify(a, b) == kind
    assert classify(b, a) == kind


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.text(alphabet="王𠮷?\ufffd\ue81eaA \u00e9", max_size=8),
    st.decimals(),
    st.decimals(min_value=-10, max_value=10, places=1),
    st.floats(),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, dt.UTC, CST])),
    st.times(timezones=st.sampled_from([None, CST])),
    st.timedeltas(),
    st.binary(max_size=4),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple), st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(values, values)
def test_total_and_symmetric(a: Any, b: Any) -> None:
    kind = classify(a, b)
    assert kind is None or isinstance(kind, Kind)
    assert classify(b, a) == kind
    assert same(a, b) == (kind is None)
    hash(loose_key(a))
    if strict_key(a) == strict_key(b):
        assert kind is None


@given(values)
def test_a_value_is_itself(a: Any) -> None:
    assert classify(a, a) is None


@given(st.one_of(scalars.filter(lambda v: not isinstance(v, dt.timedelta | Decimal))))
def test_a_value_survives_the_recording(a: Any) -> None:
    """What one stack's value becomes on the way through a file may not count as a difference."""
    assert classify(a, decode(encode(a))) is None


@given(st.text(), st.integers(1, 5))
def test_blanks_at_the_end_are_padding(text: str, n: int) -> None:
    assert classify(text, text + " " * n) == Kind.PADDING
