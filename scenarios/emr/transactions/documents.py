"""共享文档：由病历生成并注册、检索、调阅；每次都登记。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from harness.model import Conversation, Drawing, Row, Transaction
from scenarios.emr import catalogue_texts as texts
from scenarios.emr import statements as sql
from scenarios.emr import statements_shelf as shelf
from scenarios.emr.sharing import composed
from scenarios.emr.transactions.common import refuse_if_refused
from scenarios.emr.world import BUSINESS_DAY, later, moment, one_of
from scenarios.emr.writing import digest_of

# --------------------------------------------------------------------------- 注册


def share_record(
    tx: Conversation, *, record_id: str, document_id: str, access_no: str, registrar_id: str, at: dt.datetime
) -> str:
    """由签过名的病历生成 CDA，登记到共享文档库；返回它的摘要。"""
    record = tx.row(shelf.RECORD_TO_SHARE, record_id=record_id)
    if record is None or record[0] not in ("SIGNED", "ARCHIVED"):
        tx.refuse("没有这份病历或还没签名")
    version = tx.row(sql.VERSION_TEXT, record_id=record_id, version_no=record[3])
    if version is None:
        tx.refuse("没有这个版本")
    diagnoses = tx.rows(shelf.DIAGNOSES_OF_VISIT, visit_no=record[5])
    signatures = tx.rows(sql.SIGNATURES, record_id=record_id)
    quoted = tx.rows(shelf.QUOTED_RESULTS, record_id=record_id)
    content = composed(document_id, record_id, record, version[0], (diagnoses, signatures, quoted))
    document = {
        "document_id": document_id,
        "visit_no": record[5],
        "patient_id": record[11],
        "record_id": record_id,
        "type_code": record[1],
        "title": record[2],
        "content": content,
    }
    return register_document(
        tx, document=document, access_no=access_no, requester="本院电子病历", registrar_id=registrar_id, at=at
    )


def register_document(
    tx: Conversation, *, document: Mapping[str, Any], access_no: str, requester: str, registrar_id: str, at: dt.datetime
) -> str:  # fmt: skip
    """一份文档一个标识；同一份病历先前注册的让位。返回摘要。"""
    content, digest = document["content"], digest_of(document["content"])
    if document["record_id"] is not None:
        tx.change(shelf.REPLACE_DOCUMENTS, record_id=document["record_id"])
    reply = tx.attempt(
        shelf.ADD_DOCUMENT,
        content_length=len(content), digest=digest, status="ACTIVE", registrar_id=registrar_id, registered_at=at,
        retrievals=0, **document,
    )  # fmt: skip
    refuse_if_refused(tx, reply, "文档标识重复，或没有这位患者、这次就诊、这种文档")
    tx.change(
        shelf.ADD_DOCUMENT_ACCESS,
        access_no=access_no, action="REGISTER", document_id=document["document_id"], patient_id=document["patient_id"],
        requester=requester, found=1, digest=digest, accessed_at=at,
    )  # fmt: skip
    return digest


def draw_share_record(drawing: Drawing) -> dict[str, Any] | None:
    work = drawing.peek("signed")
    if work is None:
        return None
    at = later(drawing, work.at, 1, 30)
    document_id = drawing.number("C")
    drawing.put("document", (document_id, work.stay.patient_id, at))
    return {
        "record_id": work.record_id,
        "document_id": document_id,
        "access_no": drawing.number("J"),
        "registrar_id": work.stay.doctor_id,
        "at": at,
    }


# --------------------------------------------------------------------------- 检索


def query_documents(
    tx: Conversation, *, access_no: str, patient_id: str, requester: str, since: dt.datetime, at: dt.datetime
) -> list[Row]:
    """一位患者现行的共享文档，早注册的在前。"""
    if tx.row(sql.PATIENT_CARD, patient_id=patient_id) is None:
        tx.refuse("没有这位患者")
    found = tx.rows(shelf.DOCUMENTS_OF_PATIENT, patient_id=patient_id, since=since, until=at)
    tx.change(
        shelf.ADD_DOCUMENT_ACCESS,
        access_no=access_no, action="QUERY", document_id=None, patient_id=patient_id, requester=requester,
        found=len(found), digest=None, accessed_at=at,
    )  # fmt: skip
    return list(found)


def draw_query_documents(drawing: Drawing) -> dict[str, Any] | None:
    found = drawing.peek("document")
    if found is None:
        return None
    back = drawing.world.scale.days + 1
    return {
        "access_no": drawing.number("J"),
        "patient_id": found[1],
        "requester": one_of(drawing, texts.REQUESTERS),
        "since": dt.datetime.combine(BUSINESS_DAY - dt.timedelta(days=back), dt.time()),
        "at": moment(drawing),
    }


# --------------------------------------------------------------------------- 调阅


def retrieve_document(
    tx: Conversation, *, document_id: str, access_no: str, requester: str, at: dt.datetime
) -> tuple[str, str]:  # fmt: skip
    """取出全文当场重算摘要并登记，次数加一；返回正文与摘要。"""
    found = tx.row(shelf.DOCUMENT_TEXT, document_id=document_id)
    if found is None:
        tx.refuse("没有这份文档")
    content, digest, patient_id, *_ = found
    if digest_of(content) != digest:
        tx.refuse("文档与摘要不符")
    tx.change(shelf.COUNT_RETRIEVAL, document_id=document_id)
    tx.change(
        shelf.ADD_DOCUMENT_ACCESS,
        access_no=access_no, action="RETRIEVE", document_id=document_id, patient_id=patient_id, requester=requester,
        found=1, digest=digest, accessed_at=at,
    )  # fmt: skip
    tx.rows(shelf.ACCESSES, document_id=document_id)
    return content, digest


def draw_retrieve_document(drawing: Drawing) -> dict[str, Any] | None:
    found = drawing.peek("document")
    if found is None:
        return None
    return {
        "document_id": found[0],
        "access_no": drawing.number("J"),
        "requester": one_of(drawing, texts.REQUESTERS),
        "at": later(drawing, found[2], 1, 120),
    }


TRANSACTIONS = (
    Transaction(name="share_record", title="注册共享文档", draw=draw_share_record, act=share_record, weight=1.5),
    Transaction(
        name="query_documents", title="检索共享文档", draw=draw_query_documents, act=query_documents, weight=2.5
    ),
    Transaction(
        name="retrieve_document", title="调阅共享文档", draw=draw_retrieve_document, act=retrieve_document, weight=2.5
    ),
)
