"""A browser's or a proxy's HAR → a message for each request that the application itself answered.

Method, path, headers and body stay; cookies, authorisation and everything else that lets somebody in is dropped, as are
headers of the connection. Pictures, styles and scripts are left out. Not here: identities (`places.py`).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from harness.errors import BadInput
from scenarios.folder.described import InterfaceTable, MessageTable
from scenarios.folder.template import literal
from scenarios.importing.drafts import Found, unique, variants
from scenarios.importing.identities import Identities
from scenarios.importing.places import cleaned, form

_SECRET = re.compile(r"cookie|auth|token|secret|api-?key|session|csrf|xsrf|credential", re.IGNORECASE)
_OF_THE_CONNECTION = re.compile(
    r":.*|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade.*|content-length|accept-encoding|user-agent"
    r"|referer|origin|priority|pragma|cache-control|if-.*|dnt|via|forwarded|x-forwarded-.*|sec-.*|proxy-.*",
    re.IGNORECASE,
)
_STATIC = re.compile(r"image/|font/|audio/|video/|text/css|javascript|ecmascript|wasm|application/manifest|map$")
_STATIC_FILE = re.compile(r"\.(png|jpe?g|gif|svg|ico|webp|css|js|mjs|map|woff2?|ttf|eot|mp[34])$", re.IGNORECASE)
_SUFFIX = {"json": "json", "xml": "xml", "form": "txt", "text": "txt"}


class _Request(NamedTuple):
    """One entry that becomes a message, or a variant of one."""

    origin: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    sends: str
    body: str
    status: int
    content: str


def found_in(file: Path, name: str, who: Identities) -> Found:
    """Everything that a HAR file holds. Raises BadInput where that is nothing."""
    left_out: Counter[str] = Counter()
    requests = [request for entry in _entries(file) if (request := _request(entry, who, left_out)) is not None]
    if not requests:
        raise BadInput(
            f"{file} 中没有可以重放的请求。", hint="图片、样式、脚本不算；请在录制时勾选保留日志并操作业务。"
        )
    origins = [origin for origin, _ in Counter(request.origin for request in requests).most_common()]
    names = {origin: f"{name}_http"[:36] + (f"_{n}" if n > 1 else "") for n, origin in enumerate(origins, 1)}
    same: dict[tuple[str, str, str], list[_Request]] = defaultdict(list)
    for request in requests:
        same[request.origin, request.method, request.path].append(request)
    messages: list[MessageTable] = []
    files: dict[str, str | bytes] = {}
    for (origin, method, path), group in same.items():
        first = group[0]
        called = unique(f"{method} {path.partition('?')[0]}", [message.name for message in messages])
        place, own = variants(called, [r.body for r in group], _SUFFIX[first.sends]) if first.body else ("", {})
        files |= own
        messages.append(
            MessageTable(
                name=called,
                title=f"{method} {path.partition('?')[0]}",
                interface=names[origin],
                file=place,
                sends="text" if first.sends == "form" else first.sends,  # type: ignore[arg-type]
                content=first.content,  # type: ignore[arg-type]
                method=method,
                path=path,
                headers=dict(first.headers),
                expect="refused" if 400 <= first.status < 500 else "ok",
            )
        )
    return Found(
        interfaces=tuple(
            InterfaceTable(name=names[origin], title=urlsplit(origin).netloc, kind="http") for origin in origins
        ),
        messages=tuple(messages),
        files=files,
        addresses={names[origin]: origin for origin in origins},
        notes=tuple(f"{why} {count} 个" for why, count in left_out.items()),
    )


def _entries(file: Path) -> list[Mapping[str, Any]]:
    try:
        har = json.loads(file.read_bytes())
        entries = har["log"]["entries"]
    except FileNotFoundError:
        raise BadInput(f"{file} 不存在。", hint="请检查路径。") from None
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{file} 不是 HAR 文件。", hint="请用浏览器的开发者工具“网络”面板导出 HAR。") from None
    return [entry for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("request"), Mapping)]


def _request(entry: Mapping[str, Any], who: Identities, left_out: Counter[str]) -> _Request | None:
    """What an entry becomes; nothing, and why, where it becomes nothing."""
    asked, answered = entry["request"], entry.get("response") or {}
    url, method = urlsplit(str(asked.get("url", ""))), str(asked.get("method", "")).upper()
    status = int(answered.get("status") or 0)
    kind = str((answered.get("content") or {}).get("mimeType", "")).lower()
    why = ""
    if url.scheme not in ("http", "https") or method in ("OPTIONS", "CONNECT") or status == 101:
        why = "不是业务请求（预检、WebSocket 等），没有收入"
    elif _STATIC.search(kind) or _STATIC_FILE.search(url.path):
        why = "静态资源，没有收入"
    elif not status or status >= 500:
        why = "录制时没有得到应答或服务器出错，没有收入"
    if why:
        left_out[why] += 1
        return None
    kept = []
    for header in asked.get("headers") or ():
        key, value = str(header.get("name", "")), str(header.get("value", ""))
        if _SECRET.search(key):
            left_out["报文头含登录凭据，已去掉"] += 1
        elif not _OF_THE_CONNECTION.fullmatch(key):
            kept.append((key, literal(who.by_pattern(value), "text")))
    sends, body = _body(asked.get("postData") or {})
    query = f"?{form(url.query, who)}" if url.query else ""
    return _Request(
        origin=f"{url.scheme}://{url.netloc.rpartition('@')[2]}",
        method=method,
        path=literal(who.by_pattern(url.path or "/") + query, "text"),
        headers=tuple(sorted(kept)),
        sends=sends,
        body=literal(cleaned(body, sends, who), sends),
        status=status,
        content=_content(kind),
    )


def _body(posted: Mapping[str, Any]) -> tuple[str, str]:
    """(content of what was sent, the text)."""
    kind, text = str(posted.get("mimeType", "")).lower(), str(posted.get("text") or "")
    if posted.get("encoding") == "base64":
        try:
            text = base64.b64decode(text).decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
    if "x-www-form-urlencoded" in kind:
        return "form", text or "&".join(f"{p.get('name')}={p.get('value')}" for p in _fields(posted))
    return _content(kind or ("application/json" if text[:1] in ("{", "[") else "")), text


def _fields(posted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (each for each in posted.get("params") or () if isinstance(each, Mapping))


def _content(kind: str) -> str:
    return "json" if "json" in kind else "xml" if "xml" in kind and "html" not in kind else "text"
