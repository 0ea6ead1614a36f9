"""One stretch of two tables → how many rows agree, which stand alone, which values differ and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.canonical import Form
from harness.normalise import Kind
from harness.tables.alignment import Places, aligned
from harness.tables.classes import KINDS, SAME, Codes, kinds_of

Forms = Sequence[tuple[str, Form]]  # the compared columns by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Differing values of one column: `rows[i]` of the pairs, as they are on both sides, and the kind."""

    column: str
    rows: Places  # places in `original` and `migrated` of the same `Found`
    kinds: Codes
    original: pa.Array
    migrated: pa.Array

    def counted(self) -> Counter[Kind]:
        counts = np.bincount(self.kinds, minlength=len(KINDS))
        return Counter({KINDS[number]: int(count) for number, count in enumerate(counts) if count})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a stretch holds. `original` and `migrated` are the differing rows, whole, side by side."""

    equal: int
    original: pa.Table
    migrated: pa.Table
    cells: tuple[Cells, ...]
    missing: pa.Table  # rows that only the original has
    extra: pa.Table
    repeated: int  # of `extra`: the original has the key, but less often

    @property
    def different(self) -> int:
        """Pairs of rows with a difference."""
        return int(self.original.num_rows)


def compared(original: pa.Table, migrated: pa.Table, forms: Forms, key: Sequence[str]) -> Found:
    """Rows with the same key beside each other; without a key, rows that are alike in everything."""
    names = [name for name, _ in forms]
    pairs = aligned(original, migrated, key or names)
    rest = [(name, form) for name, form in forms if name not in key] if key else []
    return _found(
        original, migrated, (pairs.original, pairs.migrated), rest, (pairs.missing, pairs.extra, pairs.repeated)
    )


def beside(original: pa.Table, migrated: pa.Table, pairs: tuple[Places, Places], forms: Forms) -> Found:
    """Rows whose pairs are known already: every column is compared, the key's too."""
    alone = [
        np.setdiff1d(np.arange(table.num_rows), places).astype(np.int64)
        for table, places in zip((original, migrated), pairs, strict=True)
    ]
    nothing = np.zeros(0, dtype=np.int64)
    return _found(original, migrated, pairs, forms, (alone[0], alone[1], nothing))


def _found(
    original: pa.Table,
    migrated: pa.Table,
    pairs: tuple[Places, Places],
    forms: Forms,
    alone: tuple[Places, Places, Places],
) -> Found:
    a, b = original.take(pairs[0]), migrated.take(pairs[1])
    cells = [found for name, form in forms if (found := _cells(name, form, a, b)) is not None]
    rows = np.unique(np.concatenate([each.rows for each in cells])) if cells else np.zeros(0, dtype=np.int64)
    return Found(
        equal=a.num_rows - len(rows),
        original=a.take(rows),
        migrated=b.take(rows),
        cells=tuple(_placed(each, rows) for each in cells),
        missing=original.take(alone[0]),
        extra=migrated.take(alone[1]),
        repeated=len(alone[2]),
    )


def _cells(name: str, form: Form, original: pa.Table, migrated: pa.Table) -> Cells | None:
    a, b = (table[name].combine_chunks() for table in (original, migrated))
    rows = np.flatnonzero(_unlike(a, b))
    if not len(rows):
        return None
    a, b = a.take(rows), b.take(rows)
    kinds = kinds_of(form, a, b)
    real = np.flatnonzero(kinds != SAME)
    if not len(real):
        return None
    return Cells(column=name, rows=rows[real], kinds=kinds[real], original=a.take(real), migrated=b.take(real))


def _unlike(a: pa.Array, b: pa.Array) -> npt.NDArray[np.bool_]:
    unlike = pc.fill_null(pc.not_equal(a, b), False)
    found: npt.NDArray[np.bool_] = pc.or_(unlike, pc.xor(pc.is_null(a), pc.is_null(b))).to_numpy(zero_copy_only=False)
    return found


def _placed(cells: Cells, rows: Places) -> Cells:
    return Cells(
        column=cells.column,
        rows=np.searchsorted(rows, cells.rows).astype(np.int64),
        kinds=cells.kinds,
        original=cells.original,
        migrated=cells.migrated,
    )
