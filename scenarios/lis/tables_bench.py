"""The tables of the LIS beside the report: critical values, microbiology, quality control, archive, daily workload.

Same metadata as `tables.py`.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)

from scenarios.lis.tables import instant_type, metadata, number_type, value_type

# --------------------------------------------------------------------------- 危急值

critical = Table(  # 登记 → 通知 → 回执，各有时限
    "lis_critical",
    metadata,
    Column("critical_id", number_type(), primary_key=True),
    Column("filler_no", number_type(), nullable=False),
    Column("analyte_code", number_type(), nullable=False),
    Column("run_no", Integer, nullable=False),
    Column("dept_id", number_type(), ForeignKey("lis_department.dept_id"), nullable=False),
    Column("status", String(12), nullable=False),  # OPEN · NOTIFIED · ACKNOWLEDGED
    Column("detected_at", DateTime, nullable=False),
    Column("notify_by", DateTime, nullable=False),  # 通知时限
    Column("notified_at", DateTime),
    Column("acknowledge_by", DateTime),  # 回执时限，自通知起算
    Column("acknowledged_at", DateTime),
    Column("acknowledger_id", number_type(), ForeignKey("lis_staff.staff_id")),
    Column("late_reason", String(100)),  # 超时必须说明
    Column("treatment", Text),  # 回执中临床的处置
    ForeignKeyConstraint(
        ["filler_no", "analyte_code", "run_no"],
        ["lis_result.filler_no", "lis_result.analyte_code", "lis_result.run_no"],
    ),
    CheckConstraint("notified_at >= detected_at", name="notified"),
    CheckConstraint("acknowledged_at >= notified_at", name="acknowledged"),
)
Index("uq_lis_critical_result", critical.c.filler_no, critical.c.analyte_code, critical.c.run_no, unique=True)
Index("ix_lis_critical_dept", critical.c.dept_id)
Index("ix_lis_critical_detected", critical.c.detected_at)

notice = Table(  # 每次通知一行，无人应答的也留下
    "lis_critical_notice",
    metadata,
    Column("critical_id", number_type(), ForeignKey("lis_critical.critical_id"), primary_key=True),
    Column("attempt_no", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(10), nullable=False),  # 电话 · 系统弹窗 · 短信
    Column("notifier_id", number_type(), ForeignKey("lis_staff.staff_id"), nullable=False),
    Column("listener", String(40)),  # 接听人；无人应答为空
    Column("read_back", String(100)),  # 对方复述的内容
    Column("notified_at", DateTime, nullable=False),
)

# --------------------------------------------------------------------------- 微生物

organism = Table(
    "lis_organism",
    metadata,
    Column("organism_code", number_type(), primary_key=True),
    Column("organism_name", String(60), nullable=False),
    Column("latin_name", String(60), nullable=False),
)

antibiotic = Table(
    "lis_antibiotic",
    metadata,
    Column("antibiotic_code", number_type(), primary_key=True),
    Column("antibiotic_name", String(60), nullable=False),
    Column("display_no", Integer, nullable=False),
)

culture = Table(
    "lis_culture",
    metadata,
    Column("culture_id", number_type(), primary_key=True),
    Column("filler_no", number_type(), ForeignKey("lis_test.filler_no"), nullable=False),
    Column("growth", String(1), nullable=False),  # P 生长 · N 未生长
    Column("smear", Text),  # 涂片所见
    Column("incubated_hours", Integer, nullable=False),
    Column("conclusion", Text, nullable=False),
    Column("operator_id", number_type(), ForeignKey("lis_staff.staff_id"), nullable=False),
    Column("finished_at", DateTime, nullable=False),
)
Index("uq_lis_culture_filler", culture.c.filler_no, unique=True)

isolate = Table(
    "lis_isolate",
    metadata,
    Column("culture_id", number_type(), ForeignKey("lis_culture.culture_id"), primary_key=True),
    Column("isolate_no", Integer, primary_key=True, autoincrement=False),  # OBR-26
    Column("organism_code", number_type(), ForeignKey("lis_organism.organism_code"), nullable=False),
    Column("colony_count", String(40), nullable=False),
    Column("phenotype", String(20)),  # ESBL、MRSA ……
)

susceptibility = Table(
    "lis_susceptibility",
    metadata,
    Column("culture_id", number_type(), primary_key=True),
    Column("isolate_no", Integer, primary_key=True, autoincrement=False),
    Column("antibiotic_code", number_type(), ForeignKey("lis_antibiotic.antibiotic_code"), primary_key=True),
    Column("method", String(4), nullable=False),  # MIC · KB
    Column("mic_text", String(16)),  # ≤0.25、≥16：只有文字才存得住
    Column("zone_mm", Integer),
    Column("interpretation", String(3), nullable=False),  # OBX-8：S · I · R · SDD
    ForeignKeyConstraint(["culture_id", "isolate_no"], ["lis_isolate.culture_id", "lis_isolate.isolate_no"]),
    CheckConstraint("interpretation IN ('S', 'I', 'R', 'SDD')", name="interpretation"),
    CheckConstraint("mic_text IS NOT NULL OR zone_mm IS NOT NULL", name="measured"),
)

# --------------------------------------------------------------------------- 室内质控

control_lot = Table(  # 一个项目在一台仪器上的一个水平、一个批号
    "lis_control_lot",
    metadata,
    Column("lot_id", number_type(), primary_key=True),
    Column("analyser_id", number_type(), ForeignKey("lis_analyser.analyser_id"), nullable=False),
    Column("analyte_code", number_type(), ForeignKey("lis_analyte.analyte_code"), nullable=False),
    Column("level_no", Integer, nullable=False),
    Column("batch_no", String(20), nullable=False),
    Column("target_mean", value_type(), nullable=False),
    Column("target_sd", value_type(), nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("last_run_no", Integer, nullable=False),
    CheckConstraint("target_sd > 0", name="sd"),
)

control_result = Table(
    "lis_control_result",
    metadata,
    Column("lot_id", number_type(), ForeignKey("lis_control_lot.lot_id"), primary_key=True),
    Column("run_no", Integer, primary_key=True, autoincrement=False),
    Column("value_text", String(20), nullable=False),
    Column("value_number", value_type(), nullable=False),
    Column("status", String(10), nullable=False),  # ACCEPTED · REJECTED
    Column("violated", String(12)),  # 1-3s · 2-2s；1-2s 只警告
    Column("correction", Text),  # 失控处理
    Column("operator_id", number_type(), ForeignKey("lis_staff.staff_id"), nullable=False),
    Column("measured_at", instant_type(), nullable=False),
)

control_summary = Table(  # 月结：实测均值与标准差
    "lis_control_summary",
    metadata,
    Column("period", Date, primary_key=True),
    Column("lot_id", number_type(), ForeignKey("lis_control_lot.lot_id"), primary_key=True),
    Column("runs", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("mean", value_type(), nullable=False),
    Column("sd", value_type()),  # 少于两次为空
    Column("cv_percent", Numeric(8, 2)),
)

# --------------------------------------------------------------------------- 归档与工作量

archive_place = Table(
    "lis_archive_place",
    metadata,
    Column("place_id", number_type(), primary_key=True),
    Column("rack_no", String(12), nullable=False),
    Column("position_no", Integer, nullable=False),
)
Index("uq_lis_archive_place", archive_place.c.rack_no, archive_place.c.position_no, unique=True)

archived = Table(
    "lis_archived_specimen",
    metadata,
    Column("specimen_id", number_type(), ForeignKey("lis_specimen.specimen_id"), primary_key=True),
    Column("place_id", number_type(), ForeignKey("lis_archive_place.place_id"), nullable=False),
    Column("staff_id", number_type(), ForeignKey("lis_staff.staff_id"), nullable=False),
    Column("archived_at", DateTime, nullable=False),
    Column("discard_on", Date, nullable=False),
)
# 一个孔位一管，同样靠唯一索引。
Index("uq_lis_archived_place", archived.c.place_id, unique=True)

workload = Table(
    "lis_workload",
    metadata,
    Column("batch_no", number_type(), primary_key=True),
    Column("panel_code", number_type(), ForeignKey("lis_panel.panel_code"), primary_key=True),
    Column("tests", Integer, nullable=False),
    Column("patients", Integer, nullable=False),
    Column("results", Integer, nullable=False),
)
