"""Shared documents over SOAP: registering one, asking which there are, having one shown; a request per action.

The document travels as text inside the request, in CDA. Not here: what the document library makes of a request
(`service/soap.py`), the document itself (`cda/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from harness.content.battery import Knowledge
from harness.content.how import How, Keyed
from harness.message import Carried, Message, Outgoing
from scenarios.emr.interfaces import SOAP
from scenarios.emr.messages.shared_document import text_of
from scenarios.soap import NAMESPACE, Value, call, element

REGISTER, QUERY, RETRIEVE = "DocumentRegister", "DocumentQuery", "DocumentRetrieve"
_PAYLOAD = "HIPMessageServer/message/xml()"
_CDA = f"{_PAYLOAD}/{REGISTER}Request/content/xml()/ClinicalDocument"


def _request(action: str, charset: str, *inner: tuple[str, Value]) -> Outgoing:
    fields = (element(name, value) for name, value in inner)
    return call(action, element(f"{action}Request", fields, xmlns=NAMESPACE), charset=charset)


def _head(access_no: str, requester: str, at: dt.datetime) -> tuple[tuple[str, Value], ...]:
    return ("requestId", access_no), ("requester", requester), ("requestedAt", at)


def _register(
    *, charset: str, access_no: str, requester: str, at: dt.datetime, registrar_id: str, document: Mapping[str, Any]
) -> Outgoing:
    head = _head(access_no, requester, at)
    return _request(REGISTER, charset, *head, ("registrarId", registrar_id), ("content", text_of(document)))


def _query(
    *, charset: str, access_no: str, requester: str, at: dt.datetime, patient_id: str, since: dt.datetime
) -> Outgoing:
    head = _head(access_no, requester, at)
    return _request(QUERY, charset, *head, ("patientId", patient_id), ("since", since))


def _retrieve(*, charset: str, access_no: str, requester: str, at: dt.datetime, document_id: str) -> Outgoing:
    return _request(RETRIEVE, charset, *_head(access_no, requester, at), ("documentId", document_id))


DOCUMENT_REGISTER = Message(
    name="document_register",
    title="文档注册",
    interface=SOAP.name,
    content="soap",
    compose=_register,
    carried=(
        Carried(
            table="emr_document",
            key={"document_id": f"{_CDA}/id/@extension"},
            columns={
                "type_code": f"{_CDA}/code/@code",
                "title": f"{_CDA}/title",
                "record_id": f"{_CDA}/setId/@extension",
                "visit_no": f"{_CDA}/recordTarget/patientRole/id[1]/@extension",
                "patient_id": f"{_CDA}/recordTarget/patientRole/id[2]/@extension",
                "registrar_id": f"{_PAYLOAD}/{REGISTER}Request/registrarId",
                "registered_at": f"{_PAYLOAD}/{REGISTER}Request/requestedAt",
            },
        ),
        Carried(
            table="emr_document_access",
            key={"access_no": f"{_PAYLOAD}/{REGISTER}Request/requestId"},
            columns={"requester": f"{_PAYLOAD}/{REGISTER}Request/requester"},
        ),
    ),
    battery=Knowledge(
        mandatory=("Body/HIPMessageServer/action", "Body/HIPMessageServer/message"),
        coded=("Body/HIPMessageServer/action",),
        free_text="Body/HIPMessageServer/message",
    ),
)
DOCUMENT_QUERY = Message(
    name="document_query",
    title="文档检索",
    interface=SOAP.name,
    content="soap",
    compose=_query,
    how=How(
        keyed=(Keyed(items=f"HIPMessageServerResponse/payload/xml()/{QUERY}Response/document", key="/documentId"),)
    ),
)
DOCUMENT_RETRIEVE = Message(
    name="document_retrieve",
    title="文档调阅",
    interface=SOAP.name,
    content="soap",
    compose=_retrieve,
)
