"""The full list of a table's differences: three files of CSV beside the log, a column at a time, appended to.

`<table>.values.csv` (kind, column, original, migrated, and the key's columns as key:<name>); `<table>.missing.csv` and
`<table>.extra.csv` (whole rows). A resumed comparison cuts them to what its log knows of. NULL is nothing, the empty
text is "". Not here: what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv

from harness.recording import disk
from harness.tables.chunk import Found
from harness.tables.classes import KINDS

FOLDER = "differences"
VALUES, MISSING, EXTRA = "values", "missing", "extra"
KEYS = "key:"  # begins the names of the key's columns
_UNSAFE = re.compile(r"[^\w.-]", re.ASCII)
_WHOLE = csv.WriteOptions(include_header=False, quoting_style="needed")


class Differences:
    """The files of one table."""

    def __init__(self, folder: Path, table: str, names: Sequence[str], key: Sequence[str]) -> None:
        self._folder = folder / FOLDER
        self._table = file_name(table)
        self._key = list(key or names)

    def add(self, found: Found) -> None:
        """Everything that a stretch found."""
        for cells in found.cells:
            kinds = pa.DictionaryArray.from_arrays(pa.array(cells.kinds), pa.array([kind.value for kind in KINDS]))
            columns = {
                "kind": kinds.cast(pa.string()),
                "column": pa.array(np.full(len(cells.rows), cells.column)),
                "original": cells.original,
                "migrated": cells.migrated,
            }
            rows = pa.array(cells.rows)
            keys = {f"{KEYS}{name}": found.original[name].take(rows) for name in self._key}
            self._append(VALUES, pa.table({**columns, **keys}))
        for name, rows in ((MISSING, found.missing), (EXTRA, found.extra)):
            if rows.num_rows:
                self._append(name, rows)

    def sizes(self) -> dict[str, int]:
        return {name: path.stat().st_size for name in (VALUES, MISSING, EXTRA) if (path := self._path(name)).exists()}

    def cut(self, sizes: Mapping[str, int]) -> None:
        """Back to what the log knows of."""
        for name in (VALUES, MISSING, EXTRA):
            path = self._path(name)
            if path.exists():
                with disk(path), path.open("r+b") as file:
                    file.truncate(sizes.get(name, 0))
                if not sizes.get(name, 0):
                    path.unlink()

    def move_to(self, other: Differences) -> None:
        """Take the other's place; what is not there leaves nothing."""
        for name in (VALUES, MISSING, EXTRA):
            mine, place = self._path(name), other._path(name)
            with disk(place):
                if mine.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    mine.replace(place)
                else:
                    place.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{self._table}.{name}.csv"

    def _append(self, name: str, rows: pa.Table) -> None:
        path = self._path(name)
        with disk(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                if not file.tell():
                    heads = rows.column_names
                    file.write((",".join(f'"{head}"' for head in heads) + "\n").encode())
                csv.write_csv(rows, file, _WHOLE)


def file_name(table: str) -> str:
    """A table's name as part of a file's."""
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):x}", table)
