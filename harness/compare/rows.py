"""Two lists of rows → which row of one is which row of the other, and whether their order differs.

Pairing only: the kind of a cell's difference is `normalise.py`, what it means is decided further up. A row is paired by
being the same, then by being the same but for representation, then by place, then by likeness.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, pairwise
from operator import eq, is_
from typing import Any

from harness.model import Row
from harness.normalise import Kind, loose_key, same, strict_key

LIKENESS_LIMIT = 64  # rows on a side up to which every one is held against every other
_OWN_EQUALITY = frozenset({Decimal, dt.datetime, dt.time, float, tuple, list, dict})  # == says less than `classify`


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Pairs in the order of the left side, and what has no partner."""

    pairs: tuple[tuple[int, int], ...]
    missing: tuple[int, ...]  # left only
    extra: tuple[int, ...]  # right only


def same_row(a: Row, b: Row) -> bool:
    """Whether no cell differs."""
    if len(a) != len(b):
        return False
    return all(same(x, y) for x, y in zip(a, b, strict=True))


def same_rows(a: Sequence[Row], b: Sequence[Row]) -> bool:
    """Whether two lists are the same cell by cell; whole tables in C speed.

    Equality alone would take Decimal('1.50') for Decimal('1.5') and True for 1, so types and, for the few types whose
    equality forgives, texts are compared as well.
    """
    if len(a) != len(b) or not all(map(eq, a, b)):
        return False
    left, right = list(chain.from_iterable(a)), list(chain.from_iterable(b))
    if len(left) != len(right) or not all(map(is_, map(type, left), map(type, right))):
        return False
    if not _OWN_EQUALITY & set(map(type, left)):
        return True
    own = [(x, y) for x, y in zip(left, right, strict=True) if type(x) in _OWN_EQUALITY]
    return [str(x) for x, _ in own] == [str(y) for _, y in own] or all(same(x, y) for x, y in own)


def align(a: Sequence[Row], b: Sequence[Row], *, masked: frozenset[int] = frozenset()) -> Alignment:
    """Pair the rows of two query results. `masked` columns move by themselves and identify nothing."""
    width = max(map(len, chain(a, b)), default=0)
    columns = [c for c in range(width) if c not in masked] or list(range(width))
    pairs: dict[int, int] = {}
    left, right = range(len(a)), range(len(b))
    for stand_in in (strict_key, loose_key):
        _pair_equal(
            _keyed(a, _open(left, pairs), columns, stand_in),
            _keyed(b, _open(right, pairs.values()), columns, stand_in),
            pairs,
        )
    if len(a) == len(b):
        taken = set(pairs.values())
        for i in _open(left, pairs):
            if i not in taken and _alike(a[i], b[i], columns):
                pairs[i] = i
    rest, other = _open(left, pairs), _open(right, pairs.values())
    if rest and other:
        if max(len(rest), len(other)) <= LIKENESS_LIMIT:
            _pair_likest(a, b, rest, other, columns, pairs)
        else:
            _pair_by_column(a, b, rest, other, columns, pairs)
    if len(a) == len(b) == 1:
        pairs = {0: 0}  # one row against one row, a total for instance: never "one missing and one extra"
    return Alignment(
        pairs=tuple(sorted(pairs.items())),
        missing=tuple(_open(left, pairs)),
        extra=tuple(_open(right, pairs.values())),
    )


def order_kind(a: Sequence[Row], alignment: Alignment) -> Kind | None:
    """Whether the paired rows come in another order, and whether the place of NULLs alone explains it."""
    places = [j for _, j in alignment.pairs]
    if _rising(places):
        return None
    for column in range(max((len(a[i]) for i, _ in alignment.pairs), default=0)):
        nulls = [j for i, j in alignment.pairs if a[i][column] is None]
        others = [j for i, j in alignment.pairs if a[i][column] is not None]
        if nulls and others and _rising(nulls) and _rising(others):
            return Kind.NULL_ORDER
    return Kind.ROW_ORDER


# --------------------------------------------------------------------------- steps of the pairing


def _rising(places: Sequence[int]) -> bool:
    return all(x < y for x, y in pairwise(places))


def _open(places: range, taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [place for place in places if place not in gone]


def _keyed(
    rows: Sequence[Row], places: Iterable[int], columns: Sequence[int], stand_in: Callable[[Any], Any]
) -> dict[Hashable, deque[int]]:
    keyed: dict[Hashable, deque[int]] = defaultdict(deque)
    for place in places:
        row = rows[place]
        keyed[tuple(stand_in(row[c]) for c in columns if c < len(row))].append(place)
    return keyed


def _pair_equal(left: dict[Hashable, deque[int]], right: dict[Hashable, deque[int]], pairs: dict[int, int]) -> None:
    for key, places in left.items():
        partners = right.get(key, ())
        pairs.update(zip(places, partners, strict=False))


def _score(a: Row, b: Row, columns: Sequence[int]) -> int:
    return sum(1 for c in columns if c < len(a) and c < len(b) and loose_key(a[c]) == loose_key(b[c]))


def _alike(a: Row, b: Row, columns: Sequence[int]) -> bool:
    """At least half of what identifies a row is the same; a single column always is the same column."""
    return len(columns) == 1 or 2 * _score(a, b, columns) >= len(columns)


def _pair_likest(
    a: Sequence[Row],
    b: Sequence[Row],
    rest: Sequence[int],
    other: Sequence[int],
    columns: Sequence[int],
    pairs: dict[int, int],
) -> None:
    scored = sorted(
        ((-_score(a[i], b[j], columns), abs(i - j), i, j) for i in rest for j in other),
    )
    taken: set[int] = set()
    for score, _, i, j in scored:
        if -2 * score < len(columns):
            return
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)


def _pair_by_column(
    a: Sequence[Row],
    b: Sequence[Row],
    rest: Sequence[int],
    other: Sequence[int],
    columns: Sequence[int],
    pairs: dict[int, int],
) -> None:
    """Too many to hold each against each: use the column that identifies most of them as their key."""
    best: dict[int, int] = {}
    for column in columns:
        left = _unique(a, rest, column)
        right = _unique(b, other, column)
        found = {i: right[key] for key, i in left.items() if key in right}
        if len(found) > len(best):
            best = found
    pairs.update(best)


def _unique(rows: Sequence[Row], places: Sequence[int], column: int) -> dict[Hashable, int]:
    keyed = _keyed(rows, places, [column], loose_key)
    return {key: at[0] for key, at in keyed.items() if len(at) == 1}
