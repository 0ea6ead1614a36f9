"""The outpatient SQL of the HIS: patients, booking, visits, cashier, pharmacy; written once in SQLAlchemy Core.

`:name` is `bindparam("name")`, here `p("name")`. A statement that a product needs in other words gets
`texts={"<product or family>": "…"}`; so far none does. Queries have a total ORDER BY, so that two products must answer
in the same order. Wards and reports: `statements_wards.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update

from harness.model import Statement
from scenarios.his import tables as t

p = bindparam


def named(name: str, body: Any) -> Statement:
    """A statement under the name by which reports call it."""
    return Statement(name=name, body=body)


def add(table: Table, *left_out: str) -> Statement:
    """INSERT with one parameter per column, named like the column."""
    columns: dict[str, Any] = {c.name: p(c.name) for c in table.columns if c.name not in left_out}
    return named(f"add_{table.name}", insert(table).values(columns))


# --------------------------------------------------------------------------- 患者

ADD_PATIENT = add(t.patient)

_PATIENT_CARD = select(
    t.patient.c.patient_id,
    t.patient.c.patient_name,
    t.patient.c.gender_code,
    t.patient.c.birth_date,
    t.patient.c.phone,
    t.patient.c.allergy,
).order_by(t.patient.c.patient_id)

PATIENTS_BY_NAME = named("patients_by_name", _PATIENT_CARD.where(t.patient.c.patient_name == p("patient_name")))
PATIENTS_BY_PINYIN = named("patients_by_pinyin", _PATIENT_CARD.where(t.patient.c.pinyin == p("pinyin")))
# 拼音存大写，这个老界面却照原样查询键入的小写：查不查得到，由数据库是否区分大小写决定（规则 pinyin_case）。
PATIENTS_BY_PINYIN_AS_TYPED = named(
    "patients_by_pinyin_as_typed", _PATIENT_CARD.where(t.patient.c.pinyin == p("pinyin"))
)
PATIENT_BY_RESIDENT_ID = named(
    "patient_by_resident_id", _PATIENT_CARD.where(t.patient.c.resident_id == p("resident_id"))
)
LATEST_REGISTRATIONS = named(
    "latest_registrations",
    select(t.registration.c.registration_id, t.registration.c.status, t.slot.c.starts_at)
    .join_from(t.registration, t.slot)
    .where(t.registration.c.patient_id == p("patient_id"))
    .order_by(t.slot.c.starts_at.desc(), t.registration.c.registration_id)
    .limit(5),
)

# --------------------------------------------------------------------------- 挂号与就诊

SLOT_OFFER = named(
    "slot_offer",
    select(t.schedule.c.dept_id, t.schedule.c.doctor_id, t.schedule.c.fee, t.slot.c.starts_at)
    .join_from(t.slot, t.schedule)
    .where(t.slot.c.slot_id == p("slot_id")),
)
ADD_REGISTRATION = add(t.registration)
CANCEL_REGISTRATION = named(
    "cancel_registration",
    update(t.registration)
    .values(status="CANCELLED", active_slot_id=None, cancelled_at=p("at"))
    .where(t.registration.c.registration_id == p("registration_id"), t.registration.c.status == "BOOKED"),
)
CHARGE_OF_REGISTRATION = named(
    "charge_of_registration",
    select(t.charge.c.charge_id, t.charge.c.amount)
    .where(t.charge.c.registration_id == p("registration_id"))
    .order_by(t.charge.c.charge_id),
)
MARK_ARRIVED = named(
    "mark_arrived",
    update(t.registration)
    .values(status="ARRIVED")
    .where(t.registration.c.registration_id == p("registration_id"), t.registration.c.status == "BOOKED"),
)
BOOKED_WITH = named(
    "booked_with",
    select(t.registration.c.patient_id, t.schedule.c.dept_id, t.schedule.c.doctor_id)
    .join_from(t.registration, t.slot)
    .join(t.schedule)
    .where(t.registration.c.registration_id == p("registration_id")),
)
ADD_VISIT = add(t.visit)
MARK_SEEN = named(
    "mark_seen",
    update(t.visit).values(status="SEEN").where(t.visit.c.visit_id == p("visit_id"), t.visit.c.status == "WAITING"),
)
DOCTOR_OF_VISIT = named("doctor_of_visit", select(t.visit.c.doctor_id).where(t.visit.c.visit_id == p("visit_id")))
ADD_DIAGNOSIS = add(t.diagnosis)
ADD_PRESCRIPTION = add(t.prescription)
ADD_PRESCRIPTION_ITEM = add(t.prescription_item)

# --------------------------------------------------------------------------- 收费


def _move_prescription(name: str, *, before: tuple[str, ...], after: str) -> Statement:
    """状态只能按流程前进；影响 0 行表示不在应有的状态。"""
    return named(
        name,
        update(t.prescription)
        .values(status=after)
        .where(t.prescription.c.prescription_id == p("prescription_id"), t.prescription.c.status.in_(before)),
    )


MARK_PAID = _move_prescription("mark_paid", before=("OPEN",), after="PAID")
MARK_REFUNDED = _move_prescription("mark_refunded", before=("PAID", "RETURNED"), after="REFUNDED")
MARK_DISPENSED = _move_prescription("mark_dispensed", before=("PAID",), after="DISPENSED")
MARK_RETURNED = _move_prescription("mark_returned", before=("DISPENSED",), after="RETURNED")

PRICED_ITEMS = named(  # 单价取自药品字典，不取自前台
    "priced_items",
    select(
        t.prescription_item.c.line_no,
        t.drug.c.drug_code,
        t.drug.c.drug_name,
        t.prescription_item.c.quantity,
        t.drug.c.unit_price,
    )
    .join_from(t.prescription_item, t.drug)
    .where(t.prescription_item.c.prescription_id == p("prescription_id"))
    .order_by(t.prescription_item.c.line_no),
)
PATIENT_OF_PRESCRIPTION = named(
    "patient_of_prescription",
    select(t.visit.c.patient_id)
    .join_from(t.prescription, t.visit)
    .where(t.prescription.c.prescription_id == p("prescription_id")),
)
CHARGE_OF_PRESCRIPTION = named(
    "charge_of_prescription",
    select(t.charge.c.charge_id, t.charge.c.amount)
    .where(t.charge.c.prescription_id == p("prescription_id"))
    .order_by(t.charge.c.charge_id),
)
ADD_CHARGE = add(t.charge)
ADD_CHARGE_ITEM = add(t.charge_item)
ADD_PAYMENT = add(t.payment)
ADD_REFUND = add(t.refund)
MARK_CHARGE_REFUNDED = named(
    "mark_charge_refunded",
    update(t.charge)
    .values(status="REFUNDED")
    .where(t.charge.c.charge_id == p("charge_id"), t.charge.c.status == "PAID"),
)
ADD_INVOICE = add(t.invoice)
VOID_INVOICE = named(
    "void_invoice", update(t.invoice).values(status="VOID").where(t.invoice.c.document_id == p("document_id"))
)
COUNT_UP = named(
    "count_up",
    update(t.number_counter)
    .values(last_number=t.number_counter.c.last_number + 1)
    .where(t.number_counter.c.counter_id == p("counter_id")),
)
COUNTER = named(
    "counter", select(t.number_counter.c.last_number).where(t.number_counter.c.counter_id == p("counter_id"))
)
ADD_AUDIT = add(t.audit_log, "audit_id", "created_at")  # 编号与记录时间由数据库给出

# --------------------------------------------------------------------------- 药房

ITEMS_TO_DISPENSE = named(  # 按药品代码排序：所有人按同一次序锁批次，不会互相等待
    "items_to_dispense",
    select(t.prescription_item.c.drug_code, t.prescription_item.c.quantity)
    .where(t.prescription_item.c.prescription_id == p("prescription_id"))
    .order_by(t.prescription_item.c.drug_code, t.prescription_item.c.line_no),
)
BATCHES_ON_HAND = named(  # 先到期先发
    "batches_on_hand",
    select(t.stock_batch.c.batch_id, t.stock_batch.c.quantity)
    .where(t.stock_batch.c.drug_code == p("drug_code"), t.stock_batch.c.quantity > 0)
    .order_by(t.stock_batch.c.expires_on, t.stock_batch.c.batch_id),
)
TAKE_STOCK = named(
    "take_stock",
    update(t.stock_batch)
    .values(quantity=t.stock_batch.c.quantity - p("taken"))
    .where(t.stock_batch.c.batch_id == p("batch_id"), t.stock_batch.c.quantity >= p("taken")),
)
TAKE_STOCK_BLINDLY = named(  # 只供探测：不看余量就扣，应由 CHECK 约束拦下
    "take_stock_blindly",
    update(t.stock_batch)
    .values(quantity=t.stock_batch.c.quantity - p("taken"))
    .where(t.stock_batch.c.batch_id == p("batch_id")),
)
GIVE_BACK_STOCK = named(
    "give_back_stock",
    update(t.stock_batch)
    .values(quantity=t.stock_batch.c.quantity + p("returned"))
    .where(t.stock_batch.c.batch_id == p("batch_id")),
)
BATCH_LEFT = named(
    "batch_left",
    select(t.stock_batch.c.batch_id, t.stock_batch.c.quantity).where(t.stock_batch.c.batch_id == p("batch_id")),
)
ADD_DISPENSING = add(t.dispensing)
DISPENSED_LINES = named(
    "dispensed_lines",
    select(t.dispensing.c.batch_id, t.dispensing.c.quantity)
    .join_from(t.dispensing, t.stock_batch)
    .where(t.dispensing.c.prescription_id == p("prescription_id"), t.dispensing.c.quantity > 0)
    .order_by(t.stock_batch.c.drug_code, t.dispensing.c.batch_id, t.dispensing.c.line_no),
)
