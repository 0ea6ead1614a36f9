"""SOAP services over HTTP. Not here: one conversation (`session.py`), the interface document (`wsdl.py`)."""

from __future__ import annotations

from collections.abc import Callable

from drivers.messages.driver import LineDriver
from drivers.messages.http.driver import HttpDriver
from drivers.messages.line import Line
from drivers.messages.soap.session import SoapSession
from harness.message import MessageEndpoint


class SoapDriver(LineDriver):
    """Envelopes to one service."""

    def __init__(self, endpoint: MessageEndpoint) -> None:
        super().__init__(endpoint)
        self._http = HttpDriver(endpoint)

    def connect(self) -> SoapSession:
        return self.session_over(self.open)

    def session_over(self, opener: Callable[[], Line]) -> SoapSession:
        return SoapSession(self._http.session_over(opener), self.endpoint.charset)

    def identify(self) -> dict[str, str]:
        return {**self._http.identify(), "protocol": "SOAP"}
