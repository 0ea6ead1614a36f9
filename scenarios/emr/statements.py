"""The SQL of visits and records, written once in SQLAlchemy Core; `:name` is `p("name")`.

A statement that a product needs in other words gets `texts={"<product or family>": "…"}`; so far none does. Queries
have a total ORDER BY. Front page, archive, documents: `statements_shelf.py`; quality control: `statements_quality.py`;
lists, search and the whole view of a patient: `statements_lists.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, and_, bindparam, delete, func, insert, select, update

from harness.model import Statement
from scenarios.emr import tables as t

p = bindparam


def named(name: str, body: Any) -> Statement:
    """A statement under the name by which reports call it."""
    return Statement(name=name, body=body)


def add(table: Table, *left_out: str) -> Statement:
    """INSERT with one parameter per column, named like the column."""
    columns: dict[str, Any] = {c.name: p(c.name) for c in table.columns if c.name not in left_out}
    return named(f"add_{table.name.removeprefix('emr_')}", insert(table).values(columns))


def move(name: str, table: Table, key: Any, before: tuple[str, ...], **values: Any) -> Statement:
    """状态只能按流程前进；影响 0 行表示不在应有的状态。"""
    return named(name, update(table).values(values).where(key == p(key.name), table.c.status.in_(before)))


_visit, _record, _version = t.visit.c, t.record.c, t.version.c

# --------------------------------------------------------------------------- 就诊

ADD_PATIENT = add(t.patient)
ADD_VISIT = add(t.visit)
ADD_VISIT_DIAGNOSIS = add(t.visit_diagnosis)
PATIENT_CARD = named(
    "patient_card",
    select(
        t.patient.c.patient_id, t.patient.c.patient_name, t.patient.c.gender_code, t.patient.c.birth_date,
        t.patient.c.allergy,
    ).where(t.patient.c.patient_id == p("patient_id")),
)  # fmt: skip
VISIT_CARD = named(
    "visit_card",
    select(
        _visit.visit_class, _visit.status, _visit.admitted_at, _visit.operated_at, _visit.left_at, _visit.died_at,
        _visit.patient_id, _visit.archive_by,
    ).where(_visit.visit_no == p("visit_no")),
)  # fmt: skip
MARK_LEFT = move(
    "mark_left", t.visit, _visit.visit_no, ("OPEN",),
    status="LEFT", left_at=p("at"), died_at=p("died_at"), archive_by=p("archive_by"),
)  # fmt: skip

# --------------------------------------------------------------------------- 病历

ADD_RECORD = add(t.record)
TEMPLATE_OF_TYPE = named(  # 一种文书可以有几个模板，取编号最小的
    "template_of_type",
    select(t.template.c.template_id, t.template.c.content)
    .where(t.template.c.type_code == p("type_code"))
    .order_by(t.template.c.template_id)
    .limit(1),
)
RECORD_TO_EDIT = named(  # 能不能写：状态、版本、谁正占着
    "record_to_edit",
    select(_record.status, _record.current_version, _record.author_id, t.edit_lock.c.editor_id)
    .select_from(t.record.outerjoin(t.edit_lock, t.edit_lock.c.record_id == _record.record_id))
    .where(_record.record_id == p("record_id")),
)
OVERWRITE_DRAFT = named(
    "overwrite_draft",
    update(t.draft)
    .values(
        based_on=p("based_on"), content=p("content"), saved_at=p("saved_at"), save_count=t.draft.c.save_count + 1
    )
    .where(t.draft.c.record_id == p("record_id"), t.draft.c.author_id == p("author_id")),
)  # fmt: skip
ADD_DRAFT = add(t.draft)
DROP_DRAFTS = named("drop_drafts", delete(t.draft).where(t.draft.c.record_id == p("record_id")))

# --------------------------------------------------------------------------- 版本

LOCK_RECORD = named(  # 同一份病历的两次保存先后进行，版本号才连续
    "lock_record_row",
    select(_record.status, _record.current_version, _record.author_id)
    .where(_record.record_id == p("record_id"))
    .with_for_update(),
)
VERSION_TEXT = named(
    "version_text",
    select(_version.content, _version.digest, _version.saved_at).where(
        _version.record_id == p("record_id"), _version.version_no == p("version_no")
    ),
)
ADD_VERSION = add(t.version)
ADD_REVISION = add(t.revision)
DROP_SECTIONS = named("drop_sections", delete(t.section).where(t.section.c.record_id == p("record_id")))
ADD_SECTION = add(t.section)
RAISE_VERSION = named(
    "raise_version",
    update(t.record)
    .values(current_version=p("version_no"), chief_complaint=p("chief_complaint"))
    .where(_record.record_id == p("record_id")),
)

# --------------------------------------------------------------------------- 签名与作废

SIGNER_CARD = named(
    "signer_card",
    select(t.staff.c.staff_name, t.staff.c.is_senior, t.staff.c.certificate_no).where(
        t.staff.c.staff_id == p("staff_id")
    ),
)
ADD_SIGNATURE = add(t.signature)
MARK_SIGNED = move("mark_signed", t.record, _record.record_id, ("DRAFT",), status="SIGNED", signed_at=p("at"))
MARK_VOID = move(
    "mark_void", t.record, _record.record_id, ("DRAFT", "SIGNED"),
    status="VOID", void_reason=p("void_reason"), voided_at=p("at"),
)  # fmt: skip
SIGNATURES = named(
    "signatures",
    select(
        t.signature.c.version_no, t.signature.c.role, t.staff.c.staff_name, t.signature.c.certificate_no,
        t.signature.c.digest, t.signature.c.signed_at,
    )
    .join_from(t.signature, t.staff)
    .where(t.signature.c.record_id == p("record_id"))
    .order_by(t.signature.c.version_no, t.signature.c.role),
)  # fmt: skip

# --------------------------------------------------------------------------- 编辑锁

ADD_EDIT_LOCK = add(t.edit_lock)
DROP_EXPIRED_LOCK = named(  # 过了时间没解开的，后来的人可以接手
    "drop_expired_lock",
    delete(t.edit_lock).where(t.edit_lock.c.record_id == p("record_id"), t.edit_lock.c.expires_at <= p("at")),
)
DROP_EDIT_LOCK = named(
    "drop_edit_lock",
    delete(t.edit_lock).where(t.edit_lock.c.record_id == p("record_id"), t.edit_lock.c.editor_id == p("editor_id")),
)
DROP_LOCKS = named("drop_locks", delete(t.edit_lock).where(t.edit_lock.c.record_id == p("record_id")))

# --------------------------------------------------------------------------- 调阅

RECORD_HEAD = named(
    "record_head",
    select(
        _record.record_id, _record.title, _record.status, _record.current_version, _record.chief_complaint,
        _record.created_at, _record.due_at, _record.signed_at, t.record_type.c.type_name, t.staff.c.staff_name,
        _visit.visit_no, t.patient.c.patient_id, t.patient.c.patient_name, t.patient.c.gender_code,
        t.department.c.dept_name,
    )
    .select_from(
        t.record.join(t.record_type)
        .join(t.staff, t.staff.c.staff_id == _record.author_id)
        .join(t.visit, _visit.visit_no == _record.visit_no)
        .join(t.patient, t.patient.c.patient_id == _visit.patient_id)
        .join(t.department, t.department.c.dept_id == _visit.dept_id)
    )
    .where(_record.record_id == p("record_id")),
)  # fmt: skip
DRAFTS_OF_RECORD = named(
    "drafts_of_record",
    select(t.draft.c.author_id, t.draft.c.based_on, t.draft.c.save_count, t.draft.c.saved_at)
    .where(t.draft.c.record_id == p("record_id"))
    .order_by(t.draft.c.author_id),
)
_older = t.version.alias("older")
_grown = (_version.content_length - _older.c.content_length).label("grown")
VERSIONS = named(  # 各版本与上一版本相差多少字；窗口函数并非各产品都有，用自连接
    "versions",
    select(
        _version.version_no, _version.content_length, _grown, _version.digest, t.staff.c.staff_name, _version.reason,
        _version.saved_at,
    )
    .select_from(
        t.version.join(t.staff, t.staff.c.staff_id == _version.editor_id).outerjoin(
            _older, and_(_older.c.record_id == _version.record_id, _older.c.version_no == _version.version_no - 1)
        )
    )
    .where(_version.record_id == p("record_id"))
    .order_by(_version.version_no),
)  # fmt: skip
REVISIONS = named(
    "revisions",
    select(
        t.revision.c.version_no, t.section_type.c.section_title, t.revision.c.change_kind, t.revision.c.old_length,
        t.revision.c.new_length, t.staff.c.staff_name, t.revision.c.changed_at,
    )
    .select_from(
        t.revision.join(t.section_type).join(t.staff, t.staff.c.staff_id == t.revision.c.editor_id)
    )
    .where(t.revision.c.record_id == p("record_id"))
    .order_by(t.revision.c.version_no, t.revision.c.section_code),
)  # fmt: skip
STORED_LENGTH = named(  # 数据库数出的字数：四字节汉字也算一个字
    "stored_length",
    select(func.char_length(_version.content).label("characters")).where(
        _version.record_id == p("record_id"), _version.version_no == p("version_no")
    ),
)
ADD_AUDIT = add(t.audit_log, "audit_id", "created_at")  # 编号与记录时间由数据库给出
