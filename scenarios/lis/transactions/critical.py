"""危急值：登记在写结果时，这里是通知、回执与大屏；两段时限，超时必须写明原因。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from harness.model import Conversation, Drawing, Row, Transaction
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import statements_bench as sql
from scenarios.lis import statements_lists as lists
from scenarios.lis.judging import ACKNOWLEDGE_WITHIN
from scenarios.lis.transactions.common import audit, register
from scenarios.lis.world import BUSINESS_DAY, Alarm, later, one_of

UNANSWERED_SHARE = 0.25  # 第一次通知无人应答的比例

# --------------------------------------------------------------------------- 通知


def notify_critical(
    tx: Conversation, *, critical_id: str, attempts: Sequence[Sequence[Any]], notifier_id: str, late_reason: str
) -> None:
    """通知到有人应答为止，每次都留下；回执时限自应答起算。"""
    card = tx.row(sql.CRITICAL_CARD, critical_id=critical_id)
    if card is None:
        tx.refuse("没有登记这个危急值")
    at: dt.datetime = attempts[-1][3]
    for attempt_no, (channel, listener, read_back, called_at) in enumerate(attempts, 1):
        register(
            tx, sql.ADD_NOTICE, "已通知",
            critical_id=critical_id, attempt_no=attempt_no, channel=channel, notifier_id=notifier_id,
            listener=listener, read_back=read_back, notified_at=called_at,
        )  # fmt: skip
    changed = tx.change(
        sql.MARK_NOTIFIED,
        critical_id=critical_id, at=at, acknowledge_by=at + ACKNOWLEDGE_WITHIN,
        late_reason=late_reason if at > card[2] else None,
    )  # fmt: skip
    if changed != 1:
        tx.refuse("已通知")


def draw_notify_critical(drawing: Drawing) -> dict[str, Any] | None:
    alarm: Alarm | None = drawing.take("critical_open")
    if alarm is None:
        return None
    first = later(drawing, alarm.at, 1, 10)
    answer = (one_of(drawing, texts.LISTENERS), "已复述姓名、床号、项目与数值")
    attempts: tuple[tuple[Any, ...], ...] = ((one_of(drawing, texts.CHANNELS), *answer, first),)
    if drawing.rng.random() < UNANSWERED_SHARE:
        attempts = (("电话", None, None, first), ("电话", *answer, later(drawing, first, 3, 12)))
    at = attempts[-1][3]
    drawing.put("critical_notified", Alarm(alarm.critical_id, at))
    return {
        "critical_id": alarm.critical_id,
        "attempts": attempts,
        "notifier_id": one_of(drawing, drawing.world.verifiers),
        "late_reason": "首次电话无人接听",
    }


# --------------------------------------------------------------------------- 回执


def acknowledge_critical(
    tx: Conversation, *, critical_id: str, doctor_id: str, treatment: str, late_reason: str, at: dt.datetime
) -> None:
    """临床确认收到并写明处置，闭环完成。"""
    card = tx.row(sql.CRITICAL_CARD, critical_id=critical_id)
    if card is None or card[0] != "NOTIFIED":
        tx.refuse("尚未通知或已回执")
    tx.rows(sql.NOTICES, critical_id=critical_id)
    acknowledge_by, before = card[4], card[5]
    reason = before if before is not None or at <= acknowledge_by else late_reason
    tx.change(
        sql.MARK_ACKNOWLEDGED,
        critical_id=critical_id, at=at, acknowledger_id=doctor_id, treatment=treatment, late_reason=reason,
    )  # fmt: skip
    audit(tx, action="ACKNOWLEDGE", object_id=critical_id, staff_id=doctor_id, at=at)


def draw_acknowledge_critical(drawing: Drawing) -> dict[str, Any] | None:
    alarm: Alarm | None = drawing.take("critical_notified")
    if alarm is None:
        return None
    drawing.put("critical_closed", alarm)
    return {
        "critical_id": alarm.critical_id,
        "doctor_id": one_of(drawing, drawing.world.departments)[2],
        "treatment": one_of(drawing, texts.TREATMENTS),
        "late_reason": "医师正在抢救",
        "at": later(drawing, alarm.at, 2, 34),
    }


# --------------------------------------------------------------------------- 大屏


def critical_board(tx: Conversation, *, dept_id: str, since: dt.datetime) -> Sequence[Row]:
    """科室的危急值一览，未回执的也在其中。"""
    return tx.rows(lists.CRITICAL_BOARD, dept_id=dept_id, since=since)


def draw_critical_board(drawing: Drawing) -> dict[str, Any]:
    back = int(drawing.rng.random() * (drawing.world.scale.days + 1))
    return {
        "dept_id": one_of(drawing, drawing.world.departments)[0],
        "since": dt.datetime.combine(BUSINESS_DAY - dt.timedelta(days=back), dt.time()),
    }


TRANSACTIONS = (
    Transaction(
        name="notify_critical", title="危急值通知", draw=draw_notify_critical, act=notify_critical, weight=0.6
    ),
    Transaction(
        name="acknowledge_critical", title="危急值回执", draw=draw_acknowledge_critical, act=acknowledge_critical,
        weight=0.6,
    ),
    Transaction(name="critical_board", title="危急值一览", draw=draw_critical_board, act=critical_board, weight=2),
)  # fmt: skip
