"""What a database says of its own contents: tables, columns, keys, indexes, sequences and the programs inside it.

The same nouns for every product. A driver fills them (`ports.TableReader.catalogue`), `compare/schemas.py` holds two of
them against each other. Names are as the database stores them; whoever pairs two sides folds case. Not here: rows.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class TypeClass(enum.StrEnum):
    """What a declared type holds, whatever a product calls it."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"  # of varying length
    CHAR = "char"  # of fixed length: trailing blanks carry no meaning
    BINARY = "binary"
    DATE = "date"
    TIME = "time"  # of day
    DATETIME = "datetime"  # without time zone
    INSTANT = "instant"  # with time zone
    INTERVAL = "interval"
    LONG_TEXT = "long_text"
    LONG_BINARY = "long_binary"
    JSON = "json"
    UUID = "uuid"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as declared."""

    name: str
    declared: str  # in the product's own words: numeric(12,2)
    type_class: TypeClass
    length: int | None = None  # of texts and binaries, in `unit`; None: no bound
    unit: str = ""  # chars, bytes
    precision: int | None = None  # digits of a decimal, bits of a float; None: not declared
    scale: int | None = None  # places of a number; digits of a second's fraction
    holds: tuple[int, int] | None = None  # whole numbers: the least and the greatest
    nullable: bool = True
    default: str = ""  # the expression, in the product's own words
    generated: str = ""  # identity, or the expression of a computed column
    comment: str = ""
    collation: str = ""


class KeyKind(enum.StrEnum):
    PRIMARY = "primary"
    UNIQUE = "unique"
    FOREIGN = "foreign"
    CHECK = "check"
    INDEX = "index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key, a constraint or an index of a table."""

    name: str
    kind: KeyKind
    columns: tuple[str, ...] = ()
    refers: str = ""  # foreign keys: table(columns)
    definition: str = ""  # checks: the condition; unique keys and indexes: what an expression or a WHERE says
    rule: str = ""  # foreign keys: what happens on delete and update
    valid: bool = True  # enforced, usable


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One base table."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    comment: str = ""
    rows_about: int | None = None  # by the product's own statistics; never a result, only for progress

    @property
    def row_key(self) -> tuple[str, ...]:
        """What tells rows apart: the primary key, else a unique key whose columns are never null; () where none is.

        A key that is unique only for some rows, or by an expression, does not tell them apart.
        """
        for kind in (KeyKind.PRIMARY, KeyKind.UNIQUE):
            for key in self.keys:
                whole = key.kind is kind and key.columns and not key.definition
                if whole and not self._nullable & set(key.columns):
                    return key.columns
        return ()

    @property
    def _nullable(self) -> set[str]:
        return {column.name for column in self.columns if column.nullable}

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A sequence, or what numbers an identity column."""

    name: str
    next_value: int | None  # that it would hand out; None: the product does not tell
    step: int = 1
    table: str = ""  # whose column it numbers
    column: str = ""
    highest: int | None = None  # number in that column; None: no rows, or not told


class ProgramKind(enum.StrEnum):
    VIEW = "view"
    PROCEDURE = "procedure"
    FUNCTION = "function"
    TRIGGER = "trigger"
    PACKAGE = "package"
    SYNONYM = "synonym"
    JOB = "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Something stored that runs: a view, a routine, a trigger."""

    name: str
    kind: ProgramKind
    table: str = ""  # triggers: whose
    working: bool = True  # valid and enabled
    why_not: str = ""  # disabled, invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything in one schema of one database."""

    product_id: str
    schema: str
    tables: tuple[Table, ...]
    counters: tuple[Counter, ...] = ()
    programs: tuple[Program, ...] = ()
    longest_name: int | None = None  # of an identifier that the product keeps, in bytes or characters as it counts
    untold: tuple[str, ...] = ()  # what this product does not tell, in Chinese: shown, never taken for agreement

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)
