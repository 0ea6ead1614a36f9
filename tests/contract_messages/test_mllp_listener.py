"""The receiving side: what others send arrives, and is acknowledged as they asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hl7.client import MLLPClient

from drivers.messages import driver_for
from drivers.messages.mllp.frames import framed
from drivers.messages.mllp.listener import MllpListener
from drivers.messages.mllp.segments import acknowledge, acknowledged
from harness.errors import BadInput
from harness.message import MessageEndpoint, Outgoing
from harness.model import ReplyKind
from tests.contract_messages.authority import Authority, Identity
from tests.contract_messages.conftest import oru
from tests.contract_messages.peers import read_mllp


class Inbox:
    """Keeps what arrives; says AE where a message carries a critical value that nobody knows."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def __call__(self, message: bytes) -> bytes | None:
        self.messages.append(message)
        if b"silent" in message:
            return None
        return acknowledge(message, "AE" if b"unknown" in message else "AA", "看不懂" if b"unknown" in message else "")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def listener(inbox: Inbox) -> Iterator[MllpListener]:
    listening = MllpListener(inbox)
    yield listening
    listening.close()


def test_an_independent_client(inbox: Inbox, listener: MllpListener) -> None:
    with MLLPClient("127.0.0.1", listener.port, encoding="utf-8") as client:
        for number in range(3):
            answer = client.send_message(oru(f"C-{number}").body.decode())
            assert b"MSA|AA|C-%d" % number in answer
            assert b"UNICODE UTF-8" in answer
    assert inbox.messages == [oru(f"C-{number}").body for number in range(3)]


def test_our_own_sender(inbox: Inbox, listener: MllpListener) -> None:
    driver = driver_for(MessageEndpoint(kind="mllp", url=f"mllp://127.0.0.1:{listener.port}", timeout_s=0.4))
    with contextlib.closing(driver.connect()) as session:
        assert session.send(oru("C-1")).kind is ReplyKind.OK
        refused = session.send(Outgoing(body=oru("C-2").body + b"NTE|1||unknown\r"))
        assert refused.kind is ReplyKind.REFUSED
        assert "看不懂" in refused.message
        assert session.send(Outgoing(body=oru("C-3").body + b"NTE|1||silent\r")).kind is ReplyKind.TIMED_OUT


@pytest.mark.parametrize(
    ("accept", "application", "more", "codes"),
    [
        ("AL", "AL", b"", [b"CA", b"AA"]),
        ("AL", "NE", b"", [b"CA"]),
        ("NE", "AL", b"", [b"AA"]),
        ("AL", "ER", b"", [b"CA"]),
        ("AL", "ER", b"NTE|1||unknown\r", [b"CA", b"AE"]),
        ("NE", "SU", b"NTE|1||unknown\r", []),
        ("", "", b"", [b"AA"]),
    ],
)
def test_enhanced_mode(listener: MllpListener, accept: str, application: str, more: bytes, codes: list[bytes]) -> None:
    head = f"MSH|^~\\&|LIS|H|HIS|H|20261122||ORU^R01|C-1|P|2.5|||{accept}|{application}\r".encode()
    found = []
    with socket.create_connection(("127.0.0.1", listener.port), timeout=0.3) as line:
        line.sendall(framed(head + more))
        with contextlib.suppress(TimeoutError):
            while answers := read_mllp(line):
                found += [acknowledged(answer.lstrip(b"\x0b")) for answer in answers.split(b"\x1c\r")]
    assert [answer[0] for answer in found if answer] == codes


def test_over_tls(inbox: Inbox, authority: Authority, identity: Identity) -> None:
    listening = MllpListener(inbox, tls=identity.context())
    try:
        trusting = ssl.create_default_context(cafile=str(authority.ca))
        with (
            socket.create_connection(("127.0.0.1", listening.port), timeout=5) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1") as line,
        ):
            line.sendall(framed(oru("C-1").body))
            assert acknowledged((read_mllp(line) or b"").lstrip(b"\x0b")) == (b"AA", b"C-1")
    finally:
        listening.close()


def test_a_port_that_is_taken(listener: MllpListener, inbox: Inbox) -> None:
    with pytest.raises(BadInput, match=str(listener.port)):
        MllpListener(inbox, port=listener.port)


def test_in_greenlets() -> None:
    """The same class where gevent has patched the process: a sender and its receiver in one thread."""
    code = (
        "from gevent import monkey; monkey.patch_all()\n"
        "from drivers.messages import driver_for\n"
        "from drivers.messages.mllp.listener import MllpListener\n"
        "from drivers.messages.mllp.segments import acknowledge\n"
        "from harness.message import MessageEndpoint, Outgoing\n"
        "heard = MllpListener(acknowledge)\n"
        "url = f'mllp://127.0.0.1:{heard.port}'\n"
        "sessions = [driver_for(MessageEndpoint(kind='mllp', url=url)).connect() for _ in range(3)]\n"
        "body = b'MSH|^~\\\\&|A|B|C|D|20261122||ORU^R01|C-1|P|2.4\\r'\n"
        "print([session.send(Outgoing(body=body)).message for session in sessions])\n"
        "[session.close() for session in sessions]\n"
        "heard.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout.strip() == "['AA', 'AA', 'AA']", done.stderr
