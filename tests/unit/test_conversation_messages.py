"""Messages and legs of a transaction: what is sent, what is noted, what is committed when."""

from __future__ import annotations

from typing import Any

import pytest

from harness.execute.conversation import Talk, perform
from harness.execute.peers import Peer
from harness.message import Message, Outgoing
from harness.model import Rendered, Reply, ReplyKind, Transaction
from tests.unit.fakes import TAKE, FakeSession

RENDERED = {"take": Rendered(name="take", sql="TAKE", order=("seat",), returns_rows=False)}


def compose(*, charset: str, text: str) -> Outgoing:
    return Outgoing(body=text.encode(charset))


GREET = Message(name="greet", title="问候", interface="desk", content="text", compose=compose)


class FakePeer:
    """A message session that answers with one kind of reply and remembers what it was told."""

    def __init__(self, kind: ReplyKind = ReplyKind.OK) -> None:
        self.kind = kind
        self.told: list[bytes] = []

    def send(self, message: Outgoing, /) -> Reply:
        self.told.append(message.body)
        return Reply(self.kind, body=b"!")

    def close(self) -> None: ...


def carried_out(act: Any, peer: FakePeer) -> tuple[ReplyKind, list[tuple[str, bytes]], list[str]]:
    noted: list[tuple[str, bytes]] = []
    session = FakeSession()
    talk = Talk(
        session,
        RENDERED,
        lambda step, reply, sent, answered, message: noted.append((step, message.body if message else b"")),
        {"desk": Peer(peer, "GB18030")},
    )
    outcome, _ = perform(Transaction(name="t", title="t", draw=lambda drawing: {}, act=act), {}, talk)
    return outcome, noted, session.asked


def test_a_message_is_written_in_the_charset_of_the_endpoint_and_is_no_part_of_the_database_transaction() -> None:
    peer = FakePeer()
    outcome, noted, asked = carried_out(lambda tx: tx.send(GREET, text="您好"), peer)
    assert outcome is ReplyKind.OK
    assert peer.told == ["您好".encode("gb18030")]
    assert noted == [("greet", peer.told[0]), ("commit", b"")]
    assert asked == []  # nothing was told to the database, so it is asked to commit nothing


@pytest.mark.parametrize("kind", [ReplyKind.REFUSED, ReplyKind.TIMED_OUT])
def test_a_reply_that_is_not_ok_ends_the_transaction(kind: ReplyKind) -> None:
    def act(tx: Any) -> None:
        tx.change(TAKE, seat=1)
        tx.send(GREET, text="a")
        tx.change(TAKE, seat=2)

    outcome, noted, asked = carried_out(act, FakePeer(kind))
    assert outcome is kind
    assert [step for step, _ in noted] == ["take", "greet", "rollback"]
    assert asked == ["TAKE", "rollback"]


def test_a_refusal_may_be_the_answer_that_was_hoped_for() -> None:
    seen: list[ReplyKind] = []
    outcome, _, _ = carried_out(lambda tx: seen.append(tx.attempt(GREET, text="a").kind), FakePeer(ReplyKind.REFUSED))
    assert (outcome, seen) == (ReplyKind.OK, [ReplyKind.REFUSED])


def test_each_leg_of_a_journey_is_committed_before_the_next_begins() -> None:
    def act(tx: Any) -> None:
        tx.leg("register")
        tx.change(TAKE, seat=1)
        tx.leg("order")
        tx.send(GREET, text="a")
        tx.leg("charge")
        tx.change(TAKE, seat=2)

    for _ in range(2):  # a second journey begins anew
        outcome, noted, asked = carried_out(act, FakePeer())
        assert outcome is ReplyKind.OK
        assert [step for step, _ in noted] == ["take", "commit", "greet", "commit", "take", "commit"]
        assert asked == ["TAKE", "commit", "TAKE", "commit"]
