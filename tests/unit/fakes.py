"""Fakes that say so in their names: a pack of three transactions and a session answered by a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, bindparam, insert

from harness.imaging import ArchiveUse
from harness.message import Interface, Message
from harness.model import (
    Conversation,
    Drawing,
    Invariant,
    Rendered,
    Reply,
    ReplyKind,
    Rule,
    Scale,
    Statement,
    Transaction,
)

METADATA = MetaData()
SEAT = Table("seat", METADATA, Column("id", Integer, primary_key=True))
TAKE = Statement(name="take", body=insert(SEAT).values(id=bindparam("seat")))


def draw_seat(drawing: Drawing) -> dict[str, Any] | None:
    seat = drawing.take("seats")
    return None if seat is None else {"seat": seat}


def act_take(tx: Conversation, *, seat: int) -> None:
    if tx.attempt(TAKE, seat=seat).kind:
        tx.refuse("已占")


def draw_note(drawing: Drawing) -> dict[str, Any]:
    return {"seat": drawing.rng.randrange(10**6)}


def act_change(tx: Conversation, *, seat: int) -> None:
    tx.change(TAKE, seat=seat)


class FakePack:
    """Fulfils `harness.model.Pack` without a hospital."""

    name = "fake"
    title = "假场景包"
    version = "0"
    metadata = METADATA
    statements: Mapping[str, Statement] = {"take": TAKE}
    interfaces: tuple[Interface, ...] = ()
    messages: Mapping[str, Message] = {}
    invariants: tuple[Invariant, ...] = ()
    rules: tuple[Rule, ...] = ()
    archive: ArchiveUse | None = None
    transactions = (
        Transaction(name="take", title="占座", draw=draw_seat, act=act_take, weight=2),
        Transaction(name="note", title="记录", draw=draw_note, act=act_change, weight=1),
        Transaction(name="report", title="日报", draw=draw_note, act=act_change, weight=0, bulk=True),
        Transaction(name="forbidden", title="重复占座", draw=draw_note, act=act_take, weight=0, probe=True),
    )

    def __init__(self, seats: int = 1000) -> None:
        self._seats = seats

    def world(self, scale: Scale) -> Any:
        return scale

    def rows(self, world: Any) -> list[Any]:
        return []

    def pools(self, world: Any) -> Mapping[str, Sequence[Any]]:
        return {"seats": range(self._seats)}


class FakeSession:
    """A session that answers with whatever `answer` returns, and remembers what it was asked."""

    def __init__(self, answer: Callable[[str], Reply] = lambda sql: Reply(ReplyKind.OK, affected=1)) -> None:
        self.asked: list[str] = []
        self._answer = answer

    def execute(self, statement: Rendered, params: Sequence[Any], /) -> Reply:
        self.asked.append(statement.sql)
        return self._answer(statement.sql)

    def commit(self) -> Reply:
        self.asked.append("commit")
        return self._answer("commit")

    def rollback(self) -> Reply:
        self.asked.append("rollback")
        return Reply(ReplyKind.OK)

    def close(self) -> None:
        self.asked.append("close")
