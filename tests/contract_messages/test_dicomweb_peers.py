"""The DICOMweb driver on scripted peers: what real archives seldom say, and what they say wrongly."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from drivers.messages import driver_for
from drivers.messages.dicomweb.accepting import FRAMES, JSON, OBJECTS, PICTURE, accepted
from drivers.messages.dicomweb.answers import without_host
from drivers.messages.dicomweb.pictures import size_of
from harness.content.dicom import part10
from harness.content.dicom_multipart import build
from harness.errors import StackRefused, StackUnreachable
from harness.message import MessageEndpoint, Outgoing
from harness.model import ErrorClass, Reply, ReplyKind
from tests.contract_messages.peers import Peer, http_answer, read_http
from tests.contract_messages.slices import slices_of

GET_STUDY = Outgoing(body=b"", method="GET", path="studies/2.25.7")
FILES = [part10(item) for item in slices_of("2.25.7", 3, side=128)]
KIND, BODY = build(FILES)

Answering = Callable[[bytes], bytes]


@contextlib.contextmanager
def archive_of(answer: Answering, **more: Any) -> Iterator[Any]:
    """A driver whose peer answers every request so; what it was asked is `driver.asked`."""
    asked: list[bytes] = []

    def script(line: socket.socket) -> None:
        while (request := read_http(line)) is not None:
            asked.append(request)
            line.sendall(answer(request))

    with Peer(script) as peer:
        url = f"http://127.0.0.1:{peer.port}/pacs"
        driver: Any = driver_for(MessageEndpoint(kind="dicomweb", url=url, **({"timeout_s": 5} | more)))
        driver.asked = asked
        yield driver


def replied(answer: bytes, message: Outgoing = GET_STUDY, **more: Any) -> Reply:
    with archive_of(lambda _: answer, **more) as driver, contextlib.closing(driver.connect()) as session:
        reply: Reply = session.send(message)
        return reply


def objects_in(reply: Reply) -> int:
    return len(json.loads(reply.body)["objects"])


# ------------------------------------------------------------------ what comes


@pytest.mark.parametrize("cut", [len(BODY) // 2, len(BODY) - 4])
def test_an_answer_without_its_end_is_none(cut: int) -> None:
    reply = replied(http_answer("200 OK", BODY[:cut], f"Content-Type: {KIND}"))
    assert (reply.kind, reply.error_class) == (ReplyKind.FAILED, ErrorClass.PROTOCOL)
    assert reply.message.startswith("多部分内容没有结束标记")
    assert objects_in(reply) == (1 if cut == len(BODY) // 2 else 2)


def test_an_answer_that_names_no_boundary_is_none() -> None:
    reply = replied(http_answer("200 OK", BODY, "Content-Type: multipart/related"))
    assert (reply.kind, reply.error_class) == (ReplyKind.FAILED, ErrorClass.PROTOCOL)
    assert "boundary" in reply.message


def test_chunks_are_no_parts() -> None:
    pieces = [BODY[start : start + 999] for start in range(0, len(BODY), 999)]
    chunked = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: {KIND}\r\n\r\n".encode()
    assert objects_in(replied(head + chunked)) == 3


def test_an_object_that_nobody_can_read_is_counted() -> None:
    kind, body = build([*FILES, b"no image"])
    told = json.loads(replied(http_answer("200 OK", body, f"Content-Type: {kind}")).body)
    assert (told["completed"], told["failed"], len(told["objects"])) == (3, 1, 4)
    assert [each["trouble"] for each in told["objects"] if each.get("trouble")]


def test_an_archive_may_leave_out_what_the_parts_are() -> None:
    kind = KIND.replace('type="application/dicom"; ', "")
    assert objects_in(replied(http_answer("200 OK", BODY, f"Content-Type: {kind}"))) == 3


def test_part_of_what_was_asked_is_said_so() -> None:
    reply = replied(http_answer("206 Partial Content", BODY, f"Content-Type: {KIND}"))
    assert (reply.kind, reply.status) == (ReplyKind.OK, "206 multipart/related")
    assert objects_in(reply) == 3


def test_a_lost_line_is_told() -> None:
    def script(line: socket.socket) -> None:
        read_http(line)
        line.sendall(http_answer("200 OK", BODY, f"Content-Type: {KIND}")[: len(BODY) // 2])

    with Peer(script) as peer:
        driver: Any = driver_for(MessageEndpoint(kind="dicomweb", url=f"http://127.0.0.1:{peer.port}"))
        with contextlib.closing(driver.connect()) as session:
            assert session.send(GET_STUDY).kind is ReplyKind.UNREACHABLE
        with contextlib.closing(driver.archive()) as archive, pytest.raises(StackUnreachable):
            list(archive.objects("2.25.7"))


def test_every_object_has_the_time_of_an_answer() -> None:
    """Three objects, each just in time; then a fourth that never comes."""
    step = len(BODY) // 3

    def slowly(line: socket.socket, whole: bytes) -> None:
        for start in range(0, len(whole), step):
            line.sendall(whole[start : start + step])
            time.sleep(0.35)

    def script(line: socket.socket) -> None:
        read_http(line)
        slowly(line, http_answer("200 OK", BODY, f"Content-Type: {KIND}"))
        read_http(line)
        line.sendall(http_answer("200 OK", BODY, f"Content-Type: {KIND}")[:-step])
        time.sleep(1.0)

    with Peer(script) as peer:
        endpoint = MessageEndpoint(kind="dicomweb", url=f"http://127.0.0.1:{peer.port}", timeout_s=0.6)
        with contextlib.closing(driver_for(endpoint).connect()) as session:
            began = time.monotonic()
            assert objects_in(session.send(GET_STUDY)) == 3
            assert time.monotonic() - began > endpoint.timeout_s
            assert session.send(GET_STUDY).kind is ReplyKind.TIMED_OUT


def test_a_packed_answer_is_not_mistaken_for_parts() -> None:
    packed = http_answer("200 OK", gzip.compress(b"[]"), f"Content-Type: {JSON}", "Content-Encoding: gzip")
    assert replied(packed).body == b"[]"


# ------------------------------------------------------------------ what it says


def stow_answer(kept: int, failed: int) -> bytes:
    item = {"00081155": {"vr": "UI", "Value": ["2.25.7.1.1"]}}
    reason = {**item, "00081197": {"vr": "US", "Value": [0xA900]}}
    sequences = {"00081199": [item] * kept, "00081198": [reason] * failed}
    return json.dumps({tag: {"vr": "SQ", "Value": found} for tag, found in sequences.items() if found}).encode()


@pytest.mark.parametrize(
    ("status", "kept", "failed", "kind", "said"),
    [
        ("200 OK", 2, 0, ReplyKind.OK, ""),
        ("202 Accepted", 1, 1, ReplyKind.OK, "存入 1 个，拒绝 1 个（A900H）"),
        ("409 Conflict", 0, 2, ReplyKind.REFUSED, "存入 0 个，拒绝 2 个（A900H）"),
        ("200 OK", 0, 1, ReplyKind.REFUSED, "存入 0 个，拒绝 1 个（A900H）"),
    ],
)
def test_what_became_of_each_object(status: str, kept: int, failed: int, kind: ReplyKind, said: str) -> None:
    message = Outgoing(body=BODY, path="studies", headers={"Content-Type": KIND})
    reply = replied(http_answer(status, stow_answer(kept, failed), f"Content-Type: {JSON}"), message)
    assert (reply.kind, reply.status) == (kind, f"{status[:3]} {JSON}")
    assert said in reply.message
    assert reply.body == stow_answer(kept, failed)


@pytest.mark.parametrize("body", [b"", b"[]", b"00081198", b'{"00081198": 7}', b'{"00081198": {"Value": [7]}}'])
def test_an_odd_answer_to_a_store_is_left_as_it_is(body: bytes) -> None:
    message = Outgoing(body=BODY, path="studies", headers={"Content-Type": KIND})
    reply = replied(http_answer("200 OK", body, f"Content-Type: {JSON}"), message)
    assert (reply.kind, reply.body) == (ReplyKind.OK, body)


def test_addresses_lose_the_machine_and_nothing_else_does() -> None:
    told = b'{"a": "http://10.0.0.5:8042/pacs/studies/1", "b": "see http://x/pacs/y", "c": "https://elsewhere/z"}'
    assert without_host(told, "/pacs") == told.replace(b"http://10.0.0.5:8042/pacs", b"")


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [
        ("GET", "studies?PatientID=XH1", JSON),
        ("GET", "studies/1.2/series/3.4/instances", JSON),
        ("GET", "studies/1.2/metadata", JSON),
        ("GET", "studies/1.2", OBJECTS),
        ("GET", "studies/1.2/series/3.4/instances/5.6", OBJECTS),
        ("GET", "studies/1.2/series/3.4/instances/5.6/frames/1,2", FRAMES),
        ("GET", "studies/1.2/series/3.4/instances/5.6/frames/1/rendered", PICTURE),
        ("GET", "studies/1.2/series/3.4/instances/5.6/rendered?viewport=64,64", PICTURE),
        ("GET", "?requestType=WADO&studyUID=1", "*/*"),
        ("POST", "studies", JSON),
    ],
)
def test_what_is_accepted(method: str, path: str, accept: str) -> None:
    assert accepted(method, path) == accept


def test_one_accept_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_TOKEN", "t0ken")
    with archive_of(lambda _: http_answer("200 OK"), token_env="CONTRACT_TOKEN") as driver:
        with contextlib.closing(driver.connect()) as session:
            session.send(GET_STUDY)
            session.send(Outgoing(body=b"", method="GET", path="studies", headers={"accept": "x/y"}))
        assert [re.findall(rb"(?im)^accept: (.*)\r", request) for request in driver.asked] == [
            [OBJECTS.encode()],
            [b"x/y"],
        ]
        assert all(b"Authorization: Bearer t0ken\r\n" in request for request in driver.asked)


# ------------------------------------------------------------------ the archive


def listing(studies: int, most: int, *, offset: bool = True) -> Answering:
    """Answers a query as an archive that gives at most so many, and may not know what an offset is."""

    def answer(request: bytes) -> bytes:
        query = parse_qs(urlsplit(request.split()[1].decode()).query)
        first = int(query["offset"][0]) if offset else 0
        found = [{"0020000D": {"vr": "UI", "Value": [f"1.{n}"]}} for n in range(studies)][first : first + most]
        return http_answer("200 OK", json.dumps(found).encode(), f"Content-Type: {JSON}")

    return answer


@pytest.mark.parametrize(
    ("studies", "most", "offset"), [(0, 9, True), (7, 3, True), (6, 3, True), (7, 7, False), (900, 900, False)]
)
def test_archives_with_limits_of_their_own(studies: int, most: int, offset: bool) -> None:
    with (
        archive_of(listing(studies, most, offset=offset)) as driver,
        contextlib.closing(driver.archive()) as archive,
    ):
        assert [held.study for held in archive.studies()] == [f"1.{n}" for n in range(studies)]


def test_what_is_asked_of_an_archive() -> None:
    with archive_of(listing(0, 1)) as driver, contextlib.closing(driver.archive()) as archive:
        list(archive.studies(dt.date(2026, 1, 2), dt.date(2026, 3, 4)))
        list(archive.studies(None, dt.date(2026, 3, 4)))
        list(archive.studies())
        dates = [parse_qs(urlsplit(request.split()[1].decode()).query).get("StudyDate") for request in driver.asked]
    assert dates == [["20260102-20260304"], ["-20260304"], None]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (http_answer("401 Unauthorized"), StackRefused),
        (http_answer("500 No"), StackRefused),
        (http_answer("200 OK", b"<html>", "Content-Type: text/html"), StackUnreachable),
        (http_answer("200 OK", b'{"a":1}', f"Content-Type: {JSON}"), StackUnreachable),
        (b"hello\r\n\r\n", StackRefused),
    ],
)
def test_an_archive_that_declines_or_is_none(answer: bytes, fault: type[Exception]) -> None:
    with archive_of(lambda _: answer) as driver, contextlib.closing(driver.archive()) as archive:
        for question in (archive.studies, lambda: archive.instances("1.2"), lambda: archive.objects("1.2")):
            with pytest.raises((fault, StackUnreachable)) as raised:
                list(question())
            assert "\n" not in str(raised.value)


@pytest.mark.parametrize("nothing", [http_answer("204 No Content"), http_answer("404 Not Found")])
def test_nothing_is_nothing(nothing: bytes) -> None:
    with archive_of(lambda _: nothing) as driver, contextlib.closing(driver.archive()) as archive:
        assert not list(archive.studies())
        assert not list(archive.instances("1.2"))


def test_an_object_that_cannot_be_read_stops_the_reading() -> None:
    kind, body = build([FILES[0], b"no image"])
    answer = http_answer("200 OK", body, f"Content-Type: {kind}")
    with archive_of(lambda _: answer) as driver, contextlib.closing(driver.archive()) as archive:
        objects = archive.objects("2.25.7")
        assert next(objects).sop_instance == "2.25.7.1.1"
        with pytest.raises(StackRefused):
            next(objects)


# ------------------------------------------------------------------ pictures


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x10", (256, 16)),
        (b"\xff\xd8\xff\xe0\0\4ab\xff\xff\xc2\0\x11\x08\0\x20\x01\0", (256, 32)),
        (b"\xff\xd8\xff\xe0\0\4ab\xff\xc4\0\2", None),
        (b"\xff\xd8" + b"\xff\xe0\0\0" * 9, None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"GIF89a", None),
    ],
)
def test_how_large_a_picture_is(data: bytes, size: tuple[int, int] | None) -> None:
    assert size_of(data) == size
