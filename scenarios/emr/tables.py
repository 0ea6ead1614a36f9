"""The tables of the EMR up to the signed record: dictionaries, patients, visits, records, versions, signatures.

A record is one document of a visit; its text is XML with a section per code, kept whole in every version. Every table
begins with `emr_`, so that the pack can share a database with others. Results, archive, front page, quality control
and shared documents: `tables_shelf.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects import mysql

from scenarios.columns import instant_type, named_metadata, person_name

metadata = named_metadata()

DIGEST = 64  # hexadecimal places of SHA-256 and of SM3


def number_type() -> String:
    """Business numbers and codes."""
    return String(24)


def long_text() -> Any:
    """A whole document: MySQL's own TEXT ends at 65 535 bytes, which 22 000 Chinese characters reach."""
    return Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def searched_text() -> Any:
    """Text that LIKE looks into, character by character."""
    # utf8mb4_general_ci 把所有四字节汉字视为同一个字：查“𠮷”会带出“𬭎”，所以按码位比较。
    return Text().with_variant(Text(collation="utf8mb4_bin"), "mysql", "mariadb")


# --------------------------------------------------------------------------- 基础字典

department = Table(
    "emr_department",
    metadata,
    Column("dept_id", number_type(), primary_key=True),
    Column("dept_name", String(40), nullable=False),
    Column("kind", String(10), nullable=False),  # CLINIC 门诊 · WARD 病区 · OFFICE 病案室、质控科
)

staff = Table(
    "emr_staff",
    metadata,
    Column("staff_id", number_type(), primary_key=True),
    Column("dept_id", number_type(), ForeignKey("emr_department.dept_id"), nullable=False),
    Column("staff_name", person_name(), nullable=False),
    Column("staff_title", String(20), nullable=False),
    Column("is_senior", Integer, nullable=False),  # 1：上级医师，可以审签
    Column("certificate_no", String(40), nullable=False),  # 签名证书序列号
)

record_type = Table(  # 病历文书类型；时限自何时起算、多少小时内签名
    "emr_record_type",
    metadata,
    Column("type_code", number_type(), primary_key=True),  # WS/T 500 的文档类型编码：C0034 入院记录
    Column("type_name", String(40), nullable=False),
    Column("visit_class", String(1), nullable=False),  # O 门诊 · I 住院
    Column("clock_from", String(10), nullable=False),  # VISIT · ADMIT · OPERATION · DISCHARGE · DEATH · WRITING
    Column("limit_hours", Integer, nullable=False),
    Column("needs_senior", Integer, nullable=False),  # 1：需上级医师审签
    Column("min_length", Integer, nullable=False),  # 主诉与现病史合计至少多少字；0 不限
    CheckConstraint("limit_hours > 0", name="limit"),
)

section_type = Table(
    "emr_section_type",
    metadata,
    Column("section_code", number_type(), primary_key=True),  # WS/T 500 章节编码（LOINC）：10154-3 主诉
    Column("section_title", String(40), nullable=False),
    Column("is_searched", Integer, nullable=False),  # 1：进全文检索
)

template = Table(
    "emr_template",
    metadata,
    Column("template_id", number_type(), primary_key=True),
    Column("type_code", number_type(), ForeignKey("emr_record_type.type_code"), nullable=False),
    Column("template_name", String(60), nullable=False),
    Column("content", long_text(), nullable=False),
)

diagnosis_code = Table(
    "emr_diagnosis_code",
    metadata,
    Column("icd_code", number_type(), primary_key=True),  # ICD-10
    Column("icd_name", String(80), nullable=False),
)

operation_code = Table(
    "emr_operation_code",
    metadata,
    Column("operation_code", number_type(), primary_key=True),  # ICD-9-CM-3
    Column("operation_name", String(80), nullable=False),
    Column("operation_level", Integer, nullable=False),  # 1–4 级
)

# --------------------------------------------------------------------------- 患者与就诊

patient = Table(
    "emr_patient",
    metadata,
    Column("patient_id", number_type(), primary_key=True),  # 与 HIS、LIS 同号
    Column("resident_id", String(18), nullable=False),
    Column("patient_name", person_name(), nullable=False),
    Column("pinyin", String(60), nullable=False),
    Column("gender_code", CHAR(2), nullable=False),  # 定长 2 位、内容 1 位：与老 HIS、LIS 同
    Column("birth_date", Date, nullable=False),
    Column("phone", String(20)),
    Column("allergy", String(100)),
)
Index("ix_emr_patient_name", patient.c.patient_name)

visit = Table(  # 一次门诊或一次住院
    "emr_visit",
    metadata,
    Column("visit_no", number_type(), primary_key=True),
    Column("patient_id", number_type(), ForeignKey("emr_patient.patient_id"), nullable=False),
    Column("visit_class", String(1), nullable=False),  # O 门诊 · I 住院
    Column("dept_id", number_type(), ForeignKey("emr_department.dept_id"), nullable=False),
    Column("doctor_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("bed_no", String(10)),
    Column("status", String(10), nullable=False),  # OPEN 在诊、在院 · LEFT 已离院 · ARCHIVED 已归档
    Column("admitted_at", DateTime, nullable=False),  # 就诊、入院
    Column("operated_at", DateTime),
    Column("left_at", DateTime),  # 诊毕、出院
    Column("died_at", DateTime),
    Column("archive_by", DateTime),  # 归档期限，离院时算出
    CheckConstraint("left_at >= admitted_at", name="left"),
    CheckConstraint("operated_at >= admitted_at", name="operated"),
)
Index("ix_emr_visit_patient", visit.c.patient_id)
Index("ix_emr_visit_dept", visit.c.dept_id, visit.c.admitted_at)

visit_diagnosis = Table(
    "emr_visit_diagnosis",
    metadata,
    Column("visit_no", number_type(), ForeignKey("emr_visit.visit_no"), primary_key=True),
    Column("diagnosis_no", Integer, primary_key=True, autoincrement=False),
    Column("icd_code", number_type(), ForeignKey("emr_diagnosis_code.icd_code"), nullable=False),
    Column("diagnosis_text", String(120), nullable=False),  # 医师写的，可以与字典名称不同
    Column("diagnosed_at", DateTime, nullable=False),
)
Index("ix_emr_visit_diagnosis_icd", visit_diagnosis.c.icd_code)

# --------------------------------------------------------------------------- 病历与版本

record = Table(
    "emr_record",
    metadata,
    Column("record_id", number_type(), primary_key=True),
    Column("visit_no", number_type(), ForeignKey("emr_visit.visit_no"), nullable=False),
    Column("type_code", number_type(), ForeignKey("emr_record_type.type_code"), nullable=False),
    Column("title", String(60), nullable=False),
    Column("author_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("status", String(10), nullable=False),  # DRAFT 草稿 · SIGNED 已签名 · ARCHIVED 已归档 · VOID 作废
    Column("current_version", Integer, nullable=False),  # 0：还没有保存过版本
    Column("chief_complaint", String(100)),  # 主诉，取自正文
    Column("created_at", DateTime, nullable=False),
    Column("due_at", DateTime, nullable=False),  # 签名时限，创建时算出
    Column("signed_at", DateTime),  # 首次签名
    Column("void_reason", String(100)),
    Column("voided_at", DateTime),
    CheckConstraint("signed_at >= created_at", name="signed"),
    CheckConstraint("voided_at >= created_at", name="voided"),
    CheckConstraint("current_version >= 0", name="version"),
)
Index("ix_emr_record_visit", record.c.visit_no)
Index("ix_emr_record_created", record.c.created_at)

version = Table(  # 每保存一次一个版本，旧的永不改动
    "emr_record_version",
    metadata,
    Column("record_id", number_type(), ForeignKey("emr_record.record_id"), primary_key=True),
    Column("version_no", Integer, primary_key=True, autoincrement=False),
    Column("content", long_text(), nullable=False),  # XML，按章节编码
    Column("content_length", Integer, nullable=False),  # 字数
    Column("digest", String(DIGEST), nullable=False),  # 正文 UTF-8 的 SHA-256
    Column("editor_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("reason", String(100)),  # 签名之后修改的原因
    Column("saved_at", instant_type(), nullable=False),
    CheckConstraint("content_length > 0", name="length"),
)

revision = Table(  # 修订留痕：哪一节、谁、何时、怎样改
    "emr_revision",
    metadata,
    Column("record_id", number_type(), primary_key=True),
    Column("version_no", Integer, primary_key=True, autoincrement=False),
    Column("section_code", number_type(), ForeignKey("emr_section_type.section_code"), primary_key=True),
    Column("change_kind", String(6), nullable=False),  # ADD · CHANGE · REMOVE
    Column("old_length", Integer, nullable=False),
    Column("new_length", Integer, nullable=False),
    Column("editor_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("changed_at", instant_type(), nullable=False),
    ForeignKeyConstraint(
        ["record_id", "version_no"], ["emr_record_version.record_id", "emr_record_version.version_no"]
    ),
)

section = Table(  # 当前版本各节的文字，供全文检索
    "emr_section",
    metadata,
    Column("record_id", number_type(), ForeignKey("emr_record.record_id"), primary_key=True),
    Column("section_code", number_type(), ForeignKey("emr_section_type.section_code"), primary_key=True),
    Column("version_no", Integer, nullable=False),
    Column("section_text", searched_text(), nullable=False),
)

draft = Table(  # 自动保存：每份病历、每位作者一行，覆盖写
    "emr_draft",
    metadata,
    Column("record_id", number_type(), ForeignKey("emr_record.record_id"), primary_key=True),
    Column("author_id", number_type(), ForeignKey("emr_staff.staff_id"), primary_key=True),
    Column("based_on", Integer, nullable=False),  # 自哪个版本改起
    Column("content", long_text(), nullable=False),
    Column("save_count", Integer, nullable=False),
    Column("saved_at", instant_type(), nullable=False),
)

edit_lock = Table(  # 一份病历同时只有一人编辑，靠主键
    "emr_edit_lock",
    metadata,
    Column("record_id", number_type(), ForeignKey("emr_record.record_id"), primary_key=True),
    Column("editor_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("locked_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    CheckConstraint("expires_at > locked_at", name="expires"),
)

signature = Table(
    "emr_signature",
    metadata,
    Column("signature_id", number_type(), primary_key=True),
    Column("record_id", number_type(), nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("role", String(6), nullable=False),  # AUTHOR 作者 · SENIOR 上级医师
    Column("signer_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("certificate_no", String(40), nullable=False),
    Column("algorithm", String(10), nullable=False),  # SHA-256
    Column("digest", String(DIGEST), nullable=False),  # 必须与版本的摘要相同
    Column("saved_at", instant_type(), nullable=False),  # 被签的版本何时保存
    Column("signed_at", instant_type(), nullable=False),
    ForeignKeyConstraint(
        ["record_id", "version_no"], ["emr_record_version.record_id", "emr_record_version.version_no"]
    ),
    CheckConstraint("signed_at >= saved_at", name="after_writing"),
    CheckConstraint("role IN ('AUTHOR', 'SENIOR')", name="role"),
)
# 一个版本作者只签一次、上级只签一次，靠这个唯一索引。
Index("uq_emr_signature_version", signature.c.record_id, signature.c.version_no, signature.c.role, unique=True)

audit_log = Table(
    "emr_audit_log",
    metadata,
    Column("audit_id", BigInteger, primary_key=True, autoincrement=True),
    Column("action", String(20), nullable=False),
    Column("object_id", number_type(), nullable=False),
    Column("staff_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("occurred_at", DateTime, nullable=False),  # 业务时间，由业务给出
    Column("created_at", DateTime, nullable=False, server_default=func.current_timestamp()),  # 数据库时间
)
Index("ix_emr_audit_log_object", audit_log.c.object_id)
