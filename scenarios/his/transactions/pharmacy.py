"""门诊药房：发药、退药。"""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.his import statements as sql
from scenarios.his.transactions.common import audit
from scenarios.his.world import Paid, moment, one_of

# --------------------------------------------------------------------------- 门诊发药


def dispense(
    tx: Conversation, *, prescription_id: str, dispensing_id: str, pharmacist_id: str, at: dt.datetime
) -> None:
    """按先到期先发从各批次扣库存，逐批记发药流水、核对余量；任何一项不够，整张处方都不发。"""
    if tx.change(sql.MARK_DISPENSED, prescription_id=prescription_id) != 1:
        tx.refuse("处方未收费或已发药")
    line_no = 0
    for drug_code, wanted in tx.rows(sql.ITEMS_TO_DISPENSE, prescription_id=prescription_id):
        for batch_id, quantity in take_first_expiring(tx, drug_code, wanted):
            line_no += 1
            tx.change(
                sql.ADD_DISPENSING,
                dispensing_id=dispensing_id,
                line_no=line_no,
                prescription_id=prescription_id,
                batch_id=batch_id,
                quantity=quantity,
                pharmacist_id=pharmacist_id,
                dispensed_at=at,
            )
            tx.row(sql.BATCH_LEFT, batch_id=batch_id)


def take_first_expiring(tx: Conversation, drug_code: str, wanted: int) -> list[tuple[str, int]]:
    """从先到期的批次扣起。扣减自带“余量足够”的条件，读到之后被别人先扣走也不会成负数，只会再看一次余量。"""
    taken: list[tuple[str, int]] = []
    for _ in range(3):
        for batch_id, on_hand in tx.rows(sql.BATCHES_ON_HAND, drug_code=drug_code):
            quantity = min(wanted, on_hand)
            if tx.change(sql.TAKE_STOCK, batch_id=batch_id, taken=quantity) != 1:
                break
            taken.append((batch_id, quantity))
            wanted -= quantity
            if not wanted:
                break
        if not wanted:
            break
    if wanted:
        tx.refuse("库存不足")
    return taken


def draw_dispense(drawing: Drawing) -> dict[str, Any] | None:
    paid: Paid | None = drawing.take("paid")
    if paid is None:
        return None
    drawing.put("dispensed", paid)
    return {
        "prescription_id": paid.prescription_id,
        "dispensing_id": drawing.number("G"),
        "pharmacist_id": one_of(drawing, drawing.world.pharmacists),
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 退药


def return_drugs(
    tx: Conversation, *, prescription_id: str, dispensing_id: str, pharmacist_id: str, at: dt.datetime
) -> None:
    """整张退药：各批次加回库存，记负数流水，核对余量；退款由收费处另办。"""
    if tx.change(sql.MARK_RETURNED, prescription_id=prescription_id) != 1:
        tx.refuse("处方未发药或已退药")
    lines = tx.rows(sql.DISPENSED_LINES, prescription_id=prescription_id)
    for line_no, (batch_id, quantity) in enumerate(lines, 1):
        tx.change(sql.GIVE_BACK_STOCK, batch_id=batch_id, returned=quantity)
        tx.change(
            sql.ADD_DISPENSING,
            dispensing_id=dispensing_id,
            line_no=line_no,
            prescription_id=prescription_id,
            batch_id=batch_id,
            quantity=-quantity,
            pharmacist_id=pharmacist_id,
            dispensed_at=at,
        )
        tx.row(sql.BATCH_LEFT, batch_id=batch_id)
    audit(tx, action="RETURN", object_id=dispensing_id, staff_id=pharmacist_id, at=at)


def draw_return_drugs(drawing: Drawing) -> dict[str, Any] | None:
    paid: Paid | None = drawing.take("dispensed")
    if paid is None:
        return None
    drawing.put("returned", paid)
    return {
        "prescription_id": paid.prescription_id,
        "dispensing_id": drawing.number("G"),
        "pharmacist_id": one_of(drawing, drawing.world.pharmacists),
        "at": moment(drawing),
    }


TRANSACTIONS = (
    Transaction(name="dispense", title="门诊发药", draw=draw_dispense, act=dispense, weight=9),
    Transaction(name="return_drugs", title="退药", draw=draw_return_drugs, act=return_drugs, weight=1),
)
