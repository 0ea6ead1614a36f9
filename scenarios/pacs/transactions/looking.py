"""列表、检索、调阅报告。"""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import statements_lists as sql
from scenarios.pacs.transactions.common import Drawn
from scenarios.pacs.world import BUSINESS_DAY, Exam, one_of

SINCE = dt.datetime.combine(BUSINESS_DAY, dt.time())


def room_list(tx: Conversation, *, room_id: str) -> None:
    """一间机房此刻的候检队列。"""
    tx.rows(sql.ROOM_LIST, room_id=room_id)


def draw_room_list(drawing: Drawing) -> dict[str, Any]:
    rooms = drawing.world.rooms[one_of(drawing, drawing.world.modalities)]
    return {"room_id": one_of(drawing, rooms).room_id}


def unreported_list(tx: Conversation, *, modality: str, since: dt.datetime) -> None:
    """已归档而报告还没发布的。"""
    tx.rows(sql.UNREPORTED, modality=modality, since=since)


def draw_unreported_list(drawing: Drawing) -> dict[str, Any]:
    return {"modality": one_of(drawing, drawing.world.modalities), "since": SINCE}


def search_patients(tx: Conversation, *, pattern: str) -> None:
    """按姓名查患者：`%`、`_` 按原字。"""
    tx.rows(sql.SEARCH_PATIENTS, pattern=pattern)


def draw_search_patients(drawing: Drawing) -> dict[str, Any]:
    name = one_of(drawing, drawing.world.patients).patient_name
    family, _, given = name.partition("=")[2].partition("^")
    return {"pattern": f"{family}%" if drawing.rng.random() < 0.5 else f"%{given}"}


def patient_history(tx: Conversation, *, patient_id: str) -> None:
    """一位患者历次检查与印象。"""
    tx.rows(sql.STUDIES_OF_PATIENT, patient_id=patient_id)


def draw_patient_history(drawing: Drawing) -> dict[str, Any]:
    exam: Exam | None = drawing.peek("published")
    patient_id = one_of(drawing, drawing.world.patients).patient_id if exam is None else exam.study["patient_id"]
    return {"patient_id": patient_id}


def view_report(tx: Conversation, *, report_id: str) -> None:
    """报告现行的一版与历次审核。"""
    if tx.row(sql.REPORT_TEXT, report_id=report_id) is None:
        tx.refuse("没有这份报告")
    tx.rows(sql.REVIEWS_OF_REPORT, report_id=report_id)


def draw_view_report(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("published")
    return None if exam is None else {"report_id": exam.report_id}


# --------------------------------------------------------------------------- 统计


def imaging_report(tx: Conversation, *, day_start: dt.datetime, day_end: dt.datetime) -> None:
    """一天的设备工作量、阳性率、归档量。"""
    day = {"day_start": day_start, "day_end": day_end}
    tx.rows(sql.WORKLOAD_REPORT, **day)
    tx.rows(sql.POSITIVE_REPORT, **day)
    tx.rows(sql.ARCHIVE_REPORT, **day)


def draw_imaging_report(drawing: Drawing) -> dict[str, Any]:
    back = int(drawing.rng.random() * (drawing.world.scale.days + 1))
    start = SINCE - dt.timedelta(days=back)
    return {"day_start": start, "day_end": start + dt.timedelta(days=1)}


TRANSACTIONS = (
    Transaction(name="room_list", title="候检列表", draw=draw_room_list, act=room_list, weight=5),
    Transaction(name="unreported_list", title="待写报告列表", draw=draw_unreported_list, act=unreported_list, weight=3),
    Transaction(name="search_patients", title="患者检索", draw=draw_search_patients, act=search_patients, weight=2),
    Transaction(
        name="patient_history", title="患者历次检查", draw=draw_patient_history, act=patient_history, weight=3
    ),
    Transaction(name="view_report", title="调阅报告", draw=draw_view_report, act=view_report, weight=4),
    Transaction(
        name="imaging_report", title="影像科日报", draw=draw_imaging_report, act=imaging_report, weight=0.3, bulk=True
    ),
)  # fmt: skip
