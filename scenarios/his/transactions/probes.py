"""探测：故意做医院规则所禁止的事，看拦不拦得住、以哪一类错误拦下、拦下后是否全部回滚。

只在功能比对的末尾运行，从不用于压测。若约束在迁移中丢失，这里的业务会“成功”并提交，比对与不变量即报出。
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, Reply, ReplyKind, Transaction
from scenarios.his import statements as sql
from scenarios.his.transactions.cashier import charge
from scenarios.his.transactions.inpatient import admit
from scenarios.his.transactions.outpatient import book
from scenarios.his.world import Paid, moment, one_of, window
from scenarios.people import Person

Draw = Callable[[Drawing], dict[str, Any] | None]
Act = Callable[..., None]

LONG_NAME = "阿卜杜拉·买买提艾力·" * 4 + "库尔班"  # 43 个字，姓名栏 40 个字
TOO_MUCH = Decimal("10000000000.00")  # 金额栏 12 位、其中小数 2 位，多出一位


def refuse_unless_ok(tx: Conversation, reply: Reply, reason: str) -> None:
    """被拦下就结束；没被拦下则照常提交，留给比对去发现。"""
    if reply.kind is not ReplyKind.OK:
        tx.refuse(reason)


# --------------------------------------------------------------------------- 唯一性
# 借用正常业务，只是抽到已被占用的对象。


def draw_double_booking(drawing: Drawing) -> dict[str, Any]:
    return {
        "registration_id": drawing.number("R"),
        "charge_id": drawing.number("C"),
        "patient_id": one_of(drawing, drawing.world.persons)[0],
        "slot_id": one_of(drawing, drawing.world.occupied_slots),
        "at": moment(drawing),
    }


def draw_occupied_bed(drawing: Drawing) -> dict[str, Any] | None:
    inpatient, patient_id = drawing.peek("inpatient"), drawing.peek("outpatient")
    if inpatient is None or patient_id is None:
        return None
    terms = {
        "doctor_id": one_of(drawing, drawing.world.ward_doctors),
        "icd_code": "J18.9",
        "deposit": Decimal("1000.00"),
    }
    return {
        "admission_id": drawing.number("Z"),
        "patient_id": patient_id,
        "bed_id": inpatient.bed_id,
        "terms": terms,
        "at": moment(drawing),
    }


def draw_charge_twice(drawing: Drawing) -> dict[str, Any] | None:
    paid: Paid | None = drawing.peek("dispensed")
    if paid is None:
        return None
    return {
        "prescription_id": paid.prescription_id,
        "charge_id": drawing.number("C"),
        "window_id": window(drawing)[0],
        "method": "现金",
        "at": moment(drawing),
    }


def insert_patient(tx: Conversation, *, patient_id: str, person: Mapping[str, Any], at: dt.datetime) -> None:
    """绕过查重与前台校验，直接写患者档。"""
    reply = tx.attempt(sql.ADD_PATIENT, patient_id=patient_id, registered_at=at, **person)
    refuse_unless_ok(tx, reply, "患者档不合规，未建档")


def draw_duplicate_person(drawing: Drawing) -> dict[str, Any]:
    person: Person = one_of(drawing, drawing.world.persons)[1]
    return {"patient_id": drawing.number("P"), "person": person._asdict(), "at": moment(drawing)}


# --------------------------------------------------------------------------- 超量、超长、空值、无主、溢出


def over_dispense(tx: Conversation, *, prescription_id: str, at: dt.datetime) -> None:
    """正常扣走一份，再不看余量多扣一份：CHECK 应拦下，且先扣的也要退回。"""
    if tx.change(sql.MARK_DISPENSED, prescription_id=prescription_id) != 1:
        tx.refuse("处方未收费或已发药")
    drug_code, _ = tx.rows(sql.ITEMS_TO_DISPENSE, prescription_id=prescription_id)[0]
    batch_id, on_hand = tx.rows(sql.BATCHES_ON_HAND, drug_code=drug_code)[0]
    tx.change(sql.TAKE_STOCK, batch_id=batch_id, taken=1)
    reply = tx.attempt(sql.TAKE_STOCK_BLINDLY, batch_id=batch_id, taken=on_hand)
    refuse_unless_ok(tx, reply, "库存不足")


def draw_over_dispense(drawing: Drawing) -> dict[str, Any] | None:
    paid: Paid | None = drawing.peek("paid")
    return None if paid is None else {"prescription_id": paid.prescription_id, "at": moment(drawing)}


def draw_long_name(drawing: Drawing) -> dict[str, Any] | None:
    return _newcomer_with(drawing, LONG_NAME)


def draw_missing_name(drawing: Drawing) -> dict[str, Any] | None:
    return _newcomer_with(drawing, None)


def _newcomer_with(drawing: Drawing, name: str | None) -> dict[str, Any] | None:
    person: Person | None = drawing.peek("newcomer")
    if person is None:
        return None
    details = {**person._asdict(), "patient_name": name}
    return {"patient_id": drawing.number("P"), "person": details, "at": moment(drawing)}


def unknown_drug(tx: Conversation, *, prescription_id: str, drug_code: str) -> None:
    """处方里写一种字典中没有的药：外键应拦下。"""
    reply = tx.attempt(
        sql.ADD_PRESCRIPTION_ITEM,
        prescription_id=prescription_id, line_no=99, drug_code=drug_code, quantity=1, dosage="口服，一日一次",
    )  # fmt: skip
    refuse_unless_ok(tx, reply, "药品字典中没有该药")


def draw_unknown_drug(drawing: Drawing) -> dict[str, Any] | None:
    prescription_id = drawing.peek("prescribed")
    return None if prescription_id is None else {"prescription_id": prescription_id, "drug_code": "YP99999"}


def huge_amount(tx: Conversation, *, charge_id: str, patient_id: str, amount: Decimal, at: dt.datetime) -> None:
    """记一笔位数超出金额栏的费用：应报数值溢出，而不是截断或存成别的数。"""
    reply = tx.attempt(
        sql.ADD_CHARGE,
        charge_id=charge_id,
        kind="RX",
        patient_id=patient_id,
        registration_id=None,
        prescription_id=None,
        admission_id=None,
        amount=amount,
        batch_no=None,
        status="OPEN",
        charged_at=at,
    )
    refuse_unless_ok(tx, reply, "金额超出范围")


def draw_huge_amount(drawing: Drawing) -> dict[str, Any]:
    patient_id = one_of(drawing, drawing.world.persons)[0]
    return {"charge_id": drawing.number("C"), "patient_id": patient_id, "amount": TOO_MUCH, "at": moment(drawing)}


def _probe(name: str, title: str, draw: Draw, act: Act) -> Transaction:
    return Transaction(name=f"probe_{name}", title=f"探测：{title}", draw=draw, act=act, weight=0, probe=True)


TRANSACTIONS = (
    _probe("double_booking", "重复占号", draw_double_booking, book),
    _probe("occupied_bed", "占用床位", draw_occupied_bed, admit),
    _probe("charge_twice", "重复收费", draw_charge_twice, charge),
    _probe("duplicate_person", "重复建档", draw_duplicate_person, insert_patient),
    _probe("over_dispense", "超量发药", draw_over_dispense, over_dispense),
    _probe("long_name", "姓名超长", draw_long_name, insert_patient),
    _probe("missing_name", "姓名为空", draw_missing_name, insert_patient),
    _probe("unknown_drug", "字典外药品", draw_unknown_drug, unknown_drug),
    _probe("huge_amount", "金额溢出", draw_huge_amount, huge_amount),
)
