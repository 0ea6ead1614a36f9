"""The tables of the RIS behind the archived study: reports, critical findings, film, corrections, audit.

Same metadata as `tables.py`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
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

from scenarios.columns import instant_type
from scenarios.pacs.tables import metadata, number_type, uid_type

template = Table(
    "ris_template",
    metadata,
    Column("template_id", number_type(), primary_key=True),
    Column("modality", String(4), nullable=False),
    Column("findings", Text, nullable=False),
    Column("impression", String(500), nullable=False),
    Column("positive", Integer, nullable=False),
)

report = Table(
    "ris_report",
    metadata,
    Column("report_id", number_type(), primary_key=True),
    Column("accession_no", number_type(), ForeignKey("ris_order.accession_no"), nullable=False),
    Column("status", String(10), nullable=False),  # DRAFT SUBMITTED REVIEWED PUBLISHED
    Column("current_version", Integer, nullable=False),
    Column("positive", Integer, nullable=False),
    Column("writer_id", number_type(), ForeignKey("ris_staff.staff_id"), nullable=False),
    Column("written_at", DateTime, nullable=False),
    Column("published_at", DateTime),
    CheckConstraint("published_at >= written_at", name="published"),
)
Index("uq_ris_report_accession", report.c.accession_no, unique=True)
Index("ix_ris_report_published", report.c.published_at)

version = Table(
    "ris_report_version",
    metadata,
    Column("report_id", number_type(), ForeignKey("ris_report.report_id"), primary_key=True),
    Column("version_no", Integer, primary_key=True, autoincrement=False),
    Column("findings", Text, nullable=False),
    Column("impression", String(500), nullable=False),
    Column("editor_id", number_type(), ForeignKey("ris_staff.staff_id"), nullable=False),
    Column("saved_at", instant_type(), nullable=False),
)

review = Table(  # 每次审核一行，退回的也留下
    "ris_report_review",
    metadata,
    Column("review_id", number_type(), primary_key=True),
    Column("report_id", number_type(), nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("reviewer_id", number_type(), ForeignKey("ris_staff.staff_id"), nullable=False),
    Column("passed", Integer, nullable=False),
    Column("opinion", String(100)),
    Column("reviewed_at", DateTime, nullable=False),
    ForeignKeyConstraint(
        ["report_id", "version_no"], ["ris_report_version.report_id", "ris_report_version.version_no"]
    ),
)
Index("ix_ris_report_review_report", review.c.report_id, review.c.version_no)

critical = Table(
    "ris_critical",
    metadata,
    Column("critical_id", number_type(), primary_key=True),
    Column("report_id", number_type(), ForeignKey("ris_report.report_id"), nullable=False),
    Column("finding", String(100), nullable=False),
    Column("status", String(12), nullable=False),  # NOTIFIED ACKNOWLEDGED
    Column("notified_at", DateTime, nullable=False),
    Column("acknowledged_at", DateTime),
    CheckConstraint("acknowledged_at >= notified_at", name="acknowledged"),
)
Index("uq_ris_critical_report", critical.c.report_id, unique=True)

export = Table(  # 胶片与云胶片
    "ris_export",
    metadata,
    Column("export_id", number_type(), primary_key=True),
    Column("study_uid", uid_type(), ForeignKey("ris_study.study_uid"), nullable=False),
    Column("kind", String(8), nullable=False),  # FILM · CLOUD
    Column("sheets", Integer, nullable=False),  # 胶片张数，或云胶片的图像数
    Column("exported_at", DateTime, nullable=False),
    Column("expires_at", DateTime),  # 云胶片的有效期
    CheckConstraint("sheets > 0", name="sheets"),
)
Index("ix_ris_export_study", export.c.study_uid)

correction = Table(  # 更正：患者信息、影像作废
    "ris_correction",
    metadata,
    Column("correction_id", number_type(), primary_key=True),
    Column("study_uid", uid_type(), ForeignKey("ris_study.study_uid"), nullable=False),
    Column("kind", String(10), nullable=False),  # NAME 姓名 · REJECT 影像作废
    Column("old_value", String(130)),
    Column("new_value", String(130)),
    Column("reason", String(100), nullable=False),
    Column("staff_id", number_type(), ForeignKey("ris_staff.staff_id"), nullable=False),
    Column("corrected_at", DateTime, nullable=False),
)
Index("ix_ris_correction_study", correction.c.study_uid)

audit_log = Table(  # 留痕：唯一由数据库编号、记时的表
    "ris_audit_log",
    metadata,
    Column("audit_id", BigInteger, primary_key=True, autoincrement=True),
    Column("action", String(12), nullable=False),
    Column("object_id", uid_type(), nullable=False),
    Column("staff_id", number_type(), nullable=False),
    Column("occurred_at", DateTime, nullable=False),
    Column("created_at", DateTime, nullable=False, server_default=func.current_timestamp()),
)
Index("ix_ris_audit_log_object", audit_log.c.object_id)
