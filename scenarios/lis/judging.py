"""The laboratory's rules as arithmetic: flags, delta check, what may pass without a person, Westgard, time limits.

The generator and the transactions judge by the same functions; the invariants say it again in SQL. Not here: SQL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

NOTIFY_WITHIN = dt.timedelta(minutes=15)  # 危急值：登记到通知
ACKNOWLEDGE_WITHIN = dt.timedelta(minutes=30)  # 通知到回执
KEPT_DAYS = 7  # 标本保存
CRITICAL = ("LL", "HH")
PLACES = Decimal("0.0001")


class Limits(NamedTuple):
    """What the dictionaries say of one analyte for one patient; the columns of the query `limits_of_panel`."""

    analyte_code: str
    unit: str | None
    auto_low: Decimal | None
    auto_high: Decimal | None
    critical_low: Decimal | None
    critical_high: Decimal | None
    delta_limit: Decimal | None
    ref_low: Decimal | None
    ref_high: Decimal | None
    range_text: str | None


class Judged(NamedTuple):
    """What the rules say of one measured value."""

    number: Decimal | None
    abnormal_flag: str | None
    delta_flag: str | None


def judge(value_type: str, text: str | None, limits: Limits, previous: Decimal | None) -> Judged:
    """Flags of one value: LL and HH are critical, A is an abnormal text, D a delta beyond its limit."""
    if value_type != "NM" or text is None:
        odd = value_type == "ST" and text is not None and not text.startswith(limits.range_text or "")
        return Judged(None, "A" if odd else None, None)
    number = Decimal(text)
    far = previous is not None and limits.delta_limit is not None and abs(number - previous) > limits.delta_limit
    return Judged(number, _flag(number, limits), "D" if far else None)


def _flag(number: Decimal, limits: Limits) -> str | None:
    if limits.critical_low is not None and number < limits.critical_low:
        return "LL"
    if limits.critical_high is not None and number > limits.critical_high:
        return "HH"
    if limits.ref_low is not None and number < limits.ref_low:
        return "L"
    if limits.ref_high is not None and number > limits.ref_high:
        return "H"
    return None


def critical_number(filler_no: str, analyte_code: str, run_no: int) -> str:
    """危急值登记号：由结果的键得出，登记几次都是同一个号。"""
    return f"{filler_no}-{analyte_code}-{run_no}"


class Seen(NamedTuple):
    """One result as automatic review sees it; the columns of the query `results_to_review`."""

    analyte_code: str
    value_type: str
    value_text: str | None
    value_number: Decimal | None
    abnormal_flag: str | None
    delta_flag: str | None
    auto_low: Decimal | None
    auto_high: Decimal | None


def hold_reason(results: Iterable[Seen]) -> str | None:
    """Why a person has to look, or None when nobody has to."""
    reasons = [f"{seen.analyte_code} {why}" for seen in results if (why := _held(seen))]
    return "；".join(reasons)[:200] or None


def _held(seen: Seen) -> str | None:
    if seen.value_type == "FT":
        return "文字报告"
    if seen.value_text is None:
        return "无结果"
    if seen.abnormal_flag in CRITICAL:
        return "危急值"
    if seen.abnormal_flag == "A":
        return "异常"
    if seen.value_number is None:
        return None
    if seen.auto_low is not None and seen.value_number < seen.auto_low:
        return "低于自动审核下限"
    if seen.auto_high is not None and seen.value_number > seen.auto_high:
        return "高于自动审核上限"
    return "差值超限" if seen.delta_flag else None


def violated(value: Decimal, before: Decimal | None, mean: Decimal, sd: Decimal) -> str | None:
    """Westgard: one point beyond 3 SD, or two in a row beyond 2 SD on the same side. No division: it rounds."""
    if abs(value - mean) > 3 * sd:
        return "1-3s"
    if before is not None and (
        (value - mean > 2 * sd and before - mean > 2 * sd) or (mean - value > 2 * sd and mean - before > 2 * sd)
    ):
        return "2-2s"
    return None


def spread(count: int, total: Decimal, squares: Decimal) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """Mean, SD and CV in per cent from the exact sums of a control lot; no SD of fewer than two."""
    mean = total / count
    if count < 2:
        return _to(mean, PLACES), None, None
    sd = ((squares * count - total * total) / (count * (count - 1))).sqrt()
    cv = _to(100 * sd / mean, Decimal("0.01")) if mean else None
    return _to(mean, PLACES), _to(sd, PLACES), cv


def _to(value: Decimal, places: Decimal) -> Decimal:
    return value.quantize(places, rounding=ROUND_HALF_UP)


def age_days(birth_date: dt.date, on: dt.datetime) -> int:
    return (on.date() - birth_date).days


def minutes_between(begin: dt.datetime, end: dt.datetime) -> int:
    return int((end - begin).total_seconds()) // 60


def latest(rows: Sequence[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Analyte → its newest number, of rows that come newest first."""
    found: dict[str, Decimal] = {}
    for code, number in rows:
        found.setdefault(code, number)
    return found
