"""The SQL of critical values, microbiology and quality control; written like `statements.py`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func, or_, select, update

from scenarios.lis import tables as t
from scenarios.lis import tables_bench as b
from scenarios.lis.statements import add, move, named, p

# --------------------------------------------------------------------------- 危急值

ADD_CRITICAL = add(b.critical)
CRITICAL_CARD = named(
    "critical_card",
    select(
        b.critical.c.status, b.critical.c.detected_at, b.critical.c.notify_by, b.critical.c.notified_at,
        b.critical.c.acknowledge_by, b.critical.c.late_reason, t.analyte.c.analyte_name, t.result.c.value_text,
        t.result.c.unit, t.result.c.abnormal_flag,
        t.patient.c.patient_name, t.department.c.dept_name,
    )
    .select_from(
        b.critical.join(t.result).join(t.analyte, t.analyte.c.analyte_code == t.result.c.analyte_code)
        .join(t.patient, t.patient.c.patient_id == t.result.c.patient_id)
        .join(t.department, t.department.c.dept_id == b.critical.c.dept_id)
    )
    .where(b.critical.c.critical_id == p("critical_id")),
)  # fmt: skip
ADD_NOTICE = add(b.notice)
MARK_NOTIFIED = move(
    "mark_notified", b.critical, b.critical.c.critical_id, ("OPEN",),
    status="NOTIFIED", notified_at=p("at"), acknowledge_by=p("acknowledge_by"), late_reason=p("late_reason"),
)  # fmt: skip
MARK_ACKNOWLEDGED = move(
    "mark_acknowledged", b.critical, b.critical.c.critical_id, ("NOTIFIED",),
    status="ACKNOWLEDGED", acknowledged_at=p("at"), acknowledger_id=p("acknowledger_id"),
    treatment=p("treatment"), late_reason=p("late_reason"),
)  # fmt: skip
NOTICES = named(
    "notices",
    select(b.notice.c.attempt_no, b.notice.c.channel, b.notice.c.listener, b.notice.c.read_back, b.notice.c.notified_at)
    .where(b.notice.c.critical_id == p("critical_id"))
    .order_by(b.notice.c.attempt_no),
)

# --------------------------------------------------------------------------- 微生物

ADD_CULTURE = add(b.culture)
ADD_ISOLATE = add(b.isolate)
ADD_SUSCEPTIBILITY = add(b.susceptibility)

# --------------------------------------------------------------------------- 室内质控

LOCK_LOT = named(  # 同一批号的两次质控先后进行，序号才连续
    "lock_lot",
    select(
        b.control_lot.c.analyser_id, b.control_lot.c.analyte_code, b.control_lot.c.level_no,
        b.control_lot.c.target_mean, b.control_lot.c.target_sd, b.control_lot.c.expires_on, b.control_lot.c.last_run_no,
    )
    .where(b.control_lot.c.lot_id == p("lot_id"))
    .with_for_update(),
)  # fmt: skip
COUNT_RUN = named(
    "count_run",
    update(b.control_lot)
    .values(last_run_no=b.control_lot.c.last_run_no + 1)
    .where(b.control_lot.c.lot_id == p("lot_id")),
)
RUN_BEFORE = named(
    "run_before",
    select(b.control_result.c.value_number, b.control_result.c.measured_at).where(
        b.control_result.c.lot_id == p("lot_id"), b.control_result.c.run_no == p("run_no")
    ),
)
ADD_CONTROL_RESULT = add(b.control_result)

_now, _before = b.control_result.alias("this_run"), b.control_result.alias("run_before")
_OFF = _now.c.value_number - b.control_lot.c.target_mean
_OFF_BEFORE = _before.c.value_number - b.control_lot.c.target_mean
_SD = b.control_lot.c.target_sd


def _rule(*conditions: Any) -> Any:
    return case((or_(*conditions), 1), else_=0)


# Westgard 规则只用乘法与比较：除法的小数位各产品不同。
BEYOND_3SD = or_(_OFF > 3 * _SD, _OFF < -3 * _SD)
TWICE_BEYOND_2SD = or_(
    and_(_OFF > 2 * _SD, _OFF_BEFORE > 2 * _SD),
    and_(_OFF < -2 * _SD, _OFF_BEFORE < -2 * _SD),
)
WITH_RUN_BEFORE = _now.join(b.control_lot, b.control_lot.c.lot_id == _now.c.lot_id).outerjoin(
    _before, and_(_before.c.lot_id == _now.c.lot_id, _before.c.run_no == _now.c.run_no - 1)
)
THIS_RUN = _now
LEVEY_JENNINGS = named(  # 最近 30 次，新的在前
    "levey_jennings",
    select(
        _now.c.run_no, _now.c.measured_at, _now.c.value_text, _now.c.value_number, _OFF.label("off_mean"),
        _rule(_OFF > 2 * _SD, _OFF < -2 * _SD).label("rule_1_2s"), _rule(BEYOND_3SD).label("rule_1_3s"),
        _rule(TWICE_BEYOND_2SD).label("rule_2_2s"), _now.c.status, _now.c.violated, _now.c.correction,
    )
    .select_from(WITH_RUN_BEFORE)
    .where(_now.c.lot_id == p("lot_id"))
    .order_by(_now.c.run_no.desc())
    .limit(30),
)  # fmt: skip
_value = b.control_result.c.value_number
CONTROL_SUMS = named(  # 均值与标准差由笔数、和、平方和算出：和与平方和是精确的
    "control_sums",
    select(
        b.control_result.c.lot_id,
        func.count().label("runs"),
        func.count(case((b.control_result.c.status == "REJECTED", 1))).label("rejected"),
        func.sum(_value).label("total"),
        func.sum(_value * _value).label("squares"),
        func.min(_value).label("lowest"),
        func.max(_value).label("highest"),
    )
    .group_by(b.control_result.c.lot_id)
    .order_by(b.control_result.c.lot_id),
)
ADD_CONTROL_SUMMARY = add(b.control_summary)
CONTROL_REPORT = named(
    "control_report",
    select(
        b.control_lot.c.lot_id, b.control_lot.c.analyte_code, b.control_lot.c.level_no, b.control_lot.c.target_mean,
        b.control_lot.c.target_sd, b.control_summary.c.runs, b.control_summary.c.mean, b.control_summary.c.sd,
        b.control_summary.c.cv_percent,
    )
    .join_from(b.control_summary, b.control_lot)
    .where(b.control_summary.c.period == p("period"))
    .order_by(b.control_lot.c.lot_id),
)  # fmt: skip
