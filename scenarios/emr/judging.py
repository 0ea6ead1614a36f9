"""The rules of the record room: when a record is due, when a visit must be archived, how long it is kept, its group.

Pure arithmetic; times come from the caller.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from scenarios.emr.catalogue import DRGS, NO_DRG, RecordType

ARCHIVE_WORKDAYS = {"O": 1, "I": 3}  # 离院后几个工作日内归档
KEPT_YEARS = {"O": 15, "I": 30}  # 门（急）诊病历与住院病历的保存年限
LOCK_MINUTES = 30
CORRECT_WITHIN = dt.timedelta(days=3)


def due_at(kind: RecordType, visit: Mapping[str, dt.datetime | None], at: dt.datetime) -> dt.datetime | None:
    """When the record must be signed; None when what its clock starts from has not happened."""
    begun = {
        "VISIT": visit["admitted_at"],
        "ADMIT": visit["admitted_at"],
        "OPERATION": visit["operated_at"],
        "DISCHARGE": None if visit["died_at"] else visit["left_at"],  # 死亡的写死亡记录
        "DEATH": visit["died_at"],
        "WRITING": at,
    }[kind.clock_from]
    return None if begun is None else begun + dt.timedelta(hours=kind.limit_hours)


def archive_by(visit_class: str, left_at: dt.datetime) -> dt.datetime:
    """The end of the last working day on which the visit may be archived; weekends do not count."""
    day, left = left_at, ARCHIVE_WORKDAYS[visit_class]
    while left:
        day += dt.timedelta(days=1)
        left -= day.weekday() < 5
    return day.replace(hour=17, minute=30, second=0, microsecond=0)


def keep_until(visit_class: str, left_at: dt.datetime) -> dt.datetime:
    """15 or 30 years after the last visit; 29 February becomes 28 February."""
    year = left_at.year + KEPT_YEARS[visit_class]
    return left_at.replace(year=year, day=min(left_at.day, 28) if left_at.month == 2 else left_at.day)


def stay_days(admitted_at: dt.datetime, left_at: dt.datetime) -> int:
    """Nights, at least one."""
    return max(1, (left_at.date() - admitted_at.date()).days)


def group_of(main_icd: str) -> tuple[str, Decimal]:
    """The diagnosis related group and its weight."""
    return DRGS.get(main_icd, NO_DRG)
