"""Which business keys a difference has touched, so that what follows from it is not reported as news.

A patient number, a drug code, a slot: once an item or a row that carries it has differed, later differences that carry
it too are taken for consequences of the first. Numbers alone are no business keys (an amount of 12 is everywhere); they
count only together with the name of a key column. Not here: whether a kind of difference may be a consequence at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.model import Item, Row

Key = tuple[str, ...] | tuple[str, str, int]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DIGIT = re.compile(r"\d")
SHORTEST = 3
RARE_SHARE = 0.02  # a string in more than this share of all items names a department or a tariff, not a case
RARE_FLOOR = 6


def keys_of(name: str, value: Any, key_columns: Collection[str]) -> Iterator[Key]:
    """The business keys in one parameter or cell."""
    kind = type(value)
    if kind is str:
        if _DATE.fullmatch(value):
            yield ("date", value)
        elif len(value.strip()) >= SHORTEST:
            yield ("text", value.strip())
    elif kind is dt.datetime:
        yield ("date", value.date().isoformat())
    elif kind is dt.date:
        yield ("date", value.isoformat())
    elif kind is int and name in key_columns:
        yield ("number", name, value)
    elif kind is tuple or kind is list:
        for inner in value:
            yield from keys_of(name, inner, key_columns)
    elif kind is dict:
        for inner_name, inner in value.items():
            yield from keys_of(inner_name, inner, key_columns)


class Taint:
    """Business keys → the earliest root that touched them. Roots are numbered in order of appearance."""

    def __init__(self, items: Sequence[Item], key_columns: Collection[str]) -> None:
        self._key_columns = key_columns
        self._touched: dict[Key, int] = {}
        self._weakly: dict[Key, int] = {}
        self._uses: Counter[Key] = Counter()
        for item in items:
            self._uses.update(set(self._params(item.params)))
        self._rare = max(RARE_FLOOR, int(RARE_SHARE * len(items)))

    def names_a_case(self, params: Mapping[str, Any]) -> bool:
        """Whether an item is about somebody or something in particular, not about a day or the whole hospital."""
        return any(key[0] != "date" and self._uses[key] <= self._rare for key in self._params(params))

    def of_item(self, params: Mapping[str, Any]) -> int | None:
        """The earliest root among the item's keys; an item that names nothing but dates is matched by date."""
        keys = set(self._params(params))
        found = self._earliest(key for key in keys if key[0] != "date")
        if found is not None or self.names_a_case(params):
            return found
        dates = sorted(key[1] for key in keys if key[0] == "date")
        if not dates:
            return None
        first, last = dates[0], dates[-1]
        return min((r for k, r in self._touched.items() if k[0] == "date" and first <= k[1] <= last), default=None)

    def weakly_of_item(self, params: Mapping[str, Any]) -> int | None:
        """The earliest transaction that only one side carried out and that used the same window, ward or department."""
        return min((r for key in self._params(params) if (r := self._weakly.get(key)) is not None), default=None)

    def of_row(self, columns: Sequence[str], row: Row) -> int | None:
        """The earliest root among the keys of one row, foreign keys included."""
        return self._earliest(key for key in self._cells(columns, row) if key[0] != "date")

    def of_key(self, columns: Sequence[str], key: Row) -> int | None:
        """The earliest root among the parts of a stored row's key; here a date counts (a row per day)."""
        return self._earliest(self._cells(columns, key))

    def touch_item(self, params: Mapping[str, Any], root: int) -> None:
        """An item differed: what it names is touched, but for what every other item names as well."""
        self._touch((k for k in self._params(params) if k[0] == "date" or self._uses[k] <= self._rare), root)

    def touch_weakly(self, params: Mapping[str, Any], root: int) -> None:
        """Only one side did the item: running numbers and totals of everything it names are off from here on."""
        for key in self._params(params):
            self._weakly.setdefault(key, root)

    def touch_key(self, columns: Sequence[str], key: Row, root: int) -> None:
        """A stored row differed: its key is touched, however often it is used."""
        self._touch(self._cells(columns, key), root)

    def touch_one_sided(self, a: Iterable[Any], b: Iterable[Any], root: int) -> None:
        """Values that one stack produced and the other did not: a number that was given out on one side only."""
        left, right = ({v for v in side if isinstance(v, str) and _DIGIT.search(v)} for side in (a, b))
        self._touch((key for value in left ^ right for key in keys_of("", value, ()) if key[0] == "text"), root)

    def _touch(self, keys: Iterable[Key], root: int) -> None:
        for key in keys:
            self._touched[key] = min(root, self._touched.get(key, root))

    def _earliest(self, keys: Iterable[Key]) -> int | None:
        return min((root for key in keys if (root := self._touched.get(key)) is not None), default=None)

    def _params(self, params: Mapping[str, Any]) -> Iterator[Key]:
        return keys_of("", dict(params), self._key_columns)

    def _cells(self, columns: Sequence[str], row: Row) -> Iterator[Key]:
        for name, value in zip(columns, row, strict=False):
            yield from keys_of(name, value, self._key_columns)
