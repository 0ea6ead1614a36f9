"""检验系统、集成平台、区域平台经 HL7 与 SOAP 送来、要走的东西：结果副本，共享文档的注册、检索、调阅与通知。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.message import Message
from harness.model import Drawing, Transaction
from scenarios.emr import catalogue
from scenarios.emr import catalogue_texts as texts
from scenarios.emr.messages import hl7, soap
from scenarios.emr.sharing import GENDERS
from scenarios.emr.transactions import documents, results
from scenarios.emr.transactions.common import body_now
from scenarios.emr.transactions.messages_common import Draw, Drawn, probe, row_of, sending
from scenarios.emr.world import Work, later, moment, one_of

SHOWN = 3  # 文档里带几项结果

Tell = Callable[[Drawing, Work, str], dict[str, Any]]  # (…, the record, the number of its document)

# --------------------------------------------------------------------------- 检验结果


def draw_result_copy(drawing: Drawing) -> Drawn:
    found = results.draw_receive_results(drawing)
    if found is None:
        return None
    at = later(drawing, found["order"]["reported_at"], 0, 2)
    return {"message_id": drawing.number("H"), "at": at, **found}


# --------------------------------------------------------------------------- 共享文档


def drawn_document(drawing: Drawing, work: Work, document_id: str, record_id: str) -> dict[str, Any]:
    """What stands in the document of a record, as plain values."""
    world, stay, body = drawing.world, work.stay, body_now(drawing, work)
    patient = row_of(world, "emr_patient", stay.patient_id)
    at = work.at.replace(microsecond=0)
    shown = catalogue.RESULTS[:SHOWN]
    return {
        "document_id": document_id,
        "type_code": work.type_code,
        "title": catalogue.TYPES[work.type_code].name,
        "record_id": record_id,
        "version_no": max(work.version, 1),
        "written_at": at,
        "subject": {
            "patient_id": patient[0],
            "resident_id": patient[1],
            "name": patient[2],
            "gender_code": GENDERS[patient[4]],
            "birth_date": patient[5],
        },
        "visit_no": stay.visit_no,
        "visit_class": stay.place.visit_class,
        "department": (stay.place.dept_id, row_of(world, "emr_department", stay.place.dept_id)[1]),
        "began_at": stay.at.replace(microsecond=0),
        "author": (stay.doctor_id, row_of(world, "emr_staff", stay.doctor_id)[2]),
        "sections": body.sections,
        "diagnoses": (body.diagnosis,),
        "results": tuple((code, name, str(low), unit, None, at) for _, code, name, unit, _, low, *_ in shown),
    }


def draw_register(drawing: Drawing) -> Drawn:
    work: Work | None = drawing.peek("signed")
    return None if work is None else _entered(drawing, work, _registration(drawing, work, drawing.number("C")))


def _registration(drawing: Drawing, work: Work, document_id: str) -> dict[str, Any]:
    return {
        "access_no": drawing.number("J"),
        "requester": one_of(drawing, texts.REQUESTERS),
        "at": later(drawing, work.at, 1, 30),
        "registrar_id": work.stay.doctor_id,
        "document": drawn_document(drawing, work, document_id, work.record_id),
    }


def draw_notice(drawing: Drawing) -> Drawn:
    work: Work | None = drawing.peek("signed")
    return None if work is None else _entered(drawing, work, _notice(drawing, work, drawing.number("C")))


def _notice(drawing: Drawing, work: Work, document_id: str) -> dict[str, Any]:
    """别的机构写的：本院没有这份病历，只有文档。"""
    return {
        "message_id": drawing.number("J"),
        "requester": one_of(drawing, texts.REQUESTERS),
        "at": later(drawing, work.at, 1, 30),
        "document": drawn_document(drawing, work, document_id, drawing.number("X")),
    }


def _entered(drawing: Drawing, work: Work, told: dict[str, Any]) -> dict[str, Any]:
    """Whoever asks later finds the document."""
    drawing.put("document", (told["document"]["document_id"], work.stay.patient_id, told["at"]))
    return told


# --------------------------------------------------------------------------- 探测


def _again(tell: Tell) -> Draw:
    """Under an identifier that the library has already."""

    def drawn(drawing: Drawing) -> Drawn:
        known, work = drawing.peek("document"), drawing.peek("signed")
        return None if known is None or work is None else tell(drawing, work, known[0])

    return drawn


def draw_no_such_document(drawing: Drawing) -> Drawn:
    return {
        "access_no": drawing.number("J"),
        "requester": texts.REQUESTERS[0],
        "at": moment(drawing),
        "document_id": "C-NONE",
    }


def draw_result_of_another(drawing: Drawing) -> Drawn:
    """结果写着另一位患者。"""
    found = draw_result_copy(drawing)
    if found is None:
        return None
    others = (one_of(drawing, drawing.world.patients) for _ in range(20))
    other = next(each for each in others if each != found["order"]["patient_id"])
    return {**found, "order": {**found["order"], "patient_id": other}}


def _message(name: str, title: str, message: Message, draw: Draw, weight: float) -> Transaction:
    return Transaction(
        name=name,
        title=f"{title}（接口）",
        draw=draw,
        act=sending(message),
        weight=weight,
        interfaces=(message.interface,),
    )


TRANSACTIONS = (
    _message("soap_register", "注册共享文档", soap.DOCUMENT_REGISTER, draw_register, 0.8),
    _message("soap_query", "检索共享文档", soap.DOCUMENT_QUERY, documents.draw_query_documents, 1.2),
    _message("soap_retrieve", "调阅共享文档", soap.DOCUMENT_RETRIEVE, documents.draw_retrieve_document, 1.2),
    _message("mllp_result_copy", "接收检验结果", hl7.ORU_RESULT_COPY, draw_result_copy, 1.5),
    _message("mllp_document", "接收文档通知", hl7.MDM_DOCUMENT, draw_notice, 0.5),
)
PROBES = (
    probe("soap_duplicate_document", "经接口重复注册文档", soap.DOCUMENT_REGISTER, _again(_registration)),
    probe("soap_no_such_document", "经接口调阅没有的文档", soap.DOCUMENT_RETRIEVE, draw_no_such_document),
    probe("mllp_result_of_another", "经接口送来他人的结果", hl7.ORU_RESULT_COPY, draw_result_of_another),
    probe("mllp_duplicate_document", "经接口重复通知文档", hl7.MDM_DOCUMENT, _again(_notice)),
)
