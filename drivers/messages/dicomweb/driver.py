"""Image archives that speak DICOMweb. Not here: one conversation (`session.py`), reading an archive (`archive.py`)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from drivers.messages.dicomweb.accepting import JSON
from drivers.messages.dicomweb.archive import DicomwebArchive
from drivers.messages.dicomweb.session import DicomwebSession
from drivers.messages.driver import LineDriver
from drivers.messages.http.driver import HttpDriver
from drivers.messages.line import Line, one_line
from harness.errors import StackUnreachable
from harness.message import MessageEndpoint, Outgoing


class DicomwebDriver(LineDriver):
    """Requests to the service at one address."""

    def __init__(self, endpoint: MessageEndpoint) -> None:
        super().__init__(endpoint)
        self._http = HttpDriver(endpoint, accept="")

    def connect(self) -> DicomwebSession:
        return self.session_over(self.open)

    def session_over(self, opener: Callable[[], Line]) -> DicomwebSession:
        return DicomwebSession(self._http.session_over(opener), self.address.path)

    def archive(self) -> DicomwebArchive:
        return DicomwebArchive(self.endpoint, self._http)

    def identify(self) -> dict[str, str]:
        """Who answers a query for one study."""
        tls = self.tls_facts()
        query = Outgoing(body=b"", method="GET", path="studies?limit=1", headers={"Accept": JSON})
        with contextlib.closing(self._http.connect()) as session:
            reply, answer = session.asked(query)
        if answer is None:
            raise StackUnreachable(
                f"{self.address} 没有按 HTTP 应答：{one_line(reply.message)}。", hint="请核对端口和地址开头的协议。"
            )
        server = " ".join(filter(None, (answer.header("server"), answer.header("x-powered-by"))))
        return {
            "protocol": f"DICOMweb（{answer.version}）",
            "answers": server or "（没有写明产品）",
            "status": f"QIDO-RS {reply.message}",
            **tls,
            "charset": self.endpoint.charset,
        }
