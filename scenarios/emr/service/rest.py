"""What the EMR does with a request over HTTP: a route each, the body read strictly, the business done at a desk.

201 where something was written down, 200 for what is looked at or moved on, 404, 409 or 422 with a problem where it is
refused. A number in the path and the same number in the body must agree. Looking: `rest_views.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.emr.service import limits
from scenarios.emr.service.business import create_with_draft, save_numbered_version
from scenarios.emr.service.refusals import done
from scenarios.emr.service.rest_views import VIEWS
from scenarios.emr.service.routes import Route, routed
from scenarios.emr.transactions.archiving import archive_visit
from scenarios.emr.transactions.editing import autosave
from scenarios.emr.transactions.front_page import front_page_check, front_page_save
from scenarios.emr.transactions.quality import defect_correct
from scenarios.emr.transactions.signing import amend, countersign, sign
from scenarios.emr.writing import digest_of
from scenarios.reference.service import Answer, Desk, Request
from scenarios.refusals import Refused
from scenarios.rest import Body, Problem, answer, read


def handle(request: Request, desk: Desk) -> Answer:
    try:
        route, steps = routed(_ROUTES, request.method, request.path)
        return answer(route.act(_told(request, steps), desk), request.charset, status=route.status)
    except Problem as problem:
        return problem.answer(request.charset)
    except Refused as refused:
        return Problem(refused.sort.status, refused.text).answer(request.charset)


def _told(request: Request, steps: Mapping[str, str]) -> Body:
    """The body, or the query of a GET; with it what the path says."""
    if request.method == "GET":
        return Body({**request.query, **steps}, "?")
    body = read(request.body, request.charset, longest=limits.MOST_BYTES)
    for name, step in steps.items():
        if name not in body.fields:
            raise body.wrong(name, "必填")
        if str(body.fields[name]) != step:
            raise body.wrong(name, "与地址中的不一致")
    return body


def _content(body: Body) -> str:
    return body.text("content", longest=limits.CONTENT)


# --------------------------------------------------------------------------- 书写


def _create(body: Body, desk: Desk) -> Any:
    record = {
        "record_id": body.text("record_id"),
        "visit_no": body.text("visit_no"),
        "type_code": body.text("type_code"),
        "title": body.text("title", longest=limits.TITLE),
        "author_id": body.text("author_id"),
        "at": body.moment("at"),
    }
    due_at = done(desk.carry_out(create_with_draft, record=record, content=_content(body)))
    return {"record_id": record["record_id"], "status": "DRAFT", "due_at": due_at}


def _autosave(body: Body, desk: Desk) -> Any:
    record_id, author_id, saved_at = body.text("record_id"), body.text("author_id"), body.instant("saved_at")
    content = _content(body)
    done(desk.carry_out(autosave, record_id=record_id, author_id=author_id, content=content, saved_at=saved_at))
    return {"record_id": record_id, "length": len(content), "saved_at": saved_at}


def _save(body: Body, desk: Desk) -> Any:
    record_id, version_no, content = body.text("record_id"), body.integer("version_no", least=1), _content(body)
    done(
        desk.carry_out(
            save_numbered_version,
            record_id=record_id,
            version_no=version_no,
            content=content,
            editor_id=body.text("editor_id"),
            saved_at=body.instant("saved_at"),
        )
    )
    return {"record_id": record_id, "version_no": version_no, "length": len(content), "digest": digest_of(content)}


# --------------------------------------------------------------------------- 签名与归档


def _sign(body: Body, desk: Desk) -> Any:
    role, signature_id = body.coded("role", limits.ROLES), body.text("signature_id")
    version_no = done(
        desk.carry_out(
            sign if role == "AUTHOR" else countersign,
            record_id=body.text("record_id"),
            signature_id=signature_id,
            signer_id=body.text("signer_id"),
            at=body.moment("at"),
        )
    )
    return {"signature_id": signature_id, "role": role, "version_no": version_no}


def _amend(body: Body, desk: Desk) -> Any:
    record_id, content = body.text("record_id"), _content(body)
    version_no = done(
        desk.carry_out(
            amend,
            record_id=record_id,
            content=content,
            reason=body.text("reason", longest=limits.REASON),
            signature_id=body.text("signature_id"),
            editor_id=body.text("editor_id"),
            at=body.moment("at"),
        )
    )
    return {"record_id": record_id, "version_no": version_no, "length": len(content), "digest": digest_of(content)}


def _archive(body: Body, desk: Desk) -> Any:
    visit_no, archive_no = body.text("visit_no"), body.text("archive_no")
    seal = done(
        desk.carry_out(
            archive_visit,
            visit_no=visit_no,
            archive_no=archive_no,
            archiver_id=body.text("archiver_id"),
            at=body.moment("at"),
        )
    )
    return {"visit_no": visit_no, "archive_no": archive_no, "seal": seal}


# --------------------------------------------------------------------------- 病案首页


def _save_page(body: Body, desk: Desk) -> Any:
    page = {
        "visit_no": body.text("visit_no"),
        "admission_way": body.coded("admission_way", limits.ADMISSION_WAYS),
        "discharge_way": body.coded("discharge_way", limits.DISCHARGE_WAYS),
        "blood_type": body.coded("blood_type", limits.BLOOD_TYPES),
        "total_fee": body.number("total_fee", digits=10, places=2),
        "own_fee": body.number("own_fee", digits=10, places=2),
        "saved_by": body.text("saved_by"),
    }
    diagnoses = tuple(
        (each.text("icd_code"), each.coded("admission_condition", limits.CONDITIONS))
        for each in body.items("diagnoses", most=40)
    )
    operations = tuple(
        (
            each.text("operation_code"),
            each.moment("operated_at"),
            each.text("surgeon_id"),
            each.text("incision", longest=4),
        )
        for each in (body.items("operations", most=40) if body.fields.get("operations") != [] else ())
    )
    fees = tuple(
        (each.coded("fee_code", limits.FEES), each.number("amount", digits=10, places=2))
        for each in body.items("fees", most=len(limits.FEES))
    )
    at = body.moment("at")
    done(desk.carry_out(front_page_save, page=page, diagnoses=diagnoses, operations=operations, fees=fees, at=at))
    return {"visit_no": page["visit_no"], "status": "SAVED"}


def _check_page(body: Body, desk: Desk) -> Any:
    visit_no, checker_id, at = body.text("visit_no"), body.text("checker_id"), body.moment("at")
    drg_code = done(desk.carry_out(front_page_check, visit_no=visit_no, checker_id=checker_id, at=at))
    return {"visit_no": visit_no, "status": "CHECKED", "drg_code": drg_code}


# --------------------------------------------------------------------------- 质控


def _correct(body: Body, desk: Desk) -> Any:
    defect_id = body.text("defect_id")
    done(
        desk.carry_out(
            defect_correct,
            defect_id=defect_id,
            corrector_id=body.text("corrector_id"),
            correction=body.text("correction", longest=limits.CORRECTION),
            at=body.moment("at"),
        )
    )
    return {"defect_id": defect_id, "status": "CORRECTED"}


_ROUTES = (
    Route("POST", "records", 201, _create),
    Route("PUT", "records/{record_id}/draft", 200, _autosave),
    Route("PUT", "records/{record_id}/versions/{version_no}", 201, _save),
    Route("POST", "records/{record_id}/signatures", 201, _sign),
    Route("POST", "records/{record_id}/amendments", 201, _amend),
    Route("POST", "visits/{visit_no}/archive", 201, _archive),
    Route("PUT", "visits/{visit_no}/front-page", 200, _save_page),
    Route("POST", "visits/{visit_no}/front-page/check", 200, _check_page),
    Route("POST", "defects/{defect_id}/correction", 200, _correct),
    *VIEWS,
)
