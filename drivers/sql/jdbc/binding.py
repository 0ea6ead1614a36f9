"""Python values → parameters of a PreparedStatement, each by its type and without a detour over text or double.

Not here: values that come back (`reading.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import jpype

from drivers.sql.jdbc.classes import known

Setter = Callable[[Any, int, Any], None]  # (PreparedStatement, index from 1, value)

_INT = 1 << 31
_LONG = 1 << 63


def bind(statement: Any, values: Sequence[Any]) -> None:
    """Set all parameters. Raises ValueError for a value that has no SQL counterpart."""
    setters = _setters()
    for index, value in enumerate(values, 1):
        setter = setters.get(type(value)) or _of_subclass(setters, value)
        setter(statement, index, value)


def _of_subclass(setters: dict[type, Setter], value: Any) -> Setter:
    for kind, setter in setters.items():
        if isinstance(value, kind):
            setters[type(value)] = setter
            return setter
    raise ValueError(f"a {type(value).__name__} cannot be sent as a parameter")


@cache
def _setters() -> dict[type, Setter]:
    """By type, subclasses before their bases; made once the JVM runs."""
    java = jpype.java
    null = java.sql.Types.NULL
    big_decimal, big_integer = known(java.math.BigDecimal), known(java.math.BigInteger)
    date, time, moment = known(java.time.LocalDate), known(java.time.LocalTime), known(java.time.LocalDateTime)
    zoned, zone = known(java.time.OffsetDateTime), known(java.time.ZoneOffset)
    octets = jpype.JArray(jpype.JByte)

    def whole(statement: Any, index: int, value: int) -> None:
        if -_INT <= value < _INT:
            statement.setInt(index, value)
        elif -_LONG <= value < _LONG:
            statement.setLong(index, value)
        else:
            statement.setBigDecimal(index, big_decimal(big_integer(str(value))))

    def decimal(statement: Any, index: int, value: Decimal) -> None:
        if not value.is_finite():
            raise ValueError(f"{value} has no counterpart in java.math.BigDecimal")
        statement.setBigDecimal(index, big_decimal(str(value)))

    def text(statement: Any, index: int, value: str) -> None:
        value.encode()  # a lone surrogate raises here; Java would silently send a question mark
        statement.setString(index, value)

    def local(value: dt.datetime) -> Any:
        day = (value.year, value.month, value.day)
        return moment.of(*day, value.hour, value.minute, value.second, value.microsecond * 1000)

    def date_and_time(statement: Any, index: int, value: dt.datetime) -> None:
        offset = value.utcoffset()
        if offset is None:
            statement.setObject(index, local(value))
        else:
            statement.setObject(index, zoned.of(local(value), zone.ofTotalSeconds(int(offset.total_seconds()))))

    def clock(statement: Any, index: int, value: dt.time) -> None:
        statement.setObject(index, time.of(value.hour, value.minute, value.second, value.microsecond * 1000))

    def binary(statement: Any, index: int, value: bytes | bytearray | memoryview) -> None:
        statement.setBytes(index, octets(bytes(value)))

    return {
        type(None): lambda statement, index, value: statement.setNull(index, null),
        bool: lambda statement, index, value: statement.setBoolean(index, value),
        int: whole,
        float: lambda statement, index, value: statement.setDouble(index, value),
        Decimal: decimal,
        str: text,
        dt.datetime: date_and_time,
        dt.date: lambda statement, index, value: statement.setObject(
            index, date.of(value.year, value.month, value.day)
        ),
        dt.time: clock,
        dt.timedelta: lambda statement, index, value: statement.setString(index, _duration(value)),
        bytes: binary,
        bytearray: binary,
        memoryview: binary,
    }


def _duration(value: dt.timedelta) -> str:
    """As MySQL's TIME, the only type that comes back as a timedelta."""
    sign, value = ("-", -value) if value < dt.timedelta() else ("", value)
    minutes, seconds = divmod(value.days * 86_400 + value.seconds, 60)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.{value.microseconds:06d}"
