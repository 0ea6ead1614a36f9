"""Long values that differ are fetched in full, so that their difference gets its right kind: hashes only say that.

A few of each stretch are; what is beyond keeps the kind of its hash (a text, a binary), which no rule explains. Without
a key a row cannot be asked for. Not here: what the kinds are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.canonical import Form
from harness.execute.tables.sides import Sides
from harness.normalise import Kind, classify
from harness.tables.chunk import Cells, Found
from harness.tables.classes import KINDS
from harness.tables.pairing import TablePair

MOST = 1_000  # of a column in a stretch
_LONG = {Form.LONG_TEXT: Kind.TEXT, Form.LONG_BINARY: Kind.BINARY}


def refined(found: Found, pair: TablePair, sides: Sides) -> Found:
    """The same with the kinds that the values themselves show."""
    forms = dict(pair.forms)
    if not pair.key or not any(forms[cells.column] in _LONG for cells in found.cells):
        return found
    return replace(
        found,
        cells=tuple(
            _refined(each, found, pair, sides) if forms[each.column] in _LONG else each for each in found.cells
        ),
    )


def _refined(cells: Cells, found: Found, pair: TablePair, sides: Sides) -> Cells:
    form = dict(pair.forms)[cells.column]
    wrong = KINDS.index(_LONG[form])
    kinds = cells.kinds.copy()
    place = pair.names.index(cells.column)
    columns = pair.original.columns[place].column.name, pair.migrated.columns[place].column.name
    for number in np.flatnonzero(kinds == wrong)[:MOST]:
        row = int(cells.rows[number])
        keys = [[str(table[name][row].as_py()) for name in pair.key] for table in (found.original, found.migrated)]
        one, other = sides.both(
            lambda reader, key=keys[0]: reader.content(pair.original, key, columns[0]),  # type: ignore[misc]
            lambda reader, key=keys[1]: reader.content(pair.migrated, key, columns[1]),  # type: ignore[misc]
        )
        kind = classify(_value(form, one), _value(form, other))
        if kind is not None:
            kinds[number] = KINDS.index(kind)
    return replace(cells, kinds=kinds)


def _value(form: Form, content: bytes | None) -> str | bytes | None:
    return content.decode(errors="replace") if content is not None and form is Form.LONG_TEXT else content
