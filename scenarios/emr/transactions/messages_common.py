"""What the message transactions share: sending what was drawn, and probes that must be refused.

Their draws are those of the desks wherever the desk's business is the same, so that both live from the same pools.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from harness.message import Message
from harness.model import Conversation, Drawing, ReplyKind, Row, Transaction

Drawn = dict[str, Any] | None
Draw = Callable[[Drawing], Drawn]

_first = itemgetter(0)


def sending(message: Message) -> Callable[..., None]:
    """Business that consists of one message."""

    def act(tx: Conversation, **params: Any) -> None:
        tx.send(message, **params)

    return act


def refused(message: Message, reason: str) -> Callable[..., None]:
    """A message that must be refused; where it is not, the transaction succeeds, and that is seen."""

    def act(tx: Conversation, **params: Any) -> None:
        if tx.attempt(message, **params).kind is not ReplyKind.OK:
            tx.refuse(reason)

    return act


def probe(name: str, title: str, message: Message, draw: Draw) -> Transaction:
    return Transaction(
        name=f"probe_{name}",
        title=f"探测：{title}",
        draw=draw,
        act=refused(message, title),
        weight=0,
        interfaces=(message.interface,),
        probe=True,
    )


def row_of(world: Any, table: str, key: str) -> Row:
    """A generated row by its number: rows lie in the order of their numbers."""
    rows: Sequence[Row] = world.tables[table]
    return rows[bisect_left(rows, key, key=_first)]
