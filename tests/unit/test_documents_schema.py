"""JSON Schema as we make checks of it, held against jsonschema, which nobody here wrote; and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from harness.content.jsontext import parse
from harness.content.message_checks import Breach
from harness.documents.references import Plain
from harness.documents.schema import Schemas
from harness.documents.structure import Schema
from harness.errors import BadInput

NAMES = ("a", "b", "odd.name", "it's", "7")
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from((0.5, 1.0, 19.99)),
                    st.sampled_from(("", "x", "ab", "2026-03-02", "检验")))  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)


def schemas_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    types = st.sampled_from(("object", "array", "string", "number", "integer", "boolean", "null"))
    return st.fixed_dictionaries(
        {},
        optional={
            "type": types | st.lists(types, min_size=1, max_size=2, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "const": SCALARS,
            "minLength": st.integers(0, 3),
            "maxLength": st.integers(0, 3),
            "pattern": st.sampled_from(("^a", "\\d{4}-", "x$", "^检")),
            "minimum": st.integers(-2, 2),
            "maximum": st.integers(-2, 2),
            "exclusiveMinimum": st.integers(-2, 2),
            "exclusiveMaximum": st.integers(-2, 2),
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "uniqueItems": st.booleans(),
            "minProperties": st.integers(0, 2),
            "maxProperties": st.integers(0, 2),
            "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
            "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
            "patternProperties": st.dictionaries(st.sampled_from(("^a", "\\.", "7")), inner, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=3),
            "oneOf": st.lists(inner, min_size=1, max_size=3),
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
        },
    )


SCHEMAS = st.recursive(schemas_of(st.booleans()), schemas_of, max_leaves=6)


def made(raw: Any, *, request: bool = False, **root: Any) -> Schema:
    document = Plain({"openapi": "3.1.0", "schema": raw, **root})
    schemas = Schemas(document, request=request)
    schema = schemas.schema(document.root["schema"], "schema")
    schemas.finish()
    return schema


def breaches(raw: Any, value: Any, **more: Any) -> list[tuple[str, Breach]]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(d.path, d.breach) for d in made(raw, **more).against("$", parse(text))]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCHEMAS, st.lists(VALUES, min_size=1, max_size=4))
def test_we_and_jsonschema_agree_on_what_is_valid(raw: dict[str, Any], values: list[Any]) -> None:
    schema = made(raw)
    other = Draft202012Validator(raw)
    for value in values:
        found = schema.against("$", parse(json.dumps(value)))
        assert (not found) == other.is_valid(value), (raw, value, found)


ORDER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "items"],
    "properties": {
        "id": {"type": "string", "maxLength": 4},
        "price": {"type": "number", "multipleOf": 0.01},
        "day": {"type": ["string", "null"], "format": "date"},
        "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/schemas/item"}},
        "odd.name": {"type": "boolean"},
    },
}
ITEM = {
    "type": "object",
    "required": ["code"],
    "properties": {
        "code": {"enum": ["A", "B"]},
        "more": {"$ref": "#/schemas/item"},
        "value": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["unit"]}]},
    },
}
GOOD = {"id": "O1", "price": 19.99, "day": None, "items": [{"code": "A", "more": {"code": "B"}}], "odd.name": True}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"id": "O1234"}, [("$.id", Breach.TOO_LONG)]),
        ({"price": 19.995}, [("$.price", Breach.RANGE)]),
        ({"price": "19.99"}, [("$.price", Breach.TYPE)]),
        ({"day": "2026-13-01"}, [("$.day", Breach.FORMAT)]),
        ({"items": []}, [("$.items", Breach.RANGE)]),
        ({"items": [{"code": "A"}, {"code": "C"}, {}]},
         [("$.items[1].code", Breach.CODE), ("$.items[2].code", Breach.MISSING)]),
        ({"items": [{"code": "A", "more": {"code": "A", "more": {}}}]},
         [("$.items[0].more.more.code", Breach.MISSING)]),
        ({"items": [{"code": "A", "value": {}}]}, [("$.items[0].value.unit", Breach.MISSING)]),
        ({"odd.name": 1}, [("$.'odd.name'", Breach.TYPE)]),
        ({"new": 1}, [("$.new", Breach.UNDECLARED)]),
    ],
)  # fmt: skip
def test_a_deviation_has_its_path(change: dict[str, Any], found: list[tuple[str, Breach]]) -> None:
    assert breaches(ORDER, GOOD | change, schemas={"item": ITEM}) == found


def test_a_key_that_stands_twice_is_seen() -> None:
    assert breaches({"properties": {"a": {}}}, '{"a": 1, "a": 2}') == [("$.a!2", Breach.UNDECLARED)]


def test_numbers_are_exact() -> None:
    assert not breaches({"type": "integer"}, "1.0")
    assert not breaches({"multipleOf": 0.01}, "123456789012345678.99")
    assert breaches({"type": "integer"}, "1e-1")
    assert breaches({"maximum": 1}, "9" * 900)


def test_what_only_the_other_direction_carries_is_not_required() -> None:
    raw = {"required": ["id", "secret"], "properties": {"id": {"readOnly": True}, "secret": {"writeOnly": True}}}
    assert breaches(raw, "{}", request=True) == [("$.secret", Breach.MISSING)]
    assert breaches(raw, "{}", request=False) == [("$.id", Breach.MISSING)]


def test_openapi_3_0_has_ways_of_its_own() -> None:
    old = {"openapi": "3.0.3"}
    assert not breaches({"type": "string", "nullable": True, "enum": ["A"]}, "null", **old)
    assert breaches({"minimum": 1, "exclusiveMinimum": True}, "1", **old)
    beside = {"$ref": "#/text", "maxLength": 1}
    assert not breaches(beside, '"ab"', text={"type": "string"}, **old)
    assert breaches(beside, '"ab"', text={"type": "string"})


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"$ref": "#/nowhere"}, "引用的 #/nowhere 不存在"),
        ({"$ref": "other.yaml#/a"}, "引用了文档以外的 other.yaml#/a"),
        ({"$ref": "https://example.org/a.json"}, "信衡不读取其他文件或网址"),
        ({"$ref": "#/schema"}, "引用了自己"),
        ({"allOf": [{"anyOf": [{"$ref": "#/schema"}]}]}, "引用了自己"),
        ({"type": "text"}, "schema 的类型 text 不认识"),
        ({"properties": {"a": {"pattern": "("}}}, r"schema/properties/a 的正则表达式 \( 有误"),
        ({"unevaluatedProperties": False}, "不支持的关键字 unevaluatedProperties"),
        ({"items": [1]}, "schema/items 不是一个 schema"),
        ({"maxLength": -1}, "maxLength 不是非负整数"),
        ({"multipleOf": 0}, "multipleOf 不是正数"),
        ({"enum": "A"}, "enum 不是列表"),
    ],
)
def test_a_wrong_schema_is_refused_with_its_place(raw: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        made(raw)
