"""The tables of the RIS up to the archived study: orders, appointments, steps, studies, what went to the archive.

Every table begins with `ris_`, so that the pack can share a database with others. Reports, film, corrections:
`tables_reports.py`. The images themselves lie in the archive and in no table.
"""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
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
)

from scenarios.columns import named_metadata, person_name

metadata = named_metadata()


def number_type() -> String:
    """Business numbers and codes; DICOM's short strings have no more than 16 characters."""
    return String(16)


def uid_type() -> String:
    """DICOM unique identifiers."""
    return String(64)


def dicom_name() -> String:
    """A name with its alphabetic and its ideographic group."""
    # MySQL 系的 utf8mb4_general_ci 把所有四字节汉字视为同一个字，所以按码位比较。
    return String(130).with_variant(String(130, collation="utf8mb4_bin"), "mysql", "mariadb")


# --------------------------------------------------------------------------- 基础字典

staff = Table(
    "ris_staff",
    metadata,
    Column("staff_id", number_type(), primary_key=True),
    Column("staff_name", person_name(), nullable=False),
    Column("staff_title", String(20), nullable=False),
    Column("can_review", Integer, nullable=False),  # 1：可以审核报告
)

item = Table(  # 检查项目与价格
    "ris_item",
    metadata,
    Column("item_code", number_type(), primary_key=True),
    Column("item_name", String(60), nullable=False),
    Column("modality", String(4), nullable=False),
    Column("body_part", String(16), nullable=False),
    Column("price", Numeric(10, 2), nullable=False),
)

room = Table(  # 机房与设备
    "ris_room",
    metadata,
    Column("room_id", number_type(), primary_key=True),
    Column("room_name", String(40), nullable=False),
    Column("modality", String(4), nullable=False),
    Column("station_aet", String(16), nullable=False),
    Column("last_queue_no", Integer, nullable=False),
)

slot = Table(  # 机房半日号源
    "ris_slot",
    metadata,
    Column("slot_id", number_type(), primary_key=True),
    Column("room_id", number_type(), ForeignKey("ris_room.room_id"), nullable=False),
    Column("slot_date", Date, nullable=False),
    Column("half", String(2), nullable=False),  # AM · PM
    Column("capacity", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    CheckConstraint("taken >= 0 AND taken <= capacity", name="taken"),
)

# --------------------------------------------------------------------------- 患者与申请

patient = Table(
    "ris_patient",
    metadata,
    Column("patient_id", number_type(), primary_key=True),  # 影像号，DICOM 的 Patient ID
    Column("his_patient_id", number_type(), nullable=False),
    Column("patient_name", person_name(), nullable=False),
    Column("dicom_name", dicom_name(), nullable=False),  # Wang^XiaoDong=王^小东
    Column("gender_code", CHAR(1), nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("phone", String(20)),
    Column("allergy", String(100)),
)
Index("ix_ris_patient_name", patient.c.patient_name)

order = Table(  # 检查申请，检查号 accession_no 贯穿始终
    "ris_order",
    metadata,
    Column("accession_no", number_type(), primary_key=True),
    Column("patient_id", number_type(), ForeignKey("ris_patient.patient_id"), nullable=False),
    Column("item_code", number_type(), ForeignKey("ris_item.item_code"), nullable=False),
    Column("dept_name", String(40), nullable=False),
    Column("referrer", dicom_name(), nullable=False),
    Column("diagnosis", String(100)),
    Column("status", String(12), nullable=False),  # ORDERED BOOKED REGISTERED EXAMINING EXAMINED REPORTED CANCELLED
    Column("ordered_at", DateTime, nullable=False),
    Column("room_id", number_type(), ForeignKey("ris_room.room_id")),
    Column("queue_no", Integer),
    Column("registered_at", DateTime),
    CheckConstraint("registered_at >= ordered_at", name="registered"),
)
Index("ix_ris_order_patient", order.c.patient_id)
Index("ix_ris_order_status", order.c.status)
Index("uq_ris_order_queue", order.c.room_id, order.c.queue_no, unique=True)

charge = Table(
    "ris_charge",
    metadata,
    Column("charge_id", number_type(), primary_key=True),
    Column("accession_no", number_type(), ForeignKey("ris_order.accession_no"), nullable=False),
    Column("item_code", number_type(), ForeignKey("ris_item.item_code"), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", Numeric(10, 2), nullable=False),
    Column("amount", Numeric(12, 2), nullable=False),
    Column("charged_at", DateTime, nullable=False),
    CheckConstraint("amount >= 0", name="amount"),
)
Index("ix_ris_charge_accession", charge.c.accession_no)

appointment = Table(  # 预约；同一申请只有一个有效的
    "ris_appointment",
    metadata,
    Column("appointment_id", number_type(), primary_key=True),
    Column("accession_no", number_type(), ForeignKey("ris_order.accession_no"), nullable=False),
    Column("slot_id", number_type(), ForeignKey("ris_slot.slot_id"), nullable=False),
    Column("status", String(10), nullable=False),  # BOOKED ARRIVED CANCELLED
    Column("active_accession", number_type()),  # 取消后为空
    Column("booked_at", DateTime, nullable=False),
)
Index("uq_ris_appointment_active", appointment.c.active_accession, unique=True)
Index("ix_ris_appointment_slot", appointment.c.slot_id)

# --------------------------------------------------------------------------- 检查步骤

scheduled = Table(  # 预约检查步骤：设备从工作列表里取到的
    "ris_scheduled_step",
    metadata,
    Column("step_id", number_type(), primary_key=True),
    Column("accession_no", number_type(), ForeignKey("ris_order.accession_no"), nullable=False),
    Column("study_uid", uid_type(), nullable=False),
    Column("modality", String(4), nullable=False),
    Column("station_aet", String(16), nullable=False),
    Column("description", String(64), nullable=False),
    Column("scheduled_at", DateTime, nullable=False),
    Column("status", String(12), nullable=False),  # SCHEDULED STARTED COMPLETED DISCONTINUED
)
Index("uq_ris_scheduled_step_study", scheduled.c.study_uid, unique=True)
Index("ix_ris_scheduled_step_list", scheduled.c.modality, scheduled.c.scheduled_at)

performed = Table(  # 执行步骤：设备经 MPPS 报来的
    "ris_performed_step",
    metadata,
    Column("mpps_uid", uid_type(), primary_key=True),
    Column("step_id", number_type(), ForeignKey("ris_scheduled_step.step_id"), nullable=False),
    Column("station_aet", String(16), nullable=False),
    Column("status", String(12), nullable=False),  # STARTED COMPLETED DISCONTINUED
    Column("started_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Column("reason", String(64)),  # 中止的原因
    CheckConstraint("ended_at >= started_at", name="ended"),
)
Index("uq_ris_performed_step_step", performed.c.step_id, unique=True)

performed_series = Table(  # 执行步骤中的序列与图像数
    "ris_performed_series",
    metadata,
    Column("mpps_uid", uid_type(), ForeignKey("ris_performed_step.mpps_uid"), primary_key=True),
    Column("series_uid", uid_type(), primary_key=True),
    Column("image_count", Integer, nullable=False),
)

# --------------------------------------------------------------------------- 检查与归档

study = Table(  # RIS 认为归档了什么
    "ris_study",
    metadata,
    Column("study_uid", uid_type(), primary_key=True),
    Column("accession_no", number_type(), ForeignKey("ris_order.accession_no"), nullable=False),
    Column("patient_name", dicom_name(), nullable=False),  # 归档时影像里的姓名
    Column("modality", String(4), nullable=False),
    Column("study_at", DateTime, nullable=False),
    Column("series_count", Integer, nullable=False),
    Column("image_count", Integer, nullable=False),
    Column("place", String(10), nullable=False),  # ONLINE 在线 · NEARLINE 近线 · REMOVED 已删除
)
Index("uq_ris_study_accession", study.c.accession_no, unique=True)
Index("ix_ris_study_at", study.c.study_at)

series = Table(
    "ris_series",
    metadata,
    Column("series_uid", uid_type(), primary_key=True),
    Column("study_uid", uid_type(), ForeignKey("ris_study.study_uid"), nullable=False),
    Column("series_no", Integer, nullable=False),
    Column("image_count", Integer, nullable=False),
)
Index("ix_ris_series_study", series.c.study_uid)

migration = Table(  # 批量归档迁移
    "ris_migration_batch",
    metadata,
    Column("batch_no", number_type(), primary_key=True),
    Column("study_count", Integer, nullable=False),
    Column("image_count", Integer, nullable=False),
    Column("migrated_at", DateTime, nullable=False),
)

archive_log = Table(  # 归档流水：每次送出、重发、迁移、删除一行
    "ris_archive_log",
    metadata,
    Column("log_no", number_type(), primary_key=True),
    Column("study_uid", uid_type(), ForeignKey("ris_study.study_uid"), nullable=False),
    Column("action", String(10), nullable=False),  # STORE NOTE RESEND MIGRATE REMOVE
    Column("image_count", Integer, nullable=False),
    Column("committed", Integer, nullable=False),  # 1：归档系统已确认（存储承诺）
    Column("batch_no", number_type(), ForeignKey("ris_migration_batch.batch_no")),
    Column("logged_at", DateTime, nullable=False),
)
Index("ix_ris_archive_log_study", archive_log.c.study_uid)
