"""检查的开始与结束；设备不支持 MPPS 时由技师在 RIS 里点，支持时由设备报来，做的是同样的事。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import catalogue
from scenarios.pacs import statements as sql
from scenarios.pacs.exams import moment_of
from scenarios.pacs.images.uids import series_uid, step_uid
from scenarios.pacs.transactions.common import Drawn, refuse_if_refused
from scenarios.pacs.world import Exam, later

ENDS = ("COMPLETED", "DISCONTINUED")

# --------------------------------------------------------------------------- 开始


def begin_exam(tx: Conversation, *, mpps_uid: str, step_id: str, station_aet: str, at: dt.datetime) -> None:
    """一个预约步骤只开始一次。"""
    step = tx.row(sql.STEP_CARD, step_id=step_id)
    if step is None:
        tx.refuse("没有这个检查步骤")
    reply = tx.attempt(
        sql.ADD_PERFORMED_STEP,
        mpps_uid=mpps_uid, step_id=step_id, station_aet=station_aet, status="STARTED", started_at=at, ended_at=None,
        reason=None,
    )  # fmt: skip
    refuse_if_refused(tx, reply, "这个检查步骤已开始过")
    if tx.change(sql.MARK_STEP_STARTED, step_id=step_id) != 1 or (
        tx.change(sql.MARK_EXAMINING, accession_no=step[0]) != 1
    ):
        tx.refuse("检查已开始、已结束或已取消")


def draw_begin_exam(drawing: Drawing) -> Drawn:
    found = begun(drawing)
    if found is None:
        return None
    return {
        "mpps_uid": found.mpps_uid,
        "step_id": found.study["step_id"],
        "station_aet": found.study["station"],
        "at": found.at,
    }


def begun(drawing: Drawing) -> Exam | None:
    """The next registered patient goes in: the equipment's clock says the time for which it was scheduled."""
    exam: Exam | None = drawing.take("registered")
    if exam is None:
        return None
    found = exam._replace(at=max(exam.at, moment_of(exam.study)), mpps_uid=step_uid(exam.study["step_id"]))
    drawing.put("examining", found)
    return found


# --------------------------------------------------------------------------- 结束


def finish_exam(
    tx: Conversation,
    *,
    mpps_uid: str,
    ended_as: str,
    series: Sequence[tuple[str, int]],
    reason: str | None,
    at: dt.datetime,
) -> None:
    """做完或中止；各序列的图像数记下来，与归档的核对。"""
    found = tx.row(sql.PERFORMED_CARD, mpps_uid=mpps_uid)
    if found is None:
        tx.refuse("没有这个执行步骤")
    step_id, status, _, accession_no = found
    if status != "STARTED":
        tx.refuse("这个执行步骤已结束")
    reply = tx.attempt(sql.MARK_PERFORMED, mpps_uid=mpps_uid, ended_as=ended_as, reason=reason, at=at)
    refuse_if_refused(tx, reply, "结束早于开始")
    tx.change(sql.MARK_STEP_ENDED, step_id=step_id, ended_as=ended_as)
    for uid, image_count in series:
        tx.change(sql.ADD_PERFORMED_SERIES, mpps_uid=mpps_uid, series_uid=uid, image_count=image_count)
    done = sql.MARK_EXAMINED if ended_as == "COMPLETED" else sql.MARK_GIVEN_UP
    if tx.change(done, accession_no=accession_no) != 1:
        tx.refuse("检查没有开始")


def draw_finish_exam(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("examining")
    if exam is None:
        return None
    at = later(drawing, exam.at, 3, 15)
    examined(drawing, exam, at)
    return ending(exam, at, None)


def examined(drawing: Drawing, exam: Exam, at: dt.datetime) -> None:
    """Its images may now be sent, by what sends those of its modality."""
    drawing.put(f"examined-{exam.study['modality']}", exam._replace(at=at))


def next_examined(drawing: Drawing, modalities: Sequence[str]) -> Exam | None:
    """The oldest of a random one of these modalities, or of the next that has any."""
    first = int(drawing.rng.random() * len(modalities))
    found = (drawing.take(f"examined-{modalities[first - n]}") for n in range(len(modalities)))
    return next((exam for exam in found if exam is not None), None)


def ending(exam: Exam, at: dt.datetime, reason: str | None) -> dict[str, Any]:
    study = exam.study
    series = tuple((series_uid(study["uid"], n), study["images"]) for n in range(1, study["series"] + 1))
    return {
        "mpps_uid": exam.mpps_uid,
        "ended_as": ENDS[reason is not None],
        "series": () if reason else series,
        "reason": reason,
        "at": at,
    }


def draw_discontinue_exam(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("examining")
    return None if exam is None else ending(exam, later(drawing, exam.at, 1, 10), catalogue.DISCONTINUED)


TRANSACTIONS = (
    Transaction(name="begin_exam", title="检查开始", draw=draw_begin_exam, act=begin_exam, weight=2),
    Transaction(name="finish_exam", title="检查结束", draw=draw_finish_exam, act=finish_exam, weight=1.7),
    Transaction(name="discontinue_exam", title="检查中止", draw=draw_discontinue_exam, act=finish_exam, weight=0.1),
)
