"""From a hospital's words to load: patients a day → transactions per second, rate → users. Every step is said.

What follows from an assumption is called one in `Level.derived`, which goes into `run.json` and every report. Nothing
here replaces the hospital's own log: the busiest five minutes of each business are what a load should be taken from.
Not here: when each transaction is due (`workload.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from harness.errors import BadInput
from harness.model import Pack
from harness.settings_load import HOURS, DayPlan, Level
from harness.settings_plan import Plan

# Per cent of a day's visits in the hours 0 … 23. Assumed: registration opens before 8, most come from 8 to 11, a second
# and lower wave after lunch, emergencies at night. "flat" is for work that knows no hour.
CURVES: Mapping[str, tuple[float, ...]] = {
    "outpatient": (
        0.3, 0.2, 0.2, 0.2, 0.2, 0.3, 1.0, 6.0, 15.0, 15.0, 13.0, 8.0,
        3.5, 6.0, 9.0, 8.0, 5.6, 2.5, 1.5, 1.3, 1.2, 0.9, 0.6, 0.5,
    ),
    "flat": (1.0,) * HOURS,
}  # fmt: skip
_CURVE_NAMES = {"outpatient": "门诊曲线（上午 8～11 时为高峰）", "flat": "全天均匀"}
_HOUR_NAMES = {"peak": "最忙的一小时", "typical": "开诊时段的平均一小时", "trough": "开诊时段最闲的一小时"}
ASSUMED = "信衡的假设，须以本院日志核对"

EXPECTED_S = 0.2  # in the system, of one transaction
SAFETY = 3.0  # sessions per transaction in the system: a queue at the sessions would be our own
FEWEST_USERS = 8
HOUR_S = 3600.0


@runtime_checkable
class CountsPatients(Protocol):
    """A pack that knows how its work belongs to patients."""

    @property
    def visit(self) -> str: ...  # the transaction that happens once in every outpatient visit
    @property
    def wards(self) -> frozenset[str]: ...  # the transactions of inpatients


@dataclass(frozen=True, slots=True, kw_only=True)
class PerVisit:
    """Transactions that one outpatient visit makes, and who says so."""

    outpatients: float  # of the outpatients' own
    all: float  # of the whole mix: the wards' come along in the pack's own proportion
    said: str


def settled(plan: Plan, packs: Sequence[Pack]) -> Plan:
    """The plan with every level's users, rate and shape; a level in hospital terms becomes one for each pack."""
    levels: list[Level] = []
    for level in plan.load.levels:
        if level.outpatients_per_day and not level.rate_per_s:
            meant = [pack for pack in packs if not level.packs or pack.name in level.packs]
            levels += [_with_users(_from_day(level, plan.load.day, pack)) for pack in meant]
        else:
            levels.append(_with_users(_shaped(level, plan.load.day)))
    return replace(plan, load=replace(plan.load, levels=tuple(levels)))


def visits_per_day(rate_per_s: float, day: DayPlan, *, per_visit: float) -> int:
    """Outpatients a day whose busiest hour is this rate; 0 where neither plan nor pack knows what a visit makes."""
    makes = day.transactions_per_visit or per_visit
    return int(rate_per_s * HOUR_S / (makes * share_of("peak", hours_of(day))[0])) if makes else 0


def transactions_per_visit(pack: Pack) -> float:
    """By the pack's own proportions, the wards' work included; 0 where it does not say."""
    known = _per_visit(DayPlan(), pack)
    return known.all if known else 0.0


def hours_of(day: DayPlan) -> tuple[float, ...]:
    """Each hour's share of the day."""
    told = day.hourly or CURVES[day.curve]
    return tuple(hour / sum(told) for hour in told)


def share_of(hour: str | int, hours: Sequence[float]) -> tuple[float, str]:
    """(share of the day, the hour in words). A clinic is open in the hours that have more than an average one."""
    busiest = max(range(HOURS), key=hours.__getitem__)
    if isinstance(hour, int):
        return hours[hour], f"{hour} 时"
    if hour == "peak":
        return hours[busiest], f"{_HOUR_NAMES[hour]}（{busiest} 时）"
    opened = [n for n in range(HOURS) if hours[n] > 1 / HOURS] or [busiest]
    if hour == "trough":
        quietest = min(opened, key=hours.__getitem__)
        return hours[quietest], f"{_HOUR_NAMES[hour]}（{quietest} 时）"
    return sum(hours[n] for n in opened) / len(opened), _HOUR_NAMES[hour]


def _per_visit(day: DayPlan, pack: Pack) -> PerVisit | None:
    if day.transactions_per_visit:
        figure = day.transactions_per_visit
        return PerVisit(outpatients=figure, all=figure, said=day.source)
    if not isinstance(pack, CountsPatients) or not pack.visit:
        return None
    mix = [t for t in pack.transactions if t.weight > 0 and not t.probe]
    visit = next(t for t in mix if t.name == pack.visit)
    clinic, everything = (
        sum(t.weight * t.size for t in mix if wards or t.name not in pack.wards) / visit.weight
        for wards in (False, True)
    )
    return PerVisit(outpatients=clinic, all=everything, said=f"场景包 {pack.name} 的业务比例，每人次一笔{visit.title}")


def _from_day(level: Level, day: DayPlan, pack: Pack) -> Level:
    per_visit = _per_visit(day, pack)
    if per_visit is None:
        raise BadInput(
            f"负载级“{level.name}”以日门诊量写出，但场景包 {pack.name} 没有说一次就诊有多少笔交易。",
            hint="请在方案的 [load.day] 中写 transactions_per_visit 与 source（出处），或改写 rate_per_s，"
            "或用 packs 限定这一级只用于哪些场景包。",
        )
    factor = per_visit.outpatients if level.inpatient_beds else per_visit.all
    daily = level.outpatients_per_day * factor
    terms = [f"日门诊 {level.outpatients_per_day} 人次 × {factor:.1f} 笔（{per_visit.said}）"]
    if level.inpatient_beds:
        per_bed = day.transactions_per_bed_day or 0.0
        daily += level.inpatient_beds * per_bed
        terms.append(f"在用床位 {level.inpatient_beds} 张 × {per_bed:g} 笔（{day.source}）")
    share, hour = share_of(level.hour, hours_of(day))
    curve = day.source if day.hourly else f"{_CURVE_NAMES[day.curve]}，{ASSUMED}"
    rate = daily * share / HOUR_S
    if not rate:
        raise BadInput(f"负载级“{level.name}”：{hour}没有就诊，没有负载。", hint="请换一个 hour，或改 [load.day]。")
    derived = f"{' + '.join(terms)} = 每日 {daily:.0f} 笔；{hour}占全天 {share:.1%}（{curve}），即每秒 {rate:.2f} 笔"
    return _shaped(replace(level, packs=(pack.name,), rate_per_s=rate, derived=derived), day)


def _shaped(level: Level, day: DayPlan) -> Level:
    if level.burst and not level.shape:
        return replace(
            level,
            shape=(1.0, level.burst, 1.0),
            derived=_joined(level.derived, f"中间三分之一的时间为 {level.burst:g} 倍"),
        )
    if level.follow_day and not level.shape:
        hours = hours_of(day)
        reference, hour = share_of(level.hour, hours)
        factors = tuple(round(each / reference, 6) for each in hours)
        return replace(
            level,
            shape=factors,
            derived=_joined(level.derived, f"一块即压缩的一天，{hour}为每秒 {level.rate_per_s:.2f} 笔"),
        )
    return level


def _with_users(level: Level) -> Level:
    if level.model == "closed":
        if level.rate_per_s:
            return level
        rate = level.users / level.think_s
        said = (
            f"封闭模型：{level.users} 个用户每次应答后平均思考 {level.think_s:g} 秒，系统立即应答时每秒 {rate:.2f} 笔"
        )
        return replace(level, rate_per_s=rate, derived=said)
    if level.users:
        return level
    highest = level.rate_per_s * max(level.shape, default=1.0)
    users = max(FEWEST_USERS, math.ceil(highest * EXPECTED_S * SAFETY))
    said = (
        f"用户数 {users}：利特尔法则，每秒最多 {highest:.2f} 笔 × 每笔 {EXPECTED_S:g} 秒 × {SAFETY:g} 倍余量"
        f"（假设），至少 {FEWEST_USERS}"
    )
    return replace(level, users=users, derived=_joined(level.derived, said))


def _joined(*sentences: str) -> str:
    return "；".join(sentence for sentence in sentences if sentence)
