"""Which row of one side is which row of the other: by key, each occurrence of a key with one occurrence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Places = npt.NDArray[np.int64]

_BETWEEN, _NULL = "\x1f", "\x1e"  # no key holds them; a value that does is told apart by its escape
_ESCAPES = (("\x1d", "\x1d1"), ("\x1e", "\x1d2"), ("\x1f", "\x1d3"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """Places of rows: `original[i]` and `migrated[i]` belong together, the others stand alone."""

    original: Places
    migrated: Places
    missing: Places  # only the original has them
    extra: Places
    repeated: Places  # of `extra`: the original has the key, but less often


def aligned(original: pa.Table, migrated: pa.Table, key: Sequence[str]) -> Aligned:
    """Rows with the same values of `key`, whatever their order."""
    n = original.num_rows
    codes = _codes(pa.concat_arrays([_joined(original, key), _joined(migrated, key)]))
    a, b = codes[:n], codes[n:]
    one, other = _occurrences(a), _occurrences(b)
    most = int(max(one.max(initial=0), other.max(initial=0))) + 1
    _, at, there = np.intersect1d(a * most + one, b * most + other, assume_unique=True, return_indices=True)
    order = np.argsort(at, kind="stable")
    missing = np.setdiff1d(np.arange(n), at, assume_unique=True)
    extra = np.setdiff1d(np.arange(migrated.num_rows), there, assume_unique=True)
    return Aligned(
        original=at[order].astype(np.int64),
        migrated=there[order].astype(np.int64),
        missing=missing.astype(np.int64),
        extra=extra.astype(np.int64),
        repeated=extra[np.isin(b[extra], a)].astype(np.int64),
    )


def _joined(table: pa.Table, key: Sequence[str]) -> pa.Array:
    """The key of every row as one text; two keys are never written alike."""
    columns = [_escaped(_one(table[name])) for name in key]
    if len(columns) == 1 and not columns[0].null_count:
        return columns[0]
    return pc.binary_join_element_wise(*columns, _BETWEEN, null_handling="replace", null_replacement=_NULL)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _escaped(values: pa.Array) -> pa.Array:
    for character, escape in _ESCAPES:
        if pc.any(pc.match_substring(values, character)).as_py():
            values = pc.replace_substring(values, character, escape)
    return values


def _codes(values: pa.Array) -> Places:
    codes: Places = values.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _occurrences(codes: Places) -> Places:
    """How many rows before each had the same key."""
    order = np.argsort(codes, kind="stable")
    in_order = codes[order]
    begins = np.flatnonzero(np.concatenate(([True], in_order[1:] != in_order[:-1]))) if len(codes) else codes
    lengths = np.diff(np.append(begins, len(codes)))
    found = np.empty(len(codes), dtype=np.int64)
    found[order] = np.arange(len(codes)) - np.repeat(begins, lengths)
    return found
