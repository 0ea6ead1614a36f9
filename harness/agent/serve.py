"""The agent on another host: `xinheng agent --listen 10.0.0.5:9461 --cert … --key …`.

Reads its own host all the time into a spool and answers two questions, to holders of the token only:
`GET /v1/facts` and `GET /v1/readings?after=<offset>`. It takes no orders, names no files and changes nothing.
Not here: the client (`remote.py`).
"""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import json
import platform
import signal
import socket
import socketserver
import ssl
import threading
import time
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from harness.agent.collector import boot_id, collect
from harness.agent.spool import Spool
from harness.errors import BadInput
from harness.facts import free_mib, host_facts, own_version

READ_LIMIT = 1 << 20
CONNECTIONS = 16
IDLE_S = 60
SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `xinheng agent` was told."""

    listen: str = "127.0.0.1:9461"
    token: str = ""
    cert: Path | None = None
    key: Path | None = None
    spool: Path
    interval_s: float = 1.0
    pid_file: str = ""
    name: str = ""


def address_of(options: Options) -> tuple[str, int]:
    """Host and port to listen on. Raises BadInput for what would expose the host."""
    host, colon, port = options.listen.rpartition(":")
    host = host.strip("[]").replace("localhost", "127.0.0.1")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise BadInput(f"监听地址 {options.listen!r} 不是“地址:端口”的形式。", hint="例如 --listen 127.0.0.1:9461。")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise BadInput(
            f"监听地址 {host!r} 不是 IP 地址。", hint="请写本机的 IP，例如 127.0.0.1:9461 或 10.0.0.5:9461。"
        ) from None
    if not loopback and (options.cert is None or len(options.token) < SHORTEST_TOKEN):
        raise BadInput(
            f"探针拒绝在 {options.listen} 上监听：非本机地址必须同时有 TLS 证书和至少 {SHORTEST_TOKEN} 位的令牌。",
            hint="请用 --cert、--key 给出证书，并用 --token-env 指明存放令牌的环境变量。",
        )
    return host, int(port)


def tls_context(options: Options) -> ssl.SSLContext | None:
    """The server's side of TLS, None without a certificate."""
    if options.cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(options.cert, options.key)
    except OSError as error:  # ssl.SSLError is one
        raise BadInput(
            f"探针的证书 {options.cert} 或私钥 {options.key} 无法使用：{error.strerror or error}。",
            hint="请检查两个文件是否存在、是否为同一对 PEM 文件。",
        ) from None
    return context


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "xinheng-agent", ""
    timeout = IDLE_S
    wbufsize = -1  # head and body leave in one segment: no waiting for a delayed acknowledgement
    server: _Server

    def do_GET(self) -> None:
        given = self.headers.get("Authorization", "").encode()
        expected = f"Bearer {self.server.token}".encode()
        if self.server.token and not hmac.compare_digest(given, expected):
            self._send(401, {"error": "令牌不对。"})
            return
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/v1/facts":
            about = {"version": self.server.version, "disk_free_mib": free_mib("/"), "facts": self.server.facts}
            self._send(200, {**about, **self.server.state()})
        elif url.path == "/v1/readings":
            self._readings(urllib.parse.parse_qs(url.query).get("after", ["0"])[0])
        else:
            self._send(404, {"error": "只有 /v1/facts 和 /v1/readings。"})

    def _readings(self, after: str) -> None:
        if not after.isdecimal() or len(after) > 18:
            self._send(400, {"error": "after 必须是非负整数。"})
            return
        start, lines = self.server.spool.read(int(after), READ_LIMIT)
        state = {**self.server.state(), "start": start, "next": start + len(lines)}
        self._reply(200, "application/jsonl", lines, {"Xinheng-State": json.dumps(state)})

    def _send(self, status: int, content: dict[str, Any]) -> None:
        self._reply(status, "application/json", json.dumps(content).encode(), {})

    def _reply(self, status: int, kind: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a log line per pull would fill the disk of the host that is measured."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], token: str, spool: Spool, context: ssl.SSLContext | None) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self._open: set[Any] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)
        if context is not None:
            # The handshake is left to the connection's own thread: a silent client must not block the others.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.token = token
        self.facts = host_facts()
        self.version = own_version()
        self.spool = spool
        self.failure = ""

    def server_bind(self) -> None:
        """Without the look-up of our own name, which takes many seconds where there is no name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def state(self) -> dict[str, Any]:
        """The two clocks of this host, as close to the answer as can be, and where the spool stands."""
        return {
            "wall": time.time(),
            "mono_ns": time.monotonic_ns(),
            "boot": boot_id(),
            "machine": platform.node(),
            "spool": self.spool.id,
            "end": self.spool.end,
            "failure": self.failure,
        }

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            welcome = len(self._open) < CONNECTIONS
            if welcome:
                self._open.add(request)
        if welcome:
            super().process_request(request, client_address)
        else:
            super().shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the conversations that clients keep open."""
        with self._open_lock:
            for request in self._open:
                with contextlib.suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hung up or failed the handshake is its own affair."""


class AgentServer:
    """The collector and the HTTP server in two threads."""

    def __init__(self, options: Options) -> None:
        address, context = address_of(options), tls_context(options)
        try:
            spool = Spool(options.spool)
        except (OSError, ValueError) as error:
            raise BadInput(
                f"探针的暂存目录 {options.spool} 无法使用：{error}。",
                hint="请用 --spool 指定一个可写、不作他用的目录。",
            ) from None
        try:
            self._server = _Server(address, options.token, spool, context)
        except OSError as error:
            spool.close()
            raise BadInput(
                f"探针无法在 {options.listen} 上监听：{error.strerror or error}。",
                hint="请换一个端口，或结束占用该端口的程序。",
            ) from None
        self.port: int = self._server.server_port
        self._options = options
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._collect, daemon=True),
            threading.Thread(target=self._server.serve_forever, daemon=True),
        ]

    def _collect(self) -> None:
        options = self._options
        try:
            collect(
                self._server.spool,
                name=options.name or platform.node(),
                interval_s=options.interval_s,
                pid_file=options.pid_file,
                wait=self._ended.wait,
            )
        except OSError as error:
            self._server.failure = f"探针无法写入 {options.spool}：{error.strerror or error}"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join(5)
        self._server.server_close()
        self._server.hang_up()
        self._server.spool.close()


def serve(options: Options) -> None:
    """Run until SIGTERM or Ctrl-C."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server = AgentServer(options)
    server.start()
    ended.wait()
    server.stop()
