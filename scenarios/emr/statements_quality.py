"""The SQL of quality control: what a scan finds, correction, statistics; written like `statements.py`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func, null, or_, select

from scenarios.emr import catalogue
from scenarios.emr import tables as t
from scenarios.emr import tables_shelf as s
from scenarios.emr.statements import add, move, named, p

_record, _visit, _kind = t.record.c, t.visit.c, t.record_type.c

# 有条件的计数用 COUNT(CASE …) 而不用 SUM：整数的和在有的产品是整数，在有的是定点数。

# --------------------------------------------------------------------------- 扫描

_RANGE = (_visit.visit_no >= p("first_visit_no"), _visit.visit_no <= p("last_visit_no"))
_known = (
    select(s.defect.c.defect_id)
    .where(s.defect.c.visit_no == _visit.visit_no, s.defect.c.rule_code == p("rule_code"))
    .exists()
)


def _hits(name: str, source: Any, *conditions: Any) -> Any:
    """Visits of the range that the rule applies to and that are not on record for it yet."""
    return named(
        name,
        select(_visit.visit_no)
        .select_from(source)
        .where(*_RANGE, ~_known, *conditions)
        .group_by(_visit.visit_no)
        .order_by(_visit.visit_no),
    )


_BEGUN = case(
    (_kind.clock_from == "OPERATION", _visit.operated_at),
    (and_(_kind.clock_from == "DISCHARGE", _visit.died_at.is_(None)), _visit.left_at),
    (_kind.clock_from == "DISCHARGE", null()),  # 死亡的写死亡记录
    (_kind.clock_from == "DEATH", _visit.died_at),
    else_=_visit.admitted_at,
)
LATE_HITS = _hits(  # 该写的没写，写了的没按时签
    "late_hits",
    t.visit.join(t.record_type, _kind.visit_class == _visit.visit_class).outerjoin(
        t.record,
        and_(_record.visit_no == _visit.visit_no, _record.type_code == _kind.type_code, _record.status != "VOID"),
    ),
    _kind.type_code == p("type_code"),
    p("started") > _BEGUN,
    or_(
        _record.record_id.is_(None),
        _record.signed_at > _record.due_at,
        and_(_record.signed_at.is_(None), _record.due_at < p("at")),
    ),
)
_length = (
    select(
        t.section.c.record_id.label("record_id"), func.sum(func.char_length(t.section.c.section_text)).label("length")
    )
    .where(t.section.c.section_code.in_((catalogue.COMPLAINT, catalogue.ILLNESS)))
    .group_by(t.section.c.record_id)
    .subquery("told")
)
SHORT_HITS = _hits(
    "short_hits",
    t.visit.join(t.record, _record.visit_no == _visit.visit_no)
    .join(t.record_type, _kind.type_code == _record.type_code)
    .join(_length, _length.c.record_id == _record.record_id),
    _record.status != "VOID",
    _length.c.length < _kind.min_length,
)
UNDIAGNOSED_HITS = _hits(
    "undiagnosed_hits",
    t.visit.outerjoin(t.visit_diagnosis, t.visit_diagnosis.c.visit_no == _visit.visit_no),
    _visit.status != "OPEN",
    t.visit_diagnosis.c.visit_no.is_(None),
)
UNSIGNED_HITS = _hits(
    "unsigned_hits",
    t.visit.join(t.record, _record.visit_no == _visit.visit_no),
    _visit.status == "LEFT",
    _record.status == "DRAFT",
)
UNARCHIVED_HITS = _hits(
    "unarchived_hits",
    t.visit.outerjoin(s.archive, s.archive.c.visit_no == _visit.visit_no),
    _visit.archive_by < func.coalesce(s.archive.c.archived_at, p("at")),
)
VISITS_IN_RANGE = named("visits_in_range", select(func.count()).select_from(t.visit).where(*_RANGE))
RULES_IN_FORCE = named(
    "rules_in_force",
    select(
        s.quality_rule.c.rule_code, s.quality_rule.c.type_code, s.quality_rule.c.limit_hours, s.quality_rule.c.points
    ).order_by(s.quality_rule.c.rule_code),
)  # fmt: skip
ADD_QUALITY_SCAN = add(s.quality_scan)
ADD_DEFECT = add(s.defect)

# --------------------------------------------------------------------------- 整改

DEFECT_CARD = named(
    "defect_card",
    select(
        s.defect.c.status, s.quality_rule.c.rule_name, s.defect.c.points, s.defect.c.visit_no, s.defect.c.found_at,
        s.defect.c.correct_by,
    )
    .join_from(s.defect, s.quality_rule)
    .where(s.defect.c.defect_id == p("defect_id")),
)  # fmt: skip
MARK_CORRECTED = move(
    "mark_corrected", s.defect, s.defect.c.defect_id, ("OPEN",),
    status="CORRECTED", corrector_id=p("corrector_id"), corrected_at=p("at"), correction=p("correction"),
)  # fmt: skip

# --------------------------------------------------------------------------- 统计

DEFECTS_BY_RULE = named(
    "defects_by_rule",
    select(
        s.defect.c.rule_code,
        func.count().label("defects"),
        func.count(case((s.defect.c.status == "OPEN", 1))).label("still_open"),
        func.count(case((s.defect.c.corrected_at > s.defect.c.correct_by, 1))).label("corrected_late"),
        func.sum(s.defect.c.points).label("points"),
    )
    .where(s.defect.c.found_at >= p("day_start"), s.defect.c.found_at < p("day_end"))
    .group_by(s.defect.c.rule_code)
    .order_by(s.defect.c.rule_code),
)
DEFECTS_BY_DEPT = named(
    "defects_by_dept",
    select(
        t.department.c.dept_id,
        t.department.c.dept_name,
        func.count(_visit.visit_no.distinct()).label("visits"),
        func.count(s.defect.c.defect_id).label("defects"),
        func.sum(s.defect.c.points).label("points"),
    )
    .select_from(
        t.visit.join(t.department).outerjoin(s.defect, s.defect.c.visit_no == _visit.visit_no)
    )
    .where(_visit.admitted_at >= p("day_start"), _visit.admitted_at < p("day_end"))
    .group_by(t.department.c.dept_id, t.department.c.dept_name)
    .order_by(t.department.c.dept_id),
)  # fmt: skip
TIMELINESS_BY_TYPE = named(  # 及时性系数的分子与分母：除法留给看的人，各产品的小数位不同
    "timeliness_by_type",
    select(
        _record.type_code,
        func.count().label("records"),
        func.count(case((_record.signed_at <= _record.due_at, 1))).label("in_time"),
        func.count(case((_record.signed_at > _record.due_at, 1))).label("late"),
        func.count(case((and_(_record.signed_at.is_(None), _record.due_at < p("day_end")), 1))).label("overdue"),
    )
    .where(_record.created_at >= p("day_start"), _record.created_at < p("day_end"), _record.status != "VOID")
    .group_by(_record.type_code)
    .order_by(_record.type_code),
)
_result = s.result.c
TIMES_IN_ORDER = named(  # 检验申请 < 采样 < 报告 ≤ 危急值处理
    "times_in_order",
    select(
        _result.panel_name,
        func.count().label("results"),
        func.count(case((_result.ordered_at < _result.collected_at, 1))).label("collected_in_order"),
        func.count(case((_result.collected_at < _result.reported_at, 1))).label("reported_in_order"),
        func.count(_result.handled_at).label("critical"),
        func.count(case((_result.reported_at <= _result.handled_at, 1))).label("handled_in_order"),
    )
    .where(_result.reported_at >= p("day_start"), _result.reported_at < p("day_end"))
    .group_by(_result.panel_name)
    .order_by(_result.panel_name),
)
ARCHIVING_BY_CLASS = named(
    "archiving_by_class",
    select(
        _visit.visit_class,
        func.count().label("visits"),
        func.count(s.archive.c.visit_no).label("archived"),
        func.count(case((s.archive.c.late == 1, 1))).label("late"),
    )
    .select_from(t.visit.outerjoin(s.archive, s.archive.c.visit_no == _visit.visit_no))
    .where(_visit.left_at >= p("day_start"), _visit.left_at < p("day_end"))
    .group_by(_visit.visit_class)
    .order_by(_visit.visit_class),
)
