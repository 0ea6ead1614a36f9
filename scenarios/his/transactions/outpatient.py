"""门诊：建档、检索、预约、退号、签到、开处方。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.his import catalogue
from scenarios.his import statements as sql
from scenarios.his.transactions.common import audit, next_number, refuse_if_refused
from scenarios.his.world import Booking, FreeSlot, moment, one_of
from scenarios.people import Person

ONLINE = "微信"
HOT_SHARE = 0.1  # 并发时，每十次预约有一次去抢热门号源
LOWER_CASE_SHARE = 0.3  # 按拼音检索时键入小写的比例

# --------------------------------------------------------------------------- 建档


def register_patient(tx: Conversation, *, patient_id: str, person: Mapping[str, Any], at: dt.datetime) -> None:
    """先按证件号查重，再建档。"""
    if tx.row(sql.PATIENT_BY_RESIDENT_ID, resident_id=person["resident_id"]) is not None:
        tx.refuse("该证件号已建档")
    reply = tx.attempt(sql.ADD_PATIENT, patient_id=patient_id, registered_at=at, **person)
    refuse_if_refused(tx, reply, "该证件号已建档")


def draw_register_patient(drawing: Drawing) -> dict[str, Any] | None:
    person: Person | None = drawing.take("newcomer")
    if person is None:
        return None
    patient_id = drawing.number("P")
    drawing.put("new_patient", patient_id)
    return {"patient_id": patient_id, "person": person._asdict(), "at": moment(drawing)}


# --------------------------------------------------------------------------- 患者检索


def find_patient(tx: Conversation, *, by: str, value: str) -> None:
    """按姓名、拼音列出候选人；按证件号找到本人，再看最近的挂号。"""
    if by == "name":
        tx.rows(sql.PATIENTS_BY_NAME, patient_name=value)
        return
    if by == "pinyin":
        tx.rows(sql.PATIENTS_BY_PINYIN, pinyin=value)
        return
    if by == "pinyin_as_typed":
        tx.rows(sql.PATIENTS_BY_PINYIN_AS_TYPED, pinyin=value)
        return
    found = tx.row(sql.PATIENT_BY_RESIDENT_ID, resident_id=value)
    if found is None:
        tx.refuse("查无此人")
    tx.rows(sql.LATEST_REGISTRATIONS, patient_id=found[0])


def draw_find_patient(drawing: Drawing) -> dict[str, Any]:
    _, person = one_of(drawing, drawing.world.persons)
    by = one_of(drawing, ("name", "pinyin", "resident_id"))
    if by == "name":
        return {"by": by, "value": person.patient_name}
    if by == "resident_id":
        return {"by": by, "value": person.resident_id}
    if drawing.users == 1 and drawing.rng.random() < LOWER_CASE_SHARE:
        # 只在功能比对中：压测时两边必须做同样多的活。
        return {"by": "pinyin_as_typed", "value": person.pinyin.lower()}
    return {"by": by, "value": person.pinyin}


# --------------------------------------------------------------------------- 预约挂号


def book(
    tx: Conversation, *, registration_id: str, charge_id: str, patient_id: str, slot_id: str, at: dt.datetime
) -> None:
    """占号、付挂号费。号源是否还在，由唯一索引在插入时说了算。"""
    offer = tx.row(sql.SLOT_OFFER, slot_id=slot_id)
    if offer is None:
        tx.refuse("没有这个号源")
    fee = offer[2]
    reply = tx.attempt(
        sql.ADD_REGISTRATION,
        registration_id=registration_id,
        patient_id=patient_id,
        slot_id=slot_id,
        active_slot_id=slot_id,
        status="BOOKED",
        fee=fee,
        booked_at=at,
        cancelled_at=None,
    )
    refuse_if_refused(tx, reply, "号源已被预约")
    tx.change(
        sql.ADD_CHARGE,
        charge_id=charge_id,
        kind="REG",
        patient_id=patient_id,
        registration_id=registration_id,
        prescription_id=None,
        admission_id=None,
        amount=fee,
        batch_no=None,
        status="PAID",
        charged_at=at,
    )
    tx.change(
        sql.ADD_CHARGE_ITEM,
        charge_id=charge_id, line_no=1, item_name="挂号费", quantity=1, unit_price=fee, amount=fee,
    )  # fmt: skip
    tx.change(sql.ADD_PAYMENT, charge_id=charge_id, method=ONLINE, amount=fee, paid_at=at)


def draw_book(drawing: Drawing) -> dict[str, Any] | None:
    world = drawing.world
    hot = drawing.users > 1 and drawing.rng.random() < HOT_SHARE
    slot: FreeSlot | None = one_of(drawing, world.hot_slots) if hot else drawing.take("free_slot")
    if slot is None:
        return None
    patient_id = drawing.take("new_patient") or one_of(drawing, world.persons)[0]
    registration_id = drawing.number("R")
    if not hot:  # 抢热门号可能落空，所以后续业务不指望它
        drawing.put("booked", Booking(registration_id, slot))
    return {
        "registration_id": registration_id,
        "charge_id": drawing.number("C"),
        "patient_id": patient_id,
        "slot_id": slot.slot_id,
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 退号


def cancel_booking(tx: Conversation, *, registration_id: str, refund_id: str, staff_id: str, at: dt.datetime) -> None:
    """放回号源，退挂号费。"""
    if tx.change(sql.CANCEL_REGISTRATION, registration_id=registration_id, at=at) != 1:
        tx.refuse("已就诊或已退号")
    for charge_id, amount in tx.rows(sql.CHARGE_OF_REGISTRATION, registration_id=registration_id):
        tx.change(
            sql.ADD_REFUND,
            refund_id=refund_id, charge_id=charge_id, amount=amount, reason="患者退号", refunded_at=at,
        )  # fmt: skip
        tx.change(sql.MARK_CHARGE_REFUNDED, charge_id=charge_id)
    audit(tx, action="CANCEL", object_id=refund_id, staff_id=staff_id, at=at)


def draw_cancel_booking(drawing: Drawing) -> dict[str, Any] | None:
    booking: Booking | None = drawing.take("booked")
    if booking is None:
        return None
    drawing.put("free_slot", booking.slot)
    return {
        "registration_id": booking.registration_id,
        "refund_id": drawing.number("U"),
        "staff_id": one_of(drawing, drawing.world.windows)[1],
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 分诊签到


def check_in(tx: Conversation, *, visit_id: str, registration_id: str, dept_id: str, at: dt.datetime) -> None:
    """到科室分诊台报到，取本科室的下一个排队号。"""
    if tx.change(sql.MARK_ARRIVED, registration_id=registration_id) != 1:
        tx.refuse("挂号不存在、已签到或已退号")
    booked = tx.row(sql.BOOKED_WITH, registration_id=registration_id)
    if booked is None or booked[1] != dept_id:
        tx.refuse("挂的不是本科室的号")
    patient_id, _, doctor_id = booked
    tx.change(
        sql.ADD_VISIT,
        visit_id=visit_id,
        registration_id=registration_id,
        patient_id=patient_id,
        dept_id=dept_id,
        doctor_id=doctor_id,
        queue_no=next_number(tx, f"Q-{dept_id}"),
        status="WAITING",
        arrived_at=at,
    )


def draw_check_in(drawing: Drawing) -> dict[str, Any] | None:
    booking: Booking | None = drawing.take("booked")
    if booking is None:
        return None
    visit_id = drawing.number("V")
    drawing.put("waiting", visit_id)
    return {
        "visit_id": visit_id,
        "registration_id": booking.registration_id,
        "dept_id": booking.slot.dept_id,
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 开处方


def prescribe(
    tx: Conversation,
    *,
    visit_id: str,
    prescription_id: str,
    diagnoses: Sequence[Sequence[str]],
    items: Sequence[Sequence[Any]],
    at: dt.datetime,
) -> None:
    """接诊：写诊断，开处方及各项药品。"""
    if tx.change(sql.MARK_SEEN, visit_id=visit_id) != 1:
        tx.refuse("患者未在候诊")
    doctor = tx.row(sql.DOCTOR_OF_VISIT, visit_id=visit_id)
    if doctor is None:
        tx.refuse("就诊没有接诊医师")
    for seq_no, (icd_code, icd_name) in enumerate(diagnoses, 1):
        tx.change(sql.ADD_DIAGNOSIS, visit_id=visit_id, seq_no=seq_no, icd_code=icd_code, icd_name=icd_name)
    tx.change(
        sql.ADD_PRESCRIPTION,
        prescription_id=prescription_id, visit_id=visit_id, doctor_id=doctor[0], status="OPEN", prescribed_at=at,
    )  # fmt: skip
    for line_no, (drug_code, quantity, dosage) in enumerate(items, 1):
        tx.change(
            sql.ADD_PRESCRIPTION_ITEM,
            prescription_id=prescription_id, line_no=line_no, drug_code=drug_code, quantity=quantity, dosage=dosage,
        )  # fmt: skip


def draw_prescribe(drawing: Drawing) -> dict[str, Any] | None:
    visit_id = drawing.take("waiting")
    if visit_id is None:
        return None
    rng, prescription_id = drawing.rng, drawing.number("X")
    drawing.put("prescribed", prescription_id)
    drugs = rng.sample(drawing.world.drug_codes, 1 + int(rng.random() * 4))
    return {
        "visit_id": visit_id,
        "prescription_id": prescription_id,
        "diagnoses": tuple(one_of(drawing, catalogue.DIAGNOSES) for _ in range(1 + int(rng.random() * 2))),
        "items": tuple((code, 1 + int(rng.random() * 3), one_of(drawing, catalogue.DOSAGES)) for code in drugs),
        "at": moment(drawing),
    }


TRANSACTIONS = (
    Transaction(name="register_patient", title="建档", draw=draw_register_patient, act=register_patient, weight=4),
    Transaction(name="find_patient", title="患者检索", draw=draw_find_patient, act=find_patient, weight=16),
    Transaction(name="book", title="预约挂号", draw=draw_book, act=book, weight=14),
    Transaction(name="cancel_booking", title="退号", draw=draw_cancel_booking, act=cancel_booking, weight=2),
    Transaction(name="check_in", title="分诊签到", draw=draw_check_in, act=check_in, weight=11),
    Transaction(name="prescribe", title="开处方", draw=draw_prescribe, act=prescribe, weight=10.5),
)
