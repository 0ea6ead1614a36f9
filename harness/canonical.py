"""One way of writing a value down, whichever product it lies in: what is hashed inside the databases, and what is
fetched where hashes differ. Pure.

A row is one line of CSV. NULL is nothing at all, a text stands between double quotes ("" is the empty text), everything
else is bare, so that no two rows look alike. By form:
- integer, decimal: plain digits; a decimal keeps the places it is stored with. Booleans are 1 and 0.
- float: the shortest digits that give the same number back, as the product prints them.
- text: as it is, in UTF-8. A value of fixed length comes without its padding, which it cannot be without.
- date, time, datetime: ISO 8601 with a blank; of a second's fraction no zeros at the end. An instant is told in the
  agreed time zone.
- binary: hexadecimal, lower case. Long texts and binaries: length in bytes, a colon, the MD5 of their bytes.
What is hashed of a row is shorter to make: the same values with a bar between them, before every text its length in
bytes, and nothing for NULL, which is not the empty text because that has the length 0.
A product may print something otherwise at the edges (exponents, infinity): then a hash differs, the row is fetched, and
the values decide. Never may two different values be written alike. Not here: SQL (`drivers/sql/reading`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from harness.catalogue import Column, Table, TypeClass


class Form(enum.StrEnum):
    """How the values of a pair of columns are written down."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    TEXT = "text"
    BINARY = "binary"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    LONG_TEXT = "long_text"
    LONG_BINARY = "long_binary"
    OTHER = "other"  # as the product prints it, between quotes


QUOTED = frozenset({Form.TEXT, Form.OTHER})

_OWN = {
    TypeClass.INTEGER: Form.INTEGER,
    TypeClass.DECIMAL: Form.DECIMAL,
    TypeClass.FLOAT: Form.FLOAT,
    TypeClass.BOOLEAN: Form.INTEGER,
    TypeClass.TEXT: Form.TEXT,
    TypeClass.CHAR: Form.TEXT,
    TypeClass.BINARY: Form.BINARY,
    TypeClass.DATE: Form.DATE,
    TypeClass.TIME: Form.TIME,
    TypeClass.DATETIME: Form.DATETIME,
    TypeClass.INSTANT: Form.DATETIME,
    TypeClass.INTERVAL: Form.OTHER,
    TypeClass.LONG_TEXT: Form.LONG_TEXT,
    TypeClass.LONG_BINARY: Form.LONG_BINARY,
    TypeClass.JSON: Form.LONG_TEXT,
    TypeClass.UUID: Form.TEXT,
    TypeClass.OTHER: Form.OTHER,
}

# What holds the other's values, too, where two columns are of different forms.
_WIDER = {
    frozenset({Form.INTEGER, Form.DECIMAL}): Form.DECIMAL,
    frozenset({Form.INTEGER, Form.FLOAT}): Form.FLOAT,
    frozenset({Form.DECIMAL, Form.FLOAT}): Form.FLOAT,
    frozenset({Form.DATE, Form.DATETIME}): Form.DATETIME,
    frozenset({Form.TEXT, Form.LONG_TEXT}): Form.LONG_TEXT,
    frozenset({Form.BINARY, Form.LONG_BINARY}): Form.LONG_BINARY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A column of one side, and the form that its values are written in."""

    column: Column
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A column that both sides have."""

    original: Column
    migrated: Column
    form: Form

    @property
    def name(self) -> str:
        return self.original.name


def form_of(original: TypeClass, migrated: TypeClass) -> Form:
    """The form in which values of two classes can be compared."""
    forms = _OWN[original], _OWN[migrated]
    if forms[0] is forms[1]:
        return forms[0]
    return _WIDER.get(frozenset(forms), Form.OTHER)


def paired(original: Table, migrated: Table) -> tuple[Pair, ...]:
    """The columns that both tables have, in the original's order; names match whatever their case."""
    there = {column.name.casefold(): column for column in migrated.columns}
    return tuple(
        Pair(original=column, migrated=other, form=form_of(column.type_class, other.type_class))
        for column in original.columns
        if (other := there.get(column.name.casefold())) is not None
    )
