"""检查设备与 RIS：取工作列表，经 MPPS 报开始、结束、中止。做的事与 `examining.py` 相同，也出自同一些池。"""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import catalogue
from scenarios.pacs.interfaces import WORKLIST as RIS
from scenarios.pacs.messages.worklist import MPPS_BEGIN, MPPS_END, WORKLIST
from scenarios.pacs.transactions.common import Draw, Drawn
from scenarios.pacs.transactions.examining import begun, examined
from scenarios.pacs.world import BUSINESS_DAY, Exam, later, one_of

# --------------------------------------------------------------------------- 工作列表


def fetch_worklist(tx: Conversation, **keys: Any) -> None:
    tx.send(WORKLIST, **keys)


def draw_fetch_worklist(drawing: Drawing) -> dict[str, Any]:
    """设备取自己当天的列表；登记员刷卡、扫码时按患者或检查号取一条。"""
    exam: Exam | None = drawing.peek("registered")
    modality = one_of(drawing, drawing.world.modalities)
    station = one_of(drawing, drawing.world.rooms[modality]).station
    day = f"{BUSINESS_DAY:%Y%m%d}"
    if exam is None or drawing.rng.random() < 0.6:
        return {"modality": modality, "date": day, "station": station}
    return {
        "modality": exam.study["modality"],
        "date": day,
        "station": exam.study["station"],
        **one_of(
            drawing,
            (
                {"AccessionNumber": exam.study["accession"]},
                {"PatientID": exam.study["patient_id"]},
                {"PatientName": f"{exam.study['patient_name'].partition('^')[0]}^*"},
            ),
        ),
    }


def draw_fetch_week(drawing: Drawing) -> dict[str, Any]:
    """前后三天、一种设备的全部机房。"""
    first, last = (BUSINESS_DAY + dt.timedelta(days=days) for days in (-3, 3))
    modality = one_of(drawing, drawing.world.modalities)
    return {"modality": modality, "date": f"{first:%Y%m%d}-{last:%Y%m%d}", "station": ""}


# --------------------------------------------------------------------------- MPPS


def mpps_begin(tx: Conversation, **told: Any) -> None:
    tx.send(MPPS_BEGIN, **told)


def draw_mpps_begin(drawing: Drawing) -> Drawn:
    exam = begun(drawing)
    return None if exam is None else {"study": exam.study, "mpps_uid": exam.mpps_uid, "at": exam.at}


def mpps_end(tx: Conversation, **told: Any) -> None:
    tx.send(MPPS_END, **told)


def draw_mpps_end(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("examining")
    if exam is None:
        return None
    at = later(drawing, exam.at, 3, 15)
    examined(drawing, exam, at)
    return {"study": exam.study, "mpps_uid": exam.mpps_uid, "at": at}


def draw_mpps_discontinue(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("examining")
    if exam is None:
        return None
    drawing.put("discontinued", exam)
    return {
        "study": exam.study,
        "mpps_uid": exam.mpps_uid,
        "at": later(drawing, exam.at, 1, 10),
        "discontinued": True,
        "reason": catalogue.DISCONTINUED,
    }


def _by_equipment(name: str, title: str, draw: Draw, act: Any, weight: float) -> Transaction:
    return Transaction(name=name, title=title, draw=draw, act=act, weight=weight, interfaces=(RIS.name,))


TRANSACTIONS = (
    _by_equipment("fetch_worklist", "取工作列表", draw_fetch_worklist, fetch_worklist, 4),
    _by_equipment("fetch_week", "取一周工作列表", draw_fetch_week, fetch_worklist, 0.5),
    _by_equipment("mpps_begin", "检查开始（MPPS）", draw_mpps_begin, mpps_begin, 2),
    _by_equipment("mpps_end", "检查结束（MPPS）", draw_mpps_end, mpps_end, 1.7),
    _by_equipment("mpps_discontinue", "检查中止（MPPS）", draw_mpps_discontinue, mpps_end, 0.1),
)
