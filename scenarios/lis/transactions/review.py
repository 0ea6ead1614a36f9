"""审核与报告：自动审核、人工审核、报告发布、查看报告、历史结果趋势。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from harness.model import Conversation, Drawing, Row, Transaction
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import statements_results as sql
from scenarios.lis.judging import Seen, hold_reason, minutes_between
from scenarios.lis.transactions.common import audit, register
from scenarios.lis.world import Assay, later, one_of

CULTURE_SHARE = 0.2  # 查看的报告中微生物的比例


class Report(NamedTuple):
    """A report as its reader gets it: rows of the queries `report_head`, `report_lines`, `culture_of_test`,
    `susceptibilities`."""

    head: Row
    lines: Sequence[Row]
    culture: Row | None
    susceptibilities: Sequence[Row]


# --------------------------------------------------------------------------- 审核


def auto_review(tx: Conversation, *, filler_no: str, at: dt.datetime) -> str | None:
    """逐条看规则：全部通过即审核，有一条不通过就转人工并写明原因。"""
    seen = [Seen(*row) for row in tx.rows(sql.RESULTS_TO_REVIEW, filler_no=filler_no)]
    if not seen:
        tx.refuse("没有结果")
    reason = hold_reason(seen)
    if reason is None:
        changed = tx.change(sql.MARK_AUTO_REVIEWED, filler_no=filler_no, at=at)
    else:
        changed = tx.change(sql.MARK_HELD, filler_no=filler_no, hold_reason=reason)
    if changed != 1:
        tx.refuse("结果未上传或已审核")
    if reason is None:
        tx.change(sql.FINALISE_RESULTS, filler_no=filler_no)
    return reason


def draw_auto_review(drawing: Drawing) -> dict[str, Any] | None:
    test: Assay | None = drawing.take("resulted")
    if test is None:
        return None
    at = later(drawing, test.at, 2, 5)
    drawing.put("held" if test.held else "reviewed", test._replace(at=at))
    return {"filler_no": test.filler_no, "at": at}


def review(tx: Conversation, *, filler_no: str, reviewer_id: str, at: dt.datetime) -> None:
    """人工审核：看全部结果，微生物再看培养与药敏，然后签名。"""
    tx.rows(sql.RESULTS_TO_REVIEW, filler_no=filler_no)
    look_at_culture(tx, filler_no)
    if tx.change(sql.MARK_REVIEWED, filler_no=filler_no, reviewer_id=reviewer_id, at=at) != 1:
        tx.refuse("不在待人工审核的状态")
    tx.change(sql.FINALISE_RESULTS, filler_no=filler_no)
    audit(tx, action="REVIEW", object_id=filler_no, staff_id=reviewer_id, at=at)


def look_at_culture(tx: Conversation, filler_no: str) -> tuple[Row | None, Sequence[Row]]:
    culture = tx.row(sql.CULTURE_OF_TEST, filler_no=filler_no)
    if culture is None:
        return None, ()
    return culture, tx.rows(sql.SUSCEPTIBILITIES, culture_id=culture[0])


def draw_review(drawing: Drawing) -> dict[str, Any] | None:
    test: Assay | None = drawing.take("held")
    if test is None:
        return None
    at = later(drawing, test.at, 2, 20)
    drawing.put("reviewed", test._replace(at=at))
    return {"filler_no": test.filler_no, "reviewer_id": one_of(drawing, drawing.world.verifiers), "at": at}


# --------------------------------------------------------------------------- 报告发布


def publish(
    tx: Conversation, *, report_no: str, filler_no: str, publisher_id: str, conclusion: str | None, at: dt.datetime
) -> tuple[int, bool]:
    """只有审核过的才能发布；签收到发布的分钟数当场算出，超过时限的记下。"""
    if tx.change(sql.MARK_PUBLISHED, filler_no=filler_no) != 1:
        tx.refuse("报告未审核或已发布")
    times = tx.row(sql.TIMES_OF_TEST, filler_no=filler_no)
    if times is None:
        tx.refuse("项目没有标本")
    received_at, limit_minutes = times
    minutes = minutes_between(received_at, at)
    late = minutes > limit_minutes
    register(
        tx, sql.ADD_REPORT, "报告号已用过",
        report_no=report_no, filler_no=filler_no, publisher_id=publisher_id, published_at=at,
        turnaround_minutes=minutes, late=int(late), conclusion=conclusion,
    )  # fmt: skip
    audit(tx, action="PUBLISH", object_id=report_no, staff_id=publisher_id, at=at)
    return minutes, late


def draw_publish(drawing: Drawing) -> dict[str, Any] | None:
    test: Assay | None = drawing.take("reviewed")
    if test is None:
        return None
    published = test._replace(at=later(drawing, test.at, 1, 15))
    drawing.put("published", published)
    if test.leads:
        drawing.put("to_archive", published)
    return {
        "report_no": drawing.number("R"),
        "filler_no": test.filler_no,
        "publisher_id": one_of(drawing, drawing.world.verifiers),
        "conclusion": one_of(drawing, texts.REVIEW_CONCLUSIONS),
        "at": published.at,
    }


# --------------------------------------------------------------------------- 查看


def view_report(tx: Conversation, *, filler_no: str) -> Report:
    """医生站打开一份报告：抬头、各项结果，微生物连同药敏。"""
    head = tx.row(sql.REPORT_HEAD, filler_no=filler_no)
    if head is None:
        tx.refuse("报告未发布")
    lines = tx.rows(sql.REPORT_LINES, filler_no=filler_no)
    return Report(head, lines, *look_at_culture(tx, filler_no))


def draw_view_report(drawing: Drawing) -> dict[str, Any] | None:
    cultures = drawing.rng.random() < CULTURE_SHARE
    test: Assay | None = (drawing.peek("cultured") if cultures else None) or drawing.peek("published")
    return None if test is None else {"filler_no": test.filler_no}


def result_trend(tx: Conversation, *, patient_id: str, analyte_code: str) -> tuple[Sequence[Row], Row | None]:
    """同一患者同一项目的历次结果，新的在前，另给最高、最低与平均。"""
    points = tx.rows(sql.TREND, patient_id=patient_id, analyte_code=analyte_code)
    return points, tx.row(sql.TREND_SUMMARY, patient_id=patient_id, analyte_code=analyte_code)


def draw_result_trend(drawing: Drawing) -> dict[str, Any] | None:
    if not drawing.world.histories:
        return None
    patient_id, analyte_code = one_of(drawing, drawing.world.histories)
    return {"patient_id": patient_id, "analyte_code": analyte_code}


TRANSACTIONS = (
    Transaction(name="auto_review", title="自动审核", draw=draw_auto_review, act=auto_review, weight=13),
    Transaction(name="review", title="人工审核", draw=draw_review, act=review, weight=5),
    Transaction(name="publish", title="报告发布", draw=draw_publish, act=publish, weight=12),
    Transaction(name="view_report", title="查看报告", draw=draw_view_report, act=view_report, weight=12),
    Transaction(name="result_trend", title="历史结果趋势", draw=draw_result_trend, act=result_trend, weight=6),
)
