"""The reference application beside a real database, for packs whose transactions send messages."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import scenarios
from drivers.messages import driver_for
from drivers.servers.program import ProgramServer
from harness.compare.differences import Messages
from harness.compare.replies import Spoken
from harness.content.how import usual
from harness.message import Message, MessageEndpoint
from harness.model import Item, Pack, Reply, ReplyKind
from harness.ports import Driver, MessageDriver

ROOT = Path(scenarios.__path__[0]).parent
Interfaces = Mapping[str, MessageDriver]


@contextlib.contextmanager
def answering(pack: Pack, driver: Driver, home: Path, charset: str = "UTF-8") -> Iterator[Interfaces]:
    """The pack's interfaces, answered on top of this database."""
    sql: Any = driver.endpoint  # type: ignore[attr-defined]  # every driver of ours has one
    command = [sys.executable, "-m", "scenarios.reference", "--packs", pack.name, "--charset", charset]
    server = ProgramServer(home, command, roots=[ROOT])
    try:
        tables: Mapping[str, Any] = server.start({"url": sql.url, "product": sql.product})
        yield {name: driver_for(MessageEndpoint(**table)) for name, table in tables.items()}
    finally:
        server.discard()


def spoken(pack: Pack) -> Messages:
    """How the replies to the pack's messages are compared."""
    return {m.name: Spoken(content=m.content, how=m.how or usual(m.content)) for m in pack.messages.values()}


class Listening:
    """A conversation that only keeps what it is told to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, dict[str, Any]]] = []

    def send(self, message: Message, /, **params: Any) -> Reply:
        self.sent.append((message, params))
        return Reply(ReplyKind.OK)

    attempt = send


def sent_by(pack: Pack, item: Item) -> list[tuple[Message, dict[str, Any]]]:
    """The messages of a transaction that consists of nothing else, each with what it is composed from."""
    transaction = next(t for t in pack.transactions if t.name == item.transaction)
    listening = Listening()
    if transaction.interfaces:
        transaction.act(listening, **item.params)
    return listening.sent
