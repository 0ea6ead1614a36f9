"""HL7 v2 over MLLP. Not here: what is said over a line (`session.py`), receiving messages (`listener.py`)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from drivers.messages.driver import LineDriver
from drivers.messages.line import Line
from drivers.messages.mllp.session import MllpSession


class MllpDriver(LineDriver):
    """Messages to one MLLP port."""

    def connect(self) -> MllpSession:
        return self.session_over(self.open)

    def session_over(self, opener: Callable[[], Line]) -> MllpSession:
        return MllpSession(self.endpoint, opener)

    def identify(self) -> dict[str, str]:
        """Who lets us in, and by which TLS: MLLP has no greeting, and a message might leave something behind."""
        with contextlib.closing(self.open()) as line:
            return {"protocol": "MLLP", "answers": str(self.address), **line.facts(), "charset": self.endpoint.charset}
