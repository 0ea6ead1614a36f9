"""What several benches do alike: audit, reading a refused insert as a business answer, taking from a section's pool."""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, ErrorClass, Reply, ReplyKind, Statement
from scenarios.lis import statements as sql
from scenarios.lis.world import Tube

UNKNOWN_CODE = "含字典中没有的科室、职工、仪器或项目"


def audit(tx: Conversation, *, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
    """留痕：谁、何时、对什么做了什么。"""
    tx.change(sql.ADD_AUDIT, action=action, object_id=object_id, staff_id=staff_id, occurred_at=at)


def register(tx: Conversation, statement: Statement, reason: str, **row: Any) -> None:
    """登记一个由对方编号的东西：号码用过，就用医院的话说出来。"""
    reply = tx.attempt(statement, **row)
    if reply.kind is ReplyKind.REFUSED:
        tx.refuse(reason if reply.error_class is ErrorClass.UNIQUE else UNKNOWN_CODE)


def refuse_if_refused(tx: Conversation, reply: Reply, reason: str) -> None:
    """约束拦下的写入是业务上的“不行”，用医院的话说出来。"""
    if reply.kind is ReplyKind.REFUSED:
        tx.refuse(reason)


def tubes_of_a_section(drawing: Drawing, stage: str, sections: tuple[str, ...], most: int) -> list[Tube]:
    """Up to `most` tubes of one section: a random one, or the next that has any."""
    first = int(drawing.rng.random() * len(sections))
    for n in range(len(sections)):
        pool = f"{stage}-{sections[first - n]}"
        tube: Tube | None = drawing.take(pool)
        if tube is not None:
            tubes = [tube]
            while len(tubes) < most and (tube := drawing.take(pool)) is not None:
                tubes.append(tube)
            return tubes
    return []
