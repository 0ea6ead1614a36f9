"""An HTTP/1.1 request as bytes. Pure. Not here: sending it (`session.py`)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import quote

from drivers.messages.address import Address
from harness.message import Outgoing

_FORM = re.compile(rb"[\w.%+-]+=[^<{\r\n]*\Z")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_BREAK = re.compile(r"[\r\n\0]")
_UNSAFE = re.compile(r"[^!-~]")
# RFC 3986: everything that may stand in a path or a query; % because it may be encoded already.
_SAFE = "/?:@!$&'()*+,;=-._~%[]"


def target_of(base: str, path: str, charset: str) -> str:
    """What stands behind the method: the endpoint's path and the message's."""
    joined = f"{base}/{path.lstrip('/')}" if path and not path.startswith("?") else f"{base}{path}"
    if not joined.startswith("/"):
        joined = f"/{joined}"
    return quote(joined, safe=_SAFE, encoding=charset) if _UNSAFE.search(joined) else joined


def authorization(user: str, password: str, token: str, charset: str) -> str:
    """The line that says who we are, "" for nobody."""
    if token:
        return f"Authorization: Bearer {token}\r\n"
    if user and password:
        raw = base64.b64encode(f"{user}:{password}".encode(charset)).decode("ascii")
        return f"Authorization: Basic {raw}\r\n"
    return ""


def fixed_lines(address: Address, who: str, *, persistent: bool, accept: str = "*/*") -> str:
    """The lines that all requests of a session carry; no `accept` where each has its own."""
    wanted = f"Accept: {accept}\r\n" if accept else ""
    end = "" if persistent else "Connection: close\r\n"
    return f"Host: {address.authority}\r\nUser-Agent: xinheng\r\n{wanted}{who}{end}"


def request(message: Outgoing, target: str, fixed: str, charset: str) -> bytes:
    """Head and body. Raises ValueError for a header that would break out of its line."""
    body = message.body
    own = "".join([_line(name, value) for name, value in message.headers.items()])
    if body or message.method in {"POST", "PUT", "PATCH"}:
        own += f"Content-Length: {len(body)}\r\n"
        if body and not _names(message.headers, "content-type"):
            own += f"Content-Type: {content_type(body, charset)}\r\n"
    if not _TOKEN.match(message.method):
        raise ValueError(f"不能用作方法：{message.method!r}")
    return f"{message.method} {target} HTTP/1.1\r\n{fixed}{own}\r\n".encode("latin-1") + body


def content_type(body: bytes, charset: str) -> str:
    """What a body without a Content-Type of its own is, by how it begins."""
    first = body.lstrip()[:1]
    if first in {b"{", b"["}:
        return "application/json" if charset.upper() == "UTF-8" else f"application/json; charset={charset}"
    if first == b"<":
        return f"application/xml; charset={charset}"
    if _FORM.match(body):
        return "application/x-www-form-urlencoded"
    return "application/octet-stream"


def _line(name: str, value: str) -> str:
    if not _TOKEN.match(name) or _BREAK.search(value):
        raise ValueError(f"报文头 {name!r} 含有不允许的字符")
    return f"{name}: {value}\r\n"


def _names(headers: Mapping[str, str], wanted: str) -> bool:
    return any(name.lower() == wanted for name in headers)
