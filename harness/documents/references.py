"""An interface document as plain values: JSON, or YAML as JSON means it, and what a $ref in it stands for.

Only places in the same document can be referred to; another file or address is refused, because nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote

import yaml

from harness.content.tree import MAX_NODES
from harness.errors import BadInput

_MOST_STEPS = 50  # references that stand for references
_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),  # 007 is a code
    ("float", r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-+0123456789"),
)


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """First character → what a plain scalar may be, in PyYAML's own form."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for tag, spelled, firsts in _SCALARS:
        for first in firsts:
            found.setdefault(first, []).append((f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{spelled})\Z")))
    return found


class _JsonLike(yaml.SafeLoader):  # type: ignore[misc]  # yaml carries no types
    """YAML as OpenAPI wants it: yes, 007 and 2026-03-02 are texts. Not libyaml's: that one crashes where it is deep."""

    yaml_implicit_resolvers = _resolvers()


class Plain:
    """A document's values."""

    def __init__(self, root: Any) -> None:
        if not isinstance(root, Mapping):
            raise BadInput("最外层不是一个对象。", hint="OpenAPI 文档以 openapi: 3.0.3 或 3.1.0 开头。")
        _measure(root, {})
        self.root = root

    def resolved(self, value: Any, where: str) -> Any:
        """What a value is, or what it refers to."""
        for _ in range(_MOST_STEPS):
            if not isinstance(value, Mapping) or "$ref" not in value:
                return value
            value = self.at(value["$ref"], where)
        raise BadInput(f"{where} 的 $ref 绕成了圈。", hint="请改正引用。")

    def at(self, reference: Any, where: str) -> Any:
        """The place that a reference names."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise BadInput(
                f"{where} 引用了文档以外的 {reference}，信衡不读取其他文件或网址。",
                hint="请用 openapi 工具把引用合并进同一个文件（bundle）后再用。",
            )
        found: Any = self.root
        for step in reference[1:].split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            elif isinstance(found, Mapping) and any(str(k) == key for k in found):
                found = next(v for k, v in found.items() if str(k) == key)
            else:
                raise BadInput(f"{where} 引用的 {reference} 不存在。", hint="请改正引用，或补上被引用的部分。")
        return found


def from_yaml(body: bytes) -> Plain:
    try:
        return Plain(yaml.load(body.decode("utf-8-sig"), Loader=_JsonLike))
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except RecursionError:
        raise _too_deep() from None
    except (yaml.YAMLError, ValueError, TypeError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        place = f"第 {mark.line + 1} 行第 {mark.column + 1} 个字符处" if mark else ""
        raise BadInput(f"{place}不是 YAML。", hint="请用 YAML 编辑器检查缩进和引号。") from None


def from_json(body: bytes) -> Plain:
    try:
        return Plain(json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant))
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as wrong:
        raise BadInput(
            f"第 {wrong.lineno} 行第 {wrong.colno} 个字符处不是 JSON。", hint="请用 JSON 编辑器检查括号和逗号。"
        ) from None


def _no_constant(constant: str) -> NoReturn:
    raise BadInput(f"含 {constant}，不是 JSON。", hint="请改成数或 null。")


def _not_utf8() -> BadInput:
    return BadInput("文件不是 UTF-8 编码。", hint="请另存为 UTF-8。")


def _too_deep() -> BadInput:
    return BadInput("嵌套过深。", hint="请检查文档是否完整，或由工具重新生成。")


def _measure(value: Any, known: dict[int, int]) -> int:
    """How many values there are with every YAML alias written out; refuses what is endless or grows out of hand."""
    if not isinstance(value, Mapping | list):
        return 1
    if id(value) in known:
        if not known[id(value)]:
            raise BadInput("YAML 的别名（*）指回了自己。", hint="请去掉这样的别名，用 $ref 代替。")
        return known[id(value)]
    known[id(value)] = 0
    size = 1 + sum(_measure(inner, known) for inner in (value.values() if isinstance(value, Mapping) else value))
    if size > MAX_NODES:
        raise BadInput(f"文档展开后的值超过 {MAX_NODES} 个。", hint="请按接口拆成几份文档。")
    known[id(value)] = size
    return size
