"""One patient's way from the doctor's order over worklist, images and report to the signed record.

HIS and RIS by their own transactions, equipment and archive by DICOM, the EMR by its interfaces. One id and one visit
name the patient, one clock runs through, each leg is committed before the next begins. Not here: the laboratory's way
(`whole.py`), what the systems do at each step (their packs).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.emr.messages import rest as emr_rest
from scenarios.emr.transactions import messages_records, signing, visits
from scenarios.his.transactions import cashier, outpatient
from scenarios.his.world import FreeSlot
from scenarios.journey.drawing import Of
from scenarios.journey.messages import ADT_RECORDS
from scenarios.journey.systems import In, World
from scenarios.journey.whole import Params, at_the_counters, drawn
from scenarios.pacs.generate import dicom_name
from scenarios.pacs.messages import archive, worklist
from scenarios.pacs.transactions import (
    booking,
    messages_archive,
    messages_worklist,
    reporting,
)
from scenarios.pacs.world import Patient
from scenarios.people import Person

LEGS = {
    "register": "挂号",
    "order": "开单",
    "charge": "收费",
    "schedule": "预约登记",
    "examine": "检查",
    "images": "影像归档",
    "report": "报告",
    "record": "病历书写",
    "sign": "签名诊毕",
}
SIZE = 55.0  # about so many statements and messages more than one ordinary transaction


def act(tx: Conversation, *, his: Params, ris: Params, emr: Params) -> None:
    """See a doctor, have images taken, read the report, and have it all written down."""
    tx.leg("register")
    desk, department = In(tx, "his"), In(tx, "pacs")
    outpatient.register_patient(desk, **his["patient"])
    outpatient.book(desk, **his["booking"])
    outpatient.check_in(desk, **his["arrival"])
    tx.leg("order")
    tx.send(ADT_RECORDS, **emr["patient"])
    outpatient.prescribe(desk, **his["prescription"])
    booking.register_patient(department, **ris["patient"])
    booking.order_exam(department, **ris["order"])
    tx.leg("charge")
    cashier.charge(desk, **his["charge"])
    tx.leg("schedule")
    booking.book_exam(department, **ris["booking"])
    booking.register_exam(department, **ris["registration"])
    tx.leg("examine")
    tx.send(worklist.WORKLIST, **ris["worklist"])
    tx.send(worklist.MPPS_BEGIN, **ris["begin"])
    tx.send(worklist.MPPS_END, **ris["end"])
    tx.leg("images")
    messages_archive.archive_study(department, **ris["images"])
    tx.leg("report")
    reporting.write_report(department, **ris["report"])
    for submission, review in ris["reviews"]:
        reporting.submit_report(department, **submission)
        reporting.review_report(department, **review)
    messages_archive.publish_and_store(department, **ris["publication"])
    tx.leg("record")
    tx.send(emr_rest.POST_RECORD, **emr["record"])
    tx.send(emr_rest.PUT_VERSION, **emr["version"])
    tx.leg("sign")
    tx.send(emr_rest.POST_SIGNATURE, **emr["signature"])
    visits.close_visit(In(tx, "emr"), **emr["leaving"])


# --------------------------------------------------------------------------- drawing


def draw(drawing: Drawing) -> Params | None:
    """A new patient for whom there is a free slot, and everything that will happen to them."""
    world: World = drawing.world
    slot: FreeSlot | None = drawing.take("free_slot")
    person: Person | None = drawing.take("newcomer")
    if slot is None or person is None:
        return None
    patient_id = drawing.number("P")
    his = at_the_counters(Of(drawing, world.of["his"]), patient_id, person, slot)
    ordered_at = his["prescription"]["at"]
    ris = _in_the_department(Of(drawing, world.of["pacs"]), patient_id, person, his["charge"]["at"])
    ids, told = (patient_id, his["arrival"]["visit_id"]), (ordered_at, ris["publication"]["publication"]["at"])
    return {"his": his, "ris": ris, "emr": _in_the_records(Of(drawing, world.of["emr"]), ids, person, told)}


def _in_the_department(drawing: Of, patient_id: str, person: Person, at: dt.datetime) -> Params:
    name = dicom_name(person)
    patient = Patient(drawing.number("XH"), name, person.gender_code, f"{person.birth_date:%Y%m%d}")
    drawing.world = replace(drawing.world, patients=[patient])
    order = booking.ordering(drawing, at)
    ris: Params = {
        "patient": {
            "patient_id": patient.patient_id, "his_patient_id": patient_id, "patient_name": person.patient_name,
            "dicom_name": name, "gender_code": person.gender_code, "birth_date": person.birth_date,
            "phone": person.phone, "allergy": person.allergy,
        },
        "order": order,
        "booking": drawn(booking.draw_book_exam, drawing),
        "registration": drawn(booking.draw_register_exam, drawing),
        "begin": drawn(messages_worklist.draw_mpps_begin, drawing),
        "end": drawn(messages_worklist.draw_mpps_end, drawing),
    }  # fmt: skip
    study = ris["begin"]["study"]
    return ris | {
        "worklist": {
            "modality": study["modality"], "date": study["date"], "station": study["station"],
            "AccessionNumber": study["accession"],
        },
        "images": drawn(messages_archive.archiving(study["modality"]), drawing),
        "report": drawn(reporting.draw_write_report, drawing),
        "reviews": tuple(_reviews(drawing)),
        "publication": drawn(messages_archive.draw_publish_and_store, drawing),
    }  # fmt: skip


def _reviews(drawing: Of) -> Iterator[tuple[Params, Params]]:
    """Submitted until it passes."""
    while (submission := reporting.draw_submit_report(drawing)) is not None:
        yield submission, drawn(reporting.draw_review_report, drawing)


def _in_the_records(drawing: Of, ids: tuple[str, str], person: Person, told: tuple[dt.datetime, dt.datetime]) -> Params:
    patient_id, visit_no = ids
    came_at, reported_at = told
    clinics = [place for place in drawing.world.places if place.visit_class == "O"]
    drawing.world = replace(drawing.world, patients=[patient_id], places=clinics)
    admitted = visits.draw_admit(drawing)
    arrived: Any = drawing.take("arrived")
    drawing.put("arrived", arrived._replace(visit_no=visit_no, at=came_at))
    record = drawn(messages_records.draw_create, drawing)
    record["at"] = reported_at + dt.timedelta(minutes=1)
    writing: Any = drawing.take("editing")
    drawing.put("editing", writing._replace(at=record["at"]))
    version = drawn(messages_records.draw_save, drawing)
    drawing.put("written", drawing.take("editing") or drawing.take("written"))
    signature = drawn(messages_records.signed_as("AUTHOR", signing.draw_sign), drawing)
    left_at = signature["at"] + dt.timedelta(minutes=2)
    return {
        "patient": {
            "message_id": drawing.number("X"), "patient_id": patient_id, "person": person._asdict(),
            "visit": {**admitted["visit"], "visit_no": visit_no}, "at": came_at,
        },
        "record": record,
        "version": version,
        "signature": signature,
        "leaving": {"visit_no": visit_no, "died": False, "at": left_at},
    }  # fmt: skip


MESSAGES = {
    message.name: message
    for message in (
        ADT_RECORDS, worklist.WORKLIST, worklist.MPPS_BEGIN, worklist.MPPS_END, archive.STORE_IMAGE, archive.COMMIT,
        archive.STORE_REPORT, emr_rest.POST_RECORD, emr_rest.PUT_VERSION, emr_rest.POST_SIGNATURE,
    )
}  # fmt: skip
IMAGING = Transaction(
    name="imaging_journey",
    title="影像检查全程",
    draw=draw,
    act=act,
    size=SIZE,
    interfaces=tuple(dict.fromkeys(message.interface for message in MESSAGES.values())),
    legs=LEGS,
)
