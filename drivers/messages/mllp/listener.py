"""The receiving side of MLLP: results and critical values that a system sends out arrive here and are acknowledged.

A thread for each connection; where gevent has patched the process, that is a greenlet. Not here: what is done with a
message, which is the caller's `handle`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

from drivers.messages.mllp.frames import Frames, TooLong, framed
from drivers.messages.mllp.segments import acknowledge, acknowledged, asked_for
from harness.errors import BadInput

_CHUNK = 1 << 16
# A message → its acknowledgement (`acknowledge`), None to stay silent, or several messages to send back.
Handle = Callable[[bytes], bytes | tuple[bytes, ...] | None]


class MllpListener:
    """Listens from when it is made until `close`. Each message gets what `handle` answers; in enhanced mode a commit
    acknowledgement goes before it, and it goes out only where MSH-16 asks for it. A `handle` that raises an OSError
    hangs up."""

    def __init__(
        self,
        handle: Handle,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        charset: str = "UTF-8",
    ) -> None:
        self._handle = handle
        self._tls = tls
        self._charset = charset
        self._open: set[socket.socket] = set()
        self._closing = False
        try:
            self._listening = socket.create_server((host, port), backlog=128)
        except OSError as error:
            raise BadInput(
                f"不能在 {host}:{port} 上接收 MLLP 报文：{error.strerror}。", hint="请换一个空闲的端口。"
            ) from None
        self.port: int = self._listening.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, name=f"mllp-{self.port}", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Stop listening and hang up."""
        self._closing = True
        for each in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # wakes whoever waits on it
        self._accepting.join(timeout=5)
        self._listening.close()

    def _accept(self) -> None:
        while not self._closing:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        self._open.add(caller)
        try:
            with contextlib.suppress(OSError, TooLong), self._secured(caller) as line:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                frames = Frames()
                while data := line.recv(_CHUNK):
                    for message in frames.feed(data):
                        self._answer(line, message)
        finally:
            self._open.discard(caller)
            caller.close()

    def _secured(self, caller: socket.socket) -> socket.socket:
        return caller if self._tls is None else self._tls.wrap_socket(caller, server_side=True)

    def _answer(self, line: socket.socket, message: bytes) -> None:
        found = acknowledged(message)
        if found is not None and found[0].startswith(b"C"):
            return  # a commit acknowledgement of what we answered
        commit, owed = asked_for(message, self._charset)
        if commit:
            line.sendall(framed(acknowledge(message, "CA", charset=self._charset)))
        answers = self._handle(message)
        for answer in (answers,) if isinstance(answers, bytes) else answers or ():
            code = acknowledged(answer)
            if owed(code is not None and code[0] in {b"AA", b"CA"}):
                line.sendall(framed(answer))
