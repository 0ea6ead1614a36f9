"""A schema as a list of checks, and the checks that speak of more places than one: properties, items, choices.

Not here: what a document writes (`schema.py`), single values (`keywords.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from harness.content.message_checks import Breach, Deviation
from harness.content.tree import Node, Shape
from harness.documents.keywords import Check, Found, departs

_AGAIN = re.compile(r"!\d+$")


class Schema:
    """One schema, ready."""

    __slots__ = ("checks", "here", "nullable")

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.here: list[Schema] = []  # schemas that it asks about the same place
        self.nullable = False

    def __call__(self, path: str, node: Node, found: Found) -> None:
        if self.nullable and node.value is None:
            return
        for check in self.checks:
            check(path, node, found)

    def against(self, path: str, node: Node) -> Found:
        found: Found = []
        self(path, node, found)
        return found


def nothing(path: str, node: Node, found: Found) -> None:
    found.append(departs(path, node, Breach.UNDECLARED, "文档不允许此处有值"))


def required(wanted: Sequence[str]) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        if node.value is Shape.OBJECT:
            there = {part.step for part in node.children}
            found.extend(
                Deviation(path=path + step, breach=Breach.MISSING, found="", asked="必填")
                for step in wanted
                if step not in there
            )

    return check


def properties(
    named: Mapping[str, Schema], spelled: Sequence[tuple[re.Pattern[str], Schema]], rest: Schema | bool | None
) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        if node.value is not Shape.OBJECT:
            return
        for part in node.children:
            own = [named[part.step]] if part.step in named else []
            own += [schema for pattern, schema in spelled if pattern.search(_key(part.step))]
            where = path + part.step
            for schema in own:
                schema(where, part, found)
            if not own and _AGAIN.search(part.step):
                found.append(departs(where, part, Breach.UNDECLARED, "同一对象里字段重复出现"))
            elif not own and isinstance(rest, Schema):
                rest(where, part, found)
            elif not own and rest is False:
                found.append(departs(where, part, Breach.UNDECLARED, "文档中没有此字段"))

    return check


def _key(step: str) -> str:
    """The name of a property as JSON has it."""
    text = _AGAIN.sub("", step[1:])
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if text.startswith("'") else text


def items(heads: Sequence[Schema], rest: Schema | None) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        if node.value is Shape.ARRAY:
            for place, part in enumerate(node.children):
                schema = heads[place] if place < len(heads) else rest
                if schema is not None:
                    schema(f"{path}[{place}]", part, found)

    return check


def choice(branches: Sequence[Schema], *, only_one: bool) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        tried = [branch.against(path, node) for branch in branches]
        fitting = sum(not one for one in tried)
        if fitting > 1 and only_one:
            asked = f"应只符合 {len(branches)} 种结构中的一种，实际符合 {fitting} 种"
            found.append(departs(path, node, Breach.STRUCTURE, asked))
        elif not fitting:  # what the nearest of them misses says most
            nearest = min(tried, key=lambda one: _distance(one, path))
            found.extend(nearest)

    return check


def _distance(found: Found, path: str) -> tuple[bool, int]:
    """How far a value is from a branch: a branch of another type altogether is the farthest."""
    return any(d.path == path and d.breach is Breach.TYPE for d in found), len(found)


def excluded(schema: Schema) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        if not schema.against(path, node):
            found.append(departs(path, node, Breach.STRUCTURE, "符合了文档用 not 排除的结构"))

    return check


def depending(condition: Schema, then: Schema | None, otherwise: Schema | None) -> Check:
    def check(path: str, node: Node, found: Found) -> None:
        chosen = otherwise if condition.against(path, node) else then
        if chosen is not None:
            chosen(path, node, found)

    return check
