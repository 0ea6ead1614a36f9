"""住院：登记、下达医嘱、医嘱执行、转床、出院结算。凡改动在院患者的业务都先锁其住院记录。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, Row, Transaction
from scenarios.his import catalogue
from scenarios.his import statements as sql
from scenarios.his import statements_wards as wards
from scenarios.his.generate_inpatients import BASIC_DRUGS
from scenarios.his.transactions.common import audit, issue_invoice, money, refuse_if_refused
from scenarios.his.world import Inpatient, moment, one_of, window

DEPOSITS = tuple(map(Decimal, ("1000.00", "2000.00", "3000.00", "5000.00")))


def lock_open_admission(tx: Conversation, admission_id: str) -> Row:
    """(patient_id, bed_id, status, deposit) of somebody who is still in the hospital."""
    row = tx.row(wards.LOCK_ADMISSION, admission_id=admission_id)
    if row is None or row[2] != "IN":
        tx.refuse("患者不在院")
    return row


# --------------------------------------------------------------------------- 住院登记


def admit(
    tx: Conversation, *, admission_id: str, patient_id: str, bed_id: str, terms: Mapping[str, Any], at: dt.datetime
) -> None:
    """登记入院并占床。床位是否空着，由唯一索引在插入时说了算。"""
    reply = tx.attempt(
        wards.ADD_ADMISSION,
        admission_id=admission_id,
        patient_id=patient_id,
        bed_id=bed_id,
        active_bed_id=bed_id,
        status="IN",
        admitted_at=at,
        discharged_at=None,
        billed_days=0,
        billing_batch="未计",
        **terms,
    )
    refuse_if_refused(tx, reply, "床位已占用")


def draw_admit(drawing: Drawing) -> dict[str, Any] | None:
    bed_id = drawing.take("free_bed")
    if bed_id is None:
        return None
    patient_id = drawing.take("outpatient")
    if patient_id is None:
        drawing.put("free_bed", bed_id)
        return None
    admission_id = drawing.number("Z")
    drawing.put("inpatient", Inpatient(admission_id, patient_id, bed_id, ()))
    terms = {
        "doctor_id": one_of(drawing, drawing.world.ward_doctors),
        "icd_code": one_of(drawing, catalogue.DIAGNOSES)[0],
        "deposit": one_of(drawing, DEPOSITS),
    }
    return {
        "admission_id": admission_id,
        "patient_id": patient_id,
        "bed_id": bed_id,
        "terms": terms,
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 下达医嘱


def place_order(
    tx: Conversation, *, order_id: str, admission_id: str, doctor_id: str, order: Mapping[str, Any], at: dt.datetime
) -> None:
    """为在院患者下一条长期或临时医嘱。"""
    lock_open_admission(tx, admission_id)
    tx.change(
        wards.ADD_ORDER,
        order_id=order_id, admission_id=admission_id, doctor_id=doctor_id, status="ACTIVE", ordered_at=at, **order,
    )  # fmt: skip


def draw_place_order(drawing: Drawing) -> dict[str, Any] | None:
    inpatient: Inpatient | None = drawing.take("inpatient")
    if inpatient is None:
        return None
    order_id = drawing.number("Y")
    kind, frequency = one_of(drawing, catalogue.FREQUENCIES)
    new = ((order_id, kind),)  # 临时医嘱排在前面
    orders = new + inpatient.orders if kind == "TEMP" else inpatient.orders + new
    drawing.put("inpatient", inpatient._replace(orders=orders))
    order = {
        "order_kind": kind,
        "drug_code": one_of(drawing, BASIC_DRUGS).drug_code,
        "quantity": 1 + int(drawing.rng.random() * 2),
        "frequency": frequency,
    }
    return {
        "order_id": order_id,
        "admission_id": inpatient.admission_id,
        "doctor_id": one_of(drawing, drawing.world.ward_doctors),
        "order": order,
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 医嘱执行


def execute_order(
    tx: Conversation, *, execution_id: str, admission_id: str, order_id: str, nurse_id: str, at: dt.datetime
) -> None:
    """护士执行医嘱，药费按现价记入住院账，费用号即执行号；临时医嘱执行后即完成。"""
    patient_id = lock_open_admission(tx, admission_id)[0]
    order = tx.row(wards.ORDER_TO_EXECUTE, order_id=order_id, admission_id=admission_id)
    if order is None or order[2] != "ACTIVE":
        tx.refuse("该患者没有这条医嘱或已停止")
    kind, quantity, _, _, drug_name, price = order
    amount = money(quantity * price)
    tx.change(wards.ADD_EXECUTION, execution_id=execution_id, order_id=order_id, nurse_id=nurse_id, executed_at=at)
    tx.change(
        sql.ADD_CHARGE,
        charge_id=execution_id,
        kind="ORDER",
        patient_id=patient_id,
        registration_id=None,
        prescription_id=None,
        admission_id=admission_id,
        amount=amount,
        batch_no=None,
        status="OPEN",
        charged_at=at,
    )
    tx.change(
        sql.ADD_CHARGE_ITEM,
        charge_id=execution_id, line_no=1, item_name=drug_name, quantity=quantity, unit_price=price, amount=amount,
    )  # fmt: skip
    if kind == "TEMP":
        tx.change(wards.FINISH_ORDER, order_id=order_id)


def draw_execute_order(drawing: Drawing) -> dict[str, Any] | None:
    for _ in range(4):  # 轮到的患者可能还没有医嘱
        inpatient: Inpatient | None = drawing.take("inpatient")
        if inpatient is None:
            return None
        if inpatient.orders:
            break
        drawing.put("inpatient", inpatient)
    else:
        return None
    (order_id, kind), *others = inpatient.orders
    again = ((order_id, kind),) if kind == "LONG" else ()
    drawing.put("inpatient", inpatient._replace(orders=(*others, *again)))
    return {
        "execution_id": drawing.number("E"),
        "admission_id": inpatient.admission_id,
        "order_id": order_id,
        "nurse_id": one_of(drawing, drawing.world.nurses),
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 转床


def transfer_bed(
    tx: Conversation, *, transfer_id: str, admission_id: str, to_bed_id: str, staff_id: str, at: dt.datetime
) -> None:
    """换到另一张空床，原床同时空出。"""
    from_bed_id = lock_open_admission(tx, admission_id)[1]
    reply = tx.attempt(wards.MOVE_TO_BED, admission_id=admission_id, to_bed_id=to_bed_id)
    refuse_if_refused(tx, reply, "床位已占用")
    tx.change(
        wards.ADD_TRANSFER,
        transfer_id=transfer_id,
        admission_id=admission_id,
        from_bed_id=from_bed_id,
        to_bed_id=to_bed_id,
        transferred_at=at,
    )
    audit(tx, action="TRANSFER", object_id=transfer_id, staff_id=staff_id, at=at)


def draw_transfer_bed(drawing: Drawing) -> dict[str, Any] | None:
    inpatient: Inpatient | None = drawing.take("inpatient")
    if inpatient is None:
        return None
    bed_id = drawing.take("free_bed")
    if bed_id is None:
        drawing.put("inpatient", inpatient)
        return None
    drawing.put("free_bed", inpatient.bed_id)
    drawing.put("inpatient", inpatient._replace(bed_id=bed_id))
    return {
        "transfer_id": drawing.number("M"),
        "admission_id": inpatient.admission_id,
        "to_bed_id": bed_id,
        "staff_id": one_of(drawing, drawing.world.nurses),
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 出院结算


def discharge(
    tx: Conversation, *, settlement_id: str, admission_id: str, bed_id: str, desk: Sequence[str], at: dt.datetime
) -> None:
    """汇总未结费用，以预交金抵付，多退少补，停医嘱，空出床位，开发票。"""
    window_id, staff_id = desk
    _, occupied, _, deposit = lock_open_admission(tx, admission_id)
    if occupied != bed_id:
        tx.refuse("患者不在这张床")
    summed = tx.row(wards.OPEN_TOTAL, admission_id=admission_id)
    total = money(summed[0]) if summed is not None and summed[0] is not None else Decimal("0.00")
    tx.change(wards.PAY_FROM_DEPOSIT, admission_id=admission_id, at=at)
    tx.change(wards.CLOSE_CHARGES, admission_id=admission_id)
    tx.change(wards.STOP_ORDERS, admission_id=admission_id)
    tx.change(wards.DISCHARGE, admission_id=admission_id, at=at)
    tx.change(
        wards.ADD_SETTLEMENT,
        settlement_id=settlement_id,
        admission_id=admission_id,
        total_amount=total,
        deposit=deposit,
        balance=total - deposit,
        settled_at=at,
    )
    audit(tx, action="DISCHARGE", object_id=settlement_id, staff_id=staff_id, at=at)
    issue_invoice(tx, window_id=window_id, document_id=settlement_id, amount=total, at=at)


def draw_discharge(drawing: Drawing) -> dict[str, Any] | None:
    inpatient: Inpatient | None = drawing.take("inpatient")
    if inpatient is None:
        return None
    drawing.put("free_bed", inpatient.bed_id)
    drawing.put("outpatient", inpatient.patient_id)
    return {
        "settlement_id": drawing.number("J"),
        "admission_id": inpatient.admission_id,
        "bed_id": inpatient.bed_id,
        "desk": window(drawing),
        "at": moment(drawing),
    }


TRANSACTIONS = (
    Transaction(name="admit", title="住院登记", draw=draw_admit, act=admit, weight=1.5),
    Transaction(name="place_order", title="下达医嘱", draw=draw_place_order, act=place_order, weight=4),
    Transaction(name="execute_order", title="医嘱执行", draw=draw_execute_order, act=execute_order, weight=7),
    Transaction(name="transfer_bed", title="转床", draw=draw_transfer_bed, act=transfer_bed, weight=1),
    Transaction(name="discharge", title="出院结算", draw=draw_discharge, act=discharge, weight=1.5),
)
