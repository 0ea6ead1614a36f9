"""What several desks do alike: audit, reading a refused insert as a business answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from harness.model import Conversation, Drawing, Reply, ReplyKind
from scenarios.pacs import statements as sql

Drawn = dict[str, Any] | None
Draw = Callable[[Drawing], Drawn]


def audit(tx: Conversation, *, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
    """留痕：谁、何时、对什么做了什么。"""
    tx.change(sql.ADD_AUDIT, action=action, object_id=object_id, staff_id=staff_id, occurred_at=at)


def refuse_if_refused(tx: Conversation, reply: Reply, reason: str) -> None:
    """约束拦下的写入是业务上的“不行”，用医院的话说出来。"""
    if reply.kind is ReplyKind.REFUSED:
        tx.refuse(reason)
