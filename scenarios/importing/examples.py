"""An example of a value that an OpenAPI schema describes: the document's own, else one made from the type.

Deterministic, and the same for every reader. Not here: operations (`openapi.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.documents.references import Plain

_DEEPEST = 8  # of what refers to itself
_FORMATS = {
    "date": "2026-01-05",
    "date-time": "2026-01-05T08:30:00+08:00",
    "time": "08:30:00",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "email": "someone@example.invalid",
    "uri": "http://example.invalid/",
    "byte": "eGluaGVuZw==",
}


def of_media(media: Mapping[str, Any], document: Plain, where: str) -> Any:
    """The example of a body: written beside the schema, or in it, or made of it."""
    if "example" in media:
        return media["example"]
    for example in (media.get("examples") or {}).values():
        found = document.resolved(example, where)
        if "value" in found:
            return found["value"]
    return of_schema(media.get("schema") or {}, document, where)


def of_schema(schema: Any, document: Plain, where: str, depth: int = 0) -> Any:
    schema = document.resolved(schema, where)
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    if "allOf" in schema:
        return _together(schema, document, where, depth)
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            return of_schema(schema[key][0], document, where, depth + 1)
    return _of_type(schema, document, where, depth)


def _together(schema: Mapping[str, Any], document: Plain, where: str, depth: int) -> Any:
    """Of all parts of an allOf, and of what stands beside it."""
    beside = {key: value for key, value in schema.items() if key != "allOf"}
    parts = [of_schema(part, document, where, depth + 1) for part in (*schema["allOf"], beside)]
    objects = [part for part in parts if isinstance(part, Mapping)]
    return {k: v for part in objects for k, v in part.items()} if objects else next(filter(None, parts), None)


def _of_type(schema: Mapping[str, Any], document: Plain, where: str, depth: int) -> Any:
    kinds = schema.get("type")
    kind = next((k for k in kinds if k != "null"), "null") if isinstance(kinds, list) else kinds
    if kind == "object" or (kind is None and "properties" in schema):
        inside = schema.get("properties") or {}
        wanted = (
            inside if depth < _DEEPEST // 2 else {k: v for k, v in inside.items() if k in schema.get("required", ())}
        )
        made = {
            name: of_schema(inner, document, where, depth + 1)
            for name, inner in wanted.items()
            if not document.resolved(inner, where).get("readOnly")
        }
        return {name: value for name, value in made.items() if value is not None}
    if kind == "array":
        items = [of_schema(schema.get("items") or {}, document, where, depth + 1)] * max(1, schema.get("minItems", 1))
        return [item for item in items if item is not None]
    if kind in ("integer", "number"):
        return _number(schema)
    if kind == "boolean":
        return True
    return _text(schema) if kind == "string" else None


def _number(schema: Mapping[str, Any]) -> Any:
    least, most = schema.get("minimum"), schema.get("maximum")
    if isinstance(least, int | float) and least > 1:
        return least
    return most if isinstance(most, int | float) and most < 1 else 1


def _text(schema: Mapping[str, Any]) -> str:
    text = _FORMATS.get(schema.get("format", ""), "示例")
    text = text.ljust(int(schema.get("minLength") or 0), "一")
    return text[: int(schema.get("maxLength") or len(text))]
