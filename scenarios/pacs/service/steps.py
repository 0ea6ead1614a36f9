"""Performed procedure steps (PS3.4 annex F): begun once for a scheduled step, ended once, never changed afterwards."""

from __future__ import annotations

import datetime as dt

from harness.model import ReplyKind
from scenarios.pacs.service.dicom_json import Model, items, text
from scenarios.pacs.transactions.examining import begin_exam, finish_exam
from scenarios.reference.service import Desk, Outcome

SUCCESS = 0x0000
INVALID_VALUE, FAILED, DUPLICATE, UNKNOWN, MISSING, MISSING_VALUE = 0x0106, 0x0110, 0x0111, 0x0112, 0x0120, 0x0121

STATUS, SCHEDULED, SERIES, IMAGES = "00400252", "00400270", "00400340", "00081140"
SERIES_UID, STEP_ID, STATION = "0020000E", "00400009", "00400241"
BEGAN, ENDED = ("00400244", "00400245"), ("00400250", "00400251")
REASON, MEANING, COMMENTS = "00400281", "00080104", "00400280"
_REFUSALS = {
    "没有这个检查步骤": INVALID_VALUE,
    "这个检查步骤已开始过": DUPLICATE,
    "没有这个执行步骤": UNKNOWN,
}


def begin(instance: str, attributes: Model, desk: Desk) -> tuple[int]:
    """N-CREATE."""
    if text(attributes, STATUS) != "IN PROGRESS":
        return (INVALID_VALUE,)
    step = next(iter(items(attributes, SCHEDULED)), None)
    if step is None or not instance:
        return (MISSING,)
    step_id, station = text(step, STEP_ID), text(attributes, STATION)
    began = _moment(attributes, BEGAN)
    if not step_id or not station or began is None:
        return (MISSING_VALUE,)
    return _status(desk.carry_out(begin_exam, mpps_uid=instance, step_id=step_id, station_aet=station, at=began))


def end(instance: str, attributes: Model, desk: Desk) -> tuple[int]:
    """N-SET that ends it; one that leaves it in progress changes nothing that the RIS keeps."""
    status = text(attributes, STATUS)
    if status == "IN PROGRESS":
        return (SUCCESS,)
    if status not in ("COMPLETED", "DISCONTINUED"):
        return (INVALID_VALUE,)
    ended = _moment(attributes, ENDED)
    if ended is None:
        return (MISSING_VALUE,)
    coded = next((text(code, MEANING) for code in items(attributes, REASON)), "")
    reason = text(attributes, COMMENTS) or coded or "未写明原因"
    made = [(text(each, SERIES_UID), len(items(each, IMAGES))) for each in items(attributes, SERIES)]
    completed = status == "COMPLETED"
    outcome = desk.carry_out(
        finish_exam,
        mpps_uid=instance,
        ended_as=status,
        series=[(uid, count) for uid, count in made if uid and count] if completed else (),
        reason=None if completed else reason,
        at=ended,
    )
    return _status(outcome)


def _status(outcome: Outcome) -> tuple[int]:
    if outcome.kind is ReplyKind.OK:
        return (SUCCESS,)
    return (_REFUSALS.get(outcome.reason, FAILED),)


def _moment(attributes: Model, tags: tuple[str, str]) -> dt.datetime | None:
    """To the second."""
    try:
        return dt.datetime.fromisoformat("T".join(text(attributes, tag) for tag in tags)).replace(microsecond=0)
    except ValueError:
        return None
