"""The tables of the EMR beside the record: copied results, front page, archive, quality control, shared documents.

Same metadata as `tables.py`.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    Table,
)

from scenarios.emr.tables import DIGEST, long_text, metadata, number_type


def money_type() -> Numeric[Decimal]:
    """Yuan and fen."""
    return Numeric(12, 2)


# --------------------------------------------------------------------------- 检验结果的副本与引用

result = Table(  # 检验系统送来的已发布结果（一条 OBX），供引用
    "emr_result",
    metadata,
    Column("filler_no", number_type(), primary_key=True),  # OBR-3 检验执行方编号
    Column("analyte_code", number_type(), primary_key=True),  # OBX-3.1
    Column("order_no", number_type(), nullable=False),  # OBR-2 申请号
    Column("patient_id", number_type(), ForeignKey("emr_patient.patient_id"), nullable=False),  # PID-3
    Column("visit_no", number_type(), ForeignKey("emr_visit.visit_no"), nullable=False),  # PV1-19
    Column("panel_name", String(60), nullable=False),  # OBR-4.2
    Column("analyte_name", String(60), nullable=False),  # OBX-3.2
    Column("value_text", String(200), nullable=False),  # OBX-5，仪器原样
    Column("unit", String(16)),  # OBX-6
    Column("reference_text", String(40)),  # OBX-7
    Column("abnormal_flag", String(2)),  # OBX-8；正常为空
    Column("ordered_at", DateTime, nullable=False),  # ORC-9
    Column("collected_at", DateTime, nullable=False),  # OBR-7
    Column("reported_at", DateTime, nullable=False),  # OBR-22
    Column("handled_at", DateTime),  # 危急值处理；不是危急值的为空
)
Index("ix_emr_result_visit", result.c.visit_no)
Index("ix_emr_result_patient", result.c.patient_id, result.c.reported_at)

quoted_result = Table(  # 病历引用的结果：引用时照抄，此后不随检验系统变
    "emr_quoted_result",
    metadata,
    Column("record_id", number_type(), ForeignKey("emr_record.record_id"), primary_key=True),
    Column("filler_no", number_type(), primary_key=True),
    Column("analyte_code", number_type(), primary_key=True),
    Column("analyte_name", String(60), nullable=False),
    Column("value_text", String(200), nullable=False),
    Column("unit", String(16)),
    Column("abnormal_flag", String(2)),
    Column("reported_at", DateTime, nullable=False),
    Column("quoted_by", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("quoted_at", DateTime, nullable=False),
    ForeignKeyConstraint(["filler_no", "analyte_code"], ["emr_result.filler_no", "emr_result.analyte_code"]),
    CheckConstraint("quoted_at >= reported_at", name="reported"),
)

# --------------------------------------------------------------------------- 病案首页

front_page = Table(
    "emr_front_page",
    metadata,
    Column("visit_no", number_type(), ForeignKey("emr_visit.visit_no"), primary_key=True),
    Column("status", String(8), nullable=False),  # SAVED 已填 · CHECKED 已审
    Column("stay_days", Integer, nullable=False),
    Column("admission_way", String(1), nullable=False),  # 1 急诊 2 门诊 3 转入 9 其他
    Column("discharge_way", String(1), nullable=False),  # 1 医嘱离院 2 转院 3 转社区 4 非医嘱离院 5 死亡 9 其他
    Column("blood_type", String(1), nullable=False),  # 1 A 2 B 3 O 4 AB 5 不详 6 未查
    Column("total_fee", money_type(), nullable=False),
    Column("own_fee", money_type(), nullable=False),  # 自付
    Column("drg_code", number_type()),  # 审核时分入的组
    Column("drg_weight", Numeric(8, 4)),
    Column("saved_by", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("checked_by", number_type(), ForeignKey("emr_staff.staff_id")),
    Column("checked_at", DateTime),
    CheckConstraint("stay_days >= 1", name="days"),
    CheckConstraint("total_fee >= 0", name="total"),
    CheckConstraint("own_fee >= 0 AND own_fee <= total_fee", name="own"),
    CheckConstraint("checked_at >= saved_at", name="checked"),
)

front_diagnosis = Table(
    "emr_front_diagnosis",
    metadata,
    Column("visit_no", number_type(), ForeignKey("emr_front_page.visit_no"), primary_key=True),
    Column("seq_no", Integer, primary_key=True, autoincrement=False),  # 1 为主要诊断
    Column("kind", String(5), nullable=False),  # MAIN 主要诊断 · OTHER 其他诊断
    Column("icd_code", number_type(), ForeignKey("emr_diagnosis_code.icd_code"), nullable=False),
    Column("admission_condition", String(1), nullable=False),  # 1 有 2 临床未确定 3 情况不明 4 无
    CheckConstraint("kind IN ('MAIN', 'OTHER')", name="kind"),
)
Index("ix_emr_front_diagnosis_icd", front_diagnosis.c.icd_code)

front_operation = Table(
    "emr_front_operation",
    metadata,
    Column("visit_no", number_type(), ForeignKey("emr_front_page.visit_no"), primary_key=True),
    Column("seq_no", Integer, primary_key=True, autoincrement=False),
    Column("operation_code", number_type(), ForeignKey("emr_operation_code.operation_code"), nullable=False),
    Column("operated_at", DateTime, nullable=False),
    Column("surgeon_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("incision", String(4), nullable=False),  # 切口/愈合：Ⅰ/甲
)

front_fee = Table(
    "emr_front_fee",
    metadata,
    Column("visit_no", number_type(), ForeignKey("emr_front_page.visit_no"), primary_key=True),
    Column("fee_code", String(4), primary_key=True),  # 首页费用分类：01 一般医疗服务费 ……
    Column("amount", money_type(), nullable=False),
    CheckConstraint("amount >= 0", name="amount"),
)

# --------------------------------------------------------------------------- 归档

archive = Table(
    "emr_archive",
    metadata,
    Column("visit_no", number_type(), ForeignKey("emr_visit.visit_no"), primary_key=True),
    Column("archive_no", number_type(), nullable=False),  # 病案号流水
    Column("record_count", Integer, nullable=False),
    Column("seal", String(DIGEST), nullable=False),  # 封存摘要：各份病历摘要按病历号连起来再取 SHA-256
    Column("late", Integer, nullable=False),  # 1：超过归档期限
    Column("archiver_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("archived_at", DateTime, nullable=False),
    Column("keep_until", DateTime, nullable=False),  # 门诊 15 年、住院 30 年
)
Index("uq_emr_archive_no", archive.c.archive_no, unique=True)

archived_record = Table(  # 归档了哪些病历的哪个版本
    "emr_archived_record",
    metadata,
    Column("record_id", number_type(), ForeignKey("emr_record.record_id"), primary_key=True),
    Column("visit_no", number_type(), ForeignKey("emr_archive.visit_no"), nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("digest", String(DIGEST), nullable=False),
)
Index("ix_emr_archived_record_visit", archived_record.c.visit_no)

# --------------------------------------------------------------------------- 共享文档

document = Table(  # 注册到共享文档库的 CDA
    "emr_document",
    metadata,
    Column("document_id", number_type(), primary_key=True),
    Column("visit_no", number_type(), ForeignKey("emr_visit.visit_no"), nullable=False),
    Column("patient_id", number_type(), ForeignKey("emr_patient.patient_id"), nullable=False),
    Column("record_id", number_type(), ForeignKey("emr_record.record_id")),  # 由哪份病历生成；外来的为空
    Column("type_code", number_type(), ForeignKey("emr_record_type.type_code"), nullable=False),
    Column("title", String(60), nullable=False),
    Column("content", long_text(), nullable=False),  # CDA
    Column("content_length", Integer, nullable=False),
    Column("digest", String(DIGEST), nullable=False),
    Column("status", String(10), nullable=False),  # ACTIVE · REPLACED
    Column("registrar_id", number_type(), ForeignKey("emr_staff.staff_id"), nullable=False),
    Column("registered_at", DateTime, nullable=False),
    Column("retrievals", Integer, nullable=False),  # 被调阅的次数
    CheckConstraint("retrievals >= 0", name="retrievals"),
)
Index("ix_emr_document_patient", document.c.patient_id)
Index("ix_emr_document_record", document.c.record_id)

document_access = Table(  # 注册、检索、调阅，每次一行
    "emr_document_access",
    metadata,
    Column("access_no", number_type(), primary_key=True),
    Column("action", String(8), nullable=False),  # REGISTER · QUERY · RETRIEVE
    Column("document_id", number_type(), ForeignKey("emr_document.document_id")),  # 检索时为空
    Column("patient_id", number_type(), ForeignKey("emr_patient.patient_id"), nullable=False),
    Column("requester", String(40), nullable=False),  # 哪个系统、哪家机构
    Column("found", Integer, nullable=False),
    Column("digest", String(DIGEST)),  # 交出的那份正文当场算出的摘要；检索时为空
    Column("accessed_at", DateTime, nullable=False),
)
Index("ix_emr_document_access_document", document_access.c.document_id)

# --------------------------------------------------------------------------- 病历质控

quality_rule = Table(
    "emr_quality_rule",
    metadata,
    Column("rule_code", number_type(), primary_key=True),
    Column("rule_name", String(60), nullable=False),
    Column("type_code", number_type(), ForeignKey("emr_record_type.type_code")),  # 只针对一种文书的
    Column("limit_hours", Integer),  # 时限类
    Column("points", Numeric(4, 1), nullable=False),  # 扣分
    CheckConstraint("points > 0", name="points"),
)

quality_scan = Table(
    "emr_quality_scan",
    metadata,
    Column("batch_no", number_type(), primary_key=True),
    Column("first_visit_no", number_type(), nullable=False),
    Column("last_visit_no", number_type(), nullable=False),
    Column("visits", Integer, nullable=False),
    Column("defects", Integer, nullable=False),
    Column("scanned_at", DateTime, nullable=False),
)

defect = Table(
    "emr_defect",
    metadata,
    Column("defect_id", number_type(), primary_key=True),
    Column("batch_no", number_type(), ForeignKey("emr_quality_scan.batch_no"), nullable=False),
    Column("rule_code", number_type(), ForeignKey("emr_quality_rule.rule_code"), nullable=False),
    Column("visit_no", number_type(), ForeignKey("emr_visit.visit_no"), nullable=False),
    Column("status", String(10), nullable=False),  # OPEN 待整改 · CORRECTED 已整改
    Column("points", Numeric(4, 1), nullable=False),
    Column("found_at", DateTime, nullable=False),
    Column("correct_by", DateTime, nullable=False),
    Column("corrector_id", number_type(), ForeignKey("emr_staff.staff_id")),
    Column("corrected_at", DateTime),
    Column("correction", String(200)),
    CheckConstraint("corrected_at >= found_at", name="corrected"),
)
# 同一次就诊、同一条规则只记一次，靠这个唯一索引。
Index("uq_emr_defect_rule", defect.c.visit_no, defect.c.rule_code, unique=True)
