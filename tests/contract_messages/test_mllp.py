"""What is special to MLLP: frames however they are cut, both modes of acknowledgement, and what is taken for none."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.messages import driver_for
from drivers.messages.mllp.frames import Frames, framed
from drivers.messages.mllp.segments import acknowledge, acknowledged, asked_for, header_of, refusal, wanted
from harness.message import SURPLUS, MessageEndpoint, Outgoing
from harness.model import ErrorClass, Reply, ReplyKind
from harness.ports import MessageSession
from tests.contract_messages.conftest import oru
from tests.contract_messages.peers import Peer, ack, read_mllp

_CONTENT = st.binary(max_size=40).map(lambda raw: raw.replace(b"\x0b", b"").replace(b"\x1c", b""))
_NOISE = _CONTENT


# ------------------------------------------------------------------ frames


@given(st.lists(st.tuples(_NOISE, _CONTENT), max_size=6), st.lists(st.integers(1, 60), max_size=40))
def test_frames_however_they_are_cut(parts: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    stream = b"".join(noise + framed(content) for noise, content in parts)
    frames, found, at = Frames(), [], 0
    for cut in (*cuts, len(stream)):
        found += frames.feed(stream[at : at + cut])
        at += cut
    assert found == [content for _, content in parts]
    assert frames.garbage == sum(len(noise) for noise, _ in parts)
    assert frames.pending == 0


def test_a_message_given_up_begins_anew() -> None:
    frames = Frames()
    assert frames.feed(b"\x0bMSH|half\x0bMSH|whole\x1c\r\x0bMSH|next") == [b"MSH|whole"]
    assert frames.garbage == len(b"\x0bMSH|half")
    assert frames.pending


def test_a_drip_is_not_read_again_from_its_beginning() -> None:
    def took(size: int) -> float:
        frames, began = Frames(), time.process_time()
        frames.feed(b"\x0b")
        for _ in range(size // 100):
            frames.feed(b"x" * 100)
        return time.process_time() - began

    took(100_000)
    assert took(4_000_000) < 40 * 4 * max(took(100_000), 0.001), "ten times as long for each ten times as much"


# ------------------------------------------------------------------ acknowledgements


@contextlib.contextmanager
def _talking(answer: Callable[[bytes], bytes], **endpoint: object) -> Iterator[MessageSession]:
    """A session with a peer that answers each message so."""

    def script(line: socket.socket) -> None:
        while (message := read_mllp(line)) is not None:
            line.sendall(answer(message))

    with Peer(script) as peer:
        told = {"timeout_s": 10.0, **endpoint}
        driver = driver_for(MessageEndpoint(kind="mllp", url=f"mllp://127.0.0.1:{peer.port}", **told))  # type: ignore[arg-type]
        with contextlib.closing(driver.connect()) as session:
            yield session


def _reply(answer: Callable[[bytes], bytes], message: Outgoing | None = None, **endpoint: object) -> Reply:
    with _talking(answer, **endpoint) as session:
        return session.send(message or oru("C-1"))


@pytest.mark.parametrize("code", ["AE", "AR", "CE", "CR"])
def test_a_refusal_is_refused(code: str) -> None:
    reply = _reply(lambda message: ack(message, code))
    assert reply.kind is ReplyKind.REFUSED
    assert code in reply.message
    assert reply.body.startswith(b"MSH|")


@pytest.mark.parametrize(
    ("more", "error_class", "told"),
    [
        ("ERR|||101^Required field missing^HL70357|E|||PID-3 缺失", ErrorClass.NOT_NULL, "PID-3 缺失"),
        ("ERR|OBR^1^4^103", ErrorClass.BAD_VALUE, ""),
        ("ERR|||205|E", ErrorClass.UNIQUE, "205"),
        ("ERR|||999|E", ErrorClass.OTHER, "999"),
    ],
)
def test_why_it_was_refused(more: str, error_class: ErrorClass, told: str) -> None:
    reply = _reply(lambda message: ack(message, "AE", more=more.encode() + b"\r"))
    assert (reply.kind, reply.error_class) == (ReplyKind.REFUSED, error_class)
    assert told in reply.message


def test_a_refusal_without_an_id_is_believed() -> None:
    """Who cannot read a message cannot name it."""
    assert _reply(lambda message: ack(message, "AR", about=b"")).kind is ReplyKind.REFUSED


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda message: ack(message, about=b"C-999"), "C-999"),
        (lambda message: ack(message, about=b""), "另一条"),
        (lambda message: ack(message, "XX"), "XX"),
        (lambda message: b"\x0bhello\x1c\r", "MSA"),
        (lambda message: framed(message), "MSA"),
    ],
)
def test_what_is_no_acknowledgement(answer: Callable[[bytes], bytes], told: str) -> None:
    reply = _reply(answer)
    assert (reply.kind, reply.error_class) == (ReplyKind.FAILED, ErrorClass.PROTOCOL)
    assert told in reply.message


def test_a_second_answer_is_noted_and_taken_for_nothing() -> None:
    with _talking(lambda message: ack(message) * 2) as session:
        replies = [session.send(oru(f"C-{number}")) for number in range(4)]
    assert [reply.kind for reply in replies] == [ReplyKind.OK] * 4
    assert [acknowledged(reply.body) for reply in replies] == [(b"AA", b"C-%d" % number) for number in range(4)]
    assert "多余" in "".join(reply.message for reply in replies)
    assert {reply.status for reply in replies} <= {"", SURPLUS} and SURPLUS in replies[-1].status


def test_a_second_answer_that_comes_late() -> None:
    def script(line: socket.socket) -> None:
        last = b""
        while (message := read_mllp(line)) is not None:
            line.sendall(last)  # the answer to the message before, again
            time.sleep(0.02)
            last = ack(message)
            line.sendall(last)

    with Peer(script) as peer:
        session = driver_for(MessageEndpoint(kind="mllp", url=f"mllp://127.0.0.1:{peer.port}")).connect()
        assert session.send(oru("C-1")).message == "AA"
        second = session.send(oru("C-2"))
        session.close()
    assert acknowledged(second.body) == (b"AA", b"C-2")
    assert ("多余" in second.message, second.status) == (True, SURPLUS)


def test_garbage_before_the_answer_does_not_hide_it() -> None:
    assert _reply(lambda message: b"\r\n\x00" + ack(message)).kind is ReplyKind.OK


def test_a_broken_message_gets_whatever_acknowledgement_comes() -> None:
    """The error battery sends what is no message; the answer to it cannot name it."""
    for body in (b"", b"MSH", b"MSH|^~", b"hello", b"\xff\xfe"):
        reply = _reply(lambda _: ack(b"|" * 11, "AR", about=b""), Outgoing(body=body))
        assert reply.kind is ReplyKind.REFUSED, body


_PIECES = st.lists(
    st.one_of(
        st.sampled_from([b"MSH", b"MSA", b"ERR", b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"AL", b"AA", b"101"]),
        st.binary(max_size=4),
    ),
    max_size=40,
).map(b"".join)


@given(_PIECES, st.sampled_from(["UTF-8", "GBK", "GB18030", "no such charset"]))
def test_no_bytes_upset_the_reading_of_a_few_fields(message: bytes, charset: str) -> None:
    for raw in (message, b"MSH" + message, b"MSH|^~\\&" + message):
        wanted(raw, charset)
        acknowledged(raw)
        refusal(raw, charset)
        asked_for(raw, charset)
        assert acknowledged(acknowledge(raw, "AE", "x", charset=charset)) is not None


# ------------------------------------------------------------------ enhanced mode


def _enhanced(accept: str, application: str) -> Outgoing:
    head = f"MSH|^~\\&|LIS|H|HIS|H|20261122||ORU^R01|C-1|P|2.5|||{accept}|{application}||UTF-8\r"
    return Outgoing(body=head.encode() + b"PID|1\r")


@pytest.mark.parametrize(
    ("accept", "application", "codes", "kind", "final"),
    [
        ("AL", "NE", ["CA"], ReplyKind.OK, b"CA"),
        ("AL", "AL", ["CA", "AA"], ReplyKind.OK, b"AA"),
        ("AL", "AL", ["CA", "AE"], ReplyKind.REFUSED, b"AE"),
        ("AL", "AL", ["CE"], ReplyKind.REFUSED, b"CE"),
        ("NE", "AL", ["AA"], ReplyKind.OK, b"AA"),
        ("AL", "AL", ["CA"], ReplyKind.TIMED_OUT, b""),
        ("AL", "AL", ["AA"], ReplyKind.OK, b"AA"),  # a peer that knows only the original mode
        ("", "", ["CA"], ReplyKind.OK, b"CA"),
    ],
)
def test_modes(accept: str, application: str, codes: list[str], kind: ReplyKind, final: bytes) -> None:
    waits = {"timeout_s": 0.4} if kind is ReplyKind.TIMED_OUT else {}
    reply = _reply(lambda message: b"".join(ack(message, c) for c in codes), _enhanced(accept, application), **waits)
    assert reply.kind is kind
    found = acknowledged(reply.body)
    assert (found[0] if found else b"") == final


def test_nothing_is_waited_for_where_nothing_was_asked() -> None:
    began = time.monotonic()
    assert _reply(lambda message: b"", _enhanced("NE", "NE")).kind is ReplyKind.OK
    assert time.monotonic() - began < 5.0  # a peer that answers nothing would be waited for twice as long


def test_an_application_acknowledgement_is_acknowledged_where_it_asks_for_it() -> None:
    heard: list[bytes | None] = []

    def script(line: socket.socket) -> None:
        message = read_mllp(line)
        line.sendall(ack(message, "CA"))
        head = b"MSH|^~\\&|HIS|H|LIS|H|20261122||ACK^R01|A-9|P|2.5|||AL|NE\r"
        line.sendall(framed(head + b"MSA|AA|C-1\r"))
        heard.append(read_mllp(line))

    with Peer(script) as peer:
        session = driver_for(MessageEndpoint(kind="mllp", url=f"mllp://127.0.0.1:{peer.port}")).connect()
        assert session.send(_enhanced("AL", "AL")).kind is ReplyKind.OK
        session.close()
    assert acknowledged((heard[0] or b"")[1:]) == (b"CA", b"A-9")


# ------------------------------------------------------------------ charsets


@pytest.mark.parametrize("charset", ["UTF-8", "GBK", "GB18030"])
def test_a_separator_inside_a_character(charset: str) -> None:
    """In GBK the second byte of a character may be 7C, which is the bar."""
    name = b"\x81\x7c".decode("gbk")
    head = f"MSH|^~\\&|{name}|检验科|HIS|H|20261122||ORU^R01|C-1|P|2.4||||||{charset}\r"
    message = head.encode(charset)
    assert charset == "UTF-8" or message.split(b"|")[9] != b"C-1", "here it would go wrong"
    assert header_of(message, charset)[9] == b"C-1"
    answer = acknowledge(message, "AE", "缺少项目", charset=charset)
    assert acknowledged(answer) == (b"AE", b"C-1")
    assert header_of(answer, charset)[4].decode(charset) == name
    assert header_of(answer, charset)[17] == charset.encode()
    assert "缺少项目" in answer.decode(charset)


def test_a_wrong_declaration_does_not_garble_the_reason() -> None:
    """The peer declares UTF-8 and writes GBK, as the endpoint's settings say."""

    def answer(message: bytes) -> bytes:
        return framed(
            "MSH|^~\\&|LIS|H|HIS|H|20261122||ACK|7|P|2.4||||||UNICODE UTF-8\rMSA|AE|C-1|没有这个病人\r".encode("gbk")
        )

    with _talking(answer, charset="GBK") as session:
        assert "没有这个病人" in session.send(oru("C-1")).message
