"""A door on 127.0.0.1 to a server that answers only on a Unix socket: JDBC drivers speak nothing but TCP.

The servers themselves stay closed to the network. Not here: anything about a protocol.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path


class _Door(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Visitor)
        self.path = path


class _Visitor(socketserver.BaseRequestHandler):
    server: _Door

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with socket.socket(socket.AF_UNIX) as inner:
            inner.connect(str(self.server.path))
            answers = threading.Thread(target=_pump, args=(inner, self.request), daemon=True)
            answers.start()
            _pump(self.request, inner)
            answers.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass everything on; when one side hangs up, so does the other."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 18):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def relay(path: Path) -> Iterator[int]:
    """The port on 127.0.0.1 that leads to a Unix socket, for as long as it is needed."""
    with _Door(path) as door:
        serving = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        serving.start()
        try:
            yield door.server_address[1]
        finally:
            door.shutdown()
            serving.join()
