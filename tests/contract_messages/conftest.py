"""Gives every test of the suite each kind of message interface in turn, served by a peer that nobody here wrote."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from drivers.messages import driver_for
from harness.message import MessageEndpoint, Outgoing
from harness.ports import MessageDriver
from tests.contract_messages.authority import Authority, Identity
from tests.contract_messages.peers import door, independent_mllp, service, web
from tests.contract_messages.rabbitmq import RabbitMq

KINDS = ("mllp", "http", "soap", pytest.param("amqp", marks=pytest.mark.needs_apt("rabbitmq-server")))
ORU = (
    "MSH|^~\\&|LIS|检验科|HIS|H|20261122080000||ORU^R01|{id}|P|2.4||||||UNICODE UTF-8\r"
    "PID|1||P0001^^^H^PI||王^小明||19800101|M\rOBX|1|NM|WBC^白细胞计数^LN||5.6|10*9/L|3.5-9.5||||F\r"
)
ENVELOPE = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    "<q:query xmlns:q='urn:lis'>S0001</q:query></e:Body></e:Envelope>"
)


def oru(control_id: str) -> Outgoing:
    return Outgoing(body=ORU.format(id=control_id).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An interface that works, and a message that it answers well."""

    endpoint: MessageEndpoint
    message: Outgoing
    answer: bytes  # stands in the body of its reply

    def driver(self, **changed: Any) -> MessageDriver:
        return driver_for(replace(self.endpoint, **changed))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def identity(authority: Authority) -> Identity:
    return authority.identity("127.0.0.1")


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory, authority: Authority, identity: Identity) -> Iterator[RabbitMq]:
    """One for all tests: it takes several seconds to start."""
    home: Path = tmp_path_factory.mktemp("rabbitmq")
    broker = RabbitMq(home, ca=authority.ca, certificate=identity.certificate, key=identity.key)
    try:
        yield broker
    finally:
        broker.discard()


@pytest.fixture(scope="session")
def echoing(rabbitmq: RabbitMq) -> Iterator[str]:
    """A queue whose messages are answered with themselves."""
    import pika

    ready, stop, connections = threading.Event(), threading.Event(), []

    def serve() -> None:
        connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", rabbitmq.port))
        connections.append(connection)
        channel = connection.channel()
        channel.queue_declare("echo")

        def answer(_: Any, method: Any, told: Any, body: bytes) -> None:
            properties = pika.BasicProperties(correlation_id=told.correlation_id)
            channel.basic_publish("", told.reply_to, body, properties)
            channel.basic_ack(method.delivery_tag)

        channel.basic_consume("echo", answer)
        ready.set()
        while not stop.is_set():
            connection.process_data_events(time_limit=0.2)
        connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(10)
    yield "echo"
    stop.set()
    thread.join(timeout=10)


def soap_service(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Says back the envelope it was sent."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", environ.get("CONTENT_TYPE", "")), ("Content-Length", str(len(body)))])
    return [body]


@contextlib.contextmanager
def serving(request: pytest.FixtureRequest, kind: str, *, tls: bool) -> Iterator[Target]:
    """A target of one kind."""
    context = request.getfixturevalue("identity").context() if tls else None
    ca = str(request.getfixturevalue("authority").ca) if tls else ""
    scheme = {"mllp": "mllp", "http": "http", "soap": "http", "amqp": "amqp"}[kind] + ("s" if tls else "")

    def target(port: int, message: Outgoing, answer: bytes) -> Target:
        url = f"{scheme}://127.0.0.1:{port}"
        return Target(endpoint=MessageEndpoint(kind=kind, url=url, ca=ca, timeout_s=5), message=message, answer=answer)

    if kind == "mllp":
        with contextlib.ExitStack() as opened:
            port = opened.enter_context(independent_mllp())
            if context is not None:
                port, _ = opened.enter_context(door(port, tls=context))
            yield target(port, oru("C-1"), b"MSA|AA|C-1")
    elif kind == "http":
        with web(tls=context) as port:
            yield target(port, Outgoing(body='{"姓名":"王小明"}'.encode(), path="reports"), "王小明".encode())
    elif kind == "soap":
        with service(soap_service, tls=context) as port:
            yield target(port, Outgoing(body=ENVELOPE.encode()), b"S0001")
    else:
        broker: RabbitMq = request.getfixturevalue("rabbitmq")
        queue = request.getfixturevalue("echoing")
        port = broker.tls_port if tls else broker.port
        yield target(port, Outgoing(body="王小明".encode(), path=queue, method="CALL"), "王小明".encode())


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    with serving(request, request.param, tls=False) as target:
        yield target


@pytest.fixture(params=KINDS)
def secured(request: pytest.FixtureRequest) -> Iterator[Target]:
    with serving(request, request.param, tls=True) as target:
        yield target
