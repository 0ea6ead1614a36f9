"""影像归档：各种设备的存储与存储承诺、重复发送、批量迁移、影像作废、删除、报告归档、外院影像导入。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import catalogue
from scenarios.pacs import statements as sql
from scenarios.pacs import statements_reports as reports
from scenarios.pacs.exams import images_in
from scenarios.pacs.interfaces import ARCHIVE
from scenarios.pacs.messages.archive import COMMIT, REMOVE_STUDY, STORE_IMAGE, STORE_KEY_OBJECTS, STORE_REPORT
from scenarios.pacs.transactions.archiving import log, note_archived
from scenarios.pacs.transactions.common import Draw, Drawn
from scenarios.pacs.transactions.examining import next_examined
from scenarios.pacs.transactions.reporting import publish_report, publishing
from scenarios.pacs.transactions.serving import correcting
from scenarios.pacs.world import Exam, later, one_of

BATCH = 2  # studies of a migration
_LOOKED_AT = 8

# --------------------------------------------------------------------------- 存储


def store(tx: Conversation, study: Mapping[str, Any], attempt: int = 1) -> None:
    """设备的做法：逐幅存储，再请归档系统承诺全部收妥。"""
    for series in range(1, study["series"] + 1):
        for image in range(1, study["images"] + 1):
            tx.send(STORE_IMAGE, study=study, series=series, image=image)
    tx.send(COMMIT, study=study, attempt=attempt)


def archive_study(tx: Conversation, *, study: Mapping[str, Any], log_no: str, at: dt.datetime) -> None:
    """影像存妥，RIS 才记下。"""
    store(tx, study)
    note_archived(tx, study=study, log_no=log_no, place="ONLINE", at=at)


def archiving(*modalities: str) -> Draw:
    def draw(drawing: Drawing) -> Drawn:
        exam = next_examined(drawing, modalities)
        if exam is None:
            return None
        at = later(drawing, exam.at, 1, 5)
        sent = exam._replace(at=at, archived=True)
        drawing.put("online", sent)
        drawing.put("archived", sent)
        return {"study": exam.study, "log_no": drawing.number("L"), "at": at}

    return draw


# --------------------------------------------------------------------------- 重复发送、迁移


def resend(tx: Conversation, *, study: Mapping[str, Any], log_no: str, attempt: int, at: dt.datetime) -> None:
    """同一检查再发一遍：归档系统里仍只有一份。"""
    store(tx, study, attempt)
    log(tx, study=study, log_no=log_no, action="RESEND", committed=1, at=at)


def draw_resend(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("online")
    if exam is None:
        return None
    log_no = drawing.number("L")
    return {
        "study": exam.study,
        "log_no": log_no,
        "attempt": 1 + int(log_no[-6:]),
        "at": later(drawing, exam.at, 5, 60),
    }


def migrate(
    tx: Conversation, *, batch_no: str, studies: Sequence[tuple[Mapping[str, Any], str]], at: dt.datetime
) -> None:
    """近线影像成批迁入归档系统，检查数、图像数按批记下。"""
    for study, _ in studies:
        store(tx, study)
    total = sum(images_in(dict(study)) for study, _ in studies)
    tx.change(sql.ADD_MIGRATION, batch_no=batch_no, study_count=len(studies), image_count=total, migrated_at=at)
    for study, log_no in studies:
        if tx.change(sql.PLACE_STUDY, study_uid=study["uid"], place="ONLINE") != 1:
            tx.refuse("没有这个检查，或影像已删除")
        log(tx, study=study, log_no=log_no, action="MIGRATE", committed=1, batch_no=batch_no, at=at)


def draw_migrate(drawing: Drawing) -> Drawn:
    found = [each for each in (drawing.take("nearline") for _ in range(BATCH)) if each is not None]
    if not found:
        return None
    studies = tuple((study, drawing.number("L")) for study, _ in found)
    at = later(drawing, max(at for _, at in found), 600, 900)
    return {"batch_no": drawing.number("M"), "studies": studies, "at": at}


# --------------------------------------------------------------------------- 作废、删除


def reject_images(
    tx: Conversation, *, study: Mapping[str, Any], rejection: Mapping[str, Any], correction: Mapping[str, Any],
    at: dt.datetime,
) -> None:  # fmt: skip
    """用关键对象说明哪些图像作废（IHE IOCM），归档系统与 RIS 都记下。"""
    tx.send(STORE_KEY_OBJECTS, study=study, **rejection)
    tx.change(reports.ADD_CORRECTION, kind="REJECT", old_value=None, new_value=None, corrected_at=at, **correction)


def draw_reject_images(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("online")
    if exam is None:
        return None
    reason = one_of(drawing, catalogue.CORRECTIONS[1:])
    rejection = {"reason": "quality", "images": ((1, exam.study["images"]),), "note": reason}
    return {
        "study": exam.study,
        "rejection": rejection,
        "correction": correcting(drawing, exam, reason),
        "at": later(drawing, exam.at, 5, 60),
    }


def remove_study(tx: Conversation, *, study: Mapping[str, Any], log_no: str, at: dt.datetime) -> None:
    """登记错误的检查从归档系统删除。"""
    tx.send(REMOVE_STUDY, study_uid=study["uid"])
    if tx.change(sql.PLACE_STUDY, study_uid=study["uid"], place="REMOVED") != 1:
        tx.refuse("没有这个检查，或影像已删除")
    log(tx, study=study, log_no=log_no, action="REMOVE", committed=1, at=at)


def draw_remove_study(drawing: Drawing) -> Drawn:
    """The oldest that is no CT: those are few, and what is removed cannot be compared at the end."""
    for _ in range(_LOOKED_AT):
        exam: Exam | None = drawing.take("online")
        if exam is None:
            return None
        if exam.study["modality"] != "CT":
            break
        drawing.put("online", exam)
    else:
        return None
    drawing.put("removed", exam)
    return {"study": exam.study, "log_no": drawing.number("L"), "at": later(drawing, exam.at, 60, 90)}


# --------------------------------------------------------------------------- 报告归档


def publish_and_store(
    tx: Conversation, *, study: Mapping[str, Any], report: Mapping[str, Any], publication: Mapping[str, Any]
) -> None:
    """发布的同时，把报告作为结构化报告归档。"""
    tx.send(STORE_REPORT, study=study, report=report)
    publish_report(tx, **publication)


def draw_publish_and_store(drawing: Drawing) -> Drawn:
    exam = publishing(drawing)
    if exam is None:
        return None
    findings, impression, _ = one_of(drawing, catalogue.WORDINGS[exam.study["modality"]])
    report = {
        "findings": findings,
        "conclusion": impression,
        "reporter": catalogue.REFERRERS[1],
        "reviewer": catalogue.REFERRERS[0],
        "date": exam.study["date"],
        "time": f"{exam.at:%H%M%S}",
        "version": exam.version,
        "kind": one_of(drawing, ("basic", "enhanced")),
    }
    publication = {
        "report_id": exam.report_id, "staff_id": one_of(drawing, drawing.world.reviewers), "at": exam.at,
    }  # fmt: skip
    return {"study": exam.study, "report": report, "publication": publication}


def archives(name: str, title: str, draw: Draw, act: Any, *, weight: float, size: float = 1.0) -> Transaction:
    return Transaction(name=name, title=title, draw=draw, act=act, weight=weight, size=size, interfaces=(ARCHIVE.name,))


TRANSACTIONS = (
    archives("archive_ct", "CT 影像归档", archiving("CT"), archive_study, weight=0.5, size=4),
    archives("archive_mr", "磁共振影像归档", archiving("MR"), archive_study, weight=0.2, size=3),
    archives("archive_xray", "普放影像归档（DX、CR）", archiving("DX", "CR"), archive_study, weight=0.4, size=2),
    archives("archive_us", "超声影像归档", archiving("US"), archive_study, weight=0.5),
    archives("resend_study", "重复发送", draw_resend, resend, weight=0.1, size=3),
    archives("reject_images", "影像作废（IOCM）", draw_reject_images, reject_images, weight=0.15),
    archives("remove_study", "影像删除", draw_remove_study, remove_study, weight=0.1),
    archives("publish_and_store", "报告发布并归档", draw_publish_and_store, publish_and_store, weight=0.5),
    Transaction(
        name="migrate_batch", title="批量归档迁移", draw=draw_migrate, act=migrate, weight=0.05, size=10, bulk=True,
        interfaces=(ARCHIVE.name,),
    ),
)  # fmt: skip
