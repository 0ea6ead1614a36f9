"""Faults on the way into the database: one value of a row, or a piece of business as a whole.

They sit where a statement meets its parameters, because there the column is known: its type, whether it may be empty,
whether anything else hangs on it. Not here: how a value goes wrong (`values.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, DateTime, String

from harness.model import ReplyKind
from scenarios.reference.faults import values
from scenarios.reference.faults.fault import RefusalFault, Shows, ValueFault, WorkFault
from scenarios.reference.service import Outcome

Fits = Callable[[Column[Any], Any], bool]


def _free(column: Column[Any]) -> bool:
    """Whether nothing but the column itself depends on the value."""
    return not (column.primary_key or column.foreign_keys or column.unique)


def _words(column: Column[Any], value: Any) -> bool:
    return _free(column) and isinstance(value, str) and values.is_chinese(value)


def _decimal(column: Column[Any], value: Any) -> bool:
    return _free(column) and isinstance(value, Decimal) and values.has_fraction(value)


def _moment(column: Column[Any], value: Any) -> bool:
    return _free(column) and isinstance(value, dt.datetime)


def _fitting(column: Column[Any], text: str) -> str:
    """No longer than the column takes: it is to be stored, and not refused."""
    longest = getattr(column.type, "length", None)
    return text[:longest] if longest else text


def _padded(column: Column[Any], text: str) -> str:
    longest = getattr(column.type, "length", None)
    return f"{text} " if longest is None or len(text) < longest else f"{text[:-1]} "


def _may_be_empty(column: Column[Any]) -> bool:
    return _free(column) and bool(column.nullable)


def _empty(text: bool) -> Fits:
    """A text column that may be empty, and is: by an empty text, or by NULL."""
    wanted = "" if text else None
    return lambda column, value: _may_be_empty(column) and isinstance(column.type, String) and value == wanted


def _has_edges(column: Column[Any], value: Any) -> bool:
    return isinstance(value, str) and value != value.strip()


def _has_seconds_fraction(column: Column[Any], value: Any) -> bool:
    return _moment(column, value) and value.microsecond != 0


def _has_clock(column: Column[Any], value: Any) -> bool:
    return _moment(column, value) and isinstance(column.type, DateTime) and value.time() != dt.time()


def _code(column: Column[Any], value: Any) -> bool:
    short = getattr(column.type, "length", None) or 0
    return _free(column) and isinstance(value, str) and short <= 24 and values.is_code(value)


def _number(column: Column[Any], value: Any) -> bool:
    return _free(column) and isinstance(value, Decimal) and value != 0


def _value(name: str, title: str, fits: Fits, change: Callable[[Column[Any], Any], Any], needs: str = "") -> ValueFault:
    return ValueFault(name=f"store_{name}", title=title, shows=Shows.TABLE, needs=needs, fits=fits, change=change)


_WORDS = "含汉字的列"
VALUES = (
    _value("optional_dropped", "选填的值没有入库",
           lambda column, value: _may_be_empty(column) and value not in (None, ""), lambda *_: None, "选填而有值的列"),
    _value("number_rounded", "数值多舍入一位", _decimal, lambda _, number: values.rounded(number), "有小数的数值列"),
    _value("sign_flipped", "正负号相反", _number, lambda _, number: -number, "非零的数值列"),
    _value("text_cut", "文字少最后一个字", _words, lambda _, text: text[:-1], _WORDS),
    _value("mojibake", "乱码：UTF-8 当作 GBK 读", _words,
           lambda column, text: _fitting(column, values.misread(text)), _WORDS),
    _value("width_changed", "全角、半角互换",
           lambda column, value: _words(column, value) and values.has_other_width(value),
           lambda _, text: values.other_width(text), "含标点、字母或数字的中文列"),
    _value("blank_added", "值后多一个空格", _words, _padded, _WORDS),
    _value("blanks_trimmed", "首尾空格被去掉", _has_edges, lambda _, text: text.strip(), "首尾有空格的值"),
    _value("empty_for_null", "NULL 存成空串", _empty(text=False), lambda *_: "", "为空的文字列"),
    _value("null_for_empty", "空串存成 NULL", _empty(text=True), lambda *_: None, "值为空串的文字列"),
    _value("time_shifted", "时间差 8 小时", _moment, lambda _, moment: moment + values.HOURS_OFF, "时间列"),
    _value("fraction_lost", "秒以下丢失", _has_seconds_fraction,
           lambda _, moment: moment.replace(microsecond=0), "有毫秒的时间列"),
    _value("clock_lost", "只存日期，时分秒丢失", _has_clock,
           lambda _, moment: moment.replace(hour=0, minute=0, second=0, microsecond=0), "时间列"),
    _value("code_wrong", "代码错", _code, lambda _, code: values.other_code(code), "代码列"),
)  # fmt: skip


def nothing(carry: Callable[[bool], Outcome]) -> Outcome:
    return carry(False)


def _twice(carry: Callable[[bool], Outcome]) -> Outcome:
    """What becomes of the second is nobody's concern."""
    first = carry(True)
    if first.kind is ReplyKind.OK:
        carry(True)
    return first


WORKS = (
    WorkFault(name="store_nothing", title="没有入库却答成功", shows=Shows.TABLE, needs="写库的业务", how=nothing),
    WorkFault(name="store_twice", title="入库两次", shows=Shows.TABLE, needs="唯一约束挡不住第二次的业务", how=_twice),
)

REFUSALS = (
    RefusalFault(
        name="store_half", title="拒绝而不回滚：做了一半的留在库中", shows=Shows.TABLE,
        needs="写过之后才拒绝的业务",
    ),
)  # fmt: skip
