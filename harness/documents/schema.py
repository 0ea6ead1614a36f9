"""JSON Schema as OpenAPI 3.0 and 3.1 use it, made into checks once, then run over message trees.

Our own, because a deviation must have the path that everything else here has, numbers must stay decimals, and twenty
thousand exchanges are to be checked in seconds. A keyword that would ask more than is checked is refused by name; so is
a schema that refers to itself at the same place.
Not here: single keywords (`keywords.py`), checks of several places (`structure.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from harness.content import path as paths
from harness.content.jsontext import parse
from harness.content.tree import Node, Shape
from harness.documents import keywords, structure
from harness.documents.keywords import Check
from harness.documents.references import Plain
from harness.documents.structure import Schema
from harness.errors import BadInput

_REFUSED = (
    "unevaluatedProperties", "unevaluatedItems", "dependentSchemas", "dependentRequired", "dependencies", "contains",
    "propertyNames", "$dynamicRef", "$recursiveRef", "additionalItems",
)  # fmt: skip
_COUNTS: Mapping[str, Callable[[int], Check]] = {
    "maxLength": keywords.longest,
    "minLength": keywords.shortest,
    "maxItems": lambda n: keywords.most_parts(Shape.ARRAY, n),
    "minItems": lambda n: keywords.least_parts(Shape.ARRAY, n),
    "maxProperties": lambda n: keywords.most_parts(Shape.OBJECT, n),
    "minProperties": lambda n: keywords.least_parts(Shape.OBJECT, n),
}
_BOUNDS: Mapping[str, tuple[Callable[[Decimal], Check], Callable[[Decimal], Check], str]] = {
    "maximum": (keywords.at_most, keywords.below, "exclusiveMaximum"),
    "minimum": (keywords.at_least, keywords.above, "exclusiveMinimum"),
}


class Schemas:
    """The schemas of one document, seen from one direction. Ask for schemas, then `finish`."""

    def __init__(self, document: Plain, *, request: bool) -> None:
        self._document = document
        self._not_sent = "readOnly" if request else "writeOnly"
        self._known: dict[int, Schema] = {}
        self._waiting: list[tuple[Schema, Any, str]] = []

    def schema(self, raw: Any, where: str) -> Schema:
        """The schema of that place; it can be used after `finish`."""
        known = self._known.get(id(raw))
        if known is None:
            known = Schema()
            if not isinstance(raw, bool):  # True and False are the same objects everywhere
                self._known[id(raw)] = known
            self._waiting.append((known, raw, where))
        return known

    def finish(self) -> None:
        """A schema may stand in itself, so each is made when the ones around it are known."""
        while self._waiting:
            schema, raw, where = self._waiting.pop()
            _Making(self, self._document, schema, where).make(raw)
        done: set[int] = set()
        for schema in self._known.values():
            _refuse_loop(schema, done)

    def not_sent(self, raw: Any, where: str) -> bool:
        """Whether a property is none of this direction."""
        resolved = self._document.resolved(raw, where)
        return isinstance(resolved, Mapping) and resolved.get(self._not_sent) is True


def _refuse_loop(schema: Schema, done: set[int]) -> None:
    """Depth first along the schemas of one place."""
    ways: list[tuple[Schema, int]] = [(schema, 0)]
    open_: set[int] = {id(schema)}
    while ways:
        at, taken = ways.pop()
        if id(at) in done or taken == len(at.here):
            done.add(id(at))
            open_.discard(id(at))
            continue
        ways.append((at, taken + 1))
        following = at.here[taken]
        if id(following) in open_:
            raise BadInput("有结构（schema）经 $ref、allOf 等在同一处引用了自己。", hint="请改正引用。")
        if id(following) not in done:
            open_.add(id(following))
            ways.append((following, 0))


class _Making:
    """One schema in the making."""

    def __init__(self, schemas: Schemas, document: Plain, schema: Schema, where: str) -> None:
        self._schemas, self._document, self._schema, self._where = schemas, document, schema, where

    def make(self, raw: Any) -> None:
        if isinstance(raw, bool):
            if not raw:
                self._schema.checks.append(structure.nothing)
            return
        if not isinstance(raw, Mapping):
            raise self._wrong("不是一个 schema")
        refused = [name for name in _REFUSED if name in raw]
        if refused:
            raise BadInput(
                f"{self._where} 用了信衡不支持的关键字 {refused[0]}。",
                hint="请改用 properties、required、items 等写法。",
            )
        if "$ref" in raw:
            self._schema.checks.append(self._same(self._document.at(raw["$ref"], self._where), "$ref"))
            if not str(self._document.root.get("openapi", "3.1")).startswith("3.1"):
                return  # before 3.1, what stands beside a reference does not count
        self._schema.nullable = raw.get("nullable") is True
        self._schema.checks += self._of_values(raw) + self._of_parts(raw) + self._of_choices(raw)

    def _wrong(self, what: str) -> BadInput:
        return BadInput(f"{self._where} {what}。", hint="请按 OpenAPI 3.0 或 3.1 改正文档。")

    def _same(self, raw: Any, name: str) -> Schema:
        """A schema for the same place."""
        schema = self._schemas.schema(raw, f"{self._where}/{name}")
        self._schema.here.append(schema)
        return schema

    def _below(self, raw: Any, name: str) -> Schema:
        return self._schemas.schema(raw, f"{self._where}/{name}")

    # ----------------------------------------------------------------------- the value itself

    def _of_values(self, raw: Mapping[str, Any]) -> list[Check]:
        checks = []
        if "type" in raw:
            names = raw["type"] if isinstance(raw["type"], list) else [raw["type"]]
            unknown = [name for name in names if not isinstance(name, str) or name not in keywords.TYPES]
            if unknown or not names:
                raise self._wrong(f"的类型 {raw['type']} 不认识")
            checks.append(keywords.of_types(names))
        if "enum" in raw and not isinstance(raw["enum"], list):
            raise self._wrong("的 enum 不是列表")
        for values in ([*raw["enum"]] if "enum" in raw else None, [raw["const"]] if "const" in raw else None):
            if values is not None:
                checks.append(keywords.one_of([keywords.key_of(_node(v)) for v in values], [_shown(v) for v in values]))
        checks += [make(self._count(raw, name)) for name, make in _COUNTS.items() if name in raw]
        for name, (inclusive, exclusive, strictly) in _BOUNDS.items():
            if name in raw:
                make = exclusive if raw.get(strictly) is True else inclusive  # 3.0: a flag beside the limit
                checks.append(make(self._number(raw, name)))
            if strictly in raw and not isinstance(raw[strictly], bool):
                checks.append(exclusive(self._number(raw, strictly)))
        if "multipleOf" in raw:
            step = self._number(raw, "multipleOf")
            if step <= 0:
                raise self._wrong("的 multipleOf 不是正数")
            checks.append(keywords.multiple_of(step))
        if raw.get("uniqueItems") is True:
            checks.append(keywords.all_different())
        if "pattern" in raw:
            checks.append(keywords.spelled(self._pattern(raw["pattern"])))
        formatted = keywords.formatted(str(raw["format"])) if "format" in raw else None
        return [*checks, formatted] if formatted else checks

    def _count(self, raw: Mapping[str, Any], name: str) -> int:
        value = raw[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._wrong(f"的 {name} 不是非负整数")
        return value

    def _number(self, raw: Mapping[str, Any], name: str) -> Decimal:
        value = keywords.decimal(raw[name])
        if value is None or not value.is_finite():
            raise self._wrong(f"的 {name} 不是数")
        return value

    def _pattern(self, text: Any) -> re.Pattern[str]:
        try:
            return re.compile(str(text))
        except (re.error, OverflowError, RecursionError):
            raise self._wrong(f"的正则表达式 {text} 有误") from None

    # ----------------------------------------------------------------------- what is below it

    def _of_parts(self, raw: Mapping[str, Any]) -> list[Check]:
        checks = []
        properties = self._object(raw, "properties")
        required = raw.get("required", [])
        if not isinstance(required, list):
            raise self._wrong("的 required 不是列表")
        wanted = [
            f".{paths.name(str(name))}"
            for name in required
            if not self._schemas.not_sent(properties.get(name, True), f"{self._where}/properties/{name}")
        ]
        if wanted:
            checks.append(structure.required(wanted))
        if properties or "additionalProperties" in raw or "patternProperties" in raw:
            checks.append(
                structure.properties(
                    {f".{paths.name(str(n))}": self._below(v, f"properties/{n}") for n, v in properties.items()},
                    [
                        (self._pattern(n), self._below(v, f"patternProperties/{n}"))
                        for n, v in self._object(raw, "patternProperties").items()
                    ],
                    self._rest(raw.get("additionalProperties", True)),
                )
            )
        first = raw.get("prefixItems", [])
        if not isinstance(first, list):
            raise self._wrong("的 prefixItems 不是列表")
        if first or "items" in raw:
            heads = [self._below(v, f"prefixItems/{n}") for n, v in enumerate(first)]
            checks.append(structure.items(heads, self._below(raw["items"], "items") if "items" in raw else None))
        return checks

    def _rest(self, raw: Any) -> Schema | bool | None:
        """What properties are that nobody named: a schema's, anything (None), or none at all (False)."""
        return (None if raw else False) if isinstance(raw, bool) else self._below(raw, "additionalProperties")

    def _object(self, raw: Mapping[str, Any], name: str) -> Mapping[Any, Any]:
        value = raw.get(name, {})
        if not isinstance(value, Mapping):
            raise self._wrong(f"的 {name} 不是一个对象")
        return value

    # ----------------------------------------------------------------------- choices

    def _of_choices(self, raw: Mapping[str, Any]) -> list[Check]:
        checks: list[Check] = [*self._branches(raw, "allOf")]
        for name in ("anyOf", "oneOf"):
            if branches := self._branches(raw, name):
                checks.append(structure.choice(branches, only_one=name == "oneOf"))
        if "not" in raw:
            checks.append(structure.excluded(self._same(raw["not"], "not")))
        if "if" in raw:
            then, otherwise = (self._same(raw[n], n) if n in raw else None for n in ("then", "else"))
            checks.append(structure.depending(self._same(raw["if"], "if"), then, otherwise))
        return checks

    def _branches(self, raw: Mapping[str, Any], name: str) -> list[Schema]:
        value = raw.get(name, [])
        if not isinstance(value, list):
            raise self._wrong(f"的 {name} 不是列表")
        return [self._same(inner, f"{name}/{n}") for n, inner in enumerate(value)]


def _node(value: Any) -> Node:
    """A value of the document as a message would bring it."""
    return parse(_shown(value))


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
