"""A door on 127.0.0.1 to a server that answers only on a Unix socket: JDBC drivers speak nothing but TCP. Or to another
port, as a link that can be broken.

The servers themselves stay closed to the network. Not here: anything about a protocol.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path


class _Door(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    allow_reuse_address = True

    def __init__(self, target: Path | int, port: int, delay_s: float) -> None:
        super().__init__(("127.0.0.1", port), _Visitor)
        self.target = target
        self.delay_s = delay_s
        self.lines: list[socket.socket] = []

    def inner(self) -> socket.socket:
        if isinstance(self.target, int):
            return socket.create_connection(("127.0.0.1", self.target))
        inner = socket.socket(socket.AF_UNIX)
        inner.connect(str(self.target))
        return inner

    def cut(self) -> None:
        """Hang up on everybody."""
        for line in self.lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Visitor(socketserver.BaseRequestHandler):
    server: _Door

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionRefusedError), self.server.inner() as inner:
            self.server.lines += [self.request, inner]
            answers = threading.Thread(target=_pump, args=(inner, self.request, self.server.delay_s), daemon=True)
            answers.start()
            _pump(self.request, inner)
            answers.join()


def _pump(source: socket.socket, sink: socket.socket, delay_s: float = 0.0) -> None:
    """Pass everything on; when one side hangs up, so does the other."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 18):
            time.sleep(delay_s)
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def relay(target: Path | int, port: int = 0, *, delay_s: float = 0.0) -> Iterator[int]:
    """The port on 127.0.0.1 that leads to a Unix socket or another port, for as long as it is needed; every answer
    arrives `delay_s` late."""
    with _Door(target, port, delay_s) as door:
        serving = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        serving.start()
        try:
            yield door.server_address[1]
        finally:
            door.shutdown()
            door.cut()
            serving.join()
