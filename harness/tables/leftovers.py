"""Rows that stand alone on both sides → those of them that are the same row after all, written a little otherwise.

A key that lost its padding, or a row of a table without a key of which one value changed, is one difference and not one
row missing and one too many. First rows pair whose columns agree when their representation is forgiven, then, without a
key, rows that agree in all columns but one. Not here: what the pairs' values say (`chunk.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harness.canonical import Form
from harness.tables.alignment import Places, aligned
from harness.tables.chunk import Forms


def pairs_of(missing: pa.Table, extra: pa.Table, forms: Forms, key: Sequence[str]) -> tuple[Places, Places]:
    """Places in both tables that belong together."""
    left = np.arange(missing.num_rows), np.arange(extra.num_rows)
    found: list[tuple[Places, Places]] = []
    loose = tuple(_loosened(table, forms) for table in (missing, extra))
    names = [name for name, _ in forms]
    for columns in _tried(names, key):
        if not (len(left[0]) and len(left[1])):
            break
        now = aligned(loose[0].take(left[0]), loose[1].take(left[1]), columns)
        found.append((left[0][now.original], left[1][now.migrated]))
        left = left[0][now.missing], left[1][now.extra]
    none = np.zeros(0, dtype=np.int64)
    one, other = (np.concatenate([none, *(each[side] for each in found)]) for side in (0, 1))
    return one, other


def _tried(names: Sequence[str], key: Sequence[str]) -> Iterator[Sequence[str]]:
    if key:
        yield key
        return
    yield names
    if len(names) > 2:  # of two columns, one alone says too little
        for without in names:
            yield [name for name in names if name != without]


def _loosened(table: pa.Table, forms: Forms) -> pa.Table:
    columns = [_loose(table[name].combine_chunks(), form) for name, form in forms]
    return pa.table(dict(zip([name for name, _ in forms], columns, strict=True)))


def _loose(values: pa.Array, form: Form) -> pa.Array:
    """What survives a change of representation."""
    values = pc.fill_null(values, "")
    if form in (Form.DECIMAL, Form.FLOAT, Form.INTEGER):
        return pc.replace_substring_regex(values, r"\.0*$|(\.\d*?)0+$", r"\1")
    if form in (Form.DATETIME, Form.TIME):
        return pc.replace_substring_regex(values, r"\.\d+$", "")
    if form in (Form.TEXT, Form.OTHER):
        return pc.utf8_lower(pc.ascii_rtrim(values, characters=" "))
    return values
