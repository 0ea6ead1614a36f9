"""报告：书写、修改、提交、审核、发布、发布后更正。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import catalogue
from scenarios.pacs import statements_reports as sql
from scenarios.pacs.transactions.common import Drawn, audit, refuse_if_refused
from scenarios.pacs.world import Exam, later, one_of

BACK_SHARE = 0.15  # 审核退回的

# --------------------------------------------------------------------------- 书写


def write_report(
    tx: Conversation, *, report: Mapping[str, Any], text: Mapping[str, str], modality: str, at: dt.datetime
) -> None:
    """核对检查已做完，取模板，存下第一版。"""
    order = tx.row(sql.ORDER_STATUS, accession_no=report["accession_no"])
    if order is None or order[0] != "EXAMINED":
        tx.refuse("没有这张申请，或检查还没做完")
    tx.rows(sql.TEMPLATES, modality=modality)
    reply = tx.attempt(
        sql.ADD_REPORT, status="DRAFT", current_version=1, written_at=at.replace(microsecond=0), published_at=None,
        **report,
    )  # fmt: skip
    refuse_if_refused(tx, reply, "这个检查已有报告")
    _add_version(tx, report["report_id"], 1, text, report["writer_id"], at)


def _add_version(
    tx: Conversation, report_id: str, version_no: int, text: Mapping[str, str], editor_id: str, at: dt.datetime
) -> None:
    tx.change(
        sql.ADD_REPORT_VERSION, report_id=report_id, version_no=version_no, editor_id=editor_id, saved_at=at, **text
    )


def draw_write_report(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("archived")
    if exam is None:
        return None
    study, report_id, writer_id = exam.study, drawing.number("R"), one_of(drawing, drawing.world.writers)
    at = _saved(drawing, later(drawing, exam.at, 5, 40))
    drawing.put(
        "drafted",
        exam._replace(at=at.replace(microsecond=0), report_id=report_id, version=1, writer_id=writer_id),
    )
    findings, impression, positive = one_of(drawing, catalogue.WORDINGS[study["modality"]])
    report = {
        "report_id": report_id, "accession_no": study["accession"], "positive": positive, "writer_id": writer_id,
    }  # fmt: skip
    text = {"findings": findings, "impression": impression}
    return {"report": report, "text": text, "modality": study["modality"], "at": at}


def _saved(drawing: Drawing, at: dt.datetime) -> dt.datetime:
    """To the microsecond, as reports are saved."""
    return at + dt.timedelta(microseconds=int(drawing.rng.random() * 999_999))


def new_text(drawing: Drawing, exam: Exam) -> dict[str, str]:
    findings, impression, _ = one_of(drawing, catalogue.WORDINGS[exam.study["modality"]])
    return {"findings": f"{findings}\n{one_of(drawing, catalogue.ADDITIONS)}", "impression": impression}


def revise_report(tx: Conversation, *, report_id: str, text: Mapping[str, str], editor_id: str, at: dt.datetime) -> int:
    """草稿再存一版；已发布的更正之后须重新审核，原来的一字不动。"""
    report = tx.row(sql.LOCK_REPORT, report_id=report_id)
    if report is None:
        tx.refuse("没有这份报告")
    status, version, writer_id, _ = report
    if status not in ("DRAFT", "PUBLISHED"):
        tx.refuse("报告在审，不能修改")
    if writer_id != editor_id:
        tx.refuse("不是报告的书写者")
    _add_version(tx, report_id, version + 1, text, editor_id, at)
    tx.change(
        sql.RAISE_REPORT,
        report_id=report_id, version_no=version + 1, status="DRAFT" if status == "DRAFT" else "SUBMITTED",
    )  # fmt: skip
    return int(version + 1)


def draw_revise_report(drawing: Drawing) -> Drawn:
    return _revision(drawing, "drafted", "drafted")


def draw_amend_report(drawing: Drawing) -> Drawn:
    return _revision(drawing, "published", "submitted")


def _revision(drawing: Drawing, of: str, to: str) -> Drawn:
    exam: Exam | None = drawing.take(of)
    if exam is None:
        return None
    at = _saved(drawing, later(drawing, exam.at, 2, 20))
    drawing.put(to, exam._replace(at=at.replace(microsecond=0), version=exam.version + 1))
    text = new_text(drawing, exam)
    return {"report_id": exam.report_id, "text": text, "editor_id": exam.writer_id, "at": at}


# --------------------------------------------------------------------------- 提交、审核


def submit_report(tx: Conversation, *, report_id: str, staff_id: str, at: dt.datetime) -> None:
    if tx.change(sql.MARK_REPORT_SUBMITTED, report_id=report_id) != 1:
        tx.refuse("没有这份报告，或不是草稿")
    audit(tx, action="SUBMIT", object_id=report_id, staff_id=staff_id, at=at)


def draw_submit_report(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("drafted")
    if exam is None:
        return None
    at = later(drawing, exam.at, 1, 5)
    drawing.put("submitted", exam._replace(at=at))
    return {"report_id": exam.report_id, "staff_id": exam.writer_id, "at": at}


def review_report(tx: Conversation, *, review: Mapping[str, Any], at: dt.datetime) -> None:
    """书写者不能审自己的；退回的回到草稿。"""
    report = tx.row(sql.LOCK_REPORT, report_id=review["report_id"])
    if report is None or report[0] != "SUBMITTED":
        tx.refuse("没有这份报告，或没有提交审核")
    reviewer = tx.row(sql.REVIEWER_CARD, staff_id=review["reviewer_id"])
    if reviewer is None or reviewer[1] != 1 or review["reviewer_id"] == report[2]:
        tx.refuse("不能审核这份报告")
    tx.change(sql.ADD_REVIEW, version_no=report[1], reviewed_at=at, **review)
    tx.change(
        sql.MARK_REPORT_REVIEWED, report_id=review["report_id"], status="REVIEWED" if review["passed"] else "DRAFT"
    )


def draw_review_report(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.take("submitted")
    if exam is None:
        return None
    passed = drawing.rng.random() >= BACK_SHARE
    at = later(drawing, exam.at, 3, 30)
    drawing.put("reviewed" if passed else "drafted", exam._replace(at=at))
    review = {
        "review_id": drawing.number("V"),
        "report_id": exam.report_id,
        "reviewer_id": one_of(drawing, drawing.world.reviewers),
        "passed": int(passed),
        "opinion": one_of(drawing, (None, catalogue.OPINIONS[0]))
        if passed
        else one_of(drawing, catalogue.OPINIONS[1:]),
    }
    return {"review": review, "at": at}


# --------------------------------------------------------------------------- 发布


def publish_report(tx: Conversation, *, report_id: str, staff_id: str, at: dt.datetime) -> None:
    """只有审核通过的才能发布；发布后的更正再发布时，检查早已是“已报告”。"""
    report = tx.row(sql.LOCK_REPORT, report_id=report_id)
    if report is None or tx.change(sql.MARK_REPORT_PUBLISHED, report_id=report_id, at=at) != 1:
        tx.refuse("没有这份报告，或没有审核通过")
    if tx.change(sql.MARK_REPORTED, accession_no=report[3]) != 1:
        tx.refuse("检查还没做完")
    audit(tx, action="PUBLISH", object_id=report_id, staff_id=staff_id, at=at)


def draw_publish_report(drawing: Drawing) -> Drawn:
    found = publishing(drawing)
    if found is None:
        return None
    return {"report_id": found.report_id, "staff_id": one_of(drawing, drawing.world.reviewers), "at": found.at}


def publishing(drawing: Drawing) -> Exam | None:
    exam: Exam | None = drawing.take("reviewed")
    if exam is None:
        return None
    found = exam._replace(at=later(drawing, exam.at, 1, 10))
    drawing.put("published", found)
    return found


TRANSACTIONS = (
    Transaction(name="write_report", title="报告书写", draw=draw_write_report, act=write_report, weight=1.4),
    Transaction(name="revise_report", title="报告修改", draw=draw_revise_report, act=revise_report, weight=0.8),
    Transaction(name="submit_report", title="报告提交", draw=draw_submit_report, act=submit_report, weight=1.4),
    Transaction(name="review_report", title="报告审核", draw=draw_review_report, act=review_report, weight=1.4),
    Transaction(name="publish_report", title="报告发布", draw=draw_publish_report, act=publish_report, weight=0.8),
    Transaction(name="amend_report", title="报告更正", draw=draw_amend_report, act=revise_report, weight=0.1),
)
