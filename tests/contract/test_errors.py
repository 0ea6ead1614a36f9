"""Errors come back as replies with the product-neutral class; nothing is raised."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from harness.model import ErrorClass, Reply, ReplyKind
from harness.ports import Session
from tests.contract.conftest import Target

_FIRST = "INSERT INTO contract_patient (id, code, fee) VALUES (1, 'A1', 1)"


_LENGTH = pytest.mark.capability("enforces_length")
_TYPES = pytest.mark.capability("typed_columns")


@pytest.mark.parametrize(
    ("sql", "kind", "error_class"),
    [
        ("INSERT INTO contract_patient (id, code) VALUES (2, 'A1')", ReplyKind.REFUSED, ErrorClass.UNIQUE),
        ("INSERT INTO contract_patient (id, code) VALUES (1, 'A2')", ReplyKind.REFUSED, ErrorClass.UNIQUE),
        ("INSERT INTO contract_visit (id, patient_id) VALUES (1, 99)", ReplyKind.REFUSED, ErrorClass.FOREIGN_KEY),
        ("INSERT INTO contract_patient (id, code) VALUES (3, NULL)", ReplyKind.REFUSED, ErrorClass.NOT_NULL),
        ("INSERT INTO contract_visit (id) VALUES (1)", ReplyKind.REFUSED, ErrorClass.NOT_NULL),
        ("UPDATE contract_patient SET fee = -1", ReplyKind.REFUSED, ErrorClass.CHECK),
        ("SELEC 1", ReplyKind.FAILED, ErrorClass.SYNTAX),
        ("SELECT 1 FROM contract_nothing", ReplyKind.FAILED, ErrorClass.UNKNOWN_OBJECT),
        ("SELECT absent FROM contract_patient", ReplyKind.FAILED, ErrorClass.UNKNOWN_OBJECT),
        ("DROP TABLE contract_nothing", ReplyKind.FAILED, ErrorClass.UNKNOWN_OBJECT),
    ],
)
def test_error_classes(tables: Target, session: Session, sql: str, kind: ReplyKind, error_class: ErrorClass) -> None:
    assert tables.run(session, _FIRST).kind is ReplyKind.OK
    reply = tables.run(session, sql)
    assert (reply.kind, reply.error_class) == (kind, error_class), reply.message
    assert reply.message
    assert reply.rows == ()


@pytest.mark.parametrize(
    ("change", "error_class"),
    [
        pytest.param("code = '" + "长" * 21 + "'", ErrorClass.TOO_LONG, marks=_LENGTH),
        pytest.param("fee = 123456789.00", ErrorClass.NUMERIC_OVERFLOW, marks=_TYPES),
        pytest.param("id = 3000000000", ErrorClass.NUMERIC_OVERFLOW, marks=_TYPES),
        pytest.param("born = '2026-02-30'", ErrorClass.BAD_VALUE, marks=_TYPES),
    ],
)
def test_values_that_do_not_fit(tables: Target, session: Session, change: str, error_class: ErrorClass) -> None:
    assert tables.run(session, _FIRST).kind is ReplyKind.OK
    reply = tables.run(session, f"UPDATE contract_patient SET {change}")
    expected = tables.traits.too_large_a_decimal if change.startswith("fee") else error_class
    assert (reply.kind, reply.error_class) == (ReplyKind.REFUSED, expected), reply.message


def test_parent_row_is_protected(tables: Target, session: Session) -> None:
    tables.run(session, _FIRST)
    tables.run(session, "INSERT INTO contract_visit (id, patient_id) VALUES (1, 1)")
    reply = tables.run(session, "DELETE FROM contract_patient")
    assert (reply.kind, reply.error_class) == (ReplyKind.REFUSED, ErrorClass.FOREIGN_KEY)


def test_division_by_zero(tables: Target, session: Session) -> None:
    reply = tables.run(session, "SELECT 1/0{dual}")
    if tables.traits.division_by_zero_fails:
        assert reply.error_class is ErrorClass.DIVISION_BY_ZERO
    else:
        assert reply.rows[0][0] is None


def test_what_an_error_leaves_of_the_transaction(tables: Target, session: Session) -> None:
    tables.run(session, _FIRST)
    assert tables.run(session, _FIRST).error_class is ErrorClass.UNIQUE
    after = tables.run(session, "SELECT 1{dual}")
    committed = session.commit()
    left = tables.run(session, "SELECT count(*) FROM contract_patient").rows[0][0]
    if tables.traits.error_aborts_transaction:
        assert after.error_class is ErrorClass.ABORTED
        # The server answers COMMIT with a silent ROLLBACK; a caller must not take that for a commit.
        assert (committed.kind, committed.error_class, left) == (ReplyKind.FAILED, ErrorClass.ABORTED, 0)
    else:
        assert (after.kind, committed.kind, left) == (ReplyKind.OK, ReplyKind.OK, 1)


def test_commit_and_rollback(tables: Target, connect: Callable[..., Session]) -> None:
    one, two = connect(), connect()
    count = "SELECT count(*) FROM contract_patient"
    tables.run(one, _FIRST)
    assert tables.run(two, count).rows[0][0] == 0
    two.rollback()
    assert one.rollback().kind is ReplyKind.OK
    assert tables.run(one, count).rows[0][0] == 0
    tables.run(one, _FIRST)
    assert one.commit().kind is ReplyKind.OK
    assert tables.run(two, count).rows[0][0] == 1


@pytest.mark.capability("read_committed")
def test_what_others_commit_is_seen_inside_an_open_transaction(tables: Target, connect: Callable[..., Session]) -> None:
    """Sessions are told READ COMMITTED, whatever the server's default is."""
    one, two = connect(), connect()
    count = "SELECT count(*) FROM contract_patient"
    assert tables.run(two, count).rows[0][0] == 0
    tables.run(one, _FIRST)
    assert tables.run(two, count).rows[0][0] == 0
    assert one.commit().kind is ReplyKind.OK
    assert tables.run(two, count).rows[0][0] == 1


@pytest.mark.capability("statement_timeout")
def test_statement_timeout(tables: Target, connect: Callable[..., Session]) -> None:
    tables.driver.load("contract_words", ["word", "n"], [(f"w{i}", i) for i in range(1000)])
    session = connect(statement_timeout_s=0.5)
    began = time.monotonic()
    # A thousand million rows to look at, which takes any product longer than that.
    reply = tables.run(session, "SELECT count(*) FROM contract_words a, contract_words b, contract_words c "
                       "WHERE a.n + b.n + c.n = 7")  # fmt: skip
    assert (reply.kind, reply.error_class) == (ReplyKind.TIMED_OUT, ErrorClass.STATEMENT_TIMEOUT), reply.message
    assert time.monotonic() - began < 15


@pytest.mark.capability("server_sleep")
@pytest.mark.capability("statement_timeout")
def test_a_sleep_is_ended_too(target: Target, connect: Callable[..., Session]) -> None:
    began = time.monotonic()
    reply = connect(statement_timeout_s=0.5).execute(target.driver.sleep(30), ())
    assert (reply.kind, reply.error_class) == (ReplyKind.TIMED_OUT, ErrorClass.STATEMENT_TIMEOUT), reply.message
    assert time.monotonic() - began < 15


@pytest.mark.capability("lock_timeout")
def test_waiting_for_a_lock_ends(tables: Target, connect: Callable[..., Session]) -> None:
    holder, waiter = connect(), connect(statement_timeout_s=1)
    tables.run(holder, _FIRST)
    holder.commit()
    change = "UPDATE contract_patient SET fee = fee + 1 WHERE id = 1"
    assert tables.run(holder, change).affected == 1
    reply = tables.run(waiter, change)
    assert reply.kind is ReplyKind.TIMED_OUT, reply
    assert reply.error_class in {ErrorClass.LOCK_TIMEOUT, ErrorClass.STATEMENT_TIMEOUT}


@pytest.mark.capability("row_locks")
def test_deadlock_is_ended_by_one_victim(tables: Target, connect: Callable[..., Session]) -> None:
    setup, left, right = connect(), connect(statement_timeout_s=3), connect(statement_timeout_s=3)
    tables.run(setup, "INSERT INTO contract_patient (id, code, fee) VALUES (1, 'A1', 1), (2, 'A2', 1)")
    setup.commit()
    change = "UPDATE contract_patient SET fee = fee + 1 WHERE id = %s"
    tables.run(left, change, 1)
    tables.run(right, change, 2)
    replies: list[Reply] = []

    def cross() -> None:
        replies.append(tables.run(left, change, 2))
        left.rollback()

    thread = threading.Thread(target=cross)
    thread.start()
    replies.append(tables.run(right, change, 1))
    right.rollback()
    thread.join(timeout=20)
    assert not thread.is_alive()
    victims = [reply for reply in replies if reply.kind is not ReplyKind.OK]
    assert victims
    expected = {ErrorClass.DEADLOCK, ErrorClass.SERIALIZATION, ErrorClass.LOCK_TIMEOUT, ErrorClass.STATEMENT_TIMEOUT}
    assert {reply.error_class for reply in victims} <= expected, victims


@pytest.mark.capability("kill_session")
def test_lost_connection_is_a_reply_and_a_new_session_works(tables: Target, connect: Callable[..., Session]) -> None:
    victim, killer, words = connect(), connect(), tables.driver.words()
    number = tables.run(victim, words["own_session"]).rows[0][0]
    assert tables.run(killer, words["kill"].replace("{id}", str(number))).kind is ReplyKind.OK
    time.sleep(0.3)
    for _ in range(2):
        reply = tables.run(victim, "SELECT 1{dual}")
        assert (reply.kind, reply.error_class) == (ReplyKind.UNREACHABLE, ErrorClass.CONNECTION_LOST), reply
    for answer in (victim.commit(), victim.rollback()):
        assert answer.kind is ReplyKind.UNREACHABLE
    victim.close()
    assert tables.run(connect(), "SELECT 1{dual}").kind is ReplyKind.OK


def test_a_closed_session_answers_unreachable(tables: Target, connect: Callable[..., Session]) -> None:
    session = connect()
    session.close()
    assert tables.run(session, "SELECT 1{dual}").kind is ReplyKind.UNREACHABLE
    assert session.commit().kind is ReplyKind.UNREACHABLE
    session.close()
