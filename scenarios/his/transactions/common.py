"""What several windows do alike: gap-free numbers, money, audit, and reading a refused insert as a business answer."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from harness.model import Conversation, Reply, ReplyKind
from scenarios.his import statements as sql
from scenarios.his.world import MONEY


def money(amount: Decimal) -> Decimal:
    """四舍五入到分。"""
    return amount.quantize(MONEY, rounding=ROUND_HALF_UP)


def next_number(tx: Conversation, counter_id: str) -> int:
    """不断号的下一个号码。计数行锁到提交为止，所以总在事务的最后取号；事务回滚时号码一并退回。"""
    tx.change(sql.COUNT_UP, counter_id=counter_id)
    row = tx.row(sql.COUNTER, counter_id=counter_id)
    if row is None:
        tx.refuse(f"没有号码簿 {counter_id}")
    return int(row[0])


def issue_invoice(tx: Conversation, *, window_id: str, document_id: str, amount: Decimal, at: dt.datetime) -> None:
    """在收费窗口的发票本上开下一张。"""
    tx.change(
        sql.ADD_INVOICE,
        window_id=window_id,
        invoice_no=next_number(tx, window_id),
        document_id=document_id,
        amount=amount,
        status="VALID",
        issued_at=at,
    )


def audit(tx: Conversation, *, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
    """留痕：谁、何时、对什么做了什么。"""
    tx.change(sql.ADD_AUDIT, action=action, object_id=object_id, staff_id=staff_id, occurred_at=at)


def refuse_if_refused(tx: Conversation, reply: Reply, reason: str) -> None:
    """约束拦下的写入是业务上的“不行”，用医院的话说出来。"""
    if reply.kind is ReplyKind.REFUSED:
        tx.refuse(reason)
