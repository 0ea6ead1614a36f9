"""One connection to an agent on another host, and the estimate of how its clocks stand to ours.

Not here: what is done with the readings (`remote.py`), the other end (`serve.py`).
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.errors import BadInput, BadSettings, StackRefused, StackUnreachable
from harness.model import Host

DEFAULT_PORT = 9461
TIMEOUT_S = 10.0
CLOCK_TRIES = 7
BROKEN = (OSError, http.client.HTTPException, ValueError)  # no link, half an answer, not our protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Ours minus theirs, from the request that came back fastest; wrong by at most `uncertainty_ns`."""

    boot: str
    mono_ns: int
    wall_s: float
    uncertainty_ns: int


def midpoint(before_ns: int, after_ns: int, wall_after: float, state: dict[str, Any]) -> Clock:
    """The estimate of one request: the other side read its clocks half-way between our sending and receiving."""
    half = (after_ns - before_ns) // 2
    return Clock(
        boot=state["boot"],
        mono_ns=before_ns + half - int(state["mono_ns"]),
        wall_s=wall_after - half / 1e9 - float(state["wall"]),
        uncertainty_ns=half,
    )


def better(known: Clock | None, new: Clock) -> Clock:
    """Keep the surer one, but let it age: clocks drift apart, so each new estimate may be a little less sure."""
    if known is None or known.boot != new.boot or new.uncertainty_ns <= known.uncertainty_ns * 1.5 + 200_000:
        return new
    return known


class Link:
    """One HTTP connection to an agent, reopened when it broke."""

    def __init__(self, host: Host) -> None:
        try:
            url = urllib.parse.urlsplit(host.agent)
            address, port = url.hostname or "", url.port or DEFAULT_PORT
        except ValueError:  # the port is not a number
            url, address, port = urllib.parse.SplitResult("", "", "", "", ""), "", 0
        if url.scheme not in ("https", "http") or not address or url.path not in ("", "/"):
            raise BadSettings(
                f"主机 {host.name} 的 agent = {host.agent!r} 不是探针地址。",
                hint='请写 "local" 或 "https://地址:端口"。',
            )
        if url.scheme == "http" and address not in ("127.0.0.1", "::1", "localhost"):
            raise BadSettings(
                f"主机 {host.name} 的探针地址 {host.agent} 没有加密。",
                hint="远程探针只接受 https://；http:// 仅限本机。",
            )
        self._name = host.name
        self._token = os.environ.get(host.token_env, "") if host.token_env else ""
        if host.token_env and not self._token:
            raise BadInput(
                f"环境变量 {host.token_env} 没有设置，无法登录主机 {host.name} 的探针。", hint="请先导出该变量再运行。"
            )
        self._open: Callable[[], http.client.HTTPConnection]
        if url.scheme == "https":
            context = ssl.create_default_context()
            self._open = lambda: http.client.HTTPSConnection(address, port, timeout=TIMEOUT_S, context=context)
        else:
            self._open = lambda: http.client.HTTPConnection(address, port, timeout=TIMEOUT_S)
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> tuple[bytes, dict[str, Any], Clock]:
        """Body, the agent's state, and what the request told about its clock. Raises one of BROKEN or StackRefused."""
        connection = self._connection or self._open()
        self._connection = None  # kept again only when the whole answer was read
        try:
            if connection.sock is None:
                connection.connect()  # the handshake must not count as the way of the request
            before = time.monotonic_ns()
            connection.request("GET", path, headers={"Authorization": f"Bearer {self._token}"} if self._token else {})
            answer = connection.getresponse()
            after, wall = time.monotonic_ns(), time.time()
            body = answer.read()
            if answer.status == 401:
                raise StackRefused(
                    f"主机 {self._name} 的探针不接受令牌。", hint="请核对 token_env 所指变量与探针一侧的令牌是否一致。"
                )
            if answer.status != 200:
                raise ValueError(f"HTTP {answer.status}")
            state = json.loads(answer.headers["Xinheng-State"] or body)
            clock = midpoint(before, after, wall, state)
        except (*BROKEN, KeyError, TypeError) as error:
            connection.close()
            raise error if isinstance(error, BROKEN) else ValueError("不是信衡探针的应答") from error
        except StackRefused:
            connection.close()
            raise
        self._connection = connection
        return body, state, clock

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def unreachable(host: Host, error: Exception) -> StackUnreachable:
    """What one of BROKEN means to a person."""
    return StackUnreachable(
        f"主机 {host.name} 的探针 {host.agent} 没有应答（{error}）。",
        hint="请确认该主机上的 xinheng agent 在运行、端口可达；自签名证书请用环境变量 SSL_CERT_FILE 指明 CA 文件。",
    )


def look(host: Host) -> tuple[dict[str, Any], Clock]:
    """What an agent says of its host and of itself, and how its clocks stand to ours: asked once, nothing kept."""
    link = Link(host)
    try:
        asked = [link.get("/v1/facts")[1:] for _ in range(CLOCK_TRIES)]
    except BROKEN as error:
        raise unreachable(host, error) from None
    finally:
        link.close()
    return min(asked, key=lambda answer: answer[1].uncertainty_ns)
