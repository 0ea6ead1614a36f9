"""The SQL of reports, critical findings, film and corrections; written like `statements.py`."""

from __future__ import annotations

from sqlalchemy import select, update

from scenarios.pacs import tables as t
from scenarios.pacs import tables_reports as r
from scenarios.pacs.statements import add, move, named, p

_report, _critical = r.report.c, r.critical.c

# --------------------------------------------------------------------------- 报告

ORDER_STATUS = named("order_status", select(t.order.c.status).where(t.order.c.accession_no == p("accession_no")))
TEMPLATES = named(
    "templates",
    select(r.template.c.template_id, r.template.c.findings, r.template.c.impression)
    .where(r.template.c.modality == p("modality"))
    .order_by(r.template.c.template_id),
)
ADD_REPORT = add(r.report)
ADD_REPORT_VERSION = add(r.version)
LOCK_REPORT = named(  # 同一份报告的书写与审核先后进行
    "lock_report",
    select(_report.status, _report.current_version, _report.writer_id, _report.accession_no)
    .where(_report.report_id == p("report_id"))
    .with_for_update(),
)
RAISE_REPORT = named(
    "raise_report",
    update(r.report)
    .values(current_version=p("version_no"), status=p("status"))
    .where(_report.report_id == p("report_id")),
)
MARK_REPORT_SUBMITTED = move("mark_report_submitted", r.report, _report.report_id, ("DRAFT",), status="SUBMITTED")
MARK_REPORT_REVIEWED = move("mark_report_reviewed", r.report, _report.report_id, ("SUBMITTED",), status=p("status"))
MARK_REPORT_PUBLISHED = move(
    "mark_report_published", r.report, _report.report_id, ("REVIEWED",), status="PUBLISHED", published_at=p("at")
)
REVIEWER_CARD = named(
    "reviewer_card",
    select(t.staff.c.staff_name, t.staff.c.can_review).where(t.staff.c.staff_id == p("staff_id")),
)
ADD_REVIEW = add(r.review)
MARK_REPORTED = move("mark_reported", t.order, t.order.c.accession_no, ("EXAMINED", "REPORTED"), status="REPORTED")

# --------------------------------------------------------------------------- 危急值

ADD_CRITICAL = add(r.critical)
MARK_ACKNOWLEDGED = move(
    "mark_acknowledged", r.critical, _critical.critical_id, ("NOTIFIED",),
    status="ACKNOWLEDGED", acknowledged_at=p("at"),
)  # fmt: skip

# --------------------------------------------------------------------------- 胶片、更正

ADD_EXPORT = add(r.export)
ADD_CORRECTION = add(r.correction)
RENAME_PATIENT = named(
    "rename_patient",
    update(t.patient)
    .values(patient_name=p("patient_name"), dicom_name=p("dicom_name"))
    .where(t.patient.c.patient_id == p("patient_id")),
)
RENAME_STUDY = named(
    "rename_study",
    update(t.study).values(patient_name=p("dicom_name")).where(t.study.c.study_uid == p("study_uid")),
)
PATIENT_CARD = named(
    "patient_card",
    select(
        t.patient.c.patient_name, t.patient.c.dicom_name, t.patient.c.gender_code, t.patient.c.birth_date,
        t.patient.c.allergy,
    ).where(t.patient.c.patient_id == p("patient_id")),
)  # fmt: skip
