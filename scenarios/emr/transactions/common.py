"""What several desks do alike: audit, reading a refused insert as a business answer, the next text of a record."""

from __future__ import annotations

import datetime as dt

from harness.model import Conversation, Drawing, Reply, ReplyKind
from scenarios.emr import statements as sql
from scenarios.emr.bank import STEPS, Body
from scenarios.emr.world import Work
from scenarios.emr.writing import written


def audit(tx: Conversation, *, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
    """留痕：谁、何时、对什么做了什么。"""
    tx.change(sql.ADD_AUDIT, action=action, object_id=object_id, staff_id=staff_id, occurred_at=at)


def refuse_if_refused(tx: Conversation, reply: Reply, reason: str) -> None:
    """约束拦下的写入是业务上的“不行”，用医院的话说出来。"""
    if reply.kind is ReplyKind.REFUSED:
        tx.refuse(reason)


def body_now(drawing: Drawing, work: Work) -> Body:
    """What stands on the doctor's screen."""
    found: Body = drawing.world.bank[work.type_code][work.chain][work.step % STEPS]
    return found


def text_now(drawing: Drawing, work: Work) -> str:
    """The same as the whole text of the record."""
    return written(work.record_id, body_now(drawing, work).body)
