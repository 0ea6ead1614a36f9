"""Reads a TOML file against a schema of dataclasses and says everything that is wrong with it, in plain Chinese.

One sentence per problem: which file, which key, what is wrong, what to write instead. Not here: what the keys mean
(`settings_plan.py`, `settings_stacks.py`), or the values themselves: a file may hold a secret by mistake, so what was
written is never repeated in a message.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import BadSettings

T = TypeVar("T")
Loc = tuple[int | str, ...]

UNKNOWN = "unexpected_keyword_argument"  # pydantic's name for a key that the dataclass does not have
MISSING = "missing"

# What is expected, by pydantic's error type; `{…}` is filled from the error's context.
EXPECTED = {
    "string_type": "应为文字（用双引号括起）",
    "int_type": "应为整数（不加引号）",
    "float_type": "应为数字（不加引号）",
    "bool_type": "应为 true 或 false（不加引号）",
    "finite_number": "应为有限的数字，不能是 nan 或 inf",
    "tuple_type": "应为数组，写成 [ … ]",
    "dataclass_type": "应为一节键值，写成 [节名] 或 {{ 键 = 值 }}",
    "dict_type": "应为一节键值，写成 [节名] 或 {{ 键 = 值 }}",
    "greater_than": "应大于 {gt:g}",
    "greater_than_equal": "应不小于 {ge:g}",
    "less_than": "应小于 {lt:g}",
    "less_than_equal": "应不大于 {le:g}",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多只能有 {max_length} 项",
    "string_too_short": "不能为空",
}


def read_toml(path: Path) -> dict[str, Any]:
    """The parsed file, or BadSettings saying why there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = "文件不存在，请检查路径"
    except IsADirectoryError:
        problem = "这是一个文件夹，请给出其中的 TOML 文件"
    except PermissionError:
        problem = "没有读取权限，请检查文件权限"
    except UnicodeDecodeError:
        problem = "不是 UTF-8 编码，请另存为 UTF-8 后重试"
    except tomllib.TOMLDecodeError as error:
        problem = f"不是合法的 TOML（{error}），请改正该处的写法"
    raise BadSettings(f"{path}：{problem}。")


def validated(schema: type[T], content: Mapping[str, Any], *, file: str, patterns: Mapping[str, str]) -> T:
    """`content` as an instance of `schema`, or BadSettings with every problem. `patterns` puts patterns into words."""
    # Through JSON, because there pydantic's strict mode takes an array for a tuple and an object for a dataclass.
    text = json.dumps(content, default=str, ensure_ascii=False)
    try:
        return TypeAdapter(schema).validate_json(text)
    except ValidationError as error:
        problems = sentences(schema, error.errors(include_url=False), patterns)
    raise complaint(file, problems)


def complaint(file: str, problems: Sequence[tuple[str, str]]) -> BadSettings:
    """One exception for all problems of a file, a line each. A problem is (key path, what is wrong and what to do)."""
    return BadSettings("\n".join(f"{file}：{key}：{problem}。" for key, problem in problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or ''."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def sentences(schema: Any, errors: Sequence[ErrorDetails], patterns: Mapping[str, str]) -> list[tuple[str, str]]:
    """(key path, sentence) per problem; what merely follows from another problem is left out."""
    places = [error["loc"] for error in errors]
    meant = {}
    for error in errors:
        if error["type"] == UNKNOWN:
            *parent, key = error["loc"]
            meant[error["loc"]] = nearest(str(key), keys_at(schema, tuple(parent)))
    mistyped = {(*loc[:-1], word) for loc, word in meant.items() if word}
    found = []
    for error in errors:
        loc = error["loc"]
        if error["type"] == MISSING and loc in mistyped:
            continue  # the key is there under a wrong spelling: said once
        if error["type"] == "too_short" and any(len(p) > len(loc) and p[: len(loc)] == loc for p in places):
            continue  # the items are there and wrong: said at the items
        if error["type"] == UNKNOWN:
            sentence = _unknown(meant[loc], keys_at(schema, loc[:-1]))
        else:
            sentence = _expectation(error, patterns)
        found.append((key_path(loc), sentence))
    return found


def _unknown(meant: str, known: Sequence[str]) -> str:
    if meant:
        return f"没有这个键，是否想写 {meant}"
    return f"没有这个键，请删去；此处可用的键有 {'、'.join(known)}"


def _expectation(error: ErrorDetails, patterns: Mapping[str, str]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == MISSING:
        return "缺少这个键，请补上"
    if kind == "string_pattern_mismatch":
        return f"写法不对，应为{patterns[context['pattern']]}"
    if kind == "literal_error":
        return f"不在可选值之内，应为 {context['expected'].replace(' or ', '、').replace(', ', '、')} 之一"
    return EXPECTED.get(kind, "写法不对").format(**context) + "，请改正"


def key_path(loc: Loc) -> str:
    """A place in the file as a reader of TOML would say it: `load.levels[第 2 项].users`."""
    parts: list[str] = []
    for step in loc:
        if isinstance(step, int):
            parts[-1] += f"[第 {step + 1} 项]"
        else:
            parts.append(step)
    return ".".join(parts)


def keys_at(schema: Any, loc: Loc) -> tuple[str, ...]:
    """The keys that the schema knows at a place."""
    here = schema
    for step in loc:
        here = _inside(here, step)
    return tuple(field.name for field in dataclasses.fields(here)) if dataclasses.is_dataclass(here) else ()


def _inside(kind: Any, step: int | str) -> Any:
    """The type found one step further in, without Annotated, Optional and tuple around it."""
    if isinstance(step, str):
        kind = typing.get_type_hints(kind)[step]
    if typing.get_origin(kind) is tuple:
        kind = typing.get_args(kind)[0] if isinstance(step, int) else kind
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        kind = next(option for option in typing.get_args(kind) if option is not type(None))
    return kind
