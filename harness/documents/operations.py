"""The operations of an OpenAPI document: addresses, parameters, bodies and answers, each with its schema made ready.

Whatever is wrong with a document is found here, before any message is held against it. Not here: the messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from harness.documents.references import Plain
from harness.documents.schema import Schemas
from harness.documents.structure import Schema
from harness.errors import BadInput

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an operation, in its path or its query; others are not recorded."""

    name: str
    place: str  # path query
    required: bool
    schema: Schema
    kinds: frozenset[str]  # types that its schema names
    apart: bool  # a list stands as name=1&name=2


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a body may be: content type → schema, None where the document gives none."""

    types: Mapping[str, Schema | None] = field(default_factory=dict)
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address."""

    template: re.Pattern[str]
    parameters: tuple[Parameter, ...]
    body: Content
    responses: Mapping[str, Content]  # 200 2XX default


class Reading:
    """The operations of a document; everything that it refers to is made ready, so that what is wrong is known now."""

    def __init__(self, document: Plain) -> None:
        self._document = document
        self._asking, self._answering = Schemas(document, request=True), Schemas(document, request=False)

    def operations(self) -> dict[str, list[Operation]]:
        """By method; addresses without parameters come first, as OpenAPI has it."""
        listed = self._mapping(self._document.root.get("paths", {}), "paths")
        found: dict[str, list[Operation]] = {}
        for path in sorted(listed, key=lambda p: (str(p).count("{"), str(p))):
            where = f"paths/{path}"
            item = self._mapping(listed[path], where)
            for method in METHODS:
                if method in item:
                    found.setdefault(method, []).append(self._operation(str(path), item, method))
        if not found:
            raise BadInput("没有一项操作（paths 是空的）。", hint="每个地址和方法在 paths 下写一项。")
        self._asking.finish()
        self._answering.finish()
        return found

    def _operation(self, path: str, item: Mapping[Any, Any], method: str) -> Operation:
        where = f"paths/{path}/{method}"
        raw = self._mapping(item[method], where)
        body = self._mapping(raw.get("requestBody", {}), f"{where}/requestBody")
        responses = self._mapping(raw.get("responses", {}), f"{where}/responses")
        parameters = {
            (p.place, p.name): p for owner in (item, raw) for p in self._parameters(owner, where)
        }  # an operation's own replaces its path's
        return Operation(
            template=_template(path, where),
            parameters=tuple(parameters.values()),
            body=self._content(body, self._asking, f"{where}/requestBody"),
            responses={
                str(code): self._content(
                    self._mapping(answer, f"{where}/responses/{code}"), self._answering, f"{where}/responses/{code}"
                )
                for code, answer in responses.items()
            },
        )

    def _content(self, raw: Mapping[Any, Any], schemas: Schemas, where: str) -> Content:
        types: dict[str, Schema | None] = {}
        for name, media in self._mapping(raw.get("content", {}), f"{where}/content").items():
            inner = self._mapping(media, f"{where}/content/{name}")
            place = f"{where}/content/{name}/schema"
            known = schemas.schema(inner["schema"], place) if "schema" in inner else None
            types[str(name).partition(";")[0].strip().lower()] = known
        return Content(types=types, required=raw.get("required") is True)

    def _parameters(self, owner: Mapping[Any, Any], where: str) -> Iterator[Parameter]:
        listed = owner.get("parameters", [])
        for raw in listed if isinstance(listed, list) else ():
            one = self._mapping(raw, f"{where}/parameters")
            place, name = str(one.get("in", "")), str(one.get("name", ""))
            if place not in ("path", "query"):
                continue
            schema = self._document.resolved(one.get("schema", {}), f"{where}/parameters/{name}")
            yield Parameter(
                name=name,
                place=place,
                required=one.get("required") is True,
                schema=self._asking.schema(schema, f"{where}/parameters/{name}"),
                kinds=self._kinds(schema, f"{where}/parameters/{name}"),
                apart=one.get("explode") is not False and place == "query",
            )

    def _kinds(self, schema: Any, where: str) -> frozenset[str]:
        """The types that a parameter's schema names, those of a list's items included."""
        if not isinstance(schema, Mapping):
            return frozenset()
        named = schema.get("type", [])
        kinds = {str(name) for name in (named if isinstance(named, list) else [named])}
        if "items" in schema:
            items = self._document.resolved(schema["items"], where)
            named = items.get("type", []) if isinstance(items, Mapping) else []
            kinds |= {str(name) for name in (named if isinstance(named, list) else [named])}
        return frozenset(kinds)

    def _mapping(self, value: Any, where: str) -> Mapping[Any, Any]:
        found = self._document.resolved(value, where)
        if not isinstance(found, Mapping):
            raise BadInput(f"{where} 不是一个对象。", hint="请按 OpenAPI 3.0 或 3.1 改正文档。")
        return found


def _template(path: str, where: str) -> re.Pattern[str]:
    """/orders/{id} as a regular expression."""
    if not path.startswith("/"):
        raise BadInput(f"{where} 不以 / 开头。", hint="地址写成 /orders/{id} 的样子。")
    pieces = re.split(r"\{([^{}/]+)\}", path)
    names = pieces[1::2]
    if len(set(names)) != len(names):
        raise BadInput(f"{where} 里同一个参数出现了两次。", hint="请给参数不同的名字。")
    spelled = [re.escape(piece) for piece in pieces]
    spelled[1::2] = [f"(?P<{group_of(name)}>[^/]+)" for name in names]
    return re.compile("".join(spelled))


def group_of(name: str) -> str:
    """The name of a regular expression's group."""
    return "p" + name.encode().hex()


def bases(servers: Any) -> Iterator[str]:
    """The paths of the servers' addresses: a recorded path may begin with one of them."""
    for server in servers if isinstance(servers, list) else ():
        url = server.get("url") if isinstance(server, Mapping) else None
        if isinstance(url, str):
            yield urlsplit(re.sub(r"\{[^}]*\}", "x", url)).path.rstrip("/")
