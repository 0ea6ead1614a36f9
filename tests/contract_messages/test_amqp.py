"""What is special to AMQP, on a real RabbitMQ: confirms, refusals of the broker, answers by correlation id, taking."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from drivers.messages import driver_for
from harness.message import MessageEndpoint, Outgoing
from harness.model import ErrorClass, ReplyKind
from harness.ports import MessageSession
from tests.contract_messages.rabbitmq import RabbitMq

pytestmark = pytest.mark.needs_apt("rabbitmq-server")


@pytest.fixture
def channel(rabbitmq: RabbitMq) -> Iterator[Any]:
    """The broker's other side: pika's own blocking channel."""
    import pika

    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", rabbitmq.port))
    yield connection.channel()
    connection.close()


@contextlib.contextmanager
def _opened(broker: RabbitMq, timeout_s: float) -> Iterator[MessageSession]:
    endpoint = MessageEndpoint(kind="amqp", url=f"amqp://127.0.0.1:{broker.port}", timeout_s=timeout_s)
    with contextlib.closing(driver_for(endpoint).connect()) as opened:
        yield opened


@pytest.fixture
def session(rabbitmq: RabbitMq) -> Iterator[MessageSession]:
    with _opened(rabbitmq, 10.0) as opened:
        yield opened


@pytest.fixture
def impatient(rabbitmq: RabbitMq) -> Iterator[MessageSession]:
    with _opened(rabbitmq, 0.5) as opened:
        yield opened


def test_publish_with_confirm_and_take(session: MessageSession, impatient: MessageSession, channel: Any) -> None:
    channel.queue_declare("results", auto_delete=False)
    channel.exchange_declare("lis", "topic", auto_delete=True)
    channel.queue_bind("results", "lis", "result.*")
    headers = {"exchange": "lis", "Content-Type": "text/hl7v2", "Message-Id": "M-1", "hospital": "H1"}
    reply = session.send(Outgoing(body="结果".encode(), path="result.final", headers=headers))
    assert (reply.kind, reply.message) == (ReplyKind.OK, "confirmed")
    _, told, body = channel.basic_get("results", auto_ack=True)
    assert body.decode() == "结果"
    assert (told.content_type, told.message_id, told.headers) == ("text/hl7v2", "M-1", {"hospital": "H1"})
    assert told.delivery_mode == 2

    for number in range(3):
        channel.basic_publish("", "results", b"%d" % number)
    taken = [session.send(Outgoing(body=b"", path="results", method="GET")) for _ in range(3)]
    assert [reply.body for reply in taken] == [b"0", b"1", b"2"]
    assert channel.queue_declare("results", passive=True).method.message_count == 0
    nothing = impatient.send(Outgoing(body=b"", path="results", method="GET"))
    assert nothing.kind is ReplyKind.TIMED_OUT
    channel.queue_delete("results")


def test_what_the_broker_refuses(session: MessageSession, channel: Any) -> None:
    channel.queue_declare("full", arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    assert session.send(Outgoing(body=b"1", path="full")).kind is ReplyKind.OK
    for message, error_class, told in (
        (Outgoing(body=b"2", path="full"), ErrorClass.RESOURCES, "nack"),
        (Outgoing(body=b"x", path="absent"), ErrorClass.UNKNOWN_OBJECT, "NO_ROUTE"),
        (Outgoing(body=b"x", path="x", headers={"exchange": "absent"}), ErrorClass.UNKNOWN_OBJECT, "404"),
        (Outgoing(body=b"", path="absent", method="GET"), ErrorClass.UNKNOWN_OBJECT, "404"),
    ):
        reply = session.send(message)
        assert (reply.kind, reply.error_class) == (ReplyKind.REFUSED, error_class), reply
        assert told in reply.message
    for message in (Outgoing(body=b"x", method="PUT"), Outgoing(body=b"x", path="x" * 300)):
        assert session.send(message).error_class is ErrorClass.BAD_VALUE
    channel.queue_delete("full")


def test_only_the_answer_to_this_call_counts(session: MessageSession, impatient: MessageSession, channel: Any) -> None:
    import pika

    channel.queue_declare("calls")
    began = time.monotonic()
    assert impatient.send(Outgoing(body=b"?", path="calls", method="CALL")).kind is ReplyKind.TIMED_OUT
    assert 0.45 < time.monotonic() - began < 10.0  # its own deadline, not a driver's
    channel.queue_purge("calls")

    def answer(_: Any, _method: Any, told: Any, body: bytes) -> None:
        for correlation_id, said in (
            ("another", b"wrong"),
            (told.correlation_id, body * 2),
            (told.correlation_id, b"!"),
        ):
            channel.basic_publish("", told.reply_to, said, pika.BasicProperties(correlation_id=correlation_id))

    channel.basic_consume("calls", answer, auto_ack=True)
    import threading

    replies: list[Any] = []
    calling = threading.Thread(
        target=lambda: replies.extend(
            session.send(Outgoing(body=b"%d" % n, path="calls", method="CALL")) for n in (1, 2)
        )
    )
    calling.start()
    while calling.is_alive():
        channel.connection.process_data_events(time_limit=0.05)
    calling.join()
    assert [reply.body for reply in replies] == [b"11", b"22"]
    channel.queue_delete("calls")
