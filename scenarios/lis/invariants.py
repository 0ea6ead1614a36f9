"""What must hold in a laboratory whatever happened: one query each, one row per violation, no row when all is well.

Asked of the loaded data, after the functional pass and after every load block, on each stack. Critical values,
microbiology, quality control and archive: `invariants_bench.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, or_, select

from harness.model import Invariant, Statement
from scenarios.lis import tables as t


def must_hold(name: str, title: str, query: Any) -> Invariant:
    return Invariant(name=name, title=title, query=Statement(name=f"invariant_{name}", body=query))


# --------------------------------------------------------------------------- 标本

_specimen, _test, _result, _report = t.specimen.c, t.test.c, t.result.c, t.report.c

BARCODE_UNIQUE = must_hold(
    "barcode_unique",
    "条码不重",
    select(_specimen.specimen_id, func.count().label("tubes"))
    .group_by(_specimen.specimen_id)
    .having(func.count() > 1)
    .order_by(_specimen.specimen_id),
)
STEPS_IN_ORDER = must_hold(
    "steps_in_order",
    "打印 ≤ 采集 ≤ 签收，状态与时间相符，量为正",
    select(_specimen.specimen_id, _specimen.status)
    .where(
        or_(
            _specimen.collected_at < _specimen.printed_at,
            _specimen.received_at < _specimen.collected_at,
            _specimen.volume_ml <= 0,
            and_(_specimen.status.in_(("PRINTED", "CANCELLED")), _specimen.collected_at.is_not(None)),
            and_(
                _specimen.status.in_(("COLLECTED", "REJECTED")),
                or_(_specimen.collected_at.is_(None), _specimen.received_at.is_not(None)),
            ),
            and_(
                _specimen.status.in_(("RECEIVED", "ARCHIVED")),
                or_(_specimen.received_at.is_(None), _specimen.serial_no.is_(None)),
            ),
        )
    )
    .order_by(_specimen.specimen_id),
)
_used = (
    select(
        _specimen.section_code.label("owner"),
        func.count(_specimen.serial_no).label("issued"),
        func.count(_specimen.serial_no.distinct()).label("different"),
        func.max(_specimen.serial_no).label("highest"),
    )
    .group_by(_specimen.section_code)
    .subquery("used")
)
_counter = t.serial_counter.c
SERIAL_NUMBERS = must_hold(
    "serial_numbers",
    "签收流水号按专业组连续，不重不漏",
    select(_counter.section_code, _counter.last_serial_no, _used.c.issued, _used.c.different, _used.c.highest)
    .select_from(t.serial_counter.outerjoin(_used, _used.c.owner == _counter.section_code))
    .where(
        or_(
            _counter.last_serial_no != func.coalesce(_used.c.issued, 0),
            _counter.last_serial_no != func.coalesce(_used.c.different, 0),
            _counter.last_serial_no != func.coalesce(_used.c.highest, 0),
        )
    )
    .order_by(_counter.section_code),
)
REJECTED_AS_RECORDED = must_hold(
    "rejected_as_recorded",
    "退单的标本都写明原因，写了原因的都已退单",
    select(_specimen.specimen_id, _specimen.status, t.rejection.c.reason)
    .select_from(t.specimen.outerjoin(t.rejection, t.rejection.c.specimen_id == _specimen.specimen_id))
    .where(
        or_(
            and_(_specimen.status == "REJECTED", t.rejection.c.specimen_id.is_(None)),
            and_(_specimen.status != "REJECTED", t.rejection.c.specimen_id.is_not(None)),
        )
    )
    .order_by(_specimen.specimen_id),
)
NO_RESULT_OF_REJECTED = must_hold(
    "no_result_of_rejected",
    "退单或作废的标本没有结果",
    select(_result.filler_no, _result.analyte_code, _specimen.status)
    .join_from(t.result, t.specimen)
    .where(_specimen.status.in_(("PRINTED", "COLLECTED", "REJECTED", "CANCELLED")))
    .order_by(_result.filler_no, _result.analyte_code, _result.run_no),
)
CANCELLED_WHOLE = must_hold(
    "cancelled_whole",
    "撤销的申请，项目与条码一并作废，其余的一个不少",
    select(_test.filler_no, t.order.c.status, _test.status.label("test_status"), _specimen.status.label("tube_status"))
    .select_from(
        t.test.join(t.order, t.order.c.order_no == _test.order_no).join(
            t.specimen, _specimen.specimen_id == _test.specimen_id
        )
    )
    .where(
        or_(
            and_(t.order.c.status == "CANCELLED", or_(_test.status != "CANCELLED", _specimen.status != "CANCELLED")),
            and_(t.order.c.status != "CANCELLED", or_(_test.status == "CANCELLED", _specimen.status == "CANCELLED")),
        )
    )
    .order_by(_test.filler_no),
)

# --------------------------------------------------------------------------- 结果

_active = _result.active_key.is_not(None)
ONE_ACTIVE_RESULT = must_hold(
    "one_active_result",
    "一管标本一个项目只有一个有效结果",
    select(_result.specimen_id, _result.analyte_code, func.count().label("active"))
    .where(_result.result_status != "X")
    .group_by(_result.specimen_id, _result.analyte_code)
    .having(func.count() > 1)
    .order_by(_result.specimen_id, _result.analyte_code),
)
_newer = (
    select(_result.filler_no, _result.analyte_code, func.max(_result.run_no).label("last_run"))
    .group_by(_result.filler_no, _result.analyte_code)
    .subquery("newer")
)
SUPERSEDED_KEPT = must_hold(
    "superseded_kept",
    "有效的总是最后一次，被取代的留下且不再有效",
    select(_result.filler_no, _result.analyte_code, _result.run_no, _result.result_status)
    .select_from(
        t.result.join(
            _newer, and_(_newer.c.filler_no == _result.filler_no, _newer.c.analyte_code == _result.analyte_code)
        )
    )
    .where(
        or_(
            and_(_result.run_no == _newer.c.last_run, or_(_result.result_status == "X", _result.active_key.is_(None))),
            and_(_result.run_no != _newer.c.last_run, or_(_result.result_status != "X", _active)),
            _result.active_key != _result.specimen_id + ":" + _result.analyte_code,
        )
    )
    .order_by(_result.filler_no, _result.analyte_code, _result.run_no),
)
FLAGS_FOLLOW_RANGES = must_hold(
    "flags_follow_ranges",
    "数值越过参考范围的有标志，没越过的没有",
    select(_result.filler_no, _result.analyte_code, _result.run_no, _result.value_number, _result.abnormal_flag)
    .where(
        or_(
            and_(
                or_(_result.value_number < _result.ref_low, _result.value_number > _result.ref_high),
                _result.abnormal_flag.is_(None),
            ),
            and_(
                _result.value_number >= _result.ref_low,
                _result.value_number <= _result.ref_high,
                _result.abnormal_flag.is_not(None),
            ),
        )
    )
    .order_by(_result.filler_no, _result.analyte_code, _result.run_no),
)
_arrived = (
    select(_result.upload_id.label("upload_id"), func.count().label("results"))
    .group_by(_result.upload_id)
    .subquery("arrived")
)
UPLOADS_COMPLETE = must_hold(
    "uploads_complete",
    "仪器一次上传的结果全部入库",
    select(t.upload.c.upload_id, t.upload.c.result_count, _arrived.c.results)
    .select_from(t.upload.outerjoin(_arrived, _arrived.c.upload_id == t.upload.c.upload_id))
    .where(t.upload.c.result_count != func.coalesce(_arrived.c.results, 0))
    .order_by(t.upload.c.upload_id),
)

# --------------------------------------------------------------------------- 报告

_counts = (
    select(_result.filler_no.label("filler_no"), func.count().label("active"))
    .where(_result.result_status == "F")
    .group_by(_result.filler_no)
    .subquery("final")
)
FINAL_WHEN_REVIEWED = must_hold(
    "final_when_reviewed",
    "审核过的项目结果都是终报，没审核的都不是",
    select(_result.filler_no, _result.analyte_code, _test.status, _result.result_status)
    .join_from(t.result, t.test)
    .where(
        or_(
            and_(_test.status.in_(("REVIEWED", "PUBLISHED")), _result.result_status == "P"),
            and_(_test.status.not_in(("REVIEWED", "PUBLISHED")), _result.result_status == "F"),
        )
    )
    .order_by(_result.filler_no, _result.analyte_code, _result.run_no),
)
PUBLISHED_IS_REVIEWED = must_hold(
    "published_is_reviewed",
    "发布的报告都已审核且有结果",
    select(_report.report_no, _test.status, _test.review_kind, _counts.c.active)
    .select_from(
        t.report.join(t.test, _test.filler_no == _report.filler_no).outerjoin(
            _counts, _counts.c.filler_no == _report.filler_no
        )
    )
    .where(
        or_(
            _test.status != "PUBLISHED",
            _test.reviewed_at.is_(None),
            _counts.c.active.is_(None),
        )
    )
    .order_by(_report.report_no),
)
REVIEWED_BY_SOMEBODY = must_hold(
    "reviewed_by_somebody",
    "人工审核的有审核者，自动审核的没有，未审核的都没有",
    select(_test.filler_no, _test.status, _test.review_kind, _test.reviewer_id)
    .where(
        or_(
            and_(_test.review_kind == "MANUAL", _test.reviewer_id.is_(None)),
            and_(_test.review_kind == "AUTO", or_(_test.reviewer_id.is_not(None), _test.hold_reason.is_not(None))),
            and_(_test.status.in_(("REVIEWED", "PUBLISHED")), _test.review_kind.is_(None)),
            and_(_test.status.in_(("ORDERED", "RESULTED", "HELD", "CANCELLED")), _test.review_kind.is_not(None)),
        )
    )
    .order_by(_test.filler_no),
)
REPORT_TIMES = must_hold(
    "report_times",
    "签收 ≤ 审核 ≤ 发布，周转分钟数不为负",
    select(_report.report_no, _specimen.received_at, _test.reviewed_at, _report.published_at)
    .select_from(
        t.report.join(t.test, _test.filler_no == _report.filler_no).join(
            t.specimen, _specimen.specimen_id == _test.specimen_id
        )
    )
    .where(
        or_(
            _report.turnaround_minutes < 0,
            _test.reviewed_at < _specimen.received_at,
            _report.published_at < _test.reviewed_at,
        )
    )
    .order_by(_report.report_no),
)
PUBLISHED_ONCE = must_hold(
    "published_once",
    "已发布的项目恰好一份报告，未发布的没有",
    select(_test.filler_no, _test.status, func.count(_report.report_no).label("reports"))
    .select_from(t.test.outerjoin(t.report, _report.filler_no == _test.filler_no))
    .group_by(_test.filler_no, _test.status)
    .having(
        or_(
            and_(_test.status == "PUBLISHED", func.count(_report.report_no) != 1),
            and_(_test.status != "PUBLISHED", func.count(_report.report_no) != 0),
        )
    )
    .order_by(_test.filler_no),
)
_log = t.audit_log.c
_published = select(_report.report_no.label("object_id"), _log.audit_id).select_from(
    t.report.outerjoin(t.audit_log, and_(_log.object_id == _report.report_no, _log.action == "PUBLISH"))
)
_rejected = select(t.rejection.c.specimen_id.label("object_id"), _log.audit_id).select_from(
    t.rejection.outerjoin(t.audit_log, and_(_log.object_id == t.rejection.c.specimen_id, _log.action == "REJECT"))
)
_traced = _published.union_all(_rejected).subquery("traced")
AUDITED = must_hold(
    "audited",
    "每次发布、退单恰好留痕一次",
    select(_traced.c.object_id, func.count(_traced.c.audit_id).label("traces"))
    .group_by(_traced.c.object_id)
    .having(func.count(_traced.c.audit_id) != 1)
    .order_by(_traced.c.object_id),
)

INVARIANTS: tuple[Invariant, ...] = (
    BARCODE_UNIQUE,
    STEPS_IN_ORDER,
    SERIAL_NUMBERS,
    REJECTED_AS_RECORDED,
    NO_RESULT_OF_REJECTED,
    CANCELLED_WHOLE,
    ONE_ACTIVE_RESULT,
    SUPERSEDED_KEPT,
    FLAGS_FOLLOW_RANGES,
    UPLOADS_COMPLETE,
    FINAL_WHEN_REVIEWED,
    PUBLISHED_IS_REVIEWED,
    REVIEWED_BY_SOMEBODY,
    REPORT_TIMES,
    PUBLISHED_ONCE,
    AUDITED,
)
