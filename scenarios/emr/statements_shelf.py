"""The SQL of copied results, front page, archive and shared documents; written like `statements.py`."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from scenarios.emr import tables as t
from scenarios.emr import tables_shelf as s
from scenarios.emr.statements import add, move, named, p

_record, _visit, _document = t.record.c, t.visit.c, s.document.c

# --------------------------------------------------------------------------- 检验结果的引用

ADD_RESULT = add(s.result)
RESULT_TO_QUOTE = named(  # 只能引用同一患者的
    "result_to_quote",
    select(
        s.result.c.analyte_name, s.result.c.value_text, s.result.c.unit, s.result.c.abnormal_flag,
        s.result.c.reported_at,
    )
    .select_from(s.result.join(t.visit, _visit.patient_id == s.result.c.patient_id).join(t.record))
    .where(
        s.result.c.filler_no == p("filler_no"),
        s.result.c.analyte_code == p("analyte_code"),
        _record.record_id == p("record_id"),
    ),
)  # fmt: skip
ADD_QUOTED_RESULT = add(s.quoted_result)
QUOTED_RESULTS = named(
    "quoted_results",
    select(
        s.quoted_result.c.filler_no, s.quoted_result.c.analyte_code, s.quoted_result.c.analyte_name,
        s.quoted_result.c.value_text, s.quoted_result.c.unit, s.quoted_result.c.abnormal_flag,
        s.quoted_result.c.reported_at,
    )
    .where(s.quoted_result.c.record_id == p("record_id"))
    .order_by(s.quoted_result.c.filler_no, s.quoted_result.c.analyte_code),
)  # fmt: skip

# --------------------------------------------------------------------------- 病案首页

PAGE = named(
    "page",
    select(
        s.front_page.c.status, s.front_page.c.stay_days, s.front_page.c.discharge_way, s.front_page.c.total_fee,
        s.front_page.c.own_fee, s.front_page.c.drg_code, s.front_page.c.drg_weight, s.front_page.c.saved_at,
    ).where(s.front_page.c.visit_no == p("visit_no")),
)  # fmt: skip
ADD_FRONT_PAGE = add(s.front_page, "drg_code", "drg_weight", "checked_by", "checked_at")
OVERWRITE_PAGE = named(
    "overwrite_page",
    update(s.front_page)
    .values({
        c: p(c)
        for c in (
            "stay_days", "admission_way", "discharge_way", "blood_type", "total_fee", "own_fee", "saved_by", "saved_at"
        )
    })
    .where(s.front_page.c.visit_no == p("visit_no"), s.front_page.c.status == "SAVED"),
)  # fmt: skip
DROP_PAGE_DIAGNOSES = named("drop_page_diagnoses", delete(s.front_diagnosis).where(
    s.front_diagnosis.c.visit_no == p("visit_no")
))  # fmt: skip
DROP_PAGE_OPERATIONS = named("drop_page_operations", delete(s.front_operation).where(
    s.front_operation.c.visit_no == p("visit_no")
))  # fmt: skip
DROP_PAGE_FEES = named("drop_page_fees", delete(s.front_fee).where(s.front_fee.c.visit_no == p("visit_no")))
ADD_PAGE_DIAGNOSIS = add(s.front_diagnosis)
ADD_PAGE_OPERATION = add(s.front_operation)
ADD_PAGE_FEE = add(s.front_fee)
PAGE_DIAGNOSES = named(
    "page_diagnoses",
    select(
        s.front_diagnosis.c.seq_no, s.front_diagnosis.c.kind, s.front_diagnosis.c.icd_code,
        t.diagnosis_code.c.icd_name, s.front_diagnosis.c.admission_condition,
    )
    .join_from(s.front_diagnosis, t.diagnosis_code)
    .where(s.front_diagnosis.c.visit_no == p("visit_no"))
    .order_by(s.front_diagnosis.c.seq_no),
)  # fmt: skip
PAGE_OPERATIONS = named(
    "page_operations",
    select(
        s.front_operation.c.seq_no, s.front_operation.c.operation_code, t.operation_code.c.operation_name,
        t.operation_code.c.operation_level, s.front_operation.c.operated_at, s.front_operation.c.incision,
    )
    .join_from(s.front_operation, t.operation_code)
    .where(s.front_operation.c.visit_no == p("visit_no"))
    .order_by(s.front_operation.c.seq_no),
)  # fmt: skip
PAGE_FEES = named(
    "page_fees",
    select(s.front_fee.c.fee_code, s.front_fee.c.amount)
    .where(s.front_fee.c.visit_no == p("visit_no"))
    .order_by(s.front_fee.c.fee_code),
)
MARK_CHECKED = move(
    "mark_checked", s.front_page, s.front_page.c.visit_no, ("SAVED",),
    status="CHECKED", drg_code=p("drg_code"), drg_weight=p("drg_weight"), checked_by=p("checked_by"),
    checked_at=p("checked_at"),
)  # fmt: skip

# --------------------------------------------------------------------------- 归档

LOCK_VISIT = named(
    "lock_visit",
    select(_visit.visit_class, _visit.status, _visit.left_at, _visit.archive_by)
    .where(_visit.visit_no == p("visit_no"))
    .with_for_update(),
)
DRAFTS_LEFT = named(
    "drafts_left",
    select(func.count()).select_from(t.record).where(_record.visit_no == p("visit_no"), _record.status == "DRAFT"),
)
DEFECTS_LEFT = named(
    "defects_left",
    select(func.count()).select_from(s.defect).where(s.defect.c.visit_no == p("visit_no"), s.defect.c.status == "OPEN"),
)
COUNTERSIGNATURES_LEFT = named(  # 当前版本还没有上级审签的
    "countersignatures_left",
    select(func.count())
    .select_from(
        t.record.join(t.record_type).outerjoin(
            t.signature,
            (t.signature.c.record_id == _record.record_id)
            & (t.signature.c.version_no == _record.current_version)
            & (t.signature.c.role == "SENIOR"),
        )
    )
    .where(
        _record.visit_no == p("visit_no"),
        _record.status == "SIGNED",
        t.record_type.c.needs_senior == 1,
        t.signature.c.signature_id.is_(None),
    ),
)
VERSIONS_TO_ARCHIVE = named(
    "versions_to_archive",
    select(_record.record_id, _record.current_version, t.version.c.digest)
    .select_from(
        t.record.join(
            t.version,
            (t.version.c.record_id == _record.record_id) & (t.version.c.version_no == _record.current_version),
        )
    )
    .where(_record.visit_no == p("visit_no"), _record.status == "SIGNED")
    .order_by(_record.record_id),
)
ADD_ARCHIVE = add(s.archive)
ADD_ARCHIVED_RECORD = add(s.archived_record)
_of_visit = select(_record.record_id).where(_record.visit_no == p("visit_no"))
DROP_DRAFTS_OF_VISIT = named("drop_drafts_of_visit", delete(t.draft).where(t.draft.c.record_id.in_(_of_visit)))
DROP_LOCKS_OF_VISIT = named("drop_locks_of_visit", delete(t.edit_lock).where(t.edit_lock.c.record_id.in_(_of_visit)))
MARK_RECORDS_ARCHIVED = move(
    "mark_records_archived", t.record, _record.visit_no, ("SIGNED",), status="ARCHIVED"
)  # fmt: skip
MARK_VISIT_ARCHIVED = move("mark_visit_archived", t.visit, _visit.visit_no, ("LEFT",), status="ARCHIVED")

# --------------------------------------------------------------------------- 共享文档

RECORD_TO_SHARE = named(
    "record_to_share",
    select(
        _record.status, _record.type_code, _record.title, _record.current_version, _record.signed_at, _visit.visit_no,
        _visit.visit_class, _visit.admitted_at, _visit.left_at, t.department.c.dept_id, t.department.c.dept_name,
        t.patient.c.patient_id, t.patient.c.resident_id, t.patient.c.patient_name, t.patient.c.gender_code,
        t.patient.c.birth_date, t.staff.c.staff_id, t.staff.c.staff_name,
    )
    .select_from(
        t.record.join(t.visit)
        .join(t.department, t.department.c.dept_id == _visit.dept_id)
        .join(t.patient, t.patient.c.patient_id == _visit.patient_id)
        .join(t.staff, t.staff.c.staff_id == _record.author_id)
    )
    .where(_record.record_id == p("record_id")),
)  # fmt: skip
DIAGNOSES_OF_VISIT = named(
    "diagnoses_of_visit",
    select(t.visit_diagnosis.c.icd_code, t.visit_diagnosis.c.diagnosis_text)
    .where(t.visit_diagnosis.c.visit_no == p("visit_no"))
    .order_by(t.visit_diagnosis.c.diagnosis_no),
)
REPLACE_DOCUMENTS = named(  # 同一份病历再次注册，先前的让位
    "replace_documents",
    update(s.document).values(status="REPLACED").where(
        _document.record_id == p("record_id"), _document.status == "ACTIVE"
    ),
)  # fmt: skip
ADD_DOCUMENT = add(s.document)
ADD_DOCUMENT_ACCESS = add(s.document_access)
DOCUMENTS_OF_PATIENT = named(
    "documents_of_patient",
    select(
        _document.document_id, _document.type_code, _document.title, _document.visit_no, _document.content_length,
        _document.digest, _document.registered_at, _document.retrievals,
    )
    .where(
        _document.patient_id == p("patient_id"),
        _document.status == "ACTIVE",
        _document.registered_at >= p("since"),
        _document.registered_at < p("until"),
    )
    .order_by(_document.registered_at, _document.document_id),
)  # fmt: skip
DOCUMENT_TEXT = named(
    "document_text",
    select(_document.content, _document.digest, _document.patient_id, _document.title, _document.status).where(
        _document.document_id == p("document_id")
    ),
)
COUNT_RETRIEVAL = named(
    "count_retrieval",
    update(s.document)
    .values(retrievals=_document.retrievals + 1)
    .where(_document.document_id == p("document_id")),
)  # fmt: skip
ACCESSES = named(
    "accesses",
    select(
        s.document_access.c.access_no, s.document_access.c.action, s.document_access.c.requester,
        s.document_access.c.accessed_at,
    )
    .where(s.document_access.c.document_id == p("document_id"))
    .order_by(s.document_access.c.accessed_at, s.document_access.c.access_no),
)  # fmt: skip
