"""申请、预约、取消预约、登记。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import catalogue
from scenarios.pacs import statements as sql
from scenarios.pacs.exams import Booked, moment_of, study_of
from scenarios.pacs.transactions.common import Drawn, audit, refuse_if_refused
from scenarios.pacs.world import Exam, Patient, Room, later, moment, one_of

# --------------------------------------------------------------------------- 申请


def order_exam(tx: Conversation, *, order: Mapping[str, Any], charge_id: str, at: dt.datetime) -> None:
    """核对项目，登记检查申请并计费。"""
    item = tx.row(sql.ITEM_CARD, item_code=order["item_code"])
    if item is None:
        tx.refuse("没有这个检查项目")
    reply = tx.attempt(
        sql.ADD_ORDER, status="ORDERED", ordered_at=at, room_id=None, queue_no=None, registered_at=None, **order
    )
    refuse_if_refused(tx, reply, "检查号重复，或没有这位患者")
    tx.change(
        sql.ADD_CHARGE,
        charge_id=charge_id, accession_no=order["accession_no"], item_code=order["item_code"], quantity=1,
        unit_price=item[3], amount=item[3], charged_at=at,
    )  # fmt: skip


def register_patient(tx: Conversation, **patient: Any) -> None:
    """HIS 送来的新患者。"""
    refuse_if_refused(tx, tx.attempt(sql.ADD_PATIENT, **patient), "这位患者已建档")


def draw_order_exam(drawing: Drawing) -> dict[str, Any]:
    return ordering(drawing, moment(drawing))


def ordering(drawing: Drawing, at: dt.datetime) -> dict[str, Any]:
    world, chance = drawing.world, drawing.rng.random
    modality = one_of(drawing, world.modalities)
    patient: Patient = one_of(drawing, world.patients)
    room: Room = one_of(drawing, world.rooms[modality])
    item_code = one_of(drawing, world.items[modality])
    booked = Booked(drawing.number("A"), drawing.number("T"), room.station)
    scheduled = later(drawing, at, 40, 90)
    study = study_of(patient, item_code, booked, scheduled, share=world.scale.image_share, chance=chance())
    drawing.put("ordered", Exam(study, room.room_id, item_code, at))
    order = {
        "accession_no": booked.accession,
        "patient_id": patient.patient_id,
        "item_code": item_code,
        "dept_name": one_of(drawing, catalogue.DEPARTMENTS),
        "referrer": study["referring"],
        "diagnosis": one_of(drawing, catalogue.DIAGNOSES) if chance() < 0.9 else None,
    }
    return {"order": order, "charge_id": drawing.number("F"), "at": at}


# --------------------------------------------------------------------------- 预约


def book_exam(tx: Conversation, *, accession_no: str, appointment_id: str, slot_id: str, at: dt.datetime) -> None:
    """占机房半日号源；同一申请只有一个有效预约。"""
    refuse_if_refused(tx, tx.attempt(sql.TAKE_PLACE, slot_id=slot_id), "号源已满")
    reply = tx.attempt(
        sql.ADD_APPOINTMENT,
        appointment_id=appointment_id, accession_no=accession_no, slot_id=slot_id, status="BOOKED",
        active_accession=accession_no, booked_at=at,
    )  # fmt: skip
    refuse_if_refused(tx, reply, "这张申请已预约")
    if tx.change(sql.MARK_BOOKED, accession_no=accession_no) != 1:
        tx.refuse("申请已预约、已登记或已取消")


def draw_book_exam(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("ordered")
    if exam is None:
        return None
    at, appointment_id = later(drawing, exam.at, 1, 8), drawing.number("B")
    drawing.put("booked", exam._replace(at=at, appointment_id=appointment_id))
    return {
        "accession_no": exam.study["accession"],
        "appointment_id": appointment_id,
        "slot_id": slot_of(drawing, exam),
        "at": at,
    }


def slot_of(drawing: Drawing, exam: Exam) -> str:
    rooms = drawing.world.rooms[exam.study["modality"]]
    morning, afternoon = next(room.slots for room in rooms if room.room_id == exam.room_id)
    return str(morning if exam.study["time"] < "120000" else afternoon)


def cancel_exam(tx: Conversation, *, accession_no: str, appointment_id: str, staff_id: str, at: dt.datetime) -> None:
    """退号、退申请。"""
    found = tx.row(sql.APPOINTMENT_CARD, appointment_id=appointment_id)
    if found is None or tx.change(sql.MARK_APPOINTMENT_CANCELLED, appointment_id=appointment_id) != 1:
        tx.refuse("没有这个预约，或已到检、已取消")
    tx.change(sql.GIVE_PLACE_BACK, slot_id=found[0])
    if tx.change(sql.MARK_CANCELLED, accession_no=accession_no) != 1:
        tx.refuse("申请已登记或已取消")
    audit(tx, action="CANCEL", object_id=accession_no, staff_id=staff_id, at=at)


def draw_cancel_exam(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("booked")
    if exam is None:
        return None
    drawing.put("cancelled", exam)
    return {
        "accession_no": exam.study["accession"],
        "appointment_id": exam.appointment_id,
        "staff_id": one_of(drawing, drawing.world.clerks),
        "at": later(drawing, exam.at, 1, 10),
    }


# --------------------------------------------------------------------------- 登记


def register_exam(
    tx: Conversation, *, step: Mapping[str, Any], appointment_id: str, room_id: str, staff_id: str, at: dt.datetime
) -> None:
    """到检登记：取排队号，排出检查步骤，从此出现在设备的工作列表里。"""
    if tx.change(sql.MARK_APPOINTMENT_ARRIVED, appointment_id=appointment_id) != 1:
        tx.refuse("没有这个预约，或已到检、已取消")
    tx.change(sql.TAKE_QUEUE_NO, room_id=room_id)
    queue = tx.row(sql.LAST_QUEUE_NO, room_id=room_id)
    if queue is None:
        tx.refuse("没有这间机房")
    accession_no = step["accession_no"]
    if tx.change(sql.MARK_REGISTERED, accession_no=accession_no, room_id=room_id, queue_no=queue[0], at=at) != 1:
        tx.refuse("申请未预约或已登记")
    tx.change(sql.ADD_SCHEDULED_STEP, status="SCHEDULED", **step)
    audit(tx, action="REGISTER", object_id=accession_no, staff_id=staff_id, at=at)


def draw_register_exam(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("booked")
    if exam is None:
        return None
    at = later(drawing, exam.at, 5, 20)
    drawing.put("registered", exam._replace(at=at))
    return registration(drawing, exam, at)


def registration(drawing: Drawing, exam: Exam, at: dt.datetime) -> dict[str, Any]:
    study = exam.study
    step = {
        "step_id": study["step_id"],
        "accession_no": study["accession"],
        "study_uid": study["uid"],
        "modality": study["modality"],
        "station_aet": study["station"],
        "description": study["description"],
        "scheduled_at": moment_of(study),
    }
    return {
        "step": step,
        "appointment_id": exam.appointment_id,
        "room_id": exam.room_id,
        "staff_id": one_of(drawing, drawing.world.clerks),
        "at": at,
    }


TRANSACTIONS = (
    Transaction(name="order_exam", title="检查申请", draw=draw_order_exam, act=order_exam, weight=6),
    Transaction(name="book_exam", title="检查预约", draw=draw_book_exam, act=book_exam, weight=5.6),
    Transaction(name="cancel_exam", title="取消预约", draw=draw_cancel_exam, act=cancel_exam, weight=0.3),
    Transaction(name="register_exam", title="到检登记", draw=draw_register_exam, act=register_exam, weight=5),
)
