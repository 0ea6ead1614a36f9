"""报告之后：危急值、胶片、姓名更正。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import catalogue
from scenarios.pacs import statements as archive
from scenarios.pacs import statements_reports as sql
from scenarios.pacs.exams import images_in
from scenarios.pacs.transactions.common import Drawn, audit, refuse_if_refused
from scenarios.pacs.world import Alarm, Exam, later, one_of

VALID_DAYS = 180  # 云胶片的有效期
PER_SHEET = 20  # 一张胶片排多少幅
RENAMED = (("小燕", "Xiaoyan"), ("晓𬭎", "Xiaohong"), ("䶮", "Yan"), ("文博", "Wenbo"))

# --------------------------------------------------------------------------- 危急值


def notify_critical(tx: Conversation, *, critical: Mapping[str, Any], staff_id: str, at: dt.datetime) -> None:
    """一份报告只报一次危急值。"""
    reply = tx.attempt(sql.ADD_CRITICAL, status="NOTIFIED", notified_at=at, acknowledged_at=None, **critical)
    refuse_if_refused(tx, reply, "没有这份报告，或已报过危急值")
    audit(tx, action="CRITICAL", object_id=critical["critical_id"], staff_id=staff_id, at=at)


def draw_notify_critical(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("submitted")  # 等不到审核就要报
    if exam is None:
        return None
    at, critical_id = later(drawing, exam.at, 1, 3), drawing.number("C")
    drawing.put("reported_critical", exam)
    drawing.put("alarm", Alarm(critical_id, at))
    critical = {
        "critical_id": critical_id, "report_id": exam.report_id, "finding": one_of(drawing, catalogue.CRITICALS),
    }  # fmt: skip
    return {"critical": critical, "staff_id": exam.writer_id, "at": at}


def acknowledge_critical(tx: Conversation, *, critical_id: str, at: dt.datetime) -> None:
    if tx.change(sql.MARK_ACKNOWLEDGED, critical_id=critical_id, at=at) != 1:
        tx.refuse("没有这条危急值，或已回执")


def draw_acknowledge_critical(drawing: Drawing) -> Drawn:
    alarm: Alarm | None = drawing.take("alarm")
    return None if alarm is None else {"critical_id": alarm.critical_id, "at": later(drawing, alarm.at, 1, 15)}


# --------------------------------------------------------------------------- 胶片


def print_film(tx: Conversation, *, study_uid: str, export: Mapping[str, Any], at: dt.datetime) -> None:
    """核对检查还在，记下张数。"""
    study = tx.row(archive.STUDY_CARD, study_uid=study_uid)
    if study is None or study[3] == "REMOVED":
        tx.refuse("没有这个检查，或影像已删除")
    tx.change(sql.ADD_EXPORT, study_uid=study_uid, exported_at=at, **export)


def draw_print_film(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("published")
    if exam is None:
        return None
    sheets = 1 + images_in(exam.study) // PER_SHEET
    export = {"export_id": drawing.number("E"), "kind": "FILM", "sheets": sheets, "expires_at": None}
    return {"study_uid": exam.study["uid"], "export": export, "at": later(drawing, exam.at, 5, 60)}


def cloud_export(drawing: Drawing, images: int, at: dt.datetime) -> dict[str, Any]:
    expires_at = at + dt.timedelta(days=VALID_DAYS)
    return {"export_id": drawing.number("E"), "kind": "CLOUD", "sheets": images, "expires_at": expires_at}


# --------------------------------------------------------------------------- 姓名更正


def correct_name(
    tx: Conversation, *, patient: Mapping[str, str], correction: Mapping[str, Any], at: dt.datetime
) -> None:
    """登记错了的姓名：患者与这次检查一起改，旧的留在更正记录里。"""
    old = tx.row(sql.PATIENT_CARD, patient_id=patient["patient_id"])
    if old is None:
        tx.refuse("没有这位患者")
    tx.change(sql.RENAME_PATIENT, **patient)
    tx.change(sql.RENAME_STUDY, study_uid=correction["study_uid"], dicom_name=patient["dicom_name"])
    tx.change(
        sql.ADD_CORRECTION,
        kind="NAME", old_value=old[1], new_value=patient["dicom_name"], corrected_at=at, **correction,
    )  # fmt: skip


def draw_correct_name(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("published")
    if exam is None:
        return None
    letters, _, characters = exam.study["patient_name"].partition("=")
    given, pinyin = one_of(drawing, RENAMED)
    family = characters.partition("^")[0]
    patient = {
        "patient_id": exam.study["patient_id"],
        "patient_name": f"{family}{given}",
        "dicom_name": f"{letters.partition('^')[0]}^{pinyin}={family}^{given}",
    }
    at = later(drawing, exam.at, 5, 60)
    return {"patient": patient, "correction": correcting(drawing, exam, catalogue.CORRECTIONS[0]), "at": at}


def correcting(drawing: Drawing, exam: Exam, reason: str) -> dict[str, Any]:
    return {
        "correction_id": drawing.number("K"),
        "study_uid": exam.study["uid"],
        "reason": reason,
        "staff_id": one_of(drawing, drawing.world.clerks),
    }


TRANSACTIONS = (
    Transaction(
        name="notify_critical", title="危急值报告", draw=draw_notify_critical, act=notify_critical, weight=0.15
    ),
    Transaction(
        name="acknowledge_critical", title="危急值回执", draw=draw_acknowledge_critical, act=acknowledge_critical,
        weight=0.12,
    ),
    Transaction(name="print_film", title="胶片打印", draw=draw_print_film, act=print_film, weight=0.6),
    Transaction(name="correct_name", title="姓名更正", draw=draw_correct_name, act=correct_name, weight=0.2),
)  # fmt: skip
