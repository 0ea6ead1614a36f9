"""The inpatient SQL of the HIS, its reports and its nightly billing; written like `statements.py`.

The queries whose answers are known to differ between products are marked here and explained in `rules.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, case, func, insert, literal, select, update

from scenarios.his import tables as t
from scenarios.his.statements import add, named, p

# --------------------------------------------------------------------------- 住院

ADD_ADMISSION = add(t.admission)
LOCK_ADMISSION = named(  # 医嘱、转床、出院、日终计费都先锁住院记录
    "lock_admission",
    select(t.admission.c.patient_id, t.admission.c.bed_id, t.admission.c.status, t.admission.c.deposit)
    .where(t.admission.c.admission_id == p("admission_id"))
    .with_for_update(),
)
ADD_ORDER = add(t.inpatient_order)
ORDER_TO_EXECUTE = named(
    "order_to_execute",
    select(
        t.inpatient_order.c.order_kind,
        t.inpatient_order.c.quantity,
        t.inpatient_order.c.status,
        t.drug.c.drug_code,
        t.drug.c.drug_name,
        t.drug.c.unit_price,
    )
    .join_from(t.inpatient_order, t.drug)
    .where(t.inpatient_order.c.order_id == p("order_id"), t.inpatient_order.c.admission_id == p("admission_id")),
)
FINISH_ORDER = named(
    "finish_order",
    update(t.inpatient_order).values(status="DONE").where(t.inpatient_order.c.order_id == p("order_id")),
)
ADD_EXECUTION = add(t.order_execution)
MOVE_TO_BED = named(
    "move_to_bed",
    update(t.admission)
    .values(bed_id=p("to_bed_id"), active_bed_id=p("to_bed_id"))
    .where(t.admission.c.admission_id == p("admission_id")),
)
ADD_TRANSFER = add(t.bed_transfer)
DISCHARGE = named(
    "discharge",
    update(t.admission)
    .values(status="OUT", active_bed_id=None, discharged_at=p("at"))
    .where(t.admission.c.admission_id == p("admission_id")),
)
STOP_ORDERS = named(
    "stop_orders",
    update(t.inpatient_order)
    .values(status="STOPPED")
    .where(t.inpatient_order.c.admission_id == p("admission_id"), t.inpatient_order.c.status == "ACTIVE"),
)
_OPEN_CHARGES = (t.charge.c.admission_id == p("admission_id"), t.charge.c.status == "OPEN")
OPEN_TOTAL = named("open_total", select(func.sum(t.charge.c.amount).label("total")).where(*_OPEN_CHARGES))
PAY_FROM_DEPOSIT = named(
    "pay_from_deposit",
    insert(t.payment).from_select(
        ["charge_id", "method", "amount", "paid_at"],
        select(t.charge.c.charge_id, literal("预交金"), t.charge.c.amount, p("at")).where(*_OPEN_CHARGES),
    ),
)
CLOSE_CHARGES = named("close_charges", update(t.charge).values(status="PAID").where(*_OPEN_CHARGES))
ADD_SETTLEMENT = add(t.settlement)

# --------------------------------------------------------------------------- 报表与批处理

WARD_BEDS = named(  # 空床的入院时间为 NULL，排在前还是后各产品不同（规则 empty_beds_order）
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
DEPARTMENT_REPORT = named(
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
GENDER_REPORT = named(
    "gender_report",
    select(t.patient.c.gender_code, func.count().label("patients"), func.min(t.patient.c.birth_date).label("eldest"))
    .select_from(t.registration.join(t.slot, t.slot.c.slot_id == t.registration.c.slot_id).join(t.patient))
    .where(*_OF_DAY)
    .group_by(t.patient.c.gender_code)
    .order_by(t.patient.c.gender_code),
)
_PAID_THAT_DAY = (t.payment.c.paid_at >= p("day_start"), t.payment.c.paid_at < p("day_end"))
PAYMENT_REPORT = named(
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
TOP_DRUGS = named(
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

BILL_ALL = named(
    "bill_all",
    update(t.admission)
    .values(billed_days=t.admission.c.billed_days + 1, billing_batch=p("batch_no"))
    .where(t.admission.c.status == "IN"),
)
_BILLED = t.admission.join(t.bed, t.bed.c.bed_id == t.admission.c.bed_id)
_IN_BATCH = t.admission.c.billing_batch == p("batch_no")
_DAILY_CHARGE_ID = p("batch_no", type_=String) + t.admission.c.admission_id  # 批号 + 住院号
CHARGE_ALL = named(
    "charge_all",
    insert(t.charge).from_select(
        ["charge_id", "kind", "patient_id", "admission_id", "amount", "batch_no", "status", "charged_at"],
        select(
            _DAILY_CHARGE_ID,
            literal("DAILY"),
            t.admission.c.patient_id,
            t.admission.c.admission_id,
            t.bed.c.bed_fee + t.bed.c.nursing_fee,
            t.admission.c.billing_batch,
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
BED_FEES = named(
    "bed_fees", insert(t.charge_item).from_select(_ITEM_COLUMNS, _fee_of_all(1, "床位费", t.bed.c.bed_fee))
)
NURSING_FEES = named(
    "nursing_fees", insert(t.charge_item).from_select(_ITEM_COLUMNS, _fee_of_all(2, "护理费", t.bed.c.nursing_fee))
)

BATCH_SUMMARY = named(
    "batch_summary",
    select(t.charge.c.batch_no, func.count().label("charges"), func.sum(t.charge.c.amount).label("total"))
    .where(t.charge.c.batch_no == p("batch_no"))
    .group_by(t.charge.c.batch_no)
    .order_by(t.charge.c.batch_no),
)
