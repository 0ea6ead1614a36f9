"""JSON: objects in any order of keys, arrays in their order, numbers as written, keys that stand twice told apart."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from harness.content import charset, path
from harness.content.tree import MAX_DEPTH, MAX_NODES, Document, Node, Number, Shape, Unreadable, document

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LONGEST_NUMBER = 1000  # digits


class _Object(list[tuple[str, Any]]):
    """The pairs of an object as they stand there."""


def read(body: bytes, assumed: str) -> Document:
    text, flaw = charset.read(body, "", assumed)
    return document("json", [parse(text)], flaw)


def parse(text: str, step: str = "$") -> Node:
    """The tree of a JSON text."""
    if text.count(",") + text.count("[") + text.count("{") > MAX_NODES:
        raise Unreadable(f"值超过 {MAX_NODES} 个")
    try:
        found = json.loads(
            text, object_pairs_hook=_Object, parse_int=Number, parse_float=Number, parse_constant=_no_constant
        )
    except RecursionError:
        raise Unreadable(f"嵌套超过 {MAX_DEPTH} 层") from None
    except json.JSONDecodeError as wrong:
        raise Unreadable(f"不是 JSON：第 {wrong.lineno} 行第 {wrong.colno} 个字符处有误") from None
    return _node(step, found, 0, bool(_SURROGATE_ESCAPE.search(text)))


def _no_constant(constant: str) -> NoReturn:
    raise Unreadable(f"不是 JSON：含 {constant}")


def _node(step: str, value: Any, depth: int, halves: bool) -> Node:
    """`halves`: the text escapes halves of characters, which need not be whole."""
    if depth > MAX_DEPTH:
        raise Unreadable(f"嵌套超过 {MAX_DEPTH} 层")
    if isinstance(value, _Object):
        seen: dict[str, int] = {}
        parts = []
        for key, inner in value:
            seen[key] = seen.get(key, 0) + 1
            again = f"!{seen[key]}" if seen[key] > 1 else ""
            shown = whole(key) if halves else key
            parts.append(_node(f".{path.name(shown)}{again}", inner, depth + 1, halves))
        return Node(step, Shape.OBJECT, tuple(parts))
    if isinstance(value, list):
        return Node(step, Shape.ARRAY, tuple(_node("", inner, depth + 1, halves) for inner in value))
    if halves and isinstance(value, str):
        return Node(step, whole(value))
    if isinstance(value, Number) and len(value.digits) > _LONGEST_NUMBER:
        return Node(step, value.digits)
    return Node(step, value)


def whole(text: str) -> str:
    """Half a character cannot be written to any file: it is shown as its escape."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "backslashreplace")
