"""报表与批处理：病区床位一览、门诊日报、日终计费。"""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.his import statements_wards as sql
from scenarios.his.statements import COUNT_UP
from scenarios.his.world import BUSINESS_DAY, DAY_END, one_of

# --------------------------------------------------------------------------- 病区床位一览


def ward_board(tx: Conversation, *, ward_id: str) -> None:
    """护士站大屏：本病区每张床上是谁，空床也列出。"""
    tx.rows(sql.WARD_BEDS, ward_id=ward_id)


def draw_ward_board(drawing: Drawing) -> dict[str, Any]:
    return {"ward_id": one_of(drawing, drawing.world.wards)}


# --------------------------------------------------------------------------- 门诊日报


def daily_report(tx: Conversation, *, day_start: dt.datetime, day_end: dt.datetime) -> None:
    """一天的挂号按科室、按性别，收款按方式，用药前十。"""
    tx.rows(sql.DEPARTMENT_REPORT, day_start=day_start, day_end=day_end)
    tx.rows(sql.GENDER_REPORT, day_start=day_start, day_end=day_end)
    tx.rows(sql.PAYMENT_REPORT, day_start=day_start, day_end=day_end)
    tx.rows(sql.TOP_DRUGS, day_start=day_start, day_end=day_end)


def draw_daily_report(drawing: Drawing) -> dict[str, Any]:
    back = int(drawing.rng.random() * (drawing.world.scale.days + 1))
    start = dt.datetime.combine(BUSINESS_DAY - dt.timedelta(days=back), dt.time())
    return {"day_start": start, "day_end": start + dt.timedelta(days=1)}


# --------------------------------------------------------------------------- 日终计费


def bill_day(tx: Conversation, *, day: dt.date) -> None:
    """给全部在院患者一次计一天的床位费和护理费，再汇总。

    日终同时只能跑一个：先占住批次计数行，否则两个批次会各锁一半住院记录，互相等死。然后在住院记录上记批号并锁住，
    后面只认本批的记录。
    """
    tx.change(COUNT_UP, counter_id=DAY_END)
    batch_no, at = f"D{day:%Y%m%d}", dt.datetime.combine(day, dt.time(23, 30))
    if tx.change(sql.BILL_ALL, batch_no=batch_no) == 0:
        tx.refuse("没有在院患者")
    tx.change(sql.CHARGE_ALL, batch_no=batch_no, at=at)
    tx.change(sql.BED_FEES, batch_no=batch_no)
    tx.change(sql.NURSING_FEES, batch_no=batch_no)
    tx.row(sql.BATCH_SUMMARY, batch_no=batch_no)


def draw_bill_day(drawing: Drawing) -> dict[str, Any] | None:
    day = drawing.take("billing_day")
    return None if day is None else {"day": day}


TRANSACTIONS = (
    Transaction(name="ward_board", title="病区床位一览", draw=draw_ward_board, act=ward_board, weight=4),
    Transaction(name="daily_report", title="门诊日报", draw=draw_daily_report, act=daily_report, weight=0.7, bulk=True),
    Transaction(name="bill_day", title="日终计费", draw=draw_bill_day, act=bill_day, weight=0.3, bulk=True),
)
