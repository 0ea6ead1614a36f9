"""The common facts of databases: the form in which drivers answer them, and how they read for people.

Forms: `utc_offset`, `lock_timeout` and `statement_timeout` are seconds, −1 is a time-out that never comes;
`identifier_case` is lower, upper, sensitive or insensitive; yes-or-no facts are 1 or true; `loses_commits` names the
settings by which a committed transaction may be lost in a crash, empty where there are none; `instance` tells two
databases apart. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

Reading = Callable[[str], str]

_IDENTIFIER_CASES = {
    "lower": "折叠为小写",
    "upper": "折叠为大写",
    "sensitive": "区分大小写",
    "insensitive": "不区分大小写",
}
_UNICODE = {"utf8", "utf8mb4", "al32utf8", "unicode", "utf16", "utf16le", "utf32", "utfe"}


def is_yes(answer: str | None) -> bool:
    """Of a yes-or-no fact; what was not answered is no."""
    return (answer or "").strip().lower() in {"1", "t", "true", "y", "yes", "on"}


def number(answer: str | None) -> float | None:
    """A fact that counts something, None where it was not answered with a number."""
    try:
        value = float(answer or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _plain(answer: str) -> str:
    return " ".join(answer.split())


def _either(yes: str, no: str) -> Reading:
    return lambda answer: yes if is_yes(answer) else no


def _words(answer: str) -> str:
    return _plain(answer.replace("-", " ").replace("_", " ")).upper()


def _seconds(answer: str) -> str:
    value = number(answer)
    if value is None:
        return _plain(answer)
    return "不限" if value < 0 else f"{value:g} 秒"


def _offset(answer: str) -> str:
    value = number(answer)
    if value is None:
        return _plain(answer)
    hours, minutes = divmod(abs(round(value / 60)), 60)
    return f"UTC{'-' if value < 0 else '+'}{hours:02d}:{minutes:02d}"


def _count(answer: str) -> str:
    value = number(answer)
    return _plain(answer) if value is None else f"{value:.0f}"


def _identifier_case(answer: str) -> str:
    return _IDENTIFIER_CASES.get(answer.lower(), answer)


def _charset_kind(answer: str) -> str:
    """Names of the same characters are the same charset: UTF8, utf8mb4, AL32UTF8."""
    name = answer.lower().replace("-", "").replace("_", "")
    return "unicode" if name in _UNICODE else name


def _zone(answer: str) -> str:
    """GMT+08:00 and +08:00 are the same zone."""
    return re.sub(r"^(gmt|utc)(?=[+-])", "", answer.lower())


def _set(answer: str) -> str:
    return ",".join(sorted(part.strip().upper() for part in answer.split(",") if part.strip()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One common fact. `meant` is what two sides are compared by, `shown` what people read."""

    name: str
    title: str
    shown: Reading = _plain
    meant: Reading | None = None
    matters: bool = True  # whether a difference between the sides means something

    def same(self, one: str, other: str) -> bool:
        meant = self.meant or self.shown
        return meant(one) == meant(other)


FACTS = {
    fact.name: fact
    for fact in (
        Fact(name="compatible_mode", title="兼容模式", meant=str.lower),
        Fact(name="charset", title="字符集", meant=_charset_kind),
        Fact(name="charset_bytes", title="每字符最多字节", shown=_count),
        Fact(name="collation", title="排序规则", meant=str.lower),
        Fact(name="case_insensitive", title="大小写", shown=_either("'abc' = 'ABC'", "'abc' ≠ 'ABC'")),
        Fact(name="pads_blanks", title="末尾空格", shown=_either("'a' = 'a '", "'a' ≠ 'a '")),
        Fact(name="empty_is_null", title="空字符串", shown=_either("'' 就是 NULL", "'' 不是 NULL")),
        Fact(name="identifier_case", title="表名大小写", shown=_identifier_case),
        Fact(name="timezone", title="时区", meant=_zone),
        Fact(name="utc_offset", title="与 UTC 的时差", shown=_offset),
        Fact(name="isolation", title="默认隔离级别", shown=_words),
        Fact(name="lock_timeout", title="锁等待上限", shown=_seconds),
        Fact(name="statement_timeout", title="语句超时", shown=_seconds),
        Fact(name="sql_mode", title="SQL 模式", meant=_set),
        Fact(name="max_connections", title="可用连接数", shown=_count),
        Fact(name="read_only", title="只读", shown=_either("是", "否")),
        Fact(name="loses_commits", title="断电可能丢提交", shown=lambda answer: _plain(answer) or "否"),
        Fact(name="creates_schemas", title="可建临时库", shown=_either("是", "否")),
        Fact(name="data_directory", title="数据目录", matters=False),
    )
}
