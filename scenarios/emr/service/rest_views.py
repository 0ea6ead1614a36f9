"""What the EMR shows over HTTP: versions, front page, search, the whole view of a patient, defects as JSON objects.

Not here: what is written down (`rest.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from harness.model import Row
from scenarios.emr.service.business import Page, read_defect, read_page, read_version
from scenarios.emr.service.refusals import done
from scenarios.emr.service.routes import Route
from scenarios.emr.transactions.looking import search_text, view_360, view_versions
from scenarios.reference.service import Desk
from scenarios.rest import Body

_VERSION = ("version_no", "length", "grown", "digest", "editor", "reason", "saved_at")
_HIT = ("record_id", "section_code", "title", "patient_name", "length", "created_at")
_PAGE = ("status", "stay_days", "discharge_way", "total_fee", "own_fee", "drg_code", "drg_weight", "saved_at")
_PAGE_DIAGNOSIS = ("seq_no", "kind", "icd_code", "icd_name", "admission_condition")
_PAGE_OPERATION = ("seq_no", "operation_code", "operation_name", "level", "operated_at", "incision")
_PAGE_FEE = ("fee_code", "amount")
_DEFECT = ("status", "rule", "points", "visit_no", "found_at", "correct_by")
_OVERVIEW = {
    "visits": ("visit_no", "visit_class", "department", "doctor", "status", "admitted_at", "left_at"),
    "diagnoses": ("icd_code", "text", "times", "first_at", "last_at"),
    "results": (
        "order_no", "panel_name", "analyte_code", "analyte_name", "value_text", "unit", "reference_text",
        "abnormal_flag", "reported_at",
    ),
    "records": (
        "record_id", "type_code", "title", "status", "current_version", "chief_complaint", "created_at", "signed_at",
    ),
    "documents": (
        "document_id", "type_code", "title", "visit_no", "length", "digest", "registered_at", "retrievals",
    ),
}  # fmt: skip


def named(names: Sequence[str], row: Row) -> dict[str, Any]:
    return dict(zip(names, row, strict=True))


def listed(names: Sequence[str], rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [named(names, row) for row in rows]


def _version(asked: Body, desk: Desk) -> Any:
    record_id, version_no = asked.text("record_id"), asked.text("version_no", longest=9)
    if not (version_no.isascii() and version_no.isdigit()):
        raise asked.wrong("version_no", "应为整数")
    found = done(desk.carry_out(read_version, record_id=record_id, version_no=int(version_no)))
    return {"record_id": record_id, "version_no": int(version_no), **named(("content", "digest", "saved_at"), found)}


def _versions(asked: Body, desk: Desk) -> Any:
    record_id = asked.text("record_id")
    found = done(desk.carry_out(view_versions, record_id=record_id))
    return {"record_id": record_id, "versions": listed(_VERSION, found)}


def _page(asked: Body, desk: Desk) -> Any:
    visit_no = asked.text("visit_no")
    page: Page = done(desk.carry_out(read_page, visit_no=visit_no))
    head = named(_PAGE, page.head)
    return {
        "visit_no": visit_no,
        **head,
        "diagnoses": listed(_PAGE_DIAGNOSIS, page.diagnoses),
        "operations": listed(_PAGE_OPERATION, page.operations),
        "fees": listed(_PAGE_FEE, page.fees),
        "balanced": sum((amount for _, amount in page.fees), Decimal(0)) == head["total_fee"],
    }


def _search(asked: Body, desk: Desk) -> Any:
    term, since = asked.text("q", longest=40), asked.moment("since")
    found = listed(_HIT, done(desk.carry_out(search_text, term=term, since=since)))
    return {"q": term, "found": len(found), "hits": found}


def _overview(asked: Body, desk: Desk) -> Any:
    patient_id = asked.text("patient_id")
    found = done(desk.carry_out(view_360, patient_id=patient_id, at=asked.moment("at")))
    return {"patient_id": patient_id, **{name: listed(_OVERVIEW[name], rows) for name, rows in found.items()}}


def _defect(asked: Body, desk: Desk) -> Any:
    defect_id = asked.text("defect_id")
    return {"defect_id": defect_id, **named(_DEFECT, done(desk.carry_out(read_defect, defect_id=defect_id)))}


VIEWS = (
    Route("GET", "records", 200, _search),
    Route("GET", "records/{record_id}/versions", 200, _versions),
    Route("GET", "records/{record_id}/versions/{version_no}", 200, _version),
    Route("GET", "visits/{visit_no}/front-page", 200, _page),
    Route("GET", "patients/{patient_id}/overview", 200, _overview),
    Route("GET", "defects/{defect_id}", 200, _defect),
)
