"""A total order over rows, so that two products' tables can be laid side by side: None first, then by kind of value.

The harness sorts, never the database: collations and the place of NULL are among the things compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from harness.model import Row

Rank = tuple[int, Any]


def sort_rows(rows: list[Row], key: Sequence[int]) -> None:
    """Sort in place by the columns at `key`, or by the whole row where there is no key."""
    try:
        rows.sort(key=itemgetter(*key) if key else None)
    except TypeError:  # None or mixed types: the slower order, which agrees with the natural one where both apply
        rows.sort(key=lambda row: [rank(row[i]) for i in key] if key else [rank(value) for value in row])


def rank(value: Any) -> Rank:
    """A key that compares with that of any other value."""
    if value is None:
        return 0, 0
    if isinstance(value, bool | int | float | Decimal):
        return 1, value
    if isinstance(value, str):
        return 2, value
    if isinstance(value, dt.date | dt.time):  # datetime is a date
        return 3, value.isoformat()
    if isinstance(value, dt.timedelta):
        return 4, value
    if isinstance(value, bytes | bytearray | memoryview):
        return 5, bytes(value)
    return 6, str(value)
