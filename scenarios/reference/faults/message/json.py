"""A JSON text as objects and arrays; numbers keep their digits. Not here: other contents."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from harness.content import path
from scenarios.reference.faults.message.parts import Leaf, Siblings

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class Digits(float):
    """A number as it was written."""

    digits: str

    def __new__(cls, digits: str) -> Digits:
        made = super().__new__(cls, digits)
        made.digits = digits
        return made

    def __str__(self) -> str:
        return self.digits


class JsonMessage:
    """`Message` over what `json` reads."""

    def __init__(self, text: str) -> None:
        self._document: Any = json.loads(text, parse_float=Digits)

    def text(self) -> str:
        return _written(self._document)

    def add(self) -> str:
        if not isinstance(self._document, dict):
            raise ValueError("only an object can be given one more key")
        self._document["extra"] = "多余"
        return "$.extra"

    def leaves(self) -> Iterator[Leaf]:
        yield from _leaves(self._document, "$")

    def siblings(self) -> Iterator[Siblings]:
        yield from _arrays(self._document, "$")


def _inside(holder: Any, at: str) -> Iterator[tuple[Any, Any, str]]:
    """(key, value, path)"""
    if isinstance(holder, dict):
        yield from ((key, value, f"{at}.{path.name(key)}") for key, value in holder.items())
    elif isinstance(holder, list):
        yield from ((n, value, f"{at}[{n}]") for n, value in enumerate(holder))


def _leaves(holder: Any, at: str) -> Iterator[Leaf]:
    for key, value, where in list(_inside(holder, at)):
        if isinstance(value, dict | list):
            yield from _leaves(value, where)
        elif value is not None and not isinstance(value, bool):
            yield Leaf(
                path=where,
                text=str(value),
                put=functools.partial(_put, holder, key, is_number=not isinstance(value, str)),
                drop=functools.partial(holder.__delitem__, key),
                as_text=None if isinstance(value, str) else functools.partial(holder.__setitem__, key, str(value)),
                named=str(key),
            )


def _put(holder: Any, key: Any, text: str, *, is_number: bool) -> None:
    holder[key] = Digits(text) if is_number and _NUMBER.fullmatch(text) else text


def _arrays(holder: Any, at: str) -> Iterator[Siblings]:
    for _, value, where in list(_inside(holder, at)):
        if isinstance(value, list) and value:
            yield _array(value, where)
        yield from _arrays(value, where)
    if isinstance(holder, list) and at == "$" and holder:
        yield _array(holder, at)


def _array(items: list[Any], at: str) -> Siblings:
    def swap(one: int, other: int) -> None:
        items[one], items[other] = items[other], items[one]

    return Siblings(
        paths=tuple(f"{at}[{n}]" for n in range(len(items))),
        drop=items.__delitem__,
        double=lambda n: items.insert(n, items[n]),
        swap=swap,
        same=lambda m, n: items[m] == items[n],
    )


def _written(value: Any) -> str:
    """As `json.dumps`, which would write a number of ours by its value."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_written(str(key))}:{_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return value.digits if isinstance(value, Digits) else json.dumps(value, ensure_ascii=False)
