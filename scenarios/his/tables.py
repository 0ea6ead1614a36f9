"""The tables of the HIS: types every product has, keys a hospital would recognise.

Business keys are strings drawn by the workload, so that a differing row can be traced to the transaction that wrote
it; only `audit_log` lets the database number and date its rows. What the hospital forbids (a slot sold twice, two
patients in a bed, negative stock) is forbidden by a constraint here, not by a lock in the transactions.
"""

from __future__ import annotations

from decimal import Decimal

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

from scenarios.columns import named_metadata, person_name

metadata = named_metadata()


def _id() -> String:
    return String(24)


def _money() -> Numeric[Decimal]:
    return Numeric(12, 2)


def _price() -> Numeric[Decimal]:
    return Numeric(14, 4)


# --------------------------------------------------------------------------- 基础字典

department = Table(
    "department",
    metadata,
    Column("dept_id", _id(), primary_key=True),
    Column("dept_name", String(40), nullable=False),
    Column("kind", String(10), nullable=False),  # CLINIC 门诊科室 · WARD 病区
)

staff = Table(
    "staff",
    metadata,
    Column("staff_id", _id(), primary_key=True),
    Column("dept_id", _id(), ForeignKey("department.dept_id"), nullable=False),
    Column("staff_name", String(40), nullable=False),
    Column("staff_title", String(20), nullable=False),  # 主任医师 …… 护士、收费员、药师
)

drug = Table(
    "drug",
    metadata,
    Column("drug_code", _id(), primary_key=True),
    Column("drug_name", String(60), nullable=False),
    Column("category", String(20), nullable=False),
    Column("spec", String(40), nullable=False),
    Column("unit", String(8), nullable=False),
    Column("unit_price", _price(), nullable=False),
    CheckConstraint("unit_price > 0", name="price"),
)

number_counter = Table(  # 发票号、排队号：不允许断号，所以不用序列
    "number_counter",
    metadata,
    Column("counter_id", _id(), primary_key=True),
    Column("title", String(40), nullable=False),
    Column("last_number", Integer, nullable=False),
)

# --------------------------------------------------------------------------- 患者与门诊

patient = Table(
    "patient",
    metadata,
    Column("patient_id", _id(), primary_key=True),
    Column("resident_id", String(18), nullable=False),
    Column("patient_name", person_name(), nullable=False),
    Column("pinyin", String(60), nullable=False),
    Column("gender_code", CHAR(2), nullable=False),  # 定长 2 位、内容 1 位：许多老 HIS 的写法，补空格的差异由此可见
    Column("birth_date", Date, nullable=False),
    Column("phone", String(20)),
    Column("address", String(100)),
    Column("allergy", Text),
    Column("registered_at", DateTime, nullable=False),
)
Index("uq_patient_resident", patient.c.resident_id, unique=True)
Index("ix_patient_name", patient.c.patient_name)
Index("ix_patient_pinyin", patient.c.pinyin)

schedule = Table(
    "schedule",
    metadata,
    Column("schedule_id", _id(), primary_key=True),
    Column("dept_id", _id(), ForeignKey("department.dept_id"), nullable=False),
    Column("doctor_id", _id(), ForeignKey("staff.staff_id"), nullable=False),
    Column("work_date", Date, nullable=False),
    Column("session_code", String(2), nullable=False),  # AM · PM
    Column("fee", _money(), nullable=False),
)

slot = Table(
    "slot",
    metadata,
    Column("slot_id", _id(), primary_key=True),
    Column("schedule_id", _id(), ForeignKey("schedule.schedule_id"), nullable=False),
    Column("seq_no", Integer, nullable=False),
    Column("starts_at", DateTime, nullable=False),
)

registration = Table(
    "registration",
    metadata,
    Column("registration_id", _id(), primary_key=True),
    Column("patient_id", _id(), ForeignKey("patient.patient_id"), nullable=False),
    Column("slot_id", _id(), ForeignKey("slot.slot_id"), nullable=False),
    Column("active_slot_id", _id()),  # = slot_id；退号后为 NULL，号源即可再售
    Column("status", String(10), nullable=False),  # BOOKED · ARRIVED · CANCELLED
    Column("fee", _money(), nullable=False),
    Column("booked_at", DateTime, nullable=False),
    Column("cancelled_at", DateTime),
    CheckConstraint("active_slot_id = slot_id", name="active_slot"),
)
# 一号不二卖靠这个唯一索引，而不是靠锁：索引丢了，号源就会卖两次。
Index("uq_registration_active_slot", registration.c.active_slot_id, unique=True)
Index("ix_registration_patient", registration.c.patient_id)

visit = Table(
    "visit",
    metadata,
    Column("visit_id", _id(), primary_key=True),
    Column("registration_id", _id(), ForeignKey("registration.registration_id"), nullable=False),
    Column("patient_id", _id(), ForeignKey("patient.patient_id"), nullable=False),
    Column("dept_id", _id(), ForeignKey("department.dept_id"), nullable=False),
    Column("doctor_id", _id(), ForeignKey("staff.staff_id"), nullable=False),
    Column("queue_no", Integer, nullable=False),  # 每科室连续
    Column("status", String(10), nullable=False),  # WAITING · SEEN
    Column("arrived_at", DateTime, nullable=False),
)
Index("uq_visit_registration", visit.c.registration_id, unique=True)
Index("uq_visit_queue", visit.c.dept_id, visit.c.queue_no, unique=True)

diagnosis = Table(
    "diagnosis",
    metadata,
    Column("visit_id", _id(), ForeignKey("visit.visit_id"), primary_key=True),
    Column("seq_no", Integer, primary_key=True, autoincrement=False),
    Column("icd_code", String(10), nullable=False),
    Column("icd_name", String(60), nullable=False),
)

prescription = Table(
    "prescription",
    metadata,
    Column("prescription_id", _id(), primary_key=True),
    Column("visit_id", _id(), ForeignKey("visit.visit_id"), nullable=False),
    Column("doctor_id", _id(), ForeignKey("staff.staff_id"), nullable=False),
    Column("status", String(10), nullable=False),  # OPEN · PAID · DISPENSED · RETURNED · REFUNDED
    Column("prescribed_at", DateTime, nullable=False),
)
Index("ix_prescription_visit", prescription.c.visit_id)

prescription_item = Table(
    "prescription_item",
    metadata,
    Column("prescription_id", _id(), ForeignKey("prescription.prescription_id"), primary_key=True),
    Column("line_no", Integer, primary_key=True, autoincrement=False),
    Column("drug_code", _id(), ForeignKey("drug.drug_code"), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("dosage", String(40), nullable=False),  # 用法用量
    CheckConstraint("quantity > 0", name="quantity"),
)

# --------------------------------------------------------------------------- 药房

stock_batch = Table(
    "stock_batch",
    metadata,
    Column("batch_id", _id(), primary_key=True),  # 同一药品内按效期编号：先到期先发 = 按批次号先后
    Column("drug_code", _id(), ForeignKey("drug.drug_code"), nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("initial_quantity", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_cost", _price(), nullable=False),
    CheckConstraint("quantity >= 0", name="quantity"),
)
Index("ix_stock_batch_drug", stock_batch.c.drug_code, stock_batch.c.expires_on)

dispensing = Table(  # 发药与退药流水，退药为负数
    "dispensing",
    metadata,
    Column("dispensing_id", _id(), primary_key=True),
    Column("line_no", Integer, primary_key=True, autoincrement=False),
    Column("prescription_id", _id(), ForeignKey("prescription.prescription_id"), nullable=False),
    Column("batch_id", _id(), ForeignKey("stock_batch.batch_id"), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("pharmacist_id", _id(), ForeignKey("staff.staff_id"), nullable=False),
    Column("dispensed_at", DateTime, nullable=False),
)
Index("ix_dispensing_prescription", dispensing.c.prescription_id)
Index("ix_dispensing_batch", dispensing.c.batch_id)

# --------------------------------------------------------------------------- 住院

bed = Table(
    "bed",
    metadata,
    Column("bed_id", _id(), primary_key=True),
    Column("ward_id", _id(), ForeignKey("department.dept_id"), nullable=False),
    Column("bed_no", String(8), nullable=False),
    Column("bed_fee", _money(), nullable=False),  # 元/日
    Column("nursing_fee", _money(), nullable=False),  # 元/日
)
Index("ix_bed_ward", bed.c.ward_id)

admission = Table(
    "admission",
    metadata,
    Column("admission_id", _id(), primary_key=True),
    Column("patient_id", _id(), ForeignKey("patient.patient_id"), nullable=False),
    Column("doctor_id", _id(), ForeignKey("staff.staff_id"), nullable=False),
    Column("bed_id", _id(), ForeignKey("bed.bed_id"), nullable=False),
    Column("active_bed_id", _id()),  # = bed_id；出院后为 NULL
    Column("status", String(10), nullable=False),  # IN · OUT
    Column("icd_code", String(10), nullable=False),
    Column("deposit", _money(), nullable=False),  # 预交金
    Column("admitted_at", DateTime, nullable=False),
    Column("discharged_at", DateTime),
    Column("billed_days", Integer, nullable=False),  # 已计床位费、护理费的天数
    Column("billing_batch", _id(), nullable=False),  # 最近一次日终计费的批号
    CheckConstraint("active_bed_id = bed_id", name="active_bed"),
)
# 一床一人同样靠唯一索引。
Index("uq_admission_active_bed", admission.c.active_bed_id, unique=True)
Index("ix_admission_patient", admission.c.patient_id)

inpatient_order = Table(
    "inpatient_order",
    metadata,
    Column("order_id", _id(), primary_key=True),
    Column("admission_id", _id(), ForeignKey("admission.admission_id"), nullable=False),
    Column("doctor_id", _id(), ForeignKey("staff.staff_id"), nullable=False),
    Column("order_kind", String(4), nullable=False),  # LONG 长期 · TEMP 临时
    Column("drug_code", _id(), ForeignKey("drug.drug_code"), nullable=False),
    Column("quantity", Integer, nullable=False),  # 每次
    Column("frequency", String(10), nullable=False),
    Column("status", String(10), nullable=False),  # ACTIVE · DONE · STOPPED
    Column("ordered_at", DateTime, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
)
Index("ix_inpatient_order_admission", inpatient_order.c.admission_id)

order_execution = Table(
    "order_execution",
    metadata,
    Column("execution_id", _id(), primary_key=True),  # 执行号即其费用号
    Column("order_id", _id(), ForeignKey("inpatient_order.order_id"), nullable=False),
    Column("nurse_id", _id(), ForeignKey("staff.staff_id"), nullable=False),
    Column("executed_at", DateTime, nullable=False),
)
Index("ix_order_execution_order", order_execution.c.order_id)

bed_transfer = Table(
    "bed_transfer",
    metadata,
    Column("transfer_id", _id(), primary_key=True),
    Column("admission_id", _id(), ForeignKey("admission.admission_id"), nullable=False),
    Column("from_bed_id", _id(), ForeignKey("bed.bed_id"), nullable=False),
    Column("to_bed_id", _id(), ForeignKey("bed.bed_id"), nullable=False),
    Column("transferred_at", DateTime, nullable=False),
)

# --------------------------------------------------------------------------- 收费

charge = Table(
    "charge",
    metadata,
    Column("charge_id", _id(), primary_key=True),
    Column("kind", String(10), nullable=False),  # REG 挂号 · RX 处方 · ORDER 医嘱 · DAILY 床位护理
    Column("patient_id", _id(), ForeignKey("patient.patient_id"), nullable=False),
    Column("registration_id", _id(), ForeignKey("registration.registration_id")),
    Column("prescription_id", _id(), ForeignKey("prescription.prescription_id")),
    Column("admission_id", _id(), ForeignKey("admission.admission_id")),
    Column("amount", _money(), nullable=False),
    Column("batch_no", _id()),  # 日终计费的批号
    Column("status", String(10), nullable=False),  # OPEN 记账 · PAID · REFUNDED
    Column("charged_at", DateTime, nullable=False),
)
Index("ix_charge_registration", charge.c.registration_id)
Index("ix_charge_prescription", charge.c.prescription_id)
Index("ix_charge_admission", charge.c.admission_id)
Index("ix_charge_batch", charge.c.batch_no)

charge_item = Table(
    "charge_item",
    metadata,
    Column("charge_id", _id(), ForeignKey("charge.charge_id"), primary_key=True),
    Column("line_no", Integer, primary_key=True, autoincrement=False),
    Column("item_name", String(60), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", _price(), nullable=False),
    Column("amount", _money(), nullable=False),
)

payment = Table(  # 一笔费用一笔支付，流水号即费用号
    "payment",
    metadata,
    Column("charge_id", _id(), ForeignKey("charge.charge_id"), primary_key=True),
    Column("method", String(10), nullable=False),  # 微信 支付宝 医保 现金 银行卡 预交金
    Column("amount", _money(), nullable=False),
    Column("paid_at", DateTime, nullable=False),
)

refund = Table(
    "refund",
    metadata,
    Column("refund_id", _id(), primary_key=True),
    Column("charge_id", _id(), ForeignKey("charge.charge_id"), nullable=False),
    Column("amount", _money(), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("refunded_at", DateTime, nullable=False),
)
Index("uq_refund_charge", refund.c.charge_id, unique=True)

settlement = Table(
    "settlement",
    metadata,
    Column("settlement_id", _id(), primary_key=True),
    Column("admission_id", _id(), ForeignKey("admission.admission_id"), nullable=False),
    Column("total_amount", _money(), nullable=False),
    Column("deposit", _money(), nullable=False),
    Column("balance", _money(), nullable=False),  # 正数补缴，负数退还
    Column("settled_at", DateTime, nullable=False),
)
Index("uq_settlement_admission", settlement.c.admission_id, unique=True)

invoice = Table(  # 每个收费窗口一本发票，号码连续
    "invoice",
    metadata,
    Column("window_id", _id(), ForeignKey("number_counter.counter_id"), primary_key=True),
    Column("invoice_no", Integer, primary_key=True, autoincrement=False),
    Column("document_id", _id(), nullable=False),  # 费用号或结算号
    Column("amount", _money(), nullable=False),
    Column("status", String(10), nullable=False),  # VALID · VOID
    Column("issued_at", DateTime, nullable=False),
)
Index("ix_invoice_document", invoice.c.document_id)

# --------------------------------------------------------------------------- 审计

audit_log = Table(
    "audit_log",
    metadata,
    Column("audit_id", BigInteger, primary_key=True, autoincrement=True),
    Column("action", String(20), nullable=False),
    Column("object_id", _id(), nullable=False),
    Column("staff_id", _id(), ForeignKey("staff.staff_id"), nullable=False),
    Column("occurred_at", DateTime, nullable=False),  # 业务时间，由业务给出
    Column("created_at", DateTime, nullable=False, server_default=func.current_timestamp()),  # 数据库时间
)
Index("ix_audit_log_object", audit_log.c.object_id)
