"""The values of one message by path, for whoever looks many of them up.

A path means here what it means as a pattern: an index may be left out, and the first value then counts. Not here: the
grammar of paths (`path.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict

from harness.content.path import bare, pattern
from harness.content.tree import Document, Field, Shape, Value

_AN_INDEX, _ANY_INDEX = r"\[\d+\]", r"(?:\[\d+\])?"
_BATCH = "message"
_UNLIKE_A_PATH = re.compile(r"\*|^[A-Z][A-Z0-9]{2}-")  # a pattern that its place does not find


class Lookup:
    """One message, read through once."""

    def __init__(self, document: Document) -> None:
        self.content = document.content
        self._fields = list(document.fields())
        self._at: dict[str, list[Field]] = defaultdict(list)
        for field in self._fields:
            self._at[bare(field.path)].append(field)

    def value(self, path: str) -> Value:
        """The first value under a path, None where there is none. In HL7 a value alone is its own first part."""
        found = self._first(path)
        if found is None and self.content == "hl7" and bare(path).endswith(".1"):
            return self._first(path.removesuffix("[1]").removesuffix(".1"))
        return found

    def items(self, each: str) -> tuple[str, ...]:
        """The items of a list as they stand in this message: `OBX` → OBX[1], OBX[2]; OBX where it is the only one."""
        steps = re.split(r"(?=[./])", each)
        index = _AN_INDEX if "$" in each else _ANY_INDEX
        item = re.compile(_ANY_INDEX.join(map(re.escape, steps)) + rf"{index}(?=[./\[!]|$)")
        return tuple(dict.fromkeys(found[0] for field in self._fields if (found := item.match(field.path))))

    def _first(self, path: str) -> Value:
        place = bare(path)
        odd = _UNLIKE_A_PATH.search(place) or (self.content == "hl7" and _in_batch(self._fields))
        fields = self._fields if odd else self._at.get(place, [])
        if path == place and not odd:
            return _plain(fields[0]) if fields else None
        exactly = next((field for field in fields if field.path == path), None)
        return _plain(exactly or next((field for field in fields if pattern(path).means(field.path)), None))


def _in_batch(fields: list[Field]) -> bool:
    return bool(fields) and fields[0].path.startswith(_BATCH)


def _plain(field: Field | None) -> Value:
    return None if field is None or isinstance(field.value, Shape) else field.value
