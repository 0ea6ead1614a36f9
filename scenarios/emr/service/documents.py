"""A shared document that somebody else made, as both SOAP and HL7 bring it: read, checked, registered at a desk."""

from __future__ import annotations

import datetime as dt

from scenarios.emr.cda.reading import Found, read
from scenarios.emr.service import limits
from scenarios.emr.service.refusals import done
from scenarios.emr.transactions.documents import register_document
from scenarios.reference.service import Desk
from scenarios.soap import Unfit


def header_of(content: str) -> Found:
    """Raises `Unfit`."""
    if len(content) > limits.CONTENT:
        raise Unfit(f"共享文档最多 {limits.CONTENT} 个字符，实为 {len(content)} 个")
    return read(content)


def register(
    desk: Desk,
    header: Found,
    content: str,
    *,
    access: tuple[str, str, dt.datetime],
    registrar_id: str,
    record_id: str | None,
) -> str:
    """The digest. `access`: the request's number, who asks, when. Raises `scenarios.refusals.Refused`."""
    access_no, requester, at = access
    document = {
        "document_id": header.document_id,
        "visit_no": header.visit_no,
        "patient_id": header.patient_id,
        "record_id": record_id,
        "type_code": header.type_code,
        "title": header.title,
        "content": content,
    }
    digest: str = done(
        desk.carry_out(
            register_document,
            document=document,
            access_no=access_no,
            requester=requester,
            registrar_id=registrar_id,
            at=at,
        )
    )
    return digest
