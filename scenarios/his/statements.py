"""Every SQL statement of the HIS, written once in SQLAlchemy Core; `:name` is `bindparam("name")`, here `p("name")`.

A statement that a product needs in other words gets `texts={"<product or family>": "…"}`; so far none does.
Queries have a total ORDER BY, so that two products must answer in the same order; the few that deliberately do not
behave alike everywhere are marked and explained in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, String, Table, bindparam, case, func, insert, literal, select, update

from harness.model import Statement
from scenarios.his import tables as t

_STATEMENTS: dict[str, Statement] = {}
p = bindparam


def _named(name: str, body: Any) -> Statement:
    _STATEMENTS[name] = Statement(name=name, body=body)
    return _STATEMENTS[name]


def _add(table: Table, *left_out: str) -> Statement:
    """INSERT with one parameter per column, named like the column."""
    columns: dict[str, Any] = {c.name: p(c.name) for c in table.columns if c.name not in left_out}
    return _named(f"add_{table.name}", insert(table).values(columns))


# --------------------------------------------------------------------------- 患者

ADD_PATIENT = _add(t.patient)

_PATIENT_CARD = select(
    t.patient.c.patient_id,
    t.patient.c.patient_name,
    t.patient.c.gender_code,
    t.patient.c.birth_date,
    t.patient.c.phone,
    t.patient.c.allergy,
).order_by(t.patient.c.patient_id)

PATIENTS_BY_NAME = _named("patients_by_name", _PATIENT_CARD.where(t.patient.c.patient_name == p("patient_name")))
PATIENTS_BY_PINYIN = _named("patients_by_pinyin", _PATIENT_CARD.where(t.patient.c.pinyin == p("pinyin")))
# 拼音存大写，这个老界面却照原样查询键入的小写：查不查得到，由数据库是否区分大小写决定（规则 pinyin_case）。
PATIENTS_BY_PINYIN_AS_TYPED = _named(
    "patients_by_pinyin_as_typed", _PATIENT_CARD.where(t.patient.c.pinyin == p("pinyin"))
)
PATIENT_BY_RESIDENT_ID = _named(
    "patient_by_resident_id", _PATIENT_CARD.where(t.patient.c.resident_id == p("resident_id"))
)
LATEST_REGISTRATIONS = _named(
    "latest_registrations",
    select(t.registration.c.registration_id, t.registration.c.status, t.slot.c.starts_at)
    .join_from(t.registration, t.slot)
    .where(t.registration.c.patient_id == p("patient_id"))
    .order_by(t.slot.c.starts_at.desc(), t.registration.c.registration_id)
    .limit(5),
)

# --------------------------------------------------------------------------- 挂号与就诊

SLOT_OFFER = _named(
    "slot_offer",
    select(t.schedule.c.dept_id, t.schedule.c.doctor_id, t.schedule.c.fee, t.slot.c.starts_at)
    .join_from(t.slot, t.schedule)
    .where(t.slot.c.slot_id == p("slot_id")),
)
ADD_REGISTRATION = _add(t.registration)
CANCEL_REGISTRATION = _named(
    "cancel_registration",
    update(t.registration)
    .values(status="CANCELLED", active_slot_id=None, cancelled_at=p("at"))
    .where(t.registration.c.registration_id == p("registration_id"), t.registration.c.status == "BOOKED"),
)
CHARGE_OF_REGISTRATION = _named(
    "charge_of_registration",
    select(t.charge.c.charge_id, t.charge.c.amount)
    .where(t.charge.c.registration_id == p("registration_id"))
    .order_by(t.charge.c.charge_id),
)
MARK_ARRIVED = _named(
    "mark_arrived",
    update(t.registration)
    .values(status="ARRIVED")
    .where(t.registration.c.registration_id == p("registration_id"), t.registration.c.status == "BOOKED"),
)
BOOKED_WITH = _named(
    "booked_with",
    select(t.registration.c.patient_id, t.schedule.c.dept_id, t.schedule.c.doctor_id)
    .join_from(t.registration, t.slot)
    .join(t.schedule)
    .where(t.registration.c.registration_id == p("registration_id")),
)
ADD_VISIT = _add(t.visit)
MARK_SEEN = _named(
    "mark_seen",
    update(t.visit).values(status="SEEN").where(t.visit.c.visit_id == p("visit_id"), t.visit.c.status == "WAITING"),
)
DOCTOR_OF_VISIT = _named("doctor_of_visit", select(t.visit.c.doctor_id).where(t.visit.c.visit_id == p("visit_id")))
ADD_DIAGNOSIS = _add(t.diagnosis)
ADD_PRESCRIPTION = _add(t.prescription)
ADD_PRESCRIPTION_ITEM = _add(t.prescription_item)

# --------------------------------------------------------------------------- 收费


def _move_prescription(name: str, *, before: tuple[str, ...], after: str) -> Statement:
    """状态只能按流程前进；影响 0 行表示不在应有的状态。"""
    return _named(
        name,
        update(t.prescription)
        .values(status=after)
        .where(t.prescription.c.prescription_id == p("prescription_id"), t.prescription.c.status.in_(before)),
    )


MARK_PAID = _move_prescription("mark_paid", before=("OPEN",), after="PAID")
MARK_REFUNDED = _move_prescription("mark_refunded", before=("PAID", "RETURNED"), after="REFUNDED")
MARK_DISPENSED = _move_prescription("mark_dispensed", before=("PAID",), after="DISPENSED")
MARK_RETURNED = _move_prescription("mark_returned", before=("DISPENSED",), after="RETURNED")

PRICED_ITEMS = _named(  # 单价取自药品字典，不取自前台
    "priced_items",
    select(t.prescription_item.c.line_no, t.drug.c.drug_name, t.prescription_item.c.quantity, t.drug.c.unit_price)
    .join_from(t.prescription_item, t.drug)
    .where(t.prescription_item.c.prescription_id == p("prescription_id"))
    .order_by(t.prescription_item.c.line_no),
)
PATIENT_OF_PRESCRIPTION = _named(
    "patient_of_prescription",
    select(t.visit.c.patient_id)
    .join_from(t.prescription, t.visit)
    .where(t.prescription.c.prescription_id == p("prescription_id")),
)
CHARGE_OF_PRESCRIPTION = _named(
    "charge_of_prescription",
    select(t.charge.c.charge_id, t.charge.c.amount)
    .where(t.charge.c.prescription_id == p("prescription_id"))
    .order_by(t.charge.c.charge_id),
)
ADD_CHARGE = _add(t.charge)
ADD_CHARGE_ITEM = _add(t.charge_item)
ADD_PAYMENT = _add(t.payment)
ADD_REFUND = _add(t.refund)
MARK_CHARGE_REFUNDED = _named(
    "mark_charge_refunded",
    update(t.charge)
    .values(status="REFUNDED")
    .where(t.charge.c.charge_id == p("charge_id"), t.charge.c.status == "PAID"),
)
ADD_INVOICE = _add(t.invoice)
VOID_INVOICE = _named(
    "void_invoice", update(t.invoice).values(status="VOID").where(t.invoice.c.document_id == p("document_id"))
)
COUNT_UP = _named(
    "count_up",
    update(t.number_counter)
    .values(last_number=t.number_counter.c.last_number + 1)
    .where(t.number_counter.c.counter_id == p("counter_id")),
)
COUNTER = _named(
    "counter", select(t.number_counter.c.last_number).where(t.number_counter.c.counter_id == p("counter_id"))
)
ADD_AUDIT = _add(t.audit_log, "audit_id", "created_at")  # 编号与记录时间由数据库给出

# --------------------------------------------------------------------------- 药房

ITEMS_TO_DISPENSE = _named(  # 按药品代码排序：所有人按同一次序锁批次，不会互相等待
    "items_to_dispense",
    select(t.prescription_item.c.drug_code, t.prescription_item.c.quantity)
    .where(t.prescription_item.c.prescription_id == p("prescription_id"))
    .order_by(t.prescription_item.c.drug_code, t.prescription_item.c.line_no),
)
BATCHES_ON_HAND = _named(  # 先到期先发
    "batches_on_hand",
    select(t.stock_batch.c.batch_id, t.stock_batch.c.quantity)
    .where(t.stock_batch.c.drug_code == p("drug_code"), t.stock_batch.c.quantity > 0)
    .order_by(t.stock_batch.c.expires_on, t.stock_batch.c.batch_id),
)
TAKE_STOCK = _named(
    "take_stock",
    update(t.stock_batch)
    .values(quantity=t.stock_batch.c.quantity - p("taken"))
    .where(t.stock_batch.c.batch_id == p("batch_id"), t.stock_batch.c.quantity >= p("taken")),
)
TAKE_STOCK_BLINDLY = _named(  # 只供探测：不看余量就扣，应由 CHECK 约束拦下
    "take_stock_blindly",
    update(t.stock_batch)
    .values(quantity=t.stock_batch.c.quantity - p("taken"))
    .where(t.stock_batch.c.batch_id == p("batch_id")),
)
GIVE_BACK_STOCK = _named(
    "give_back_stock",
    update(t.stock_batch)
    .values(quantity=t.stock_batch.c.quantity + p("returned"))
    .where(t.stock_batch.c.batch_id == p("batch_id")),
)
ADD_DISPENSING = _add(t.dispensing)
DISPENSED_LINES = _named(
    "dispensed_lines",
    select(t.dispensing.c.batch_id, t.dispensing.c.quantity)
    .join_from(t.dispensing, t.stock_batch)
    .where(t.dispensing.c.prescription_id == p("prescription_id"), t.dispensing.c.quantity > 0)
    .order_by(t.stock_batch.c.drug_code, t.dispensing.c.batch_id, t.dispensing.c.line_no),
)

# --------------------------------------------------------------------------- 住院

ADD_ADMISSION = _add(t.admission)
LOCK_ADMISSION = _named(  # 医嘱、转床、出院、日终计费都先锁住院记录
    "lock_admission",
    select(t.admission.c.patient_id, t.admission.c.bed_id, t.admission.c.status, t.admission.c.deposit)
    .where(t.admission.c.admission_id == p("admission_id"))
    .with_for_update(),
)
ADD_ORDER = _add(t.inpatient_order)
ORDER_TO_EXECUTE = _named(
    "order_to_execute",
    select(
        t.inpatient_order.c.admission_id,
        t.inpatient_order.c.order_kind,
        t.inpatient_order.c.quantity,
        t.inpatient_order.c.status,
        t.drug.c.drug_name,
        t.drug.c.unit_price,
    )
    .join_from(t.inpatient_order, t.drug)
    .where(t.inpatient_order.c.order_id == p("order_id")),
)
FINISH_ORDER = _named(
    "finish_order",
    update(t.inpatient_order).values(status="DONE").where(t.inpatient_order.c.order_id == p("order_id")),
)
ADD_EXECUTION = _add(t.order_execution)
MOVE_TO_BED = _named(
    "move_to_bed",
    update(t.admission)
    .values(bed_id=p("to_bed_id"), active_bed_id=p("to_bed_id"))
    .where(t.admission.c.admission_id == p("admission_id")),
)
ADD_TRANSFER = _add(t.bed_transfer)
DISCHARGE = _named(
    "discharge",
    update(t.admission)
    .values(status="OUT", active_bed_id=None, discharged_at=p("at"))
    .where(t.admission.c.admission_id == p("admission_id")),
)
STOP_ORDERS = _named(
    "stop_orders",
    update(t.inpatient_order)
    .values(status="STOPPED")
    .where(t.inpatient_order.c.admission_id == p("admission_id"), t.inpatient_order.c.status == "ACTIVE"),
)
_OPEN_CHARGES = (t.charge.c.admission_id == p("admission_id"), t.charge.c.status == "OPEN")
OPEN_TOTAL = _named("open_total", select(func.sum(t.charge.c.amount).label("total")).where(*_OPEN_CHARGES))
PAY_FROM_DEPOSIT = _named(
    "pay_from_deposit",
    insert(t.payment).from_select(
        ["charge_id", "method", "amount", "paid_at"],
        select(t.charge.c.charge_id, literal("预交金"), t.charge.c.amount, p("at")).where(*_OPEN_CHARGES),
    ),
)
CLOSE_CHARGES = _named("close_charges", update(t.charge).values(status="PAID").where(*_OPEN_CHARGES))
ADD_SETTLEMENT = _add(t.settlement)

# --------------------------------------------------------------------------- 报表与批处理

WARD_BEDS = _named(  # 空床的入院时间为 NULL，排在前还是后各产品不同（规则 empty_beds_order）
    "ward_beds",
    select(t.bed.c.bed_id, t.bed.c.bed_no, t.admission.c.admission_id, t.patient.c.patient_name,
           t.admission.c.admitted_at)
    .select_from(
        t.bed.outerjoin(t.admission, t.admission.c.active_bed_id == t.bed.c.bed_id).outerjoin(
            t.patient, t.patient.c.patient_id == t.admission.c.patient_id
        )
    )
    .where(t.bed.c.ward_id == p("ward_id"))
    .order_by(t.admission.c.admitted_at, t.bed.c.bed_id),
)  # fmt: skip

_OF_DAY = (t.slot.c.starts_at >= p("day_start"), t.slot.c.starts_at < p("day_end"))
DEPARTMENT_REPORT = _named(
    "department_report",
    select(
        t.department.c.dept_id,
        t.department.c.dept_name,
        func.count().label("registrations"),
        func.sum(case((t.registration.c.status == "CANCELLED", 1), else_=0)).label("cancelled"),
        func.sum(t.registration.c.fee).label("fees"),
    )
    .select_from(t.registration.join(t.slot).join(t.schedule).join(t.department))
    .where(*_OF_DAY)
    .group_by(t.department.c.dept_id, t.department.c.dept_name)
    .order_by(t.department.c.dept_id),
)
GENDER_REPORT = _named(
    "gender_report",
    select(t.patient.c.gender_code, func.count().label("patients"), func.min(t.patient.c.birth_date).label("eldest"))
    .select_from(t.registration.join(t.slot, t.slot.c.slot_id == t.registration.c.slot_id).join(t.patient))
    .where(*_OF_DAY)
    .group_by(t.patient.c.gender_code)
    .order_by(t.patient.c.gender_code),
)
_PAID_THAT_DAY = (t.payment.c.paid_at >= p("day_start"), t.payment.c.paid_at < p("day_end"))
PAYMENT_REPORT = _named(
    "payment_report",
    select(
        t.payment.c.method,
        func.count().label("payments"),
        func.sum(t.payment.c.amount).label("total"),
        func.avg(t.payment.c.amount).label("average"),
    )
    .where(*_PAID_THAT_DAY)
    .group_by(t.payment.c.method)
    .order_by(t.payment.c.method),
)
TOP_DRUGS = _named(
    "top_drugs",
    select(
        t.drug.c.drug_code,
        t.drug.c.drug_name,
        func.sum(t.prescription_item.c.quantity).label("quantity"),
        func.sum(t.prescription_item.c.quantity * t.drug.c.unit_price).label("value_sold"),
    )
    .select_from(t.prescription_item.join(t.drug).join(t.prescription))
    .where(t.prescription.c.prescribed_at >= p("day_start"), t.prescription.c.prescribed_at < p("day_end"))
    .group_by(t.drug.c.drug_code, t.drug.c.drug_name)
    .order_by(func.sum(t.prescription_item.c.quantity).desc(), t.drug.c.drug_code)
    .limit(10),
)

BILL_ALL = _named(
    "bill_all",
    update(t.admission)
    .values(billed_days=t.admission.c.billed_days + 1, billing_batch=p("batch_no"))
    .where(t.admission.c.status == "IN"),
)
_BILLED = t.admission.join(t.bed, t.bed.c.bed_id == t.admission.c.bed_id)
_IN_BATCH = t.admission.c.billing_batch == p("batch_no")
_DAILY_CHARGE_ID = p("batch_no", type_=String) + t.admission.c.admission_id  # 批号 + 住院号
CHARGE_ALL = _named(
    "charge_all",
    insert(t.charge).from_select(
        ["charge_id", "kind", "patient_id", "admission_id", "amount", "status", "charged_at"],
        select(
            _DAILY_CHARGE_ID,
            literal("DAILY"),
            t.admission.c.patient_id,
            t.admission.c.admission_id,
            t.bed.c.bed_fee + t.bed.c.nursing_fee,
            literal("OPEN"),
            p("at"),
        )
        .select_from(_BILLED)
        .where(_IN_BATCH),
    ),
)


def _fee_of_all(line_no: int, item_name: str, fee: Any) -> Select[Any]:
    return (
        select(_DAILY_CHARGE_ID, literal(line_no), literal(item_name), literal(1), fee, fee)
        .select_from(_BILLED)
        .where(_IN_BATCH)
    )


_ITEM_COLUMNS = ["charge_id", "line_no", "item_name", "quantity", "unit_price", "amount"]
BED_FEES = _named(
    "bed_fees", insert(t.charge_item).from_select(_ITEM_COLUMNS, _fee_of_all(1, "床位费", t.bed.c.bed_fee))
)
NURSING_FEES = _named(
    "nursing_fees", insert(t.charge_item).from_select(_ITEM_COLUMNS, _fee_of_all(2, "护理费", t.bed.c.nursing_fee))
)

STATEMENTS: Mapping[str, Statement] = _STATEMENTS
