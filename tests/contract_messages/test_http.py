"""What is special to HTTP: statuses, bodies of every make, cookies, tokens; nothing repeated or followed."""

from __future__ import annotations

import contextlib
import gzip
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from drivers.messages import driver_for
from drivers.messages.http.cookies import Cookies
from drivers.messages.http.request import content_type, target_of
from harness.message import SURPLUS, MessageEndpoint, Outgoing
from harness.model import ErrorClass, Reply, ReplyKind
from harness.ports import MessageSession
from tests.contract_messages.peers import Peer, http_answer, read_http, service


class Scripted:
    """A peer that answers each request by a function of it, and keeps what it got."""

    def __init__(self, answer: Callable[[bytes], bytes], *, hang_up: bool = False) -> None:
        self.requests: list[bytes] = []
        self._answer, self._hang_up = answer, hang_up

    def __call__(self, line: socket.socket) -> None:
        while (request := read_http(line)) is not None:
            self.requests.append(request)
            line.sendall(self._answer(request))
            if self._hang_up:
                return


@contextlib.contextmanager
def _talking(script: Scripted, path: str = "", **endpoint: Any) -> Iterator[MessageSession]:
    with Peer(script) as peer:
        told = {"timeout_s": 1.0, **endpoint}
        driver = driver_for(MessageEndpoint(kind="http", url=f"http://127.0.0.1:{peer.port}{path}", **told))
        with contextlib.closing(driver.connect()) as session:
            yield session


def _reply(answer: bytes, message: Outgoing | None = None, *, hang_up: bool = False) -> Reply:
    with _talking(Scripted(lambda _: answer, hang_up=hang_up)) as session:
        return session.send(message or Outgoing(body=b"{}"))


# ------------------------------------------------------------------ statuses


@pytest.mark.parametrize(
    ("status", "kind", "error_class"),
    [
        ("200 OK", ReplyKind.OK, ErrorClass.NONE),
        ("201 Created", ReplyKind.OK, ErrorClass.NONE),
        ("302 Found", ReplyKind.REFUSED, ErrorClass.OTHER),
        ("400 Bad Request", ReplyKind.REFUSED, ErrorClass.BAD_VALUE),
        ("401 Unauthorized", ReplyKind.REFUSED, ErrorClass.PRIVILEGE),
        ("404 Not Found", ReplyKind.REFUSED, ErrorClass.UNKNOWN_OBJECT),
        ("408 Request Timeout", ReplyKind.TIMED_OUT, ErrorClass.STATEMENT_TIMEOUT),
        ("500 Internal Server Error", ReplyKind.FAILED, ErrorClass.OTHER),
        ("503 Service Unavailable", ReplyKind.FAILED, ErrorClass.RESOURCES),
        ("504 Gateway Timeout", ReplyKind.TIMED_OUT, ErrorClass.STATEMENT_TIMEOUT),
    ],
)
def test_statuses(status: str, kind: ReplyKind, error_class: ErrorClass) -> None:
    reply = _reply(http_answer(status, b'{"a":1}', "Content-Type: application/json"))
    assert (reply.kind, reply.error_class) == (kind, error_class)
    assert reply.message == f"{status} (application/json)"
    assert reply.body == b'{"a":1}'


def test_a_redirect_is_told_and_not_followed() -> None:
    script = Scripted(lambda _: http_answer("302 Found", b"", "Location: /login"))
    with _talking(script) as session:
        reply = session.send(Outgoing(body=b"{}"))
    assert reply.message == "302 Found → /login"
    assert len(script.requests) == 1


# ------------------------------------------------------------------ bodies

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "hang_up", "body"),
    [
        (_CHUNKED, False, b"abcde"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + http_answer("200 OK", b"ok"), False, b"ok"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + _CHUNKED, False, b"abcde"),
        (b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\nuntil the end", True, b"until the end"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False, b""),
        (http_answer("200 OK", gzip.compress(b"small" * 50, mtime=0), "Content-Encoding: gzip"), False, b"small" * 50),
        (http_answer("200 OK", b"no gzip", "Content-Encoding: gzip"), False, b"no gzip"),
    ],
)
def test_bodies(answer: bytes, hang_up: bool, body: bytes) -> None:
    for message in (Outgoing(body=b"{}"), Outgoing(body=b"", method="GET")):
        reply = _reply(answer, message, hang_up=hang_up)
        assert (reply.kind, reply.body) == (ReplyKind.OK, body)


def test_a_head_has_no_body() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
    assert _reply(answer, Outgoing(body=b"", method="HEAD")).kind is ReplyKind.OK


@pytest.mark.parametrize(
    "answer",
    [
        b"hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    ],
)
def test_what_is_no_http(answer: bytes) -> None:
    reply = _reply(answer)
    assert (reply.kind, reply.error_class) == (ReplyKind.FAILED, ErrorClass.PROTOCOL)


def test_a_second_answer_is_noted_and_taken_for_nothing() -> None:
    script = Scripted(lambda request: http_answer("200 OK", request[-2:]) + http_answer("500 No", b"again"))
    with _talking(script) as session:
        replies = [session.send(Outgoing(body=b"%02d" % number)) for number in range(3)]
    assert [(reply.kind, reply.body) for reply in replies] == [(ReplyKind.OK, b"%02d" % n) for n in range(3)]
    assert "多余" in replies[0].message and replies[0].status.endswith(SURPLUS)


# ------------------------------------------------------------------ requests


def test_what_is_sent() -> None:
    script = Scripted(lambda _: http_answer("200 OK"))
    with _talking(script, "/lis/", charset="GBK") as session:
        session.send(Outgoing(body=b'{"a":1}', path="results/张三?id=1"))
        session.send(Outgoing(body=b"", method="GET", headers={"Accept-Language": "zh"}))
        session.send(Outgoing(body=b"<a/>", headers={"content-type": "text/xml"}))
    first, second, third = (request.decode("latin-1") for request in script.requests)
    assert first.startswith("POST /lis/results/%D5%C5%C8%FD?id=1 HTTP/1.1\r\n")
    assert "Content-Type: application/json; charset=GBK\r\n" in first
    assert second.startswith("GET /lis HTTP/1.1\r\n")
    assert "Content-Length" not in second
    assert re.findall("(?i)content-type: .*", third) == ["content-type: text/xml\r"]
    assert "Accept-Encoding" not in first


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b' {"a":1}', "application/json"),
        (b"[1]", "application/json"),
        (b"<?xml version='1.0'?><a/>", "application/xml; charset=UTF-8"),
        (b"name=%E5%BC%A0&sex=1", "application/x-www-form-urlencoded"),
        (b"\x00\x01", "application/octet-stream"),
    ],
)
def test_what_a_body_is(body: bytes, kind: str) -> None:
    assert content_type(body, "UTF-8") == kind


@pytest.mark.parametrize(
    ("base", "path", "target"),
    [
        ("", "", "/"),
        ("/lis", "", "/lis"),
        ("/lis", "/a", "/lis/a"),
        ("", "a%20b", "/a%20b"),
        ("/lis", "?wsdl", "/lis?wsdl"),
    ],
)
def test_targets(base: str, path: str, target: str) -> None:
    assert target_of(base, path, "UTF-8") == target


@pytest.mark.parametrize("headers", [{"X": "a\r\nInjected: b"}, {"X y": "a"}, {"X": "中文"}])
def test_a_header_that_would_break_out_is_not_sent(headers: Mapping[str, str]) -> None:
    script = Scripted(lambda _: http_answer("200 OK"))
    with _talking(script) as session:
        reply = session.send(Outgoing(body=b"{}", headers=headers))
    assert (reply.kind, reply.error_class) == (ReplyKind.FAILED, ErrorClass.BAD_VALUE)
    assert not script.requests


def test_tokens_and_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_TOKEN", "t0ken")
    monkeypatch.setenv("CONTRACT_PASSWORD", "p")
    script = Scripted(lambda _: http_answer("200 OK"))
    for who in ({"token_env": "CONTRACT_TOKEN"}, {"user": "u", "password_env": "CONTRACT_PASSWORD"}):
        with _talking(script, **who) as session:
            session.send(Outgoing(body=b"{}"))
    assert b"Authorization: Bearer t0ken\r\n" in script.requests[0]
    assert b"Authorization: Basic dTpw\r\n" in script.requests[1]


def test_a_secret_that_is_said_back_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_TOKEN", "t0ken")
    script = Scripted(lambda _: http_answer("401 no t0ken", b"", "Location: /login?t=t0ken"))
    with _talking(script, token_env="CONTRACT_TOKEN") as session:
        assert session.send(Outgoing(body=b"{}")).message == "401 no *** → /login?t=***"


def test_a_path_that_the_charset_lacks_is_not_sent() -> None:
    with _talking(Scripted(lambda _: http_answer("200 OK")), charset="GBK") as session:
        assert session.send(Outgoing(body=b"{}", path="𠮷")).error_class is ErrorClass.BAD_VALUE
        assert session.send(Outgoing(body=b"{}", path="张")).kind is ReplyKind.OK


# ------------------------------------------------------------------ connections and sessions


def test_a_connection_is_kept_or_not() -> None:
    for persistent, callers in ((True, 1), (False, 3)):
        script = Scripted(lambda _: http_answer("200 OK"))
        with Peer(script) as peer:
            url = f"http://127.0.0.1:{peer.port}"
            session = driver_for(MessageEndpoint(kind="http", url=url, persistent=persistent)).connect()
            assert [session.send(Outgoing(body=b"{}")).kind for _ in range(3)] == [ReplyKind.OK] * 3
            session.close()
            assert peer.callers == callers
        assert (b"Connection: close\r\n" in script.requests[0]) is not persistent


def test_a_server_that_says_close_is_called_again() -> None:
    script = Scripted(lambda _: http_answer("200 OK", b"", "Connection: close"), hang_up=True)
    with _talking(script) as session:
        assert [session.send(Outgoing(body=b"{}")).kind for _ in range(3)] == [ReplyKind.OK] * 3
    assert len(script.requests) == 3


def test_a_login_holds_for_the_session_and_for_no_other() -> None:
    """wsgiref, a cookie with attributes as Java servers write them."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        known = "JSESSIONID=a1=b" in environ.get("HTTP_COOKIE", "")
        told = [("Set-Cookie", "JSESSIONID=a1=b; Path=/; HttpOnly; SameSite=Lax"), ("Content-Length", "0")]
        start_response("200 OK" if known or environ["PATH_INFO"] == "/login" else "401 Unauthorized", told)
        return []

    with service(application) as port:
        driver = driver_for(MessageEndpoint(kind="http", url=f"http://127.0.0.1:{port}"))
        one, other = driver.connect(), driver.connect()
        assert one.send(Outgoing(body=b"u=1", path="login")).kind is ReplyKind.OK
        assert one.send(Outgoing(body=b"{}", path="work")).kind is ReplyKind.OK
        assert other.send(Outgoing(body=b"{}", path="work")).kind is ReplyKind.REFUSED
        one.close()
        other.close()


def test_cookies() -> None:
    cookies = Cookies("lis.hospital")
    for line in (
        "a=1; Path=/",
        "b=2; Path=/lis",
        "c=3",
        "d=4; Domain=other.example",
        "e=5; Domain=.hospital; Expires=Wed, 09-Jun-2094 10:18:14 GMT",
        "nonsense",
        "=x",
    ):
        cookies.take(line, "/lis/login")
    assert set(cookies.header("/lis/work?x=/").split("; ")) == {"a=1", "b=2", "c=3", "e=5"}
    assert set(cookies.header("/lisa").split("; ")) == {"a=1"}
    cookies.take("a=; Path=/; Max-Age=0", "/")
    cookies.take("b=; Path=/lis; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/")
    assert set(cookies.header("/lis").split("; ")) == {"c=3", "e=5"}


def test_who_answers_is_named() -> None:
    script = Scripted(lambda _: b"HTTP/1.1 405 Method Not Allowed\r\nServer: Tomcat\r\nContent-Length: 0\r\n\r\n")
    with Peer(script) as peer:
        found = driver_for(MessageEndpoint(kind="http", url=f"http://127.0.0.1:{peer.port}/lis")).identify()
    assert found["answers"] == "Tomcat"
    assert found["status"] == "405 Method Not Allowed"
    assert script.requests[0].startswith(b"HEAD /lis ")
