"""OpenAPI 3.0 and 3.1: which operation an exchange is, its parameters, the bodies of request and response, the status.

An address that the document does not list is not spoken of; a status, a content type, a parameter or a field that it
does not list is a deviation. Bodies that are no JSON are only looked at for being there.
Not here: reading the document (`operations.py`), schemas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, unquote

from harness.content.message_checks import Breach, Deviation
from harness.content.reading import fields
from harness.content.tree import Node, Number, Shape
from harness.documents import references
from harness.documents.exchange import Deviations, Exchange
from harness.documents.operations import Content, Operation, Parameter, Reading, bases, group_of
from harness.documents.references import Plain
from harness.documents.structure import Schema
from harness.errors import BadInput

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def from_yaml(body: bytes) -> OpenApi:
    return OpenApi(references.from_yaml(body))


def from_json(body: bytes) -> OpenApi:
    return OpenApi(references.from_json(body))


class OpenApi:
    """One document."""

    only_bodies = False

    def __init__(self, document: Plain) -> None:
        version = str(document.root.get("openapi", ""))
        if not re.match(r"3\.[01](\.|$)", version):
            known = document.root.get("swagger")
            raise BadInput(
                f"是 Swagger {known}，不是 OpenAPI 3。" if known else f"openapi 的版本是“{version}”。",
                hint="请转换为 OpenAPI 3.0 或 3.1，并在开头写明 openapi: 3.0.3。",
            )
        self._operations = Reading(document).operations()
        self._bases = tuple(dict.fromkeys(("", *bases(document.root.get("servers")))))

    def request(self, exchange: Exchange) -> Deviations | None:
        operation = self._operation(exchange.address)
        if operation is None:
            return None
        found = list(_parameters(operation[0], *operation[1:]))
        empty = not exchange.sent or exchange.sent == exchange.address.encode()
        body = operation[0].body
        if empty:
            if body.required:
                found.append(Deviation(path="$", breach=Breach.MISSING, found="", asked="必须有请求体"))
        elif not body.types:
            found.append(_undeclared("$", "文档中此操作没有请求体"))
        else:
            found += _body(exchange.sent, exchange.sends, exchange.charset, _likeliest(body, exchange.sends))
        return tuple(found)

    def reply(self, exchange: Exchange) -> Deviations | None:
        operation = self._operation(exchange.address)
        if operation is None:
            return None
        code, _, type_ = exchange.status.partition(" ")
        responses = operation[0].responses
        content = next((responses[k] for k in (code, f"{code[:1]}XX", "default") if k in responses), None)
        if content is None:
            asked = f"文档只有 {'、'.join(responses)}"
            return (Deviation(path="!status", breach=Breach.STATUS, found=code, asked=asked),)
        if not exchange.body:
            missing = Deviation(path="$", breach=Breach.MISSING, found="", asked=f"状态 {code} 应有应答体")
            return (missing,) if content.types and code not in ("204", "304") else ()
        if not content.types:
            return (_undeclared("$", f"文档中状态 {code} 没有应答体"),)
        declared = _of_type(content, type_)
        if not declared:
            asked = f"状态 {code} 的内容类型应为 {'、'.join(content.types)}"
            return (Deviation(path="!type", breach=Breach.STATUS, found=type_, asked=asked),)
        return tuple(_body(exchange.body, exchange.content, exchange.charset, declared[0]))

    def _operation(self, address: str) -> tuple[Operation, Mapping[str, str], str] | None:
        """The operation, what its path's parameters are, and the query."""
        method, _, target = (address or "POST /").partition(" ")
        path, _, query = target.partition("?")
        path = f"/{path.lstrip('/')}"
        for base in self._bases:
            if base and not path.startswith(f"{base}/"):
                continue
            for operation in self._operations.get(method.lower(), ()):
                fitting = operation.template.fullmatch(path.removeprefix(base))
                if fitting:
                    names = (p.name for p in operation.parameters if p.place == "path")
                    values = {n: unquote(fitting[group_of(n)]) for n in names if group_of(n) in fitting.re.groupindex}
                    return operation, values, query
        return None


def _undeclared(path: str, asked: str) -> Deviation:
    return Deviation(path=path, breach=Breach.UNDECLARED, found="", asked=asked)


# --------------------------------------------------------------------------- bodies


def _of_type(content: Content, type_: str) -> list[Schema | None]:
    """The schema for a content type; the most exact one where several ranges fit. An unnamed type fits anything."""
    wanted = type_.partition(";")[0].strip().lower()
    ranges = (wanted, f"{wanted.partition('/')[0]}/*", "*/*") if wanted else tuple(content.types)
    return [content.types[one] for one in ranges if one in content.types][:1]


def _likeliest(content: Content, sends: str) -> Schema | None:
    """Of what a request may be, the one that it is: its headers are not recorded."""
    return next((schema for type_, schema in content.types.items() if sends in type_ or "*" in type_), None)


def _body(body: bytes, content: str, charset: str, schema: Schema | None) -> Iterator[Deviation]:
    if schema is None or content != "json":
        return
    document = fields(body, content, charset)
    if document.unreadable:
        yield Deviation(path="!", breach=Breach.UNREADABLE, found="", asked=document.unreadable)
        return
    if document.charset_flaw:
        yield Deviation(path="!charset", breach=Breach.UNREADABLE, found="", asked=document.charset_flaw)
    yield from schema.against("$", document.root.children[0])


# --------------------------------------------------------------------------- parameters


def _parameters(operation: Operation, inside: Mapping[str, str], query: str) -> Iterator[Deviation]:
    asked: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        asked.setdefault(name, []).append(value)
    for parameter in operation.parameters:
        where = f"{parameter.place}/{parameter.name}"
        values = asked.pop(parameter.name, []) if parameter.place == "query" else [inside.get(parameter.name, "")]
        if values:
            yield from parameter.schema.against(where, _as_node(values, parameter))
        elif parameter.required:
            yield Deviation(path=where, breach=Breach.MISSING, found="", asked="必填的查询参数")
    yield from (_undeclared(f"query/{name}", "文档中没有此查询参数") for name in asked)


def _as_node(values: Sequence[str], parameter: Parameter) -> Node:
    """A text as the value that the schema means by it."""
    if "array" in parameter.kinds:
        items = values if parameter.apart else values[0].split(",")
        return Node("", Shape.ARRAY, tuple(Node("", _value(item, parameter.kinds)) for item in items))
    return Node("", _value(values[0], parameter.kinds))


def _value(text: str, kinds: frozenset[str]) -> str | Number | bool:
    if kinds & {"integer", "number"} and _NUMBER.fullmatch(text):
        return Number(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text
