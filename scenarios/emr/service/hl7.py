"""What the EMR does with an HL7 v2 message: keeps copies of laboratory results, registers documents from elsewhere.

Whatever a message is, the answer is an acknowledgement: AA where it was carried out, AE where its content will not do,
AR where it is no message for this system; nothing of a refused one is stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from harness.content.values import decimal_of
from scenarios.emr.service import documents, limits
from scenarios.emr.service.refusals import done
from scenarios.emr.transactions.results import receive_results
from scenarios.emr.transactions.visits import register_and_admit
from scenarios.hl7_received import (
    SEQUENCE,
    TYPE,
    UNSUPPORTED,
    Declined,
    Received,
    acknowledged,
    answer,
    declined,
    person,
    received,
)
from scenarios.reference.service import Answer, Desk, Request
from scenarios.refusals import Refused
from scenarios.soap import Unfit

NUMBER = 24  # characters of a business number or a code
Take = Callable[[Received, Desk], None]


def handle(request: Request, desk: Desk) -> Answer:
    kind: tuple[str, ...] = ("ACK",)
    segments: tuple[str, ...]
    try:
        message = received(request.body, request.charset, longest=limits.MOST_BYTES)
        take = _ROUTES.get(message.kind)
        if take is None:
            raise Declined(f"不接收 {'^'.join(message.kind)}", condition=UNSUPPORTED, where="MSH^1^9", code="AR")
        kind = ("ACK", message.kind[1], "ACK")
        take(message, desk)
        segments = (acknowledged(request.body, request.charset),)
    except Declined as why:
        segments = declined(request.body, why, request.charset)
    except Unfit as unfit:
        segments = declined(request.body, Declined(str(unfit), condition=TYPE, where="OBX^1^5"), request.charset)
    except Refused as refused:
        segments = declined(request.body, Declined(refused.text, condition=refused.sort.condition), request.charset)
    return Answer(body=answer(request.body, *segments, kind=kind, charset=request.charset))


def _visit(message: Received) -> dict[str, str]:
    pid, pv1 = message.first("PID"), message.first("PV1")
    return {
        "patient_id": pid.text("3", longest=NUMBER),
        "visit_no": pv1.text("19", longest=NUMBER),
        "visit_class": pv1.coded("2", limits.VISIT_CLASSES),
    }


# --------------------------------------------------------------------------- 患者与就诊


def take_patient(message: Received, desk: Desk) -> None:
    pid, pv1 = message.first("PID"), message.first("PV1")
    allergy = next(message.all("AL1"), None)
    patient = {
        **person(pid),
        "resident_id": pid.text("19", longest=18),
        "allergy": None if allergy is None else allergy.text("3.2", longest=100),
    }
    visit = {
        **_visit(message),
        "dept_id": pv1.text("3", longest=NUMBER),
        "doctor_id": pv1.text("7", longest=NUMBER),
        "bed_no": None,
    }
    done(desk.carry_out(register_and_admit, patient=patient, visit=visit, at=pv1.moment("44")))


# --------------------------------------------------------------------------- 检验结果


def take_results(message: Received, desk: Desk) -> None:
    orc, groups = message.first("ORC"), list(message.groups("OBR"))
    orc.coded("1", ("RE",))
    if len(groups) != 1:
        raise Declined(f"应有一个 OBR 段，实有 {len(groups)} 个", condition=SEQUENCE, where="OBR")
    obr = groups[0][0]
    obr.coded("25", ("F",))
    order = {
        **_visit(message),
        "order_no": obr.text("2", longest=NUMBER),
        "filler_no": obr.text("3", longest=NUMBER),
        "panel_name": obr.text("4.2", longest=limits.TITLE),
        "ordered_at": orc.moment("9"),
        "collected_at": obr.moment("7"),
        "reported_at": obr.moment("22"),
    }
    results = tuple(_results(message))
    if not results:
        raise Declined("缺少 OBX 段", condition=SEQUENCE, where="OBX")
    done(desk.carry_out(receive_results, order=order, results=results))


def _results(message: Received) -> Iterator[dict[str, Any]]:
    handled = {zcr.text("2"): zcr.moment("3") for zcr in message.all("ZCR")}
    for obx in message.all("OBX"):
        kind, code = obx.coded("2", ("NM", "ST")), obx.text("3.1", longest=NUMBER)
        text = obx.plain("5", longest=limits.VALUE)
        obx.coded("11", ("F",))
        if text is None or (kind == "NM" and decimal_of(text) is None):
            raise obx.wrong("5", "没有结果，或不是数", TYPE)
        at: dt.datetime | None = handled.pop(code, None)
        yield {
            "analyte_code": code,
            "analyte_name": obx.text("3.2", longest=limits.TITLE),
            "value_text": text,
            "unit": obx.plain("6", longest=16),
            "reference_text": obx.plain("7", longest=40),
            "abnormal_flag": obx.plain("8", longest=2),
            "handled_at": at,
        }
    if handled:
        raise Declined("ZCR 段说的项目不在结果中", condition=SEQUENCE, where="ZCR^1^2")


# --------------------------------------------------------------------------- 文档通知


def take_document(message: Received, desk: Desk) -> None:
    txa, obx, visit = message.first("TXA"), message.first("OBX"), _visit(message)
    obx.coded("2", ("ED",))
    txa.coded("17", ("AU",))
    if (obx.text("5.2"), obx.text("5.3"), obx.text("5.4")) != ("TEXT", "XML", "A"):
        raise obx.wrong("5", "正文应为 TEXT、XML，不转换编码", TYPE)
    content = obx.text("5.5")
    header = documents.header_of(content)
    said = (header.document_id, header.type_code, header.patient_id, header.visit_no)
    if said != (txa.text("12"), txa.text("2"), visit["patient_id"], visit["visit_no"]):
        raise obx.wrong("5", "文档与 TXA、PID、PV1 所说的不是同一份", TYPE)
    head = message.header
    documents.register(
        desk,
        header,
        content,
        access=(head.text("10", longest=NUMBER), head.text("3", longest=limits.REQUESTER), head.moment("7")),
        registrar_id=txa.text("9", longest=NUMBER),
        record_id=None,
    )


_ROUTES: dict[tuple[str, str], Take] = {
    ("ADT", "A04"): take_patient,
    ("ORU", "R01"): take_results,
    ("MDM", "T02"): take_document,
}
