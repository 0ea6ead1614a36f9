"""Where an endpoint answers: its URL taken apart, its secrets fetched from the environment.

Not here: connecting (`line.py`).
"""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from harness.errors import BadInput
from harness.message import MessageEndpoint


@dataclass(frozen=True, slots=True)
class Scheme:
    """What stands before :// means."""

    kinds: tuple[str, ...]
    port: int
    tls: bool


SCHEMES = {
    "mllp": Scheme(("mllp",), 2575, False),  # the port IANA gave to HL7; it has none for TLS
    "mllps": Scheme(("mllp",), 2575, True),
    "http": Scheme(("http", "soap", "dicomweb"), 80, False),
    "https": Scheme(("http", "soap", "dicomweb"), 443, True),
    "amqp": Scheme(("amqp",), 5672, False),
    "amqps": Scheme(("amqp",), 5671, True),
    "dicom": Scheme(("dicom",), 104, False),
    "dicoms": Scheme(("dicom",), 2762, True),
}
EXAMPLES = {
    "mllp": "mllp://主机:2575 或 mllps://主机:2575",
    "http": "http://主机:端口/路径 或 https://…",
    "soap": "http://主机:端口/服务 或 https://…",
    "amqp": "amqp://用户@主机:5672/虚拟主机 或 amqps://…",
    "dicom": "dicom://主机:104 或 dicoms://主机:2762",
    "dicomweb": "http://主机:端口/dicom-web 或 https://…",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A URL in parts."""

    scheme: str
    host: str
    port: int
    path: str  # without a slash at its end
    user: str

    @property
    def tls(self) -> bool:
        return SCHEMES[self.scheme].tls

    @property
    def authority(self) -> str:
        """Host and port as a Host header names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == SCHEMES[self.scheme].port else f"{host}:{self.port}"

    def __str__(self) -> str:
        """The address for people: never with a secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def address_of(endpoint: MessageEndpoint) -> Address:
    """The parts of an endpoint's URL; raises BadInput, never repeating what may hold a password."""
    example = f"写法如 {EXAMPLES[endpoint.kind]}。"
    try:
        parts = urlsplit(endpoint.url)
        port = parts.port
    except ValueError:
        raise BadInput(f"{endpoint.kind} 接口的地址无法解析。", hint=example) from None
    known = SCHEMES.get(parts.scheme)
    if known is None or endpoint.kind not in known.kinds:
        fitting = [name for name, scheme in SCHEMES.items() if endpoint.kind in scheme.kinds]
        near = difflib.get_close_matches(parts.scheme, fitting, n=1)
        told = f"是否想写 {near[0]}://？" if near else ""
        raise BadInput(f"{endpoint.kind} 接口的地址不能以 {parts.scheme}:// 开头。", hint=f"{told}{example}")
    if parts.password is not None:
        raise BadInput(
            f"{endpoint.kind} 接口的地址里写了口令。",
            hint='请从地址中删去口令，改写 password_env = "环境变量名"，口令只放在环境变量里。',
        )
    if not parts.hostname or parts.query or parts.fragment:
        raise BadInput(f"{endpoint.kind} 接口的地址缺少主机，或带有多余的 ? 或 # 部分。", hint=example)
    return Address(
        scheme=parts.scheme,
        host=parts.hostname,
        port=known.port if port is None else port,
        path=parts.path.rstrip("/"),
        user=endpoint.user or unquote(parts.username or ""),
    )


def secret(name: str, where: Address) -> str:
    """The value of a named environment variable, "" where none is named."""
    if not name:
        return ""
    value = os.environ.get(name)
    if value is None:
        raise BadInput(f"环境变量 {name} 没有设置，无法登录 {where}。", hint=f"请先执行 export {name}=…")
    return value
