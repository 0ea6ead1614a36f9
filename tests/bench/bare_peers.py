"""Responders that cost next to nothing, each in a process of its own: what a bench of the sending side talks to.

`python -m tests.bench.bare_peers mllp|http` prints its port and answers until its standard input ends. Not here:
anything that a real peer would do with a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

ANSWER_BODY = b'{"code":0,"data":[' + b",".join([b'{"item":"WBC","value":"5.6","unit":"10^9/L"}'] * 8) + b"]}"
_HTTP = (
    b"HTTP/1.1 200 OK\r\nServer: bare\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\nContent-Type: application/json\r\n"
    b"Cache-Control: no-cache\r\nContent-Length: %d\r\n\r\n%b" % (len(ANSWER_BODY), ANSWER_BODY)
)


class _Peer(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (answer := self.answer()) is not None:
            self._transport.write(answer)

    def answer(self) -> bytes | None:
        """The answer to the first whole message of `_data`, which is then taken off."""
        raise NotImplementedError


class Mllp(_Peer):
    """AA to everything."""

    def answer(self) -> bytes | None:
        message, end, rest = self._data.partition(b"\x1c\r")
        if not end:
            return None
        self._data = rest
        control_id = message.split(b"|", 10)[9]
        return b"\x0bMSH|^~\\&|LIS|H|HIS|H|20261122080000||ACK^R01|1|P|2.4\rMSA|AA|%b\r\x1c\r" % control_id


class Http(_Peer):
    """200 to everything that has a Content-Length."""

    def answer(self) -> bytes | None:
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0])
        if len(rest) < length:
            return None
        self._data = rest[length:]
        return _HTTP


async def _serve(peer: type[_Peer]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(peer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@contextlib.contextmanager
def bare(kind: str) -> Iterator[int]:
    """The port of a responder."""
    command = [sys.executable, "-m", "tests.bench.bare_peers", kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve({"mllp": Mllp, "http": Http}[sys.argv[1]]))
