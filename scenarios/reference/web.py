"""HTTP, SOAP and DICOMweb interfaces behind one port, each below a path of its own name. Not here: what they answer."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from gevent.pywsgi import WSGIHandler, WSGIServer

from scenarios.reference.log import Log
from scenarios.reference.reception import Delivery, Reception
from scenarios.reference.service import Answer, Request

_LINE = "xinheng.line"  # the connection that a request came over
_LONGEST = 32 << 20  # bytes of a request
_LONGEST_IMAGES = 512 << 20  # and of one that brings images
_SILENCE_S = 600.0  # longer than anybody waits
_XML = "text/xml; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"
_NAME = "Xinheng reference application"

Environ = Mapping[str, Any]
Start = Callable[[str, list[tuple[str, str]]], Any]


class _Handler(WSGIHandler):  # type: ignore[misc]  # gevent carries no types
    def handle(self) -> None:
        # Head and body leave one after the other, and without this the body waits for the head's acknowledgement.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle()

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ[_LINE] = self.socket
        return environ


class Web:
    """The server and what it routes. It answers from when it is made until `close`."""

    def __init__(
        self, receptions: Mapping[str, Reception], documents: Mapping[str, bytes], log: Log, port: int = 0
    ) -> None:
        self._receptions = receptions
        self._documents = documents  # interface → its WSDL
        self._server = WSGIServer(("127.0.0.1", port), self._answer, log=None, error_log=log, handler_class=_Handler)
        self._server.start()
        self.port: int = self._server.server_port

    def close(self) -> None:
        self._server.stop(timeout=1)

    def _answer(self, environ: Environ, start: Start) -> Iterable[bytes]:
        name, _, below = environ["PATH_INFO"].lstrip("/").partition("/")
        reception = self._receptions.get(name)
        if reception is None:
            return _said(start, Answer(body=b"", status=404))
        if environ["REQUEST_METHOD"] == "HEAD":
            start("200 OK", [("Content-Type", _PLAIN), ("Server", _NAME)])
            return []
        if name in self._documents and environ["QUERY_STRING"].lower() == "wsdl":
            return _said(start, Answer(body=self._documents[name], content_type=_XML))
        longest = _LONGEST_IMAGES if reception.interface.kind == "dicomweb" else _LONGEST
        try:
            body = environ["wsgi.input"].read(longest + 1)
        except OSError:  # the other side gave up before its message was whole
            return _said(start, Answer(body=b"", status=400))
        if len(body) > longest:
            return _said(start, Answer(body=b"", status=413))
        return _delivered(environ[_LINE], start, reception.take(_request(environ, below, body, reception)))


def _request(environ: Environ, below: str, body: bytes, reception: Reception) -> Request:
    charset, kind = reception.charset, reception.interface.kind
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if "CONTENT_TYPE" in environ:
        headers["content-type"] = environ["CONTENT_TYPE"]
    pairs = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True, encoding=charset)
    query = dict(pairs)
    if kind == "dicomweb":  # where a name that comes several times is a list, as is one with commas
        query = {name: ",".join(value for other, value in pairs if other == name) for name in query}
    return Request(
        body=body,
        charset=charset,
        method=environ["REQUEST_METHOD"],
        path=below.encode("latin-1").decode(charset, "replace"),  # WSGI hands bytes over as Latin-1
        query=query,
        headers=headers,
    )


def _delivered(line: socket.socket, start: Start, delivery: Delivery) -> Iterable[bytes]:
    answer = delivery.answer
    if delivery.hangs_up or answer is None:
        with contextlib.suppress(OSError):
            if not delivery.hangs_up:
                line.settimeout(_SILENCE_S)
                line.recv(1)  # until the other side has had enough
            line.shutdown(socket.SHUT_RDWR)
        start("500 Hung up", [])  # nobody hears it
        return ()
    said = _said(start, answer)
    if delivery.times > 1:  # behind the bytes that Content-Length counts: to the other side, another answer
        head = "".join(f"{name}: {value}\r\n" for name, value in _headers(answer))
        whole = f"HTTP/1.1 {_status(answer)}\r\n{head}\r\n".encode("latin-1") + answer.body
        said = [answer.body + whole * (delivery.times - 1)]
    return said


def _said(start: Start, answer: Answer) -> list[bytes]:
    start(_status(answer), _headers(answer))
    return [answer.body]


def _status(answer: Answer) -> str:
    try:
        return f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        return f"{answer.status} Unknown"


def _headers(answer: Answer) -> list[tuple[str, str]]:
    return [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
