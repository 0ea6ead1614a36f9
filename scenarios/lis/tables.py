"""The tables of the LIS up to the report: dictionaries, requests, specimens, results, reports, audit.

Columns are cut so that an order message (ORM^O01, OML^O21) and a result message (ORU^R01) can be stored field by field;
the field stands behind the column. Every table begins with `lis_`, so that the pack can share a database with others.
Critical values, microbiology, quality control and archive: `tables_bench.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects import mssql, mysql, oracle

from scenarios.columns import named_metadata, person_name

metadata = named_metadata()


def number_type() -> String:
    """Business numbers and codes."""
    return String(24)


def value_type() -> Numeric[Decimal]:
    """A measured value as a number; how the analyser wrote it is kept as text beside it."""
    return Numeric(14, 4)


def instant_type() -> Any:
    """A moment with microseconds, as analysers report it: some products keep whole seconds unless told otherwise."""
    plain: Any = DateTime()
    return (
        plain.with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
        .with_variant(oracle.TIMESTAMP(), "oracle")
        .with_variant(mssql.DATETIME2(precision=6), "mssql")  # type: ignore[no-untyped-call]
    )


# --------------------------------------------------------------------------- 基础字典

department = Table(
    "lis_department",
    metadata,
    Column("dept_id", number_type(), primary_key=True),
    Column("dept_name", String(40), nullable=False),
    Column("kind", String(10), nullable=False),  # CLINIC 门诊 · WARD 病区 · LAB 检验科
)

staff = Table(
    "lis_staff",
    metadata,
    Column("staff_id", number_type(), primary_key=True),
    Column("dept_id", number_type(), ForeignKey("lis_department.dept_id"), nullable=False),
    Column("staff_name", person_name(), nullable=False),
    Column("staff_title", String(20), nullable=False),
)

section = Table(
    "lis_section",
    metadata,
    Column("section_code", number_type(), primary_key=True),
    Column("section_name", String(40), nullable=False),
    Column("display_no", Integer, nullable=False),
)

serial_counter = Table(  # 签收流水号：每个专业组连续，不允许断号，所以不用序列
    "lis_serial_counter",
    metadata,
    Column("section_code", number_type(), ForeignKey("lis_section.section_code"), primary_key=True),
    Column("last_serial_no", Integer, nullable=False),
)

analyser = Table(
    "lis_analyser",
    metadata,
    Column("analyser_id", number_type(), primary_key=True),  # OBX-18
    Column("section_code", number_type(), ForeignKey("lis_section.section_code"), nullable=False),
    Column("analyser_name", String(60), nullable=False),
    Column("sending_application", String(40), nullable=False),  # MSH-3
)

analyte = Table(
    "lis_analyte",
    metadata,
    Column("analyte_code", number_type(), primary_key=True),  # OBX-3.1
    Column("analyte_name", String(60), nullable=False),  # OBX-3.2
    Column("value_type", String(2), nullable=False),  # OBX-2：NM 数值 · ST 文字 · FT 长文
    Column("unit", String(16)),  # OBX-6
    Column("decimals", Integer, nullable=False),  # 仪器报出的小数位
    Column("auto_low", value_type()),  # 自动审核的上下限，超出即转人工
    Column("auto_high", value_type()),
    Column("critical_low", value_type()),
    Column("critical_high", value_type()),
    Column("delta_limit", value_type()),  # 与上一次结果之差超过它即转人工
)

reference_range = Table(  # 按性别、年龄（日龄）；性别为空表示不分性别
    "lis_reference_range",
    metadata,
    Column("analyte_code", number_type(), ForeignKey("lis_analyte.analyte_code"), primary_key=True),
    Column("range_no", Integer, primary_key=True, autoincrement=False),
    Column("gender_code", String(1)),
    Column("age_from_days", Integer, nullable=False),
    Column("age_to_days", Integer, nullable=False),  # 不含
    Column("low", value_type()),
    Column("high", value_type()),
    Column("range_text", String(40), nullable=False),  # OBX-7
    CheckConstraint("age_to_days > age_from_days", name="age"),
)

panel = Table(
    "lis_panel",
    metadata,
    Column("panel_code", number_type(), primary_key=True),  # OBR-4.1
    Column("panel_name", String(60), nullable=False),  # OBR-4.2
    Column("section_code", number_type(), ForeignKey("lis_section.section_code"), nullable=False),
    Column("specimen_type", String(20), nullable=False),  # SPM-4
    Column("container", String(20), nullable=False),  # SPM-27
    Column("limit_minutes", Integer, nullable=False),  # 签收到发布的时限
)

panel_item = Table(
    "lis_panel_item",
    metadata,
    Column("panel_code", number_type(), ForeignKey("lis_panel.panel_code"), primary_key=True),
    Column("seq_no", Integer, primary_key=True, autoincrement=False),
    Column("analyte_code", number_type(), ForeignKey("lis_analyte.analyte_code"), nullable=False),
)
Index("uq_lis_panel_item_analyte", panel_item.c.panel_code, panel_item.c.analyte_code, unique=True)

# --------------------------------------------------------------------------- 申请与标本

patient = Table(
    "lis_patient",
    metadata,
    Column("patient_id", number_type(), primary_key=True),  # PID-3
    Column("patient_name", person_name(), nullable=False),  # PID-5
    Column("pinyin", String(60), nullable=False),
    Column("gender_code", CHAR(2), nullable=False),  # PID-8；定长 2 位、内容 1 位：许多老 LIS 的写法
    Column("birth_date", Date, nullable=False),  # PID-7
    Column("phone", String(20)),
)
Index("ix_lis_patient_name", patient.c.patient_name)

order = Table(
    "lis_order",
    metadata,
    Column("order_no", number_type(), primary_key=True),  # ORC-2、OBR-2 申请方编号
    Column("patient_id", number_type(), ForeignKey("lis_patient.patient_id"), nullable=False),
    Column("visit_no", number_type(), nullable=False),  # PV1-19
    Column("patient_class", String(1), nullable=False),  # PV1-2：O 门诊 · I 住院 · E 急诊
    Column("dept_id", number_type(), ForeignKey("lis_department.dept_id"), nullable=False),
    Column("doctor_id", number_type(), ForeignKey("lis_staff.staff_id"), nullable=False),  # OBR-16
    Column("priority", String(1), nullable=False),  # OBR-5、TQ1-9：R 常规 · S 急
    Column("clinical_info", Text),  # OBR-13
    Column("status", String(10), nullable=False),  # OPEN · CANCELLED
    Column("ordered_at", DateTime, nullable=False),  # ORC-9
    Column("cancelled_at", DateTime),
)
Index("ix_lis_order_patient", order.c.patient_id)
Index("ix_lis_order_ordered", order.c.ordered_at)

specimen = Table(  # 一管一行，条码即主键：条码不重靠它
    "lis_specimen",
    metadata,
    Column("specimen_id", number_type(), primary_key=True),  # SPM-2 条码
    Column("order_no", number_type(), ForeignKey("lis_order.order_no"), nullable=False),
    Column("section_code", number_type(), ForeignKey("lis_section.section_code"), nullable=False),
    Column("specimen_type", String(20), nullable=False),
    Column("container", String(20), nullable=False),
    Column("status", String(10), nullable=False),  # PRINTED · COLLECTED · RECEIVED · REJECTED · CANCELLED · ARCHIVED
    Column("replaces_id", number_type()),  # 重新采集时，被退回的那一管
    Column("volume_ml", Numeric(6, 2)),  # SPM-12
    Column("printed_at", DateTime, nullable=False),
    Column("collector_id", number_type(), ForeignKey("lis_staff.staff_id")),
    Column("collected_at", DateTime),  # OBR-7、SPM-17
    Column("receiver_id", number_type(), ForeignKey("lis_staff.staff_id")),
    Column("received_at", DateTime),  # OBR-14、SPM-18
    Column("serial_no", Integer),  # 专业组当日流水号
    CheckConstraint("volume_ml > 0", name="volume"),
    CheckConstraint("collected_at >= printed_at", name="collected"),
    CheckConstraint("received_at >= collected_at", name="received"),
)
Index("ix_lis_specimen_order", specimen.c.order_no)
Index("ix_lis_specimen_section", specimen.c.section_code, specimen.c.printed_at)

test = Table(  # 一个申请项目（一条 OBR）
    "lis_test",
    metadata,
    Column("filler_no", number_type(), primary_key=True),  # OBR-3 执行方编号
    Column("order_no", number_type(), ForeignKey("lis_order.order_no"), nullable=False),
    Column("set_no", Integer, nullable=False),  # OBR-1
    Column("panel_code", number_type(), ForeignKey("lis_panel.panel_code"), nullable=False),
    Column("specimen_id", number_type(), ForeignKey("lis_specimen.specimen_id"), nullable=False),
    Column("status", String(10), nullable=False),  # ORDERED · RESULTED · HELD · REVIEWED · PUBLISHED · CANCELLED
    Column("hold_reason", String(200)),  # 自动审核不通过的原因
    Column("review_kind", String(6)),  # AUTO · MANUAL
    Column("reviewer_id", number_type(), ForeignKey("lis_staff.staff_id")),  # 自动审核时为空
    Column("reviewed_at", DateTime),
)
Index("ix_lis_test_order", test.c.order_no)
Index("ix_lis_test_specimen", test.c.specimen_id)
Index("ix_lis_test_status", test.c.status)

# --------------------------------------------------------------------------- 结果与报告

upload = Table(  # 仪器的一次上传（一条 ORU^R01 或一段 ASTM 会话）
    "lis_upload",
    metadata,
    Column("upload_id", number_type(), primary_key=True),  # MSH-10
    Column("analyser_id", number_type(), ForeignKey("lis_analyser.analyser_id"), nullable=False),
    Column("arrived_at", instant_type(), nullable=False),
    Column("result_count", Integer, nullable=False),
)

result = Table(  # 一条 OBX；重做时旧结果保留，run_no 加一
    "lis_result",
    metadata,
    Column("filler_no", number_type(), ForeignKey("lis_test.filler_no"), primary_key=True),
    Column("analyte_code", number_type(), ForeignKey("lis_analyte.analyte_code"), primary_key=True),  # OBX-3
    Column("run_no", Integer, primary_key=True, autoincrement=False),  # OBX-4
    Column("specimen_id", number_type(), ForeignKey("lis_specimen.specimen_id"), nullable=False),
    Column("patient_id", number_type(), ForeignKey("lis_patient.patient_id"), nullable=False),
    Column("upload_id", number_type(), ForeignKey("lis_upload.upload_id")),  # 手工录入时为空
    Column("analyser_id", number_type(), ForeignKey("lis_analyser.analyser_id")),  # OBX-18
    Column("operator_id", number_type(), ForeignKey("lis_staff.staff_id")),  # OBX-16
    Column("active_key", String(60)),  # 标本号:项目；被取代后为空
    Column("value_type", String(2), nullable=False),  # OBX-2：NM · SN（带符号的数）· ST · FT
    Column("value_text", String(200)),  # OBX-5，仪器原样：末尾的 0 有意义
    Column("value_number", value_type()),
    Column("unit", String(16)),  # OBX-6
    Column("ref_low", value_type()),
    Column("ref_high", value_type()),
    Column("reference_text", String(40)),  # OBX-7
    Column("abnormal_flag", String(2)),  # OBX-8：L H LL HH A；正常为空
    Column("result_status", String(1), nullable=False),  # OBX-11：P 初步 · F 已审 · X 已被取代
    Column("observed_at", instant_type(), nullable=False),  # OBX-14
    Column("previous_number", value_type()),  # 上一次结果，用于差值校验
    Column("delta_flag", String(1)),  # D：差值超限
    Column("note", Text),  # NTE-3
)
# 一管标本一个项目只有一个有效结果，靠这个唯一索引。
Index("uq_lis_result_active", result.c.active_key, unique=True)
Index("ix_lis_result_patient", result.c.patient_id, result.c.analyte_code)
Index("ix_lis_result_upload", result.c.upload_id)

report = Table(
    "lis_report",
    metadata,
    Column("report_no", number_type(), primary_key=True),
    Column("filler_no", number_type(), ForeignKey("lis_test.filler_no"), nullable=False),
    Column("publisher_id", number_type(), ForeignKey("lis_staff.staff_id"), nullable=False),
    Column("published_at", DateTime, nullable=False),  # OBR-22
    Column("turnaround_minutes", Integer, nullable=False),  # 签收到发布
    Column("late", Integer, nullable=False),  # 1：超过时限
    Column("conclusion", Text),
    CheckConstraint("turnaround_minutes >= 0", name="turnaround"),
)
Index("uq_lis_report_filler", report.c.filler_no, unique=True)
Index("ix_lis_report_published", report.c.published_at)

rejection = Table(  # 退单：一管一次
    "lis_rejection",
    metadata,
    Column("specimen_id", number_type(), ForeignKey("lis_specimen.specimen_id"), primary_key=True),
    Column("reason", String(40), nullable=False),
    Column("remark", Text),
    Column("staff_id", number_type(), ForeignKey("lis_staff.staff_id"), nullable=False),
    Column("rejected_at", DateTime, nullable=False),
)

audit_log = Table(
    "lis_audit_log",
    metadata,
    Column("audit_id", BigInteger, primary_key=True, autoincrement=True),
    Column("action", String(20), nullable=False),
    Column("object_id", number_type(), nullable=False),
    Column("staff_id", number_type(), ForeignKey("lis_staff.staff_id"), nullable=False),
    Column("occurred_at", DateTime, nullable=False),  # 业务时间，由业务给出
    Column("created_at", DateTime, nullable=False, server_default=func.current_timestamp()),  # 数据库时间
)
Index("ix_lis_audit_log_object", audit_log.c.object_id)
