"""The SQL of results, review and reports; written like `statements.py`."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select, update

from scenarios.lis import tables as t
from scenarios.lis import tables_bench as b
from scenarios.lis.statements import add, move, named, p

# --------------------------------------------------------------------------- 结果上传

SPECIMEN_FOR_RESULTS = named(  # 仪器只认条码：标本是否签收、是谁的
    "specimen_for_results",
    select(
        t.specimen.c.status, t.specimen.c.received_at, t.order.c.dept_id, t.patient.c.patient_id,
        t.patient.c.gender_code, t.patient.c.birth_date,
    )
    .join_from(t.specimen, t.order)
    .join(t.patient)
    .where(t.specimen.c.specimen_id == p("specimen_id")),
)  # fmt: skip
_RANGE = and_(
    t.reference_range.c.analyte_code == t.analyte.c.analyte_code,
    or_(t.reference_range.c.gender_code.is_(None), t.reference_range.c.gender_code == p("gender_code")),
    t.reference_range.c.age_from_days <= p("age_days"),
    t.reference_range.c.age_to_days > p("age_days"),
)
LIMITS_OF_PANEL = named(  # 按性别、日龄取参考范围，连同危急值、自动审核与差值限
    "limits_of_panel",
    select(
        t.analyte.c.analyte_code, t.analyte.c.unit, t.analyte.c.auto_low, t.analyte.c.auto_high,
        t.analyte.c.critical_low, t.analyte.c.critical_high, t.analyte.c.delta_limit, t.reference_range.c.low,
        t.reference_range.c.high, t.reference_range.c.range_text,
    )
    .select_from(t.panel_item.join(t.analyte).outerjoin(t.reference_range, _RANGE))
    .where(t.panel_item.c.panel_code == p("panel_code"))
    .order_by(t.panel_item.c.seq_no, t.reference_range.c.range_no),
)  # fmt: skip
PREVIOUS_NUMBERS = named(  # 新的在前
    "previous_numbers",
    select(t.result.c.analyte_code, t.result.c.value_number)
    .join_from(t.result, t.panel_item, t.panel_item.c.analyte_code == t.result.c.analyte_code)
    .where(
        t.result.c.patient_id == p("patient_id"),
        t.panel_item.c.panel_code == p("panel_code"),
        t.result.c.result_status == "F",
        t.result.c.value_number.is_not(None),
    )
    .order_by(t.panel_item.c.seq_no, t.result.c.observed_at.desc(), t.result.c.filler_no.desc()),
)
ADD_UPLOAD = add(t.upload)
ADD_RESULT = add(t.result)
MARK_RESULTED = named(
    "mark_resulted",
    update(t.test)
    .values(status="RESULTED")
    .where(
        t.test.c.filler_no == p("filler_no"),
        t.test.c.specimen_id == p("specimen_id"),
        t.test.c.status == "ORDERED",
    ),
)

# --------------------------------------------------------------------------- 重做

RESULT_TO_RERUN = named(
    "result_to_rerun",
    select(
        t.result.c.run_no, t.result.c.specimen_id, t.result.c.patient_id, t.result.c.analyser_id, t.result.c.value_text,
        t.result.c.previous_number, t.test.c.panel_code, t.patient.c.gender_code, t.patient.c.birth_date,
        t.result.c.observed_at,
    )
    .select_from(t.result.join(t.test, t.test.c.filler_no == t.result.c.filler_no).join(t.patient))
    .where(
        t.result.c.filler_no == p("filler_no"),
        t.result.c.analyte_code == p("analyte_code"),
        t.result.c.active_key.is_not(None),
        t.test.c.status.in_(("RESULTED", "HELD")),
    )
    .order_by(t.result.c.run_no),
)  # fmt: skip
SUPERSEDE = named(
    "supersede",
    update(t.result)
    .values(active_key=None, result_status="X")
    .where(
        t.result.c.filler_no == p("filler_no"),
        t.result.c.analyte_code == p("analyte_code"),
        t.result.c.active_key.is_not(None),
    ),
)
RUNS_OF_RESULT = named(
    "runs_of_result",
    select(t.result.c.run_no, t.result.c.value_text, t.result.c.value_number, t.result.c.result_status, t.result.c.note)
    .where(t.result.c.filler_no == p("filler_no"), t.result.c.analyte_code == p("analyte_code"))
    .order_by(t.result.c.run_no),
)

# --------------------------------------------------------------------------- 审核

_ACTIVE = (t.result.c.filler_no == p("filler_no"), t.result.c.active_key.is_not(None))
RESULTS_TO_REVIEW = named(
    "results_to_review",
    select(
        t.result.c.analyte_code, t.result.c.value_type, t.result.c.value_text, t.result.c.value_number,
        t.result.c.abnormal_flag, t.result.c.delta_flag, t.analyte.c.auto_low, t.analyte.c.auto_high,
    )
    .select_from(
        t.result.join(t.analyte)
        .join(t.test, t.test.c.filler_no == t.result.c.filler_no)
        .join(
            t.panel_item,
            and_(
                t.panel_item.c.panel_code == t.test.c.panel_code,
                t.panel_item.c.analyte_code == t.result.c.analyte_code,
            ),
        )
    )
    .where(*_ACTIVE)
    .order_by(t.panel_item.c.seq_no),
)  # fmt: skip
MARK_HELD = move("mark_held", t.test, t.test.c.filler_no, ("RESULTED",), status="HELD", hold_reason=p("hold_reason"))
_REVIEWED = {"status": "REVIEWED", "reviewed_at": p("at")}
MARK_AUTO_REVIEWED = move(
    "mark_auto_reviewed", t.test, t.test.c.filler_no, ("RESULTED",), review_kind="AUTO", **_REVIEWED
)
MARK_REVIEWED = move(
    "mark_reviewed", t.test, t.test.c.filler_no, ("HELD",),
    review_kind="MANUAL", reviewer_id=p("reviewer_id"), **_REVIEWED,
)  # fmt: skip
FINALISE_RESULTS = named("finalise_results", update(t.result).values(result_status="F").where(*_ACTIVE))
CULTURE_OF_TEST = named(
    "culture_of_test",
    select(b.culture.c.culture_id, b.culture.c.growth, b.culture.c.smear, b.culture.c.conclusion).where(
        b.culture.c.filler_no == p("filler_no")
    ),
)
SUSCEPTIBILITIES = named(
    "susceptibilities",
    select(
        b.isolate.c.isolate_no, b.organism.c.organism_name, b.isolate.c.colony_count, b.isolate.c.phenotype,
        b.antibiotic.c.antibiotic_name, b.susceptibility.c.method, b.susceptibility.c.mic_text,
        b.susceptibility.c.zone_mm, b.susceptibility.c.interpretation,
    )
    .select_from(b.isolate.join(b.organism).join(b.susceptibility).join(b.antibiotic))
    .where(b.isolate.c.culture_id == p("culture_id"))
    .order_by(b.isolate.c.isolate_no, b.antibiotic.c.display_no),
)  # fmt: skip

# --------------------------------------------------------------------------- 报告

MARK_PUBLISHED = move("mark_published", t.test, t.test.c.filler_no, ("REVIEWED",), status="PUBLISHED")
TIMES_OF_TEST = named(
    "times_of_test",
    select(t.specimen.c.received_at, t.panel.c.limit_minutes)
    .select_from(t.test.join(t.specimen).join(t.panel))
    .where(t.test.c.filler_no == p("filler_no")),
)
ADD_REPORT = add(t.report)
REPORT_HEAD = named(
    "report_head",
    select(
        t.report.c.report_no, t.patient.c.patient_name, t.patient.c.gender_code, t.patient.c.birth_date,
        t.order.c.clinical_info, t.panel.c.panel_name, t.specimen.c.specimen_type, t.specimen.c.collected_at,
        t.specimen.c.received_at, t.test.c.review_kind, t.staff.c.staff_name, t.test.c.reviewed_at,
        t.report.c.published_at, t.report.c.conclusion, t.patient.c.patient_id, t.order.c.order_no,
        t.panel.c.panel_code,
    )
    .select_from(
        t.report.join(t.test, t.test.c.filler_no == t.report.c.filler_no)
        .join(t.order, t.order.c.order_no == t.test.c.order_no)
        .join(t.patient, t.patient.c.patient_id == t.order.c.patient_id)
        .join(t.specimen, t.specimen.c.specimen_id == t.test.c.specimen_id)
        .join(t.panel, t.panel.c.panel_code == t.test.c.panel_code)
        .outerjoin(t.staff, t.staff.c.staff_id == t.test.c.reviewer_id)
    )
    .where(t.report.c.filler_no == p("filler_no")),
)  # fmt: skip
REPORT_LINES = named(
    "report_lines",
    select(
        t.analyte.c.analyte_name, t.result.c.value_text, t.result.c.value_number, t.result.c.unit,
        t.result.c.reference_text, t.result.c.abnormal_flag, t.result.c.observed_at, t.result.c.note,
        t.result.c.analyte_code, t.result.c.value_type,
    )
    .select_from(
        t.result.join(t.analyte)
        .join(t.test, t.test.c.filler_no == t.result.c.filler_no)
        .join(
            t.panel_item,
            and_(
                t.panel_item.c.panel_code == t.test.c.panel_code,
                t.panel_item.c.analyte_code == t.result.c.analyte_code,
            ),
        )
    )
    .where(*_ACTIVE)
    .order_by(t.panel_item.c.seq_no),
)  # fmt: skip

# --------------------------------------------------------------------------- 历史结果趋势

TREND = named(  # 新的在前；被取代的旧结果不在其中
    "trend",
    select(t.result.c.observed_at, t.result.c.value_text, t.result.c.value_number, t.result.c.abnormal_flag,
           t.result.c.previous_number, t.result.c.delta_flag, t.result.c.filler_no)
    .where(
        t.result.c.patient_id == p("patient_id"),
        t.result.c.analyte_code == p("analyte_code"),
        t.result.c.active_key.is_not(None),
    )
    .order_by(t.result.c.observed_at.desc(), t.result.c.filler_no)
    .limit(20),
)  # fmt: skip
TREND_SUMMARY = named(
    "trend_summary",
    select(
        func.count().label("runs"), func.min(t.result.c.value_number).label("lowest"),
        func.max(t.result.c.value_number).label("highest"), func.avg(t.result.c.value_number).label("average"),
    )
    .where(
        t.result.c.patient_id == p("patient_id"),
        t.result.c.analyte_code == p("analyte_code"),
        t.result.c.active_key.is_not(None),
    ),
)  # fmt: skip
