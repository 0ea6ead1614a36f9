"""What must hold of reports, critical findings, film and corrections; written like `invariants.py`."""

from __future__ import annotations

from sqlalchemy import and_, case, func, or_, select

from scenarios.pacs import tables as t
from scenarios.pacs import tables_reports as r
from scenarios.pacs.invariants import must_hold

_report, _version, _review, _audit = r.report.c, r.version.c, r.review.c, r.audit_log.c

_kept = (
    select(
        _version.report_id.label("owner"), func.count().label("versions"), func.max(_version.version_no).label("last")
    )
    .group_by(_version.report_id)
    .subquery("kept")
)
REPORT_VERSIONS = must_hold(
    "report_versions",
    "报告版本自 1 连续，最后一版就是现行的一版",
    select(_report.report_id, _report.current_version, _kept.c.versions, _kept.c.last)
    .select_from(r.report.outerjoin(_kept, _kept.c.owner == _report.report_id))
    .where(
        or_(
            _report.current_version != func.coalesce(_kept.c.versions, 0),
            _report.current_version != func.coalesce(_kept.c.last, 0),
        )
    )
    .order_by(_report.report_id),
)
_passed = (
    select(_review.report_id.label("owner"), _review.version_no.label("version"), func.count().label("passes"))
    .where(_review.passed == 1)
    .group_by(_review.report_id, _review.version_no)
    .subquery("passed_reviews")
)
PUBLISHED_AFTER_REVIEW = must_hold(
    "published_after_review",
    "审核通过与已发布的报告，现行的一版恰好审核通过一次",
    select(_report.report_id, _report.status, _report.current_version, _passed.c.passes)
    .select_from(
        r.report.outerjoin(
            _passed, and_(_passed.c.owner == _report.report_id, _passed.c.version == _report.current_version)
        )
    )
    .where(
        or_(
            and_(_report.status.in_(("REVIEWED", "PUBLISHED")), func.coalesce(_passed.c.passes, 0) != 1),
            and_(_report.status.in_(("DRAFT", "SUBMITTED")), func.coalesce(_passed.c.passes, 0) != 0),
        )
    )
    .order_by(_report.report_id),
)
REVIEWED_BY_ANOTHER = must_hold(
    "reviewed_by_another",
    "审核者不是书写者，且有审核资格",
    select(_review.review_id, _review.reviewer_id, _report.writer_id)
    .select_from(
        r.review.join(r.report, _report.report_id == _review.report_id).join(
            t.staff, t.staff.c.staff_id == _review.reviewer_id
        )
    )
    .where(or_(_review.reviewer_id == _report.writer_id, t.staff.c.can_review != 1))
    .order_by(_review.review_id),
)
WRITTEN_IN_ORDER = must_hold(
    "written_in_order",
    "检查结束 ≤ 报告书写 ≤ 发布，已报告的检查都有发布时间",
    select(_report.report_id, t.performed.c.ended_at, _report.written_at, _report.published_at)
    .select_from(
        r.report.join(t.order, t.order.c.accession_no == _report.accession_no)
        .join(t.scheduled, t.scheduled.c.accession_no == t.order.c.accession_no)
        .join(t.performed, t.performed.c.step_id == t.scheduled.c.step_id)
    )
    .where(
        or_(
            t.performed.c.ended_at.is_(None),
            _report.written_at < t.performed.c.ended_at,
            _report.published_at < _report.written_at,
            and_(t.order.c.status == "REPORTED", _report.published_at.is_(None)),
            and_(t.order.c.status != "REPORTED", _report.published_at.is_not(None)),
        )
    )
    .order_by(_report.report_id),
)
_traced = (
    select(
        _audit.object_id.label("object"),
        func.count(case((_audit.action == "REGISTER", 1))).label("registered"),
        func.count(case((_audit.action == "PUBLISH", 1))).label("published"),
        func.count(case((_audit.action == "CRITICAL", 1))).label("told"),
    )
    .group_by(_audit.object_id)
    .subquery("traced")
)
AUDITED = must_hold(
    "audited",
    "每次登记恰好留痕一次，发布过的报告都有留痕",
    select(t.order.c.accession_no.label("number"), _traced.c.registered.label("times"))
    .select_from(t.order.outerjoin(_traced, _traced.c.object == t.order.c.accession_no))
    .where(t.order.c.registered_at.is_not(None), func.coalesce(_traced.c.registered, 0) != 1)
    .union_all(
        select(_report.report_id, _traced.c.published)
        .select_from(r.report.outerjoin(_traced, _traced.c.object == _report.report_id))
        .where(_report.published_at.is_not(None), func.coalesce(_traced.c.published, 0) == 0)
    ),
)
CRITICAL_CLOSED = must_hold(
    "critical_closed",
    "危急值报告晚于书写，回执晚于报告，回执了的都有时间",
    select(r.critical.c.critical_id, r.critical.c.status, r.critical.c.notified_at, r.critical.c.acknowledged_at)
    .join_from(r.critical, r.report)
    .where(
        or_(
            r.critical.c.notified_at < _report.written_at,
            r.critical.c.acknowledged_at < r.critical.c.notified_at,
            and_(r.critical.c.status == "NOTIFIED", r.critical.c.acknowledged_at.is_not(None)),
            and_(r.critical.c.status == "ACKNOWLEDGED", r.critical.c.acknowledged_at.is_(None)),
        )
    )
    .order_by(r.critical.c.critical_id),
)
EXPORTED_AFTER_STUDY = must_hold(
    "exported_after_study",
    "胶片、云胶片都晚于检查，云胶片都有有效期，胶片都没有",
    select(r.export.c.export_id, r.export.c.kind, r.export.c.exported_at, r.export.c.expires_at)
    .join_from(r.export, t.study)
    .where(
        or_(
            r.export.c.exported_at < t.study.c.study_at,
            and_(r.export.c.kind == "FILM", r.export.c.expires_at.is_not(None)),
            and_(r.export.c.kind == "CLOUD", r.export.c.expires_at.is_(None)),
            r.export.c.expires_at <= r.export.c.exported_at,
        )
    )
    .order_by(r.export.c.export_id),
)
_renamed = (
    select(
        r.correction.c.study_uid.label("of_study"),
        func.count(case((r.correction.c.new_value == t.study.c.patient_name, 1))).label("now"),
        func.count(case((r.correction.c.kind == "NAME", 1))).label("names"),
    )
    .join_from(r.correction, t.study)
    .group_by(r.correction.c.study_uid)
    .subquery("renamed")
)
CORRECTED_AS_RECORDED = must_hold(
    "corrected_as_recorded",
    "更正过姓名的检查，现在的姓名在更正记录里",
    select(_renamed.c.of_study, _renamed.c.now, _renamed.c.names)
    .where(_renamed.c.names > 0, _renamed.c.now == 0)
    .order_by(_renamed.c.of_study),
)

INVARIANTS = (
    REPORT_VERSIONS, PUBLISHED_AFTER_REVIEW, REVIEWED_BY_ANOTHER, WRITTEN_IN_ORDER, AUDITED, CRITICAL_CLOSED,
    EXPORTED_AFTER_STUDY, CORRECTED_AS_RECORDED,
)  # fmt: skip
