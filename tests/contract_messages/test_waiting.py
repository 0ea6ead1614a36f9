"""Users are truly concurrent under gevent: a peer answers nobody until it has heard from all of them.

In a process of its own, as load runs are. A driver that queued its users in one of them would time out here.
"""

from __future__ import annotations

import dataclasses
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.message import MessageEndpoint, Outgoing
from tests.contract_messages.conftest import ENVELOPE, KINDS, oru
from tests.contract_messages.peers import Peer, ack, http_answer, read_http, read_mllp
from tests.contract_messages.rabbitmq import RabbitMq

_USERS, _ROUNDS = 12, 3

_LOAD = """
from gevent import monkey
monkey.patch_all()
import json, sys
import gevent
from gevent.threadpool import ThreadPool
from drivers.messages import driver_for
from harness.message import MessageEndpoint, Outgoing
from harness.ports import Waiting
endpoint, users, rounds, body, rest = json.loads(sys.argv[1])
driver = driver_for(MessageEndpoint(**endpoint))
driver.make_green()
sessions = [driver.connect() for _ in range(users)]
threads = ThreadPool(users) if driver.waiting is Waiting.BLOCKING else None
message = Outgoing(body=body.encode(), **rest)
kinds = []
def user(session):
    for _ in range(rounds):
        reply = threads.apply(session.send, (message,)) if threads is not None else session.send(message)
        kinds.append(reply.kind.label)
gevent.joinall([gevent.spawn(user, session) for session in sessions], raise_error=True)
print(json.dumps(sorted(set(kinds))), len(kinds))
for session in sessions:
    session.close()
"""


def _together(read: Callable[[socket.socket], bytes | None], answer: Callable[[bytes], bytes]) -> Peer:
    """Answers when as many messages as there are users have arrived."""
    everybody = threading.Barrier(_USERS)

    def script(line: socket.socket) -> None:
        while (message := read(line)) is not None:
            everybody.wait(timeout=20)
            line.sendall(answer(message))

    return Peer(script)


def _broker_side(rabbitmq: RabbitMq, stop: threading.Event, ready: threading.Event) -> None:
    """Answers calls to the queue `together` when all users have called."""
    import pika

    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", rabbitmq.port))
    channel = connection.channel()
    channel.queue_declare("together", auto_delete=True)
    waiting: list[Any] = []

    def take(_: Any, _method: Any, told: Any, body: bytes) -> None:
        waiting.append((told.reply_to, told.correlation_id, body))
        if len(waiting) == _USERS:
            for queue, correlation_id, said in waiting:
                channel.basic_publish("", queue, said, pika.BasicProperties(correlation_id=correlation_id))
            waiting.clear()

    channel.basic_consume("together", take, auto_ack=True)
    ready.set()
    while not stop.is_set():
        connection.process_data_events(time_limit=0.1)
    connection.close()


@pytest.fixture(params=KINDS)
def together(request: pytest.FixtureRequest) -> Iterator[tuple[MessageEndpoint, Outgoing]]:
    kind: str = request.param
    if kind == "amqp":
        stop, ready = threading.Event(), threading.Event()
        broker: RabbitMq = request.getfixturevalue("rabbitmq")
        thread = threading.Thread(target=_broker_side, args=(broker, stop, ready))
        thread.start()
        assert ready.wait(10)
        url = f"amqp://127.0.0.1:{broker.port}"
        yield MessageEndpoint(kind=kind, url=url), Outgoing(body=b"x", path="together", method="CALL")
        stop.set()
        thread.join(timeout=10)
        return
    messages = {"mllp": oru("C-1"), "http": Outgoing(body=b"{}"), "soap": Outgoing(body=ENVELOPE.encode())}
    peer = _together(read_mllp, ack) if kind == "mllp" else _together(
        read_http, lambda _: http_answer("200 OK", b"<Envelope/>")
    )  # fmt: skip
    with peer:
        scheme = "mllp" if kind == "mllp" else "http"
        yield MessageEndpoint(kind=kind, url=f"{scheme}://127.0.0.1:{peer.port}", timeout_s=15), messages[kind]


def test_users_wait_side_by_side(together: tuple[MessageEndpoint, Outgoing]) -> None:
    endpoint, message = together
    rest = {"path": message.path, "method": message.method}
    given = [dataclasses.asdict(endpoint), _USERS, _ROUNDS, message.body.decode(), rest]
    command = [sys.executable, "-c", _LOAD, json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split() == ['["ok"]', str(_USERS * _ROUNDS)], done.stderr
