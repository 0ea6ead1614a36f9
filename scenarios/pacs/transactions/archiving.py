"""归档登记：RIS 记下归档了哪些检查、多少幅图像。影像本身的收发在 `messages_archive.py`。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import statements as sql
from scenarios.pacs.exams import images_in, moment_of
from scenarios.pacs.images.uids import series_uid
from scenarios.pacs.transactions.common import Drawn, refuse_if_refused
from scenarios.pacs.transactions.examining import next_examined
from scenarios.pacs.world import later


def note_archived(tx: Conversation, *, study: Mapping[str, Any], log_no: str, place: str, at: dt.datetime) -> None:
    """检查做完才能归档，一张申请一次；序列与图像数一并记下。"""
    order = tx.row(sql.ORDER_TO_ARCHIVE, accession_no=study["accession"])
    if order is None or order[0] not in ("EXAMINED", "REPORTED"):
        tx.refuse("没有这张申请，或检查还没做完")
    uid, count = study["uid"], images_in(dict(study))
    reply = tx.attempt(
        sql.ADD_STUDY,
        study_uid=uid, accession_no=study["accession"], patient_name=study["patient_name"], modality=study["modality"],
        study_at=moment_of(dict(study)), series_count=study["series"], image_count=count, place=place,
    )  # fmt: skip
    refuse_if_refused(tx, reply, "这个检查已归档")
    for number in range(1, study["series"] + 1):
        tx.change(
            sql.ADD_SERIES,
            series_uid=series_uid(uid, number), study_uid=uid, series_no=number, image_count=study["images"],
        )  # fmt: skip
    online = place == "ONLINE"
    log(tx, study=study, log_no=log_no, action="STORE" if online else "NOTE", committed=int(online), at=at)


def log(tx: Conversation, *, study: Mapping[str, Any], log_no: str, action: str, **about: Any) -> None:
    """归档流水一行。`about`：committed、at，迁移时还有 batch_no。"""
    tx.change(
        sql.ADD_ARCHIVE_LOG,
        log_no=log_no, study_uid=study["uid"], action=action, image_count=images_in(dict(study)),
        committed=about["committed"], batch_no=about.get("batch_no"), logged_at=about["at"],
    )  # fmt: skip


def draw_note_archived(drawing: Drawing) -> Drawn:
    """设备经别的网关送走的影像：只登记，不在本归档系统在线。"""
    exam = next_examined(drawing, drawing.world.modalities)
    if exam is None:
        return None
    at = later(drawing, exam.at, 1, 5)
    drawing.put("archived", exam._replace(at=at))
    return {"study": exam.study, "log_no": drawing.number("L"), "place": "NEARLINE", "at": at}


TRANSACTIONS = (
    Transaction(name="note_archived", title="近线归档登记", draw=draw_note_archived, act=note_archived, weight=1.5),
)
