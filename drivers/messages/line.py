"""A TCP line to a peer, with TLS where the address asks for it: opened, written to, read from, within a deadline.

Python's own sockets, so that the same code waits in a thread and, once gevent has patched them, in a greenlet. Not
here: what the bytes mean.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import time
from typing import Any

from drivers import kernel_time
from drivers.messages.address import Address
from harness.errors import BadInput, StackUnreachable

CONNECT_TIMEOUT_S = 10.0
_CHUNK = 1 << 16
_VECTOR = 1000  # parts in one system call; most systems take 1024
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux
# A peer whose machine vanished is noticed after half a minute, not after two hours.
KEPT_ALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 30_000}


def trust(ca: str) -> ssl.SSLContext:
    """Whom to believe: the authorities in a file, or the system's."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError):
        raise BadInput(f"证书文件 {ca} 读不出可信任的证书。", hint="ca 应指向 PEM 格式的根证书文件。") from None


class Line:
    """An open connection. Its methods raise OSError: TimeoutError when time is up, anything else when it is lost."""

    __slots__ = ("_allowed", "_kernel_time", "_socket", "_timeout_s", "arrived_ns", "sent_ns")

    def __init__(self, opened: socket.socket, timeout_s: float) -> None:
        self._socket = opened
        self._timeout_s = self._allowed = timeout_s
        opened.settimeout(timeout_s)
        noting = not isinstance(opened, ssl.SSLSocket) and kernel_time.wanted(opened)
        self._kernel_time = kernel_time.KernelTime() if noting else None
        self.sent_ns = self.arrived_ns = 0  # the last of each; 0 where the system does not note it

    def send(self, data: bytes) -> float:
        """Write all of it; when an answer is due at the latest."""
        deadline = time.monotonic() + self._timeout_s
        self._allow(self._timeout_s)
        self.sent_ns = time.monotonic_ns()
        self._socket.sendall(data)
        return deadline

    def send_parts(self, parts: list[bytes | memoryview]) -> float:
        """As `send`, all parts after one another, without putting them together first."""
        if isinstance(self._socket, ssl.SSLSocket):
            return self.send(b"".join(parts))
        deadline = time.monotonic() + self._timeout_s
        self._allow(self._timeout_s)
        at, count = 0, len(parts)
        while True:
            sent = self._socket.sendmsg(parts[at : at + _VECTOR])
            while at < count and sent >= len(parts[at]):
                sent -= len(parts[at])
                at += 1
            if at == count:
                return deadline
            parts[at] = memoryview(parts[at])[sent:]
            if time.monotonic() > deadline:
                raise TimeoutError

    def acknowledge(self) -> None:
        """Let the system acknowledge what has come at once, where it can.

        A peer that writes in small pieces holds the next one back (Nagle) until the last is acknowledged, which a
        system puts off for 40 ms: a time that is neither the peer's nor ours.
        """
        if _QUICKACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def receive(self, deadline: float) -> bytes:
        """What has come next; b"" when the peer has hung up."""
        self._allow_until(deadline)
        if self._kernel_time is None:
            return self._socket.recv(_CHUNK)
        data, notes, _, _ = self._socket.recvmsg(_CHUNK, kernel_time.ROOM)
        self.arrived_ns = self._kernel_time.of(notes)
        return data

    def receive_into(self, room: memoryview, deadline: float) -> int:
        """As `receive`, into memory of the caller's: how much has come."""
        self._allow_until(deadline)
        return self._socket.recv_into(room)

    def unasked(self) -> bytes | None:
        """What came while nothing was asked; b"" when the peer has hung up, None when it is quiet."""
        self._allow(0.0)
        try:
            return self._socket.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None

    def _allow_until(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        # To set it is a system call; the first wait of an exchange may have as good as all of its time.
        if left < self._allowed * 0.99:
            if left <= 0:
                raise TimeoutError
            self._allow(left)

    def _allow(self, seconds: float) -> None:
        if seconds != self._allowed:
            self._socket.settimeout(seconds)
            self._allowed = seconds

    @property
    def timeout_s(self) -> float:
        return self._timeout_s

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def hang_up(self) -> None:
        """End the connection while another thread may be waiting for it; that one closes it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def facts(self) -> dict[str, str]:
        """What TLS agreed on, by the names of `MessageDriver.identify`; empty without TLS."""
        return _tls_facts(self._socket) if isinstance(self._socket, ssl.SSLSocket) else {}


def open_line(address: Address, context: ssl.SSLContext | None, timeout_s: float) -> Line:
    """Connect, agree on TLS. Raises StackUnreachable."""
    patience_s = min(CONNECT_TIMEOUT_S, timeout_s)
    try:
        plain = socket.create_connection((address.host, address.port), timeout=patience_s)
    except OSError as error:
        raise _no_connection(address, error, patience_s) from None
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEPT_ALIVE.items():
        with contextlib.suppress(AttributeError, OSError):  # not on every system
            plain.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if context is None:
        return Line(plain, timeout_s)
    try:
        return Line(context.wrap_socket(plain, server_hostname=address.host), timeout_s)
    except (OSError, ValueError) as error:
        plain.close()
        raise _no_tls(address, error) from None


def _no_connection(address: Address, error: OSError, patience_s: float) -> StackUnreachable:
    if isinstance(error, socket.gaierror):
        return StackUnreachable(f"找不到主机 {address.host}。", hint="请核对地址中的主机名，或改写 IP 地址。")
    why = f"{patience_s:g} 秒内没有应答" if isinstance(error, TimeoutError) else one_line(error.strerror or str(error))
    return StackUnreachable(f"连接不到 {address}：{why}。", hint="请确认接口服务已启动，主机、端口和防火墙无误。")


def _no_tls(address: Address, error: Exception) -> StackUnreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        return StackUnreachable(
            f"{address} 的证书不可信：{one_line(error.verify_message)}。",
            hint="请核对主机名与证书是否一致；自建 CA 签发的证书请用 ca 指出根证书文件。",
        )
    if isinstance(error, TimeoutError):
        return StackUnreachable(f"{address} 接受了连接，但没有应答 TLS 握手。", hint="请核对端口是否为 TLS 端口。")
    return StackUnreachable(
        f"与 {address} 的 TLS 握手失败：{one_line(error)}。",
        hint="请核对端口是否为 TLS 端口，以及对端允许的 TLS 版本。",
    )


def _tls_facts(opened: ssl.SSLSocket) -> dict[str, str]:
    cipher = opened.cipher()
    certificate: Any = opened.getpeercert() or {}
    raw = opened.getpeercert(binary_form=True) or b""
    return {
        "tls": opened.version() or "",
        "cipher": cipher[0] if cipher else "",
        "certificate": _name(certificate.get("subject", ())),
        "certificate_issuer": _name(certificate.get("issuer", ())),
        "certificate_until": certificate.get("notAfter", ""),
        "certificate_sha256": hashlib.sha256(raw).hexdigest(),
    }


def _name(parts: Any) -> str:
    """CN=lis.example, O=…"""
    short = {"commonName": "CN", "organizationName": "O", "countryName": "C", "organizationalUnitName": "OU"}
    return ", ".join(f"{short.get(key, key)}={value}" for relative in parts for key, value in relative)


def one_line(told: object) -> str:
    """Any text as one line of bearable length, without the full stop at its end."""
    return " ".join(str(told).split())[:300].rstrip(".。")
