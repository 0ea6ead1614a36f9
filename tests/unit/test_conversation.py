"""How a transaction ends: committed, refused by a rule, refused or failed by the system, or stuck in its own script."""

from typing import Any

import pytest

from harness.execute.conversation import SCRIPT, Talk, perform
from harness.model import Conversation, ErrorClass, Rendered, Reply, ReplyKind, Transaction
from tests.unit.fakes import TAKE, FakeSession

RENDERED = {"take": Rendered(name="take", sql="TAKE", order=("seat",), returns_rows=False)}


def transaction(act: Any) -> Transaction:
    return Transaction(name="t", title="t", draw=lambda drawing: {}, act=act)


def ended(act: Any, session: FakeSession) -> tuple[ReplyKind, str, list[tuple[str, ReplyKind]]]:
    noted: list[tuple[str, ReplyKind]] = []
    talk = Talk(session, RENDERED, lambda step, reply, sent, answered, message: noted.append((step, reply.kind)))
    outcome, reason = perform(transaction(act), {}, talk)
    return outcome, reason, noted


def test_a_finished_transaction_commits() -> None:
    session = FakeSession()
    assert ended(lambda tx: tx.change(TAKE, seat=1), session)[0] is ReplyKind.OK
    assert session.asked == ["TAKE", "commit"]


def test_a_business_refusal_rolls_back_and_the_rollback_carries_it() -> None:
    session = FakeSession()
    outcome, reason, noted = ended(lambda tx: tx.refuse("号源已被预约"), session)
    assert (outcome, reason) == (ReplyKind.REFUSED, "号源已被预约")
    assert noted == [("rollback", ReplyKind.REFUSED)]


@pytest.mark.parametrize("kind", [ReplyKind.REFUSED, ReplyKind.FAILED, ReplyKind.TIMED_OUT, ReplyKind.UNREACHABLE])
def test_a_step_that_is_not_ok_ends_the_transaction(kind: ReplyKind) -> None:
    session = FakeSession(lambda sql: Reply(kind, error_class=ErrorClass.OTHER))

    def act(tx: Conversation) -> None:
        tx.change(TAKE, seat=1)
        tx.change(TAKE, seat=2)

    assert ended(act, session)[0] is kind
    assert session.asked == ["TAKE", "rollback"]


def test_attempt_hands_the_refusal_to_the_transaction() -> None:
    session = FakeSession(lambda sql: Reply(ReplyKind.REFUSED, error_class=ErrorClass.UNIQUE))

    def act(tx: Conversation) -> None:
        if tx.attempt(TAKE, seat=1).error_class is ErrorClass.UNIQUE:
            tx.refuse("已占")

    assert ended(act, session)[:2] == (ReplyKind.REFUSED, "已占")


def test_a_commit_that_fails_is_the_outcome() -> None:
    session = FakeSession(lambda sql: Reply(ReplyKind.FAILED if sql == "commit" else ReplyKind.OK))
    assert ended(lambda tx: tx.change(TAKE, seat=1), session)[0] is ReplyKind.FAILED


def test_a_script_that_cannot_go_on_rolls_back_and_says_why() -> None:
    session = FakeSession()

    def act(tx: Conversation) -> None:
        row = tx.row(TAKE, seat=1)
        row[0]  # type: ignore[index]

    outcome, reason, noted = ended(act, session)
    assert outcome is ReplyKind.FAILED
    assert reason.startswith(SCRIPT)
    assert noted[-1] == ("rollback", ReplyKind.FAILED)
