"""What the document library does with a SOAP call in the manner of WS/T 501: registers, lists and shows documents.

A call that is none gets a fault, one whose document or business will not do an acknowledgement with AE.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from harness.content import xmltext
from harness.content.tree import child
from scenarios import soap
from scenarios.emr.messages.soap import QUERY, REGISTER, RETRIEVE
from scenarios.emr.service import documents, limits
from scenarios.emr.service.refusals import done
from scenarios.emr.transactions.documents import query_documents, retrieve_document
from scenarios.reference.service import Answer, Desk, Request
from scenarios.refusals import Refused, Sort
from scenarios.soap import NAMESPACE, OPERATION, Element, Unfit, acknowledgement, element

Take = Callable[[Request, Element, Desk], tuple[str, ...]]  # what stands behind the acknowledgement


def handle(request: Request, desk: Desk) -> Answer:
    action = ""
    try:
        call = soap.read(request.body, request.charset, longest=limits.MOST_BYTES)
        action = _known(call)
        inner = (acknowledgement("AA"), *_ACTIONS[action](request, call.root, desk))
    except soap.Fault as fault:
        return fault.answer(request.charset)
    except Unfit as unfit:
        inner = (acknowledgement("AE", str(unfit)),)
    except Refused as refused:
        if refused.sort in (Sort.BUSY, Sort.BROKEN):
            return soap.Fault(refused.text, code="Server").answer(request.charset)
        inner = (acknowledgement("AE", refused.text),)
    return soap.answer(element(f"{action or 'Document'}Response", inner, xmlns=NAMESPACE), request.charset)


def _known(call: soap.Call) -> str:
    if call.action not in _ACTIONS:
        raise soap.Fault("没有这种 action")
    if call.root.name != f"{call.action}Request" or call.root.maybe("@xmlns") != NAMESPACE:
        raise Unfit(f"文档的根元素应为 {{{NAMESPACE}}}{call.action}Request")
    return call.action


def _access(root: Element) -> tuple[str, str, dt.datetime]:
    return root.text("requestId"), root.text("requester", longest=limits.REQUESTER), root.moment("requestedAt")


# --------------------------------------------------------------------------- 注册


def _register(request: Request, root: Element, desk: Desk) -> tuple[str, ...]:
    content = _text_of(request, "content")
    header = documents.header_of(content)
    digest = documents.register(
        desk,
        header,
        content,
        access=_access(root),
        registrar_id=root.text("registrarId"),
        record_id=header.record_id,
    )
    return element("documentId", header.document_id), element("digest", digest)


def _text_of(request: Request, name: str) -> str:
    """The text of an element of the request as it was sent: what `soap.read` hands on is opened already."""
    text, _ = xmltext.decoded(request.body, request.charset)
    message = child(xmltext.parse(text), "/Body", f"/{OPERATION}", "/message")
    found = child(xmltext.parse(str(message.value)), f"/{name}") if message else None
    if found is None or not isinstance(found.value, str) or not found.value.strip():
        raise Unfit(f"{name} 必填，应为写成文本的文档")
    return found.value


# --------------------------------------------------------------------------- 检索与调阅


def _query(request: Request, root: Element, desk: Desk) -> tuple[str, ...]:
    access_no, requester, at = _access(root)
    found = done(
        desk.carry_out(
            query_documents,
            access_no=access_no,
            patient_id=root.text("patientId"),
            requester=requester,
            since=root.moment("since"),
            at=at,
        )
    )
    names = ("documentId", "typeCode", "title", "visitNo", "length", "digest", "registeredAt", "retrievals")
    listed = (
        element("document", [element(name, value) for name, value in zip(names, row, strict=True)]) for row in found
    )
    return element("found", len(found)), *listed


def _retrieve(request: Request, root: Element, desk: Desk) -> tuple[str, ...]:
    access_no, requester, at = _access(root)
    content, digest = done(
        desk.carry_out(
            retrieve_document, document_id=root.text("documentId"), access_no=access_no, requester=requester, at=at
        )
    )
    return element("digest", digest), element("content", content)


_ACTIONS: dict[str, Take] = {REGISTER: _register, QUERY: _query, RETRIEVE: _retrieve}
