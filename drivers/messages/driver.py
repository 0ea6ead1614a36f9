"""What the drivers share: the address, TLS, opening a line, treating one badly. Not here: any protocol."""

from __future__ import annotations

import contextlib
import functools
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable

from drivers.messages.address import address_of
from drivers.messages.charsets import codec_of
from drivers.messages.line import Line, open_line, trust
from drivers.messages.misbehaving import misbehave
from harness.errors import BadInput
from harness.message import MessageEndpoint, Misbehaviour, Outgoing
from harness.model import Reply
from harness.ports import MessageSession, Waiting


class EndpointDriver:
    """One endpoint and the way to it."""

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


class LineDriver(EndpointDriver, ABC):
    """One endpoint that is spoken to over lines of ours."""

    @abstractmethod
    def session_over(self, opener: Callable[[], Line]) -> MessageSession:
        """A session that gets its lines there. Raises what `opener` and `MessageDriver.connect` raise."""

    @property
    def misbehaviours(self) -> tuple[Misbehaviour, ...]:
        """Where every message has a connection of its own, no two stand in one."""
        return tuple(each for each in Misbehaviour if self.endpoint.persistent or each is not Misbehaviour.PIPELINED)

    def misbehave(self, how: Misbehaviour, message: Outgoing, /) -> tuple[Reply, ...]:
        return misbehave(how, message, self.session_over, self.open)
