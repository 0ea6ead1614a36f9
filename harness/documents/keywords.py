"""What single keywords of JSON Schema ask of one value, each made into a check once.

Numbers are decimals here: 19.99 is a multiple of 0.01, which floats deny. Not here: keywords that speak of other places
than their own (`schema.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from harness.content.message_checks import Breach, Deviation
from harness.content.tree import Node, Number, Shape
from harness.content.values import decimal_of, shown, shown_whole
from harness.documents.formats import FORMATS, INTEGERS

Found = list[Deviation]
Check = Callable[[str, Node, Found], None]

_DIGITS = re.compile(r"-?\d+", re.ASCII)


def departs(path: str, node: Node, breach: Breach, asked: str) -> Deviation:
    whole = isinstance(node.value, Shape)
    found = shown_whole(node, "json", 80) if whole else shown(node.value, "json")
    return Deviation(path=path, breach=breach, found=found, asked=asked)


# --------------------------------------------------------------------------- types


def _is_integer(node: Node) -> bool:
    if not isinstance(node.value, Number):
        return False
    value = decimal_of(node.value)
    return value == value.to_integral_value() if value is not None else bool(_DIGITS.fullmatch(node.value.digits))


TYPES: Mapping[str, Callable[[Node], bool]] = {
    "object": lambda node: node.value is Shape.OBJECT,
    "array": lambda node: node.value is Shape.ARRAY,
    "string": lambda node: isinstance(node.value, str),
    "number": lambda node: isinstance(node.value, Number),
    "integer": _is_integer,
    "boolean": lambda node: isinstance(node.value, bool),
    "null": lambda node: node.value is None,
}


def of_types(names: Sequence[str]) -> Check:
    first, *others = [TYPES[name] for name in names]
    asked = f"类型 {'、'.join(names)}"

    def check(path: str, node: Node, found: Found) -> None:
        if not first(node) and not any(test(node) for test in others):
            found.append(departs(path, node, Breach.TYPE, asked))

    return check


# --------------------------------------------------------------------------- listed values


def key_of(node: Node) -> object:
    """A value such that two are equal where JSON Schema says so: 1 and 1.0, objects in any order."""
    value = node.value
    if isinstance(value, Number):
        number = decimal_of(value)
        return ("number", value.digits if number is None else number)
    if value is Shape.ARRAY:
        return ("array", *map(key_of, node.children))
    if value is Shape.OBJECT:
        return ("object", frozenset((part.step, key_of(part)) for part in node.children))
    return (type(value).__name__, value)


def one_of(values: Sequence[object], shown_values: Sequence[str]) -> Check:
    keys = frozenset(values)
    asked = f"应为 {'、'.join(shown_values)}" + (" 之一" if len(shown_values) > 1 else "")

    def check(path: str, node: Node, found: Found) -> None:
        if key_of(node) not in keys:
            found.append(departs(path, node, Breach.CODE, asked))

    return check


# --------------------------------------------------------------------------- texts


def longest(most: int) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        if isinstance(node.value, str) and len(node.value) > most:
            asked = f"最多 {most} 个字符，实为 {len(node.value)} 个"
            found.append(departs(path, node, Breach.TOO_LONG, asked))

    return check


def shortest(least: int) -> Check:
    return _text(lambda text: len(text) >= least, Breach.RANGE, f"至少 {least} 个字符")


def spelled(pattern: re.Pattern[str]) -> Check:
    return _text(lambda text: pattern.search(text) is not None, Breach.FORMAT, f"应符合 {pattern.pattern}")


def formatted(name: str) -> Check | None:
    if name in INTEGERS:
        limit = INTEGERS[name]
        return _number(lambda n: -limit <= n < limit, f"应在 {name} 的范围内")
    return _text(FORMATS[name], Breach.FORMAT, f"格式 {name}") if name in FORMATS else None


def _text(holds: Callable[[str], bool], breach: Breach, asked: str) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        if isinstance(node.value, str) and not holds(node.value):
            found.append(departs(path, node, breach, asked))

    return check


# --------------------------------------------------------------------------- numbers


def at_most(limit: Decimal) -> Check:
    return _number(lambda n: n <= limit, f"不大于 {limit}")


def at_least(limit: Decimal) -> Check:
    return _number(lambda n: n >= limit, f"不小于 {limit}")


def below(limit: Decimal) -> Check:
    return _number(lambda n: n < limit, f"小于 {limit}")


def above(limit: Decimal) -> Check:
    return _number(lambda n: n > limit, f"大于 {limit}")


def multiple_of(step: Decimal) -> Check:
    return _number(lambda n: (Fraction(n) / Fraction(step)).denominator == 1, f"应为 {step} 的倍数")


def _number(holds: Callable[[Decimal], bool], asked: str) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        if not isinstance(node.value, Number):
            return
        number = decimal_of(node.value)
        if number is None or not holds(number):  # so many digits that nothing should be computed with them
            found.append(departs(path, node, Breach.RANGE, asked))

    return check


# --------------------------------------------------------------------------- lists and objects


def most_parts(shape: Shape, most: int) -> Check:
    return _parts(shape, lambda node: len(node.children) <= most, f"最多 {most} 项")


def least_parts(shape: Shape, least: int) -> Check:
    return _parts(shape, lambda node: len(node.children) >= least, f"至少 {least} 项")


def all_different() -> Check:
    return _parts(
        Shape.ARRAY, lambda node: len({key_of(part) for part in node.children}) == len(node.children), "各项不得重复"
    )


def _parts(shape: Shape, holds: Callable[[Node], bool], asked: str) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        if node.value is shape and not holds(node):
            found.append(departs(path, node, Breach.RANGE, asked))

    return check


def decimal(value: Any) -> Decimal | None:
    """A number of the document, exactly as it was meant."""
    return Decimal(repr(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
