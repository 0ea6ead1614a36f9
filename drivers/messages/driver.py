"""What the drivers that speak over a line of their own share: the address, TLS, opening. Not here: any protocol."""

from __future__ import annotations

import contextlib
import functools
import ssl

from drivers.messages.address import address_of
from drivers.messages.charsets import codec_of
from drivers.messages.line import Line, open_line, trust
from harness.errors import BadInput
from harness.message import MessageEndpoint
from harness.ports import Waiting


class LineDriver:
    """One endpoint reached through Python's own sockets."""

    waiting = Waiting.GREEN

    def __init__(self, endpoint: MessageEndpoint) -> None:
        self.endpoint = endpoint
        self.address = address_of(endpoint)
        if codec_of(endpoint.charset) is None:
            raise BadInput(
                f"{self.address} 写明的字符集“{endpoint.charset}”不认识。", hint="常用：UTF-8、GBK、GB18030。"
            )

    @property
    def kind(self) -> str:
        return self.endpoint.kind

    def make_green(self) -> None:
        """Nothing to do: it waits in Python sockets, which gevent has replaced."""

    def open(self) -> Line:
        return open_line(self.address, self._tls, self.endpoint.timeout_s)

    def tls_facts(self) -> dict[str, str]:
        """What TLS agrees on, asked by a connection of its own; empty without TLS."""
        if not self.address.tls:
            return {}
        with contextlib.closing(self.open()) as line:
            return line.facts()

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext | None:
        return trust(self.endpoint.ca) if self.address.tls else None
