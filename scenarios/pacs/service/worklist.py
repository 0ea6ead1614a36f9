"""What the RIS answers to equipment: its worklist (PS3.4 annex K) from the scheduled steps, and performed steps.

Date and modality are asked of the database, everything else is matched here. Not here: performed steps (`steps.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from harness.model import Conversation, ReplyKind, Row
from scenarios.pacs import statements as sql
from scenarios.pacs.service import steps
from scenarios.pacs.service.dicom_json import Model, asked_for, element, items
from scenarios.reference.archive.matching import date_range, matches, single
from scenarios.reference.service import DICOM_JSON, Answer, Desk, Request

SUCCESS, OUT_OF_RESOURCES, BAD_IDENTIFIER, NOT_SUPPORTED = 0x0000, 0xA700, 0xA900, 0x0122
CHARSET, STEPS, MODALITY, DATE = "00080005", "00400100", "00080060", "00400002"
_FIRST, _LAST = dt.datetime(1900, 1, 1), dt.datetime(9000, 1, 1)


def handle(request: Request, desk: Desk) -> Answer:
    attributes: Model = json.loads(request.body)
    if request.method == "C-FIND":
        return _find(attributes, desk)
    instance = request.headers.get("sop", "")
    if request.method == "N-CREATE":
        return _answer(*steps.begin(instance, attributes, desk))
    if request.method == "N-SET":
        return _answer(*steps.end(instance, attributes, desk))
    return _answer(NOT_SUPPORTED)


def _answer(status: int, *found: Model) -> Answer:
    return Answer(body=json.dumps(found, ensure_ascii=False).encode(), status=status, content_type=DICOM_JSON)


def _find(identifier: Model, desk: Desk) -> Answer:
    keys = {tag: key for tag, key in identifier.items() if tag != CHARSET}
    step = next(iter(items(keys, STEPS)), {})
    try:
        first, until = _days(step)
    except ValueError:
        return _answer(BAD_IDENTIFIER)
    modality = single(step, MODALITY)
    outcome = desk.carry_out(entries, first=first, until=until, modality=modality)
    if outcome.kind is not ReplyKind.OK:
        return _answer(OUT_OF_RESOURCES)
    return _answer(SUCCESS, *(asked_for(keys, entry) for row in outcome.value if matches(keys, entry := _entry(row))))


def _days(step: Model) -> tuple[dt.datetime, dt.datetime]:
    """From the first moment of the days asked for to the first that is not."""
    asked = date_range(step, DATE)
    if asked is None:
        return _FIRST, _LAST
    first, last = asked
    begin = dt.datetime.fromisoformat(first) if first else _FIRST
    end = _LAST if last == "99999999" else dt.datetime.fromisoformat(last) + dt.timedelta(days=1)
    return begin, end


def entries(tx: Conversation, *, first: dt.datetime, until: dt.datetime, modality: str) -> Any:
    between = {"modality_low": modality, "modality_high": modality or "ZZZZ"}
    return tx.rows(sql.WORKLIST_ENTRIES, first=first, until=until, **between)


def _entry(row: Row) -> Model:
    (step_id, study_uid, modality, station, description, at, accession, referrer, patient_id, name, sex, birth, allergy,
     body_part) = row  # fmt: skip
    step = {
        MODALITY: element("CS", modality),
        "00400001": element("AE", station),
        DATE: element("DA", f"{at:%Y%m%d}"),
        "00400003": element("TM", f"{at:%H%M%S}"),
        "00400006": element("PN"),
        "00400007": element("LO", description),
        "00400009": element("SH", step_id),
        "00400010": element("SH", station),
        "00400020": element("CS", "SCHEDULED"),
    }
    return {
        "00080050": element("SH", accession),
        "00080090": element("PN", referrer),
        "00100010": element("PN", name),
        "00100020": element("LO", patient_id),
        "00100030": element("DA", f"{birth:%Y%m%d}"),
        "00100040": element("CS", sex.strip()),
        "00102110": element("LO", allergy),
        "00180015": element("CS", body_part),
        "0020000D": element("UI", study_uid),
        "00321060": element("LO", description),
        STEPS: element("SQ", step),
        "00401001": element("SH", accession),
    }
