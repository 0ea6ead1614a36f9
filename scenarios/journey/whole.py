"""One patient's way from registration to the archive: HIS by its own transactions, LIS and EMR by their interfaces.

One id names the patient in all three systems, one clock runs through: nothing happens before what it rests on. Each leg
is committed before the next begins. Not here: what the systems do at each step, which are their packs' own functions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.emr.messages import hl7 as emr_hl7
from scenarios.emr.messages import rest as emr_rest
from scenarios.emr.transactions import messages_records, results, signing, visits
from scenarios.his.transactions import cashier, outpatient
from scenarios.his.world import Booking, FreeSlot
from scenarios.journey.drawing import Of
from scenarios.journey.messages import ADT_LABORATORY, ADT_RECORDS
from scenarios.journey.systems import In, World
from scenarios.lis import catalogue
from scenarios.lis.messages import hl7 as lis_hl7
from scenarios.lis.messages import rest as lis_rest
from scenarios.lis.transactions import measuring, messages_hl7, requests, review
from scenarios.lis.world import Sufferer
from scenarios.people import Person
from scenarios.rest import read

Params = dict[str, Any]
Draw = Callable[[Drawing], Params | None]

LEGS = {
    "register": "挂号",
    "order": "开单",
    "charge": "收费",
    "sample": "采样",
    "result": "结果",
    "cite": "病历引用",
    "sign": "签名诊毕",
    "archive": "归档",
}
SIZE = 40.0  # about so many statements and messages more than one ordinary transaction
QUOTED = 3  # results that the record quotes
_LONGEST = 1 << 20  # bytes of a report


def act(tx: Conversation, *, his: Params, lis: Params, emr: Params) -> None:
    """See a doctor, be examined in the laboratory, and have it all written down and filed."""
    tx.leg("register")
    desk = In(tx, "his")
    outpatient.register_patient(desk, **his["patient"])
    outpatient.book(desk, **his["booking"])
    outpatient.check_in(desk, **his["arrival"])
    tx.leg("order")
    tx.send(ADT_LABORATORY, **lis["patient"])
    tx.send(ADT_RECORDS, **emr["patient"])
    outpatient.prescribe(desk, **his["prescription"])
    tx.send(lis_hl7.OML_ORDER, **lis["order"])
    tx.leg("charge")
    cashier.charge(desk, **his["charge"])
    tx.leg("sample")
    tx.send(lis_rest.POST_COLLECTION, **lis["collection"])
    for receipt in lis["receipts"]:
        tx.send(lis_rest.POST_RECEIPT, **receipt)
    tx.leg("result")
    for upload in lis["uploads"]:
        tx.send(lis_hl7.ORU_RESULTS, **upload)
    for looked_at in lis["reviews"]:
        tx.send(lis_rest.POST_AUTO_REVIEW, **looked_at)
    for report in lis["reports"]:
        tx.send(lis_rest.POST_REPORT, **report)
    tx.leg("cite")
    _cite(tx, emr)
    tx.leg("sign")
    tx.send(emr_rest.PUT_VERSION, **emr["version"])
    tx.send(emr_rest.POST_SIGNATURE, **emr["signature"])
    visits.close_visit(In(tx, "emr"), **emr["leaving"])
    tx.leg("archive")
    tx.send(emr_rest.POST_ARCHIVE, **emr["archive"])


def _cite(tx: Conversation, emr: Params) -> None:
    """What the laboratory published, as it shows it, goes to the EMR, and the record quotes it."""
    for copy in emr["copies"]:
        reply = tx.send(lis_rest.GET_REPORT, filler_no=copy["order"]["filler_no"])
        lines = read(reply.body, "UTF-8", longest=_LONGEST).fields["results"]
        shown = tuple(_shown(line) for line in lines if line["value_text"] is not None)
        tx.send(emr_hl7.ORU_RESULT_COPY, **copy, results=shown)
    tx.send(emr_rest.POST_RECORD, **emr["record"])
    results.quote_results(In(tx, "emr"), **emr["quotation"])


def _shown(line: Mapping[str, Any]) -> Params:
    return {
        "analyte_code": line["analyte_code"],
        "analyte_name": line["analyte_name"],
        "value_text": line["value_text"],
        "unit": line["unit"],
        "reference_text": line["reference"],
        "abnormal_flag": line["abnormal_flag"],
        "handled_at": None,
    }


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
    visit_no = his["arrival"]["visit_id"]
    lis = _in_the_laboratory(Of(drawing, world.of["lis"]), (patient_id, visit_no), person, his["charge"]["at"])
    emr = _in_the_records(Of(drawing, world.of["emr"]), (patient_id, visit_no), person, lis)
    return {"his": his, "lis": lis, "emr": emr}


def at_the_counters(drawing: Of, patient_id: str, person: Person, slot: FreeSlot) -> Params:
    drawing.put("newcomer", person)
    patient = drawn(outpatient.draw_register_patient, drawing) | {"patient_id": patient_id}
    drawing.take("new_patient")
    drawing.put("new_patient", patient_id)
    drawing.put("free_slot", slot)
    booking = drawn(outpatient.draw_book, drawing)
    if drawing.peek("booked") is None:  # under load some try their luck with a slot that everybody wants
        booking |= {"slot_id": slot.slot_id, "patient_id": patient_id}
        drawing.put("booked", Booking(booking["registration_id"], slot))
    found = {
        "patient": patient,
        "booking": booking,
        "arrival": drawn(outpatient.draw_check_in, drawing),
        "prescription": drawn(outpatient.draw_prescribe, drawing),
        "charge": drawn(cashier.draw_charge, drawing),
    }
    at = patient["at"].replace(hour=8)
    for minutes, step in enumerate(found.values()):
        step["at"] = at + dt.timedelta(minutes=5 * minutes)
    return found


def _in_the_laboratory(drawing: Of, ids: tuple[str, str], person: Person, at: dt.datetime) -> Params:
    patient_id, visit_no = ids
    healthy = Sufferer(patient_id, sick=False)  # whose results need nobody's second look
    drawing.world = replace(drawing.world, sufferers=[healthy], names={patient_id: person.patient_name})
    while True:
        order = messages_hl7.draw_order_by_hl7(drawing)
        ordered: Any = drawing.take("ordered")
        if all(section in measuring.BY_ANALYSER for _, section, *_ in order["tubes"]):
            break
    order = {**order, "order": {**order["order"], "visit_no": visit_no}, "at": at}
    drawing.put("ordered", ordered._replace(at=at))
    return {
        "patient": {
            "message_id": drawing.number("X"), "patient_id": patient_id, "person": person._asdict(), "at": at,
        },
        "order": order,
        "collection": drawn(requests.draw_collect, drawing),
        "receipts": tuple(_all(requests.draw_receive, drawing)),
        "uploads": tuple(u for drawn in _all(messages_hl7.draw_upload_by_hl7, drawing) for u in drawn["uploads"]),
        "reviews": tuple(_all(review.draw_auto_review, drawing)),
        "reports": tuple(_all(review.draw_publish, drawing)),
    }  # fmt: skip


def _in_the_records(drawing: Of, ids: tuple[str, str], person: Person, lis: Params) -> Params:
    patient_id, visit_no = ids
    clinics = [place for place in drawing.world.places if place.visit_class == "O"]
    drawing.world = replace(drawing.world, patients=[patient_id], places=clinics)
    admitted = visits.draw_admit(drawing)
    arrived: Any = drawing.take("arrived")
    drawing.put("arrived", arrived._replace(visit_no=visit_no, at=lis["order"]["at"]))
    record = drawn(messages_records.draw_create, drawing)
    reported_at = max(report["at"] for report in lis["reports"])
    record["at"] = reported_at + dt.timedelta(minutes=1)
    writing: Any = drawing.take("editing")
    drawing.put("editing", writing._replace(at=reported_at + dt.timedelta(minutes=3)))
    version = drawn(messages_records.draw_save, drawing)
    drawing.put("written", drawing.take("editing") or drawing.take("written"))
    signature = drawn(messages_records.signed_as("AUTHOR", signing.draw_sign), drawing)
    left_at = signature["at"] + dt.timedelta(minutes=2)
    copies = tuple(_copies(drawing, ids, lis))
    return {
        "patient": {
            "message_id": drawing.number("X"), "patient_id": patient_id, "person": person._asdict(),
            "visit": {**admitted["visit"], "visit_no": visit_no}, "at": lis["order"]["at"],
        },
        "copies": copies,
        "record": record,
        "quotation": {
            "record_id": record["record_id"], "results": tuple(_quoted(lis))[:QUOTED],
            "staff_id": record["author_id"], "at": reported_at + dt.timedelta(minutes=2),
        },
        "version": version,
        "signature": signature,
        "leaving": {"visit_no": visit_no, "died": False, "at": left_at},
        "archive": {
            "visit_no": visit_no, "archive_no": drawing.number("Z"), "archiver_id": drawing.world.archivists[0],
            "at": left_at + dt.timedelta(hours=1),
        },
    }  # fmt: skip


def _copies(drawing: Of, ids: tuple[str, str], lis: Params) -> Iterator[Params]:
    """What goes with the results of each test when the EMR is told of them."""
    patient_id, visit_no = ids
    panels = {filler_no: panel for tube in lis["order"]["tubes"] for filler_no, panel in tube[4]}
    for report in lis["reports"]:
        yield {
            "message_id": drawing.number("X"),
            "at": report["at"] + dt.timedelta(seconds=30),
            "order": {
                "patient_id": patient_id, "visit_no": visit_no, "visit_class": "O",
                "order_no": lis["order"]["order"]["order_no"], "filler_no": report["filler_no"],
                "panel_name": catalogue.PANELS[panels[report["filler_no"]]].name,
                "ordered_at": lis["order"]["at"], "collected_at": lis["collection"]["at"],
                "reported_at": report["at"],
            },
        }  # fmt: skip


def _quoted(lis: Params) -> Iterator[tuple[str, str]]:
    for upload in lis["uploads"]:
        for filler_no, _, values in upload["tube"][2]:
            yield from ((filler_no, code) for code, _, text, _ in values if text is not None)


def drawn(draw_one: Draw, drawing: Of) -> Params:
    found = draw_one(drawing)
    assert found is not None  # what it needs was put there just before
    return dict(found)


def _all(draw_one: Draw, drawing: Of) -> Iterator[Params]:
    while (found := draw_one(drawing)) is not None:
        yield found


MESSAGES = {
    message.name: message
    for message in (
        ADT_LABORATORY, ADT_RECORDS, lis_hl7.OML_ORDER, lis_rest.POST_COLLECTION, lis_rest.POST_RECEIPT,
        lis_hl7.ORU_RESULTS, lis_rest.POST_AUTO_REVIEW, lis_rest.POST_REPORT, lis_rest.GET_REPORT,
        emr_hl7.ORU_RESULT_COPY, emr_rest.POST_RECORD, emr_rest.PUT_VERSION, emr_rest.POST_SIGNATURE,
        emr_rest.POST_ARCHIVE,
    )
}  # fmt: skip
JOURNEY = Transaction(
    name="journey",
    title="就诊全程",
    draw=draw,
    act=act,
    size=SIZE,
    interfaces=tuple(dict.fromkeys(message.interface for message in MESSAGES.values())),
    legs=LEGS,
)
