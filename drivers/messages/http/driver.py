"""HTTP interfaces. Not here: one conversation (`session.py`)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from drivers.messages.address import secret
from drivers.messages.driver import LineDriver
from drivers.messages.http.request import authorization, fixed_lines
from drivers.messages.http.session import HttpSession
from drivers.messages.line import Line, one_line
from harness.errors import StackUnreachable
from harness.message import MessageEndpoint, Outgoing


class HttpDriver(LineDriver):
    """Requests to everything below one address."""

    def __init__(self, endpoint: MessageEndpoint, *, accept: str = "*/*") -> None:
        super().__init__(endpoint)
        self._accept = accept

    def connect(self) -> HttpSession:
        return self.session_over(self.open)

    def session_over(self, opener: Callable[[], Line]) -> HttpSession:
        endpoint = self.endpoint
        password = secret(endpoint.password_env, self.address)
        token = secret(endpoint.token_env, self.address)
        who = authorization(self.address.user, password, token, endpoint.charset)
        fixed = fixed_lines(self.address, who, persistent=endpoint.persistent, accept=self._accept)
        secrets = tuple(filter(None, (password, token)))
        return HttpSession(endpoint, self.address, opener, fixed=fixed, secrets=secrets)

    def identify(self) -> dict[str, str]:
        """Who answers a HEAD for the endpoint's own address, which changes nothing anywhere."""
        tls = self.tls_facts()
        with contextlib.closing(self.connect()) as session:
            reply, answer = session.asked(Outgoing(body=b"", method="HEAD"))
        if answer is None:
            raise StackUnreachable(
                f"{self.address} 没有按 HTTP 应答：{one_line(reply.message)}。", hint="请核对端口和地址开头的协议。"
            )
        server = " ".join(filter(None, (answer.header("server"), answer.header("x-powered-by"))))
        return {
            "protocol": answer.version.replace("HTTP/", "HTTP "),
            "answers": server,
            "status": reply.message,
            **tls,
            "charset": self.endpoint.charset,
        }
