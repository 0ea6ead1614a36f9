"""Senders that treat their connection badly: what they do to it, and that real peers bear it."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from drivers.messages import driver_for
from drivers.messages.misbehaving import SLOW_S
from harness.message import Misbehaviour
from harness.model import ReplyKind
from harness.ports import MessageDriver
from tests.contract_messages.conftest import Target
from tests.contract_messages.peers import Peer, ack, http_answer, read_http, read_mllp

LINES = ("mllp", "http", "soap")
_TIMEOUT_S = 1.5
lines = pytest.mark.parametrize("target", LINES, indirect=True)


# ------------------------------------------------------------------ real peers


def test_real_peers_bear_it(target: Target) -> None:
    driver = target.driver(timeout_s=_TIMEOUT_S)
    expected = {
        Misbehaviour.HALF_OPEN: [ReplyKind.TIMED_OUT],
        Misbehaviour.RESET: [],
        Misbehaviour.GONE: [],
        Misbehaviour.ANSWER_LOST: [ReplyKind.OK],
        Misbehaviour.SLOW: [ReplyKind.OK],
        Misbehaviour.PIPELINED: [ReplyKind.OK, ReplyKind.OK],
    }
    if target.endpoint.kind == "soap":  # wsgiref ends every connection after one answer
        expected[Misbehaviour.PIPELINED] = [ReplyKind.OK, ReplyKind.UNREACHABLE]
    for how in driver.misbehaviours:
        replies = driver.misbehave(how, target.message)
        assert [reply.kind for reply in replies] == expected[how], how
        assert all(target.answer in reply.body for reply in replies if reply.kind is ReplyKind.OK), how
        with contextlib.closing(driver.connect()) as session:
            assert session.send(target.message).kind is ReplyKind.OK, f"after {how}"


def test_every_protocol_knows_some(target: Target) -> None:
    known = set(target.driver().misbehaviours)
    assert known == (set(Misbehaviour) if target.endpoint.kind != "amqp" else {"gone", "answer_lost"})
    assert Misbehaviour.PIPELINED not in target.driver(persistent=False).misbehaviours


def test_nobody_listens(target: Target) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        scheme = target.endpoint.url.partition("://")[0]
        driver = target.driver(url=f"{scheme}://127.0.0.1:{free.getsockname()[1]}")
        for how in driver.misbehaviours:
            (reply,) = driver.misbehave(how, target.message)
            assert reply.kind is ReplyKind.UNREACHABLE, how


@pytest.mark.parametrize("secured", LINES, indirect=True)
def test_tls_makes_no_difference(secured: Target) -> None:
    driver = secured.driver(timeout_s=_TIMEOUT_S)
    assert driver.misbehave(Misbehaviour.RESET, secured.message) == ()
    assert driver.misbehave(Misbehaviour.PIPELINED, secured.message)[0].kind is ReplyKind.OK


# ------------------------------------------------------------------ what arrives


class _Ear:
    """A peer that notes what comes, piece by piece, and how it ended; it answers whole messages."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.pieces: list[bytes] = []
        self.ended = ""

    def __call__(self, line: socket.socket) -> None:
        try:
            while piece := line.recv(1 << 20):
                self.pieces.append(piece)
                self._answer(line)
            self.ended = "closed"
        except ConnectionResetError:
            self.ended = "reset"

    def _answer(self, line: socket.socket) -> None:
        whole = b"".join(self.pieces)
        if self._kind == "mllp":
            messages = whole.split(b"\x1c\r")[:-1]
            if messages and whole.endswith(b"\x1c\r"):
                line.sendall(b"".join(ack(message[1:]) for message in messages))
        elif b"\r\n\r\n" in whole:
            head, _, body = whole.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0])
            copies = len(whole) // (len(head) + 4 + length)
            line.sendall(http_answer("200 OK", b"<Envelope/>") * (copies if len(body) >= length else 0))


@contextlib.contextmanager
def hearing(target: Target) -> Iterator[tuple[_Ear, MessageDriver]]:
    ear = _Ear(target.endpoint.kind)
    scheme = target.endpoint.url.partition("://")[0]
    with Peer(ear) as peer:
        url = f"{scheme}://127.0.0.1:{peer.port}"
        yield ear, driver_for(replace(target.endpoint, url=url, timeout_s=_TIMEOUT_S))
        until = time.monotonic() + 2
        while not ear.ended and time.monotonic() < until:
            time.sleep(0.01)


def whole_of(target: Target) -> bytes:
    with hearing(target) as (ear, driver), contextlib.closing(driver.connect()) as session:
        assert session.send(target.message).kind is ReplyKind.OK
    return b"".join(ear.pieces)


def without_host(sent: bytes) -> bytes:
    """The port in the Host header is another one each time."""
    return b"\r\n".join(line for line in sent.split(b"\r\n") if not line.startswith(b"Host:"))


@lines
@pytest.mark.parametrize("how", [Misbehaviour.HALF_OPEN, Misbehaviour.RESET])
def test_only_half_arrives(target: Target, how: Misbehaviour) -> None:
    whole = whole_of(target)
    with hearing(target) as (ear, driver):
        began = time.monotonic()
        driver.misbehave(how, target.message)
        assert time.monotonic() - began < _TIMEOUT_S
    assert len(b"".join(ear.pieces)) == pytest.approx(len(whole) / 2, abs=3)
    assert ear.ended == ("reset" if how is Misbehaviour.RESET else "closed")


@lines
def test_a_slow_message_comes_in_pieces_and_whole(target: Target) -> None:
    whole = whole_of(target)
    with hearing(target) as (ear, driver):
        began = time.monotonic()
        (reply,) = driver.misbehave(Misbehaviour.SLOW, target.message)
        assert time.monotonic() - began >= SLOW_S * 0.9
    assert reply.kind is ReplyKind.OK
    assert len(ear.pieces) > 5
    assert without_host(b"".join(ear.pieces)) == without_host(whole)


@lines
def test_gone_at_once(target: Target) -> None:
    whole = whole_of(target)
    with hearing(target) as (ear, driver):
        began = time.monotonic()
        assert driver.misbehave(Misbehaviour.GONE, target.message) == ()
        assert time.monotonic() - began < _TIMEOUT_S  # no answer is waited for
    assert without_host(b"".join(ear.pieces)) == without_host(whole)


@lines
def test_two_in_one_piece(target: Target) -> None:
    whole = without_host(whole_of(target))
    with hearing(target) as (ear, driver):
        replies = driver.misbehave(Misbehaviour.PIPELINED, target.message)
    assert [reply.kind for reply in replies] == [ReplyKind.OK, ReplyKind.OK]
    assert without_host(b"".join(ear.pieces)) == whole + whole
    assert len(ear.pieces) <= 2


@pytest.mark.parametrize("target", ["mllp", "http"], indirect=True)
def test_a_peer_that_answers_only_one_of_two(target: Target) -> None:
    """Two faults that the battery must see: hanging up after the first answer, and never giving the second."""

    def one(line: socket.socket) -> None:
        if target.endpoint.kind == "mllp":
            line.sendall(ack(read_mllp(line) or b""))
        else:
            read_http(line)
            line.sendall(http_answer("200 OK", b"x"))

    scheme = target.endpoint.url.partition("://")[0]
    with Peer(one) as peer:
        driver = target.driver(url=f"{scheme}://127.0.0.1:{peer.port}", timeout_s=_TIMEOUT_S)
        first, second = driver.misbehave(Misbehaviour.PIPELINED, target.message)
    assert second.kind is ReplyKind.UNREACHABLE
    assert first.kind in (ReplyKind.OK, ReplyKind.UNREACHABLE)  # a reset may overtake the answer
