"""Every type of column at its limits: what comes back is equal to what went in, and of the same Python type."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from harness.model import ReplyKind
from tests.contract.targets import Target

_EXACT = pytest.mark.capability("exact_decimals")
_TIME = pytest.mark.capability("time_of_day")
_MEGABYTE = 1 << 20

_COLUMNS = {
    "a_smallint": "{tinyint}",
    "a_int": "{int}",
    "a_bigint": "{bigint}",
    "a_double": "{double}",
    "a_decimal": "{decimal}(38, 10)",
    "a_varchar": "{varchar}(200)",
    "a_char": "{char}(10)",
    "a_text": "{text}",
    "a_blob": "{blob}",
    "a_date": "{date}",
    "a_time": "TIME(6)",
    "a_datetime": "{datetime}",
}
_VALUES: dict[str, tuple[Any, ...]] = {
    "a_smallint": (-(2**15), 2**15 - 1, 0),
    "a_int": (-(2**31), 2**31 - 1),
    "a_bigint": (-(2**63), 2**63 - 1, 2**53 + 1),
    "a_double": (1.7976931348623157e308, -2.2250738585072014e-308, 0.1, -1 / 3, 1e22, 123456789012345.68),
    "a_decimal": tuple(
        map(Decimal, ("9" * 28 + "." + "9" * 10, "-" + "9" * 28 + "." + "9" * 10, "0.0000000001", "12.5000000000", "0"))
    ),
    "a_varchar": ("汉" * 200, "𠮷" * 100, "尾空格  ", " ", "o'Neill \\ \" % ? {x} :y"),
    "a_char": ("0123456789", "汉字汉字汉字汉字汉字"),
    "a_text": ("汉字𠮷ab" * (_MEGABYTE // 12), "a"),
    "a_blob": (bytes(range(256)) * (_MEGABYTE // 256), b"\x00", bytes(reversed(range(256)))),
    "a_date": tuple(map(dt.date.fromisoformat, ("1000-01-01", "1582-10-04", "1582-10-15", "1900-02-28", "1988-07-01",
                                                "2000-02-29", "9999-12-31"))),
    "a_time": tuple(map(dt.time.fromisoformat, ("00:00:00", "23:59:59.999999", "12:34:56.004920"))),
    # 1986-05-04 00:30: an hour that Shanghai's clocks skipped; 1900: before its clocks knew a standard time.
    "a_datetime": tuple(map(dt.datetime.fromisoformat, (
        "1000-01-01 00:00:00", "1582-10-04 23:59:59.999999", "1900-01-01 00:00:00.000001", "1986-05-04 00:30:00",
        "1991-09-15 00:30:00.500000", "2026-03-01 12:34:56.004920", "9999-12-31 23:59:59.999999"))),
}  # fmt: skip
_MARKS = {"a_decimal": _EXACT, "a_time": _TIME}
_number = itertools.count(1)


@pytest.fixture(scope="module")
def types(target: Target) -> Iterator[Target]:
    session = target.driver.connect()
    columns = {c: kind for c, kind in _COLUMNS.items() if not (c in _MARKS and target.lacks(_MARKS[c].args[0]))}
    listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    reply = target.run(session, f"CREATE TABLE contract_types (k {{int}} PRIMARY KEY, {listed})")
    assert reply.kind is ReplyKind.OK, reply.message
    session.commit()
    yield target
    session.rollback()
    target.run(session, "DROP TABLE contract_types")
    session.commit()
    session.close()


def _cases() -> list[Any]:
    return [
        pytest.param(column, value, marks=_MARKS.get(column, ()), id=f"{column}-{number}")
        for column, values in _VALUES.items()
        for number, value in enumerate((*values, None))
    ]


@pytest.mark.parametrize(("column", "value"), _cases())
def test_a_value_comes_back_as_it_was(types: Target, column: str, value: Any) -> None:
    session = types.driver.connect()
    key = next(_number)
    reply = types.run(session, f"INSERT INTO contract_types (k, {column}) VALUES (%s, %s)", key, value)
    assert (reply.kind, reply.affected) == (ReplyKind.OK, 1), reply.message
    (row,) = types.run(session, f"SELECT {column} FROM contract_types WHERE k = %s", key).rows
    session.rollback()
    session.close()
    expected = types.traits.stored(value)
    assert type(row[0]) is type(expected)
    assert row[0] == expected
    if isinstance(value, Decimal) and types.traits.keeps_scale:
        assert -row[0].as_tuple().exponent == 10
