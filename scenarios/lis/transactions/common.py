"""What several benches do alike: audit, reading a refused insert as a business answer, taking from a section's pool."""

from __future__ import annotations

import datetime as dt

from harness.model import Conversation, Drawing, Reply, ReplyKind
from scenarios.lis import statements as sql
from scenarios.lis.world import Tube


def audit(tx: Conversation, *, action: str, object_id: str, staff_id: str, at: dt.datetime) -> None:
    """留痕：谁、何时、对什么做了什么。"""
    tx.change(sql.ADD_AUDIT, action=action, object_id=object_id, staff_id=staff_id, occurred_at=at)


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
