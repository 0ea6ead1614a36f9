"""列表与统计：待检列表、检验日报、耐药监测、工作量日结。"""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.lis import statements_lists as sql
from scenarios.lis.world import BUSINESS_DAY, one_of

# --------------------------------------------------------------------------- 待检列表


def pending_list(tx: Conversation, *, section_code: str, since: dt.datetime) -> None:
    """专业组今日还没审核的项目，急诊在前，还在路上的标本也列出。"""
    tx.rows(sql.PENDING_TESTS, section_code=section_code, since=since)


def draw_pending_list(drawing: Drawing) -> dict[str, Any]:
    return {
        "section_code": one_of(drawing, drawing.world.sections),
        "since": dt.datetime.combine(BUSINESS_DAY, dt.time()),
    }


# --------------------------------------------------------------------------- 检验日报


def laboratory_report(tx: Conversation, *, day_start: dt.datetime, day_end: dt.datetime) -> None:
    """一天的周转时间、自动审核率、退单与各项目异常率。"""
    day = {"day_start": day_start, "day_end": day_end}
    tx.rows(sql.TURNAROUND_REPORT, **day)
    tx.rows(sql.REVIEW_REPORT, **day)
    tx.rows(sql.REJECTION_REPORT, **day)
    tx.rows(sql.ABNORMAL_REPORT, **day)


def draw_laboratory_report(drawing: Drawing) -> dict[str, Any]:
    start = _some_day(drawing)
    return {"day_start": start, "day_end": start + dt.timedelta(days=1)}


def _some_day(drawing: Drawing) -> dt.datetime:
    back = int(drawing.rng.random() * (drawing.world.scale.days + 1))
    return dt.datetime.combine(BUSINESS_DAY - dt.timedelta(days=back), dt.time())


# --------------------------------------------------------------------------- 耐药监测


def antibiogram(tx: Conversation) -> None:
    """全部分离株按菌种、抗菌药汇总耐药株数。"""
    tx.rows(sql.ANTIBIOGRAM)


def draw_antibiogram(drawing: Drawing) -> dict[str, Any]:
    return {}


# --------------------------------------------------------------------------- 工作量日结


def settle_workload(tx: Conversation, *, batch_no: str, day_start: dt.datetime, day_end: dt.datetime) -> None:
    """一天发布的项目数、人数、结果数按检验项目一次汇总写入。"""
    tx.change(sql.SETTLE_WORKLOAD, batch_no=batch_no, day_start=day_start, day_end=day_end)
    tx.rows(sql.WORKLOAD_OF_BATCH, batch_no=batch_no)


def draw_settle_workload(drawing: Drawing) -> dict[str, Any]:
    start = _some_day(drawing)
    return {"batch_no": drawing.number("G"), "day_start": start, "day_end": start + dt.timedelta(days=1)}


TRANSACTIONS = (
    Transaction(name="pending_list", title="待检列表", draw=draw_pending_list, act=pending_list, weight=5),
    Transaction(
        name="laboratory_report", title="检验日报", draw=draw_laboratory_report, act=laboratory_report, weight=0.5,
        bulk=True,
    ),
    Transaction(name="antibiogram", title="耐药监测", draw=draw_antibiogram, act=antibiogram, weight=0.3, bulk=True),
    Transaction(
        name="settle_workload", title="工作量日结", draw=draw_settle_workload, act=settle_workload, weight=0.3,
        bulk=True,
    ),
)  # fmt: skip
