"""An OpenAPI document → a message for each operation, with an example of what it takes; the document comes along.

Examples of the document come first. Not here: making up values (`examples.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from harness.documents.references import Plain, from_json, from_yaml
from harness.errors import BadInput
from scenarios.folder.described import InterfaceTable, MessageTable
from scenarios.folder.template import literal
from scenarios.importing.drafts import Found, unique
from scenarios.importing.examples import of_media, of_schema
from scenarios.importing.identities import Identities
from scenarios.importing.places import cleaned

METHODS = ("get", "post", "put", "patch", "delete")
_JSON, _FORM = "json", "application/x-www-form-urlencoded"


def found_in(file: Path, name: str, who: Identities) -> Found:
    """Every operation of the document. Raises BadInput where there is none."""
    document = _read(file)
    interface = InterfaceTable(
        name=f"{name}_http"[:40],
        title=str((document.root.get("info") or {}).get("title") or "HTTP 接口"),
        kind="http",
        version=f"REST {(document.root.get('info') or {}).get('version') or ''}".strip(),
        document=f"interfaces/{file.name}",
    )
    messages: list[MessageTable] = []
    files: dict[str, str | bytes] = {interface.document: file.read_bytes()}
    notes: list[str] = []
    for path, method, operation in _operations(document):
        message, body, note = _message(path, method, operation, document)
        notes += [note] if note else []
        called = unique(str(operation.get("operationId") or f"{method} {path}"), [m.name for m in messages])
        place = f"messages/{called}.json" if body else ""
        if body:
            files[place] = literal(cleaned(body, _JSON, who), _JSON)
        messages.append(MessageTable(name=called, interface=interface.name, file=place, **message))
    if not messages:
        raise BadInput(f"{file} 没有写任何操作（paths）。", hint="请给出完整的 OpenAPI 3.0 或 3.1 文档。")
    return Found(
        interfaces=(interface,),
        messages=tuple(messages),
        files=files,
        addresses=_address(interface.name, document),
        notes=tuple(notes),
    )


def _read(file: Path) -> Plain:
    try:
        body = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} 读不出来：{error.strerror}。", hint="请检查路径。") from None
    try:
        document = from_json(body) if file.suffix == ".json" else from_yaml(body)
    except BadInput as wrong:
        raise BadInput(f"{file}：{wrong.message}", hint=wrong.hint) from None
    if not str(document.root.get("openapi", "")).startswith("3."):
        raise BadInput(f"{file} 不是 OpenAPI 3.0 或 3.1 文档。", hint="Swagger 2.0 请先用工具转换成 OpenAPI 3。")
    return document


def _operations(document: Plain) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(path, method, operation), each with the parameters that its path has for all methods."""
    for path, item in (document.root.get("paths") or {}).items():
        known = document.resolved(item, path)
        for method in METHODS:
            if isinstance(known.get(method), Mapping):
                operation = dict(known[method])
                operation["parameters"] = [*known.get("parameters", ()), *operation.get("parameters", ())]
                yield str(path), method, operation


def _message(path: str, method: str, operation: Mapping[str, Any], document: Plain) -> tuple[dict[str, Any], str, str]:
    """(keys of the message, its body, what has to be told)."""
    where = f"{method.upper()} {path}"
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    for parameter in (document.resolved(each, where) for each in operation["parameters"]):
        if not parameter.get("required") and "example" not in parameter:
            continue
        value = _shown(_of_parameter(parameter, document, where))
        if parameter.get("in") == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(value, safe=""))
        elif parameter.get("in") == "query":
            query.append((parameter["name"], value))
        elif parameter.get("in") == "header" and not parameter["name"].lower().startswith(("authorization", "cookie")):
            headers[parameter["name"]] = value
    media = (document.resolved(operation.get("requestBody") or {}, where).get("content")) or {}
    sent = next((kind for kind in media if _JSON in kind), "")
    body = json.dumps(of_media(media[sent], document, where), ensure_ascii=False, indent=1) if sent else ""
    keys = {
        "title": str(operation.get("summary") or where),
        "method": method.upper(),
        "path": literal(path + (f"?{urlencode(query)}" if query else ""), "text"),
        "headers": headers | ({"Content-Type": sent} if body else {}),
        "content": _content(operation, document, where),
    }
    other = "、".join(media) if media and not sent else ""
    return keys, body, f"{where} 的请求体是 {other}，请自行补上报文文件" if other else ""


def _of_parameter(parameter: Mapping[str, Any], document: Plain, where: str) -> Any:
    if "content" in parameter:
        return of_media(next(iter(parameter["content"].values())), document, where)
    return of_media(parameter, document, where) if "schema" in parameter else of_schema(parameter, document, where)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_shown, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content(operation: Mapping[str, Any], document: Plain, where: str) -> str:
    """Of the reply that is told for success."""
    for status, answer in (operation.get("responses") or {}).items():
        kinds = list((document.resolved(answer, where).get("content")) or {})
        if str(status).startswith("2") and kinds:
            return _JSON if _JSON in kinds[0] else "xml" if "xml" in kinds[0] else "text"
    return _JSON


def _address(interface: str, document: Plain) -> dict[str, str]:
    for server in document.root.get("servers") or ():
        url = str(server.get("url", ""))
        if urlsplit(url).scheme in ("http", "https") and "{" not in url:
            return {interface: url.rstrip("/")}
    return {}
