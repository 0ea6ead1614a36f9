"""The SQL of work lists, full-text search and the whole view of a patient; written like `statements.py`."""

from __future__ import annotations

from sqlalchemy import case, func, select

from scenarios.emr import tables as t
from scenarios.emr import tables_shelf as s
from scenarios.emr.statements import named, p

_record, _visit = t.record.c, t.visit.c

RECORDS_OF_DEPT = named(  # 没签的在前，快到时限的在前
    "records_of_dept",
    select(
        _record.record_id, _record.title, _record.status, _record.current_version, _record.due_at,
        t.patient.c.patient_name, t.patient.c.gender_code, _visit.visit_no, _visit.bed_no, t.staff.c.staff_name,
    )
    .select_from(
        t.record.join(t.visit)
        .join(t.patient, t.patient.c.patient_id == _visit.patient_id)
        .join(t.staff, t.staff.c.staff_id == _record.author_id)
    )
    .where(
        _visit.dept_id == p("dept_id"), _visit.status != "ARCHIVED", _record.status != "VOID",
        _record.created_at >= p("since"),
    )
    .order_by(case((_record.status == "DRAFT", 0), else_=1), _record.due_at, _record.record_id)
    .limit(200),
)  # fmt: skip

# --------------------------------------------------------------------------- 全文检索

ESCAPE = "/"  # 反斜线在有的产品的字符串里另有含义
_FOUND = (
    t.section.c.section_text.like(p("pattern"), escape=ESCAPE),
    _record.created_at >= p("since"),
    _record.status != "VOID",
)
SEARCH = named(
    "search",
    select(
        _record.record_id, t.section.c.section_code, _record.title, t.patient.c.patient_name,
        func.char_length(t.section.c.section_text).label("characters"), _record.created_at,
    )
    .select_from(
        t.section.join(t.record).join(t.visit, _visit.visit_no == _record.visit_no)
        .join(t.patient, t.patient.c.patient_id == _visit.patient_id)
    )
    .where(*_FOUND)
    .order_by(_record.created_at.desc(), _record.record_id, t.section.c.section_code)
    .limit(50),
)  # fmt: skip
SEARCH_COUNT = named(
    "search_count",
    select(_record.type_code, func.count().label("sections"), func.count(_record.record_id.distinct()).label("records"))
    .select_from(t.section.join(t.record))
    .where(*_FOUND)
    .group_by(_record.type_code)
    .order_by(_record.type_code),
)

# --------------------------------------------------------------------------- 360 视图

VISITS_OF_PATIENT = named(
    "visits_of_patient",
    select(
        _visit.visit_no, _visit.visit_class, t.department.c.dept_name, t.staff.c.staff_name, _visit.status,
        _visit.admitted_at, _visit.left_at,
    )
    .select_from(t.visit.join(t.department).join(t.staff, t.staff.c.staff_id == _visit.doctor_id))
    .where(_visit.patient_id == p("patient_id"))
    .order_by(_visit.admitted_at.desc(), _visit.visit_no),
)  # fmt: skip
DIAGNOSES_OF_PATIENT = named(
    "diagnoses_of_patient",
    select(
        t.visit_diagnosis.c.icd_code, t.visit_diagnosis.c.diagnosis_text, func.count().label("times"),
        func.min(t.visit_diagnosis.c.diagnosed_at).label("first_at"),
        func.max(t.visit_diagnosis.c.diagnosed_at).label("last_at"),
    )
    .join_from(t.visit_diagnosis, t.visit)
    .where(_visit.patient_id == p("patient_id"))
    .group_by(t.visit_diagnosis.c.icd_code, t.visit_diagnosis.c.diagnosis_text)
    .order_by(t.visit_diagnosis.c.icd_code, t.visit_diagnosis.c.diagnosis_text),
)  # fmt: skip
RESULTS_OF_PATIENT = named(
    "results_of_patient",
    select(
        s.result.c.order_no, s.result.c.panel_name, s.result.c.analyte_code, s.result.c.analyte_name,
        s.result.c.value_text, s.result.c.unit, s.result.c.reference_text, s.result.c.abnormal_flag,
        s.result.c.reported_at,
    )
    .where(s.result.c.patient_id == p("patient_id"))
    .order_by(s.result.c.reported_at.desc(), s.result.c.filler_no, s.result.c.analyte_code)
    .limit(100),
)  # fmt: skip
RECORDS_OF_PATIENT = named(
    "records_of_patient",
    select(
        _record.record_id, _record.type_code, _record.title, _record.status, _record.current_version,
        _record.chief_complaint, _record.created_at, _record.signed_at,
    )
    .join_from(t.record, t.visit)
    .where(_visit.patient_id == p("patient_id"))
    .order_by(_record.created_at.desc(), _record.record_id),
)  # fmt: skip
