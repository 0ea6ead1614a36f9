"""Peers for the message drivers: real ones that nobody here wrote, and a scripted one for what real ones seldom do.

`independent_mllp`: the asyncio server of the package `hl7`. `web`: Python's own http.server. `service`: wsgiref.
`Peer`: a bare TCP server that does to each caller what a script says. Not here: RabbitMQ (`rabbitmq.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import hl7
from hl7.mllp import start_hl7_server

Script = Callable[[socket.socket], None]


class Peer:
    """Listens while it is open. A caller is hung up on when its script returns."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self._script, self._tls = script, tls
        self.callers = 0
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            self.callers += 1
            self._threads.append(threading.Thread(target=self._serve, args=(caller,), daemon=True))
            self._threads[-1].start()

    def _serve(self, caller: socket.socket) -> None:
        self._open.append(caller)
        with contextlib.suppress(OSError), caller:
            line = caller if self._tls is None else self._tls.wrap_socket(caller, server_side=True)
            with line:
                self._script(line)


@contextlib.contextmanager
def door(port: int, *, tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, Callable[[], None]]]:
    """A port that leads to another one of this machine, and what cuts the connection through it."""
    inner_ends: list[socket.socket] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def relay(line: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as inner:
            inner_ends[:] = [inner]
            back = threading.Thread(target=pump, args=(inner, line), daemon=True)
            back.start()
            pump(line, inner)
            back.join(timeout=5)

    def cut() -> None:
        with contextlib.suppress(OSError):  # gone already: a server that keeps no connection
            inner_ends[0].shutdown(socket.SHUT_RDWR)

    with Peer(relay, tls=tls) as peer:
        yield peer.port, cut


def read_mllp(line: socket.socket) -> bytes | None:
    """One message, None at the end."""
    data = b""
    while not data.endswith(b"\x1c\r"):
        piece = line.recv(65536)
        if not piece:
            return None
        data += piece
    return data[1:-2]


def read_http(line: socket.socket) -> bytes | None:
    """One request, None at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    _, _, length = head.lower().partition(b"content-length:")
    missing = int(length.split(b"\r")[0] or b"0") - len(rest)
    while missing > 0:
        piece = line.recv(missing)
        missing -= len(piece)
        data += piece
    return data


def ack(message: bytes, code: str = "AA", *, about: bytes | None = None, more: bytes = b"") -> bytes:
    """A framed acknowledgement, written here and not by what is tested."""
    control_id = message.split(b"|", 10)[9] if about is None else about
    head = b"MSH|^~\\&|LIS|H|HIS|H|20261122||ACK|77|P|2.4\r"
    return b"\x0b" + head + b"MSA|" + code.encode() + b"|" + control_id + b"\r" + more + b"\x1c\r"


def http_answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _acknowledged(message: hl7.Message) -> hl7.Message:
    return message.create_ack()


@contextlib.contextmanager
def independent_mllp(answer: Callable[[hl7.Message], hl7.Message] = _acknowledged) -> Iterator[int]:
    """The `hl7` package's server: parses every message and answers it, with its own acknowledgement AA by default."""

    async def serve(reader: Any, writer: Any) -> None:
        talking.append(asyncio.current_task())
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
                while not writer.is_closing():
                    message: hl7.Message = await reader.readmessage()
                    writer.writemessage(answer(message))
                    await writer.drain()
        finally:
            writer.transport.abort()

    talking: list[Any] = []
    started, running = threading.Event(), []

    async def run() -> None:
        stop = asyncio.Event()
        server = await start_hl7_server(serve, "127.0.0.1", 0, encoding="utf-8")
        running.extend((asyncio.get_running_loop(), stop, server.sockets[0].getsockname()[1]))
        started.set()
        await stop.wait()
        server.close()
        await asyncio.sleep(0.05)  # whoever was let in a moment ago begins; cancelled before that, it would leak
        for each in talking:
            each.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        await asyncio.sleep(0.05)  # transports say goodbye in the loop

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert started.wait(5)
    loop, stop, port = running
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=5)
        with warnings.catch_warnings():  # what asyncio still leaves of the package's server is no leak of ours
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


class _Web(BaseHTTPRequestHandler):
    """Says back what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._say(200, body, self.headers.get("Content-Type", ""))

    def do_HEAD(self) -> None:
        self._say(200, b"", "text/plain")

    def _say(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


class _ThreadedWeb(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A caller that does not like our certificate."""


@contextlib.contextmanager
def web(*, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    yield from _serving(_ThreadedWeb(("127.0.0.1", 0), _Web), tls)


class _ThreadedWsgi(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """As above."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None: ...


@contextlib.contextmanager
def service(application: Any, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """wsgiref: HTTP/1.0, a connection for each request."""
    server = make_server("127.0.0.1", 0, application, _ThreadedWsgi, _Quiet)
    yield from _serving(server, tls)


def _serving(server: Any, tls: ssl.SSLContext | None) -> Iterator[int]:
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
