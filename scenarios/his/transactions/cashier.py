"""收费处：收费结算、退费。"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.his import catalogue
from scenarios.his import statements as sql
from scenarios.his.transactions.common import audit, issue_invoice, money
from scenarios.his.world import Paid, moment, one_of, window

REASONS = ("处方作废", "患者要求", "药品缺货")

# --------------------------------------------------------------------------- 收费结算


def charge(
    tx: Conversation, *, prescription_id: str, charge_id: str, window_id: str, method: str, at: dt.datetime
) -> None:
    """按药品字典的现价逐项计费，收款，开发票。"""
    if tx.change(sql.MARK_PAID, prescription_id=prescription_id) != 1:
        tx.refuse("处方不存在或已收费")
    patient = tx.row(sql.PATIENT_OF_PRESCRIPTION, prescription_id=prescription_id)
    if patient is None:
        tx.refuse("处方没有对应的患者")
    lines = [
        (line_no, name, quantity, price, money(quantity * price))
        for line_no, _, name, quantity, price in tx.rows(sql.PRICED_ITEMS, prescription_id=prescription_id)
    ]
    total = sum((amount for *_, amount in lines), Decimal("0.00"))
    tx.change(
        sql.ADD_CHARGE,
        charge_id=charge_id,
        kind="RX",
        patient_id=patient[0],
        registration_id=None,
        prescription_id=prescription_id,
        admission_id=None,
        amount=total,
        batch_no=None,
        status="PAID",
        charged_at=at,
    )
    for line_no, name, quantity, price, amount in lines:
        tx.change(
            sql.ADD_CHARGE_ITEM,
            charge_id=charge_id, line_no=line_no, item_name=name, quantity=quantity, unit_price=price, amount=amount,
        )  # fmt: skip
    tx.change(sql.ADD_PAYMENT, charge_id=charge_id, method=method, amount=total, paid_at=at)
    issue_invoice(tx, window_id=window_id, document_id=charge_id, amount=total, at=at)


def draw_charge(drawing: Drawing) -> dict[str, Any] | None:
    prescription_id = drawing.take("prescribed")
    if prescription_id is None:
        return None
    charge_id = drawing.number("C")
    drawing.put("paid", Paid(prescription_id, charge_id))
    return {
        "prescription_id": prescription_id,
        "charge_id": charge_id,
        "window_id": window(drawing)[0],
        "method": one_of(drawing, catalogue.METHODS),
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 退费


def refund(
    tx: Conversation, *, prescription_id: str, refund_id: str, reason: str, staff_id: str, at: dt.datetime
) -> None:
    """退未发药或已退药的处方：退款，作废发票。"""
    if tx.change(sql.MARK_REFUNDED, prescription_id=prescription_id) != 1:
        tx.refuse("处方未收费、已发药或已退费")
    for charge_id, amount in tx.rows(sql.CHARGE_OF_PRESCRIPTION, prescription_id=prescription_id):
        tx.change(
            sql.ADD_REFUND, refund_id=refund_id, charge_id=charge_id, amount=amount, reason=reason, refunded_at=at
        )
        tx.change(sql.MARK_CHARGE_REFUNDED, charge_id=charge_id)
        tx.change(sql.VOID_INVOICE, document_id=charge_id)
    audit(tx, action="REFUND", object_id=refund_id, staff_id=staff_id, at=at)


def draw_refund(drawing: Drawing) -> dict[str, Any] | None:
    paid: Paid | None = drawing.take("returned") or drawing.take("paid")
    if paid is None:
        return None
    return {
        "prescription_id": paid.prescription_id,
        "refund_id": drawing.number("U"),
        "reason": one_of(drawing, REASONS),
        "staff_id": window(drawing)[1],
        "at": moment(drawing),
    }


TRANSACTIONS = (
    Transaction(name="charge", title="收费结算", draw=draw_charge, act=charge, weight=10),
    Transaction(name="refund", title="退费", draw=draw_refund, act=refund, weight=1.5),
)
