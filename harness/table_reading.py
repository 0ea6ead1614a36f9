"""What one side of a comparison of tables is asked for, and what it answers. Not here: who answers (`ports`)."""

from __future__ import annotations

from dataclasses import dataclass

from harness.canonical import Shown
from harness.data_result import CheckKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One side's table as far as it is compared."""

    table: str
    columns: tuple[Shown, ...]  # in the order that both sides agreed on
    key: tuple[Shown, ...] = ()  # of them; (): rows are told apart by all they hold
    where: str = ""  # a condition in the side's own SQL


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much there is."""

    rows: int
    low: int | None = None  # of a key of one integer column
    high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Rows whose one integer key is at least `low` and below `high`."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """A range of the one integer key, cut into stretches `width` wide; part i begins at low + i × width."""

    within: Range
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """Rows spread over so many buckets by the MD5 of their key's line; without a key, of the whole line.

    The bucket is the number of the first 8 hexadecimal digits, modulo `count`.
    """

    count: int
    only: tuple[int, ...] = ()  # these; (): all


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One part of a table: its rows, and the sum over them of the first 15 hexadecimal digits of the line's MD5."""

    part: int
    rows: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that is counted or summed inside a database; every answer is a row of texts, NULL is None.

    - totals: per month and value of `by`: rows, and the sum of each column.
    - codes, matched: rows whose (one) column is found in the column of `to`; all rows.
    - complete: rows in which no column is NULL or blank; all rows.
    - timely: of each two columns that follow each other and both hold a time: how often the first is not later; how
      many.
    - characters: rows whose (one) column holds a character of a private use area; rows with a replacement character.
    """

    kind: CheckKind
    look: Look
    by: tuple[Shown, ...] = ()
    month: Shown | None = None
    to: Look | None = None
