"""The reference server through the real clients, and what it keeps of them."""

from __future__ import annotations

import select as wait
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import Integer, bindparam, select

from drivers import messages, sql
from drivers.calibration import DIALECTS, ReferenceServer, reference_server
from harness.message import MessageEndpoint, Outgoing
from harness.model import Rendered, Reply, ReplyKind, SqlEndpoint, Statement

ASK = Statement(name="ask", body=select(bindparam("number", type_=Integer).label("step_number")))
SQL = ("postgresql", "mysql")
MS = 1_000_000


@contextmanager
def asking(server: ReferenceServer, family: str) -> Iterator[Callable[[int], Reply]]:
    """Ask numbered questions over the real driver."""
    if family == "http":
        with closing(messages.driver_for(MessageEndpoint(kind="http", url=server.url)).connect()) as desk:
            yield lambda number: desk.send(Outgoing(body=b"", method="GET", path=str(number)))
        return
    driver = sql.driver_for(SqlEndpoint(url=server.url, product=family))
    rendered = driver.render(ASK)
    with closing(driver.connect()) as session:
        yield lambda number: session.execute(rendered, (number,))


@pytest.mark.parametrize("family", DIALECTS)
def test_every_question_is_answered_with_its_number_and_kept(family: str) -> None:
    with reference_server(family, 1.0) as server, asking(server, family) as ask:
        before = time.monotonic_ns()
        replies = [ask(number) for number in range(20)]
        after = time.monotonic_ns()
        records = server.records()
        assert not len(server.records())
    assert all(reply.kind is ReplyKind.OK for reply in replies)
    told = [reply.body or reply.rows for reply in replies]
    assert told == [b'{"step_number":%d}' % n if family == "http" else _row(n, family) for n in range(20)]
    assert records[:, 0].tolist() == list(range(20))
    assert (records[:, 1] < records[:, 2]).all()
    assert (records[1:, 1] > records[:-1, 2]).all()
    assert before < records[0, 1]
    assert records[-1, 2] < after


def _row(number: int, family: str) -> Any:
    return [(number,)] if family == "postgresql" else ((number,),)


@pytest.mark.parametrize("family", SQL)
def test_transactions_begin_and_end_and_what_is_unknown_is_refused(family: str) -> None:
    with reference_server(family, 1.0) as server:
        driver = sql.driver_for(SqlEndpoint(url=server.url, product=family))
        session = driver.connect()
        assert session.execute(driver.render(ASK), (1,)).kind is ReplyKind.OK
        assert session.commit().kind is ReplyKind.OK
        unknown = Rendered(name="unknown", sql="SELECT name FROM drug", order=(), returns_rows=True)
        refused = session.execute(unknown, ())
        assert refused.kind is ReplyKind.FAILED
        assert "not a database" in refused.message
        assert session.rollback().kind is ReplyKind.OK
        assert session.execute(driver.sleep(0.01), ()).kind is ReplyKind.OK
        session.close()
        assert server.records()[:, 0].tolist() == [1]


def test_nothing_is_answered_before_its_time() -> None:
    with reference_server("http", 20.0, sigma=0.0) as server, asking(server, "http") as ask:
        for number in range(5):
            ask(number)
        records = server.records()
    assert (records[:, 2] - records[:, 1] >= 20 * MS).all()


def test_while_it_is_frozen_nothing_is_answered() -> None:
    with reference_server("http", 2.0, sigma=0.0) as server, asking(server, "http") as ask:
        ask(0)
        freeze = time.monotonic_ns()
        server.freeze(freeze, 0.2)
        ask(1)
        ask(2)
        records = server.records()
    assert records[1, 2] >= freeze + 200 * MS
    assert records[2, 1] > records[1, 2]


def test_the_kernel_says_when_an_answer_came_and_not_when_it_was_read() -> None:
    with reference_server("http", 2.0, sigma=0.0) as server:
        line = messages.driver_for(MessageEndpoint(kind="http", url=server.url)).open()
        line.send(b"GET /7 HTTP/1.1\r\n\r\n")
        wait.select([line._socket], [], [])
        there = time.monotonic_ns()
        time.sleep(0.02)
        assert line.receive(time.monotonic() + 5).endswith(b'{"step_number":7}')
        records = server.records()
        line.close()
    assert line.sent_ns < records[0, 1] < records[0, 2] < line.arrived_ns
    assert line.arrived_ns < there
