"""`ports.TableReader` over one DB-API connection: the questions that every family is asked the same way.

Lines travel some hundreds to a value, because a client library spends far more on a row than the server does.
Not here: how a value is written (`writing.py`), what a catalogue is read from.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.sql.reading.writing import BUCKET_DIGITS, HASH_DIGITS, Writing
from harness.canonical import Form
from harness.catalogue import Catalogue
from harness.errors import Fault
from harness.table_reading import Buckets, Digest, Extent, Look, Range, Ranges

TOGETHER = 500  # lines in one value
_NUMBERS = frozenset({Form.INTEGER, Form.DECIMAL, Form.FLOAT})

Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]
AskIfKnown = Callable[[str], Rows | None]  # None: the product does not know the question
CatalogueOf = Callable[[Ask, AskIfKnown], Catalogue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a driver lends a reader: a connection, and how to speak of its errors."""

    connection: Any
    errors: tuple[type[BaseException], ...]
    fault: Callable[[BaseException], Fault]
    close: Callable[[Any], None]


class SqlTableReader:
    """One endpoint's tables, read over one connection in one transaction."""

    digests_rows = True

    def __init__(self, bound: Bound, writing: Writing, catalogue_of: CatalogueOf) -> None:
        self._bound = bound
        self._catalogue_of = catalogue_of
        self.writing = writing
        self.moment = writing.moment
        for statement in writing.begin:
            self._run(statement)

    def catalogue(self) -> Catalogue:
        return self._catalogue_of(self._run, self._run_if_known)

    def extent(self, look: Look) -> Extent:
        key = self._integer_key(look)
        ends = f", min({key}), max({key})" if key else ", NULL, NULL"
        ((rows, low, high),) = self._run(f"SELECT count(*){ends} FROM {self._source(look)}")
        return Extent(rows=int(rows), low=None if low is None else int(low), high=None if high is None else int(high))

    def digests(self, look: Look, parts: Ranges | Buckets, *, hashed: bool = True) -> Iterator[Digest]:
        part, source = self._part_of(look, parts), self._source(look, parts)
        number = self.writing.number(self.writing.line(look.columns), HASH_DIGITS) if hashed else "0"
        hashes = f"SELECT {part} AS part, {number} AS h FROM {source}"
        rows = self._run(f"SELECT part, count(*), sum(h) FROM ({hashes}) hashed GROUP BY part")
        for number_, count, total in rows:
            yield Digest(part=int(number_), rows=int(count), total=int(total))

    def lines(self, look: Look, part: Range | Buckets | None) -> bytes:
        source = self._source(look, part)
        ((rows,),) = self._run(f"SELECT count(*) FROM {source}")
        if not rows:
            return b""
        together = self.writing.together(self.writing.line(look.columns))
        groups = int(rows) // TOGETHER
        group = f" GROUP BY {self._group(look, part, groups)}" if groups > 1 else ""
        values = [_text(value) for (value,) in self._run(f"SELECT {together} FROM {source}{group}")]
        most = self.writing.most_together
        if most and any(len(value) >= most for value in values):
            raise Fault(
                f"表 {look.table} 的行太长，数据库截断了 {TOGETHER} 行合成的值。",
                hint="请调大数据库的最大报文长度（MySQL 系为 max_allowed_packet）。",
            )
        return b"\n".join(values) + b"\n"

    def content(self, look: Look, key: Sequence[str], column: str) -> bytes | None:
        same = " AND ".join(
            f"{self.named(shown.column.name)} = {self.literal(value, shown.form)}"
            for shown, value in zip(look.key, key, strict=True)
        )
        rows = self._run(f"SELECT {self.writing.quoted(column)} FROM {self._source(look)} AND {same}")
        value = rows[0][0] if rows else None
        return None if value is None else _text(value)

    def named(self, name: str) -> str:
        return self.writing.quoted(name)

    def literal(self, text: str | None, form: Form) -> str:
        if text is None:
            return "NULL"
        if form is Form.BINARY:
            return self.writing.binary(text)
        bare = form in _NUMBERS and text.lstrip("-").replace(".", "", 1).isdigit()
        return text if bare else self.writing.text(text)

    def busy(self) -> int:
        if not self.writing.at_work:
            return 0
        ((count,),) = self._run(self.writing.at_work)
        return int(count)

    def close(self) -> None:
        self._bound.close(self._bound.connection)

    # ------------------------------------------------------------------ SQL

    def _source(self, look: Look, part: Range | Ranges | Buckets | None = None) -> str:
        """What follows FROM: the table and its rows."""
        conditions = [f"({look.where})" if look.where else "1 = 1"]
        within = part.within if isinstance(part, Ranges) else part
        if isinstance(within, Range):
            key = self._integer_key(look)
            conditions += [f"{key} >= {within.low}", f"{key} < {within.high}"]
        elif isinstance(within, Buckets) and within.only:
            numbers = ", ".join(map(str, within.only))
            conditions.append(f"{self._part_of(look, within)} IN ({numbers})")
        return f"{self.writing.quoted(look.table)} WHERE {' AND '.join(conditions)}"

    def _part_of(self, look: Look, parts: Ranges | Buckets) -> str:
        if isinstance(parts, Ranges):
            return self.writing.quotient(f"{self._integer_key(look)} - {_number(parts.within.low)}", parts.width)
        whole = self.writing.line(look.key or look.columns)
        return self.writing.remainder(self.writing.number(whole, BUCKET_DIGITS), parts.count)

    def _group(self, look: Look, part: Range | Buckets | None, groups: int) -> str:
        """Rows spread over so many groups, about."""
        if isinstance(part, Range):
            width = max(1, (part.high - part.low) // groups)
            return self.writing.quotient(f"{self._integer_key(look)} - {_number(part.low)}", width)
        whole = self.writing.number(self.writing.line(look.key or look.columns), BUCKET_DIGITS)
        spread = part.count if isinstance(part, Buckets) and len(part.only) > 1 else groups
        return self.writing.remainder(whole, spread)

    def _integer_key(self, look: Look) -> str:
        whole = len(look.key) == 1 and look.key[0].form is Form.INTEGER
        return self.writing.quoted(look.key[0].column.name) if whole else ""

    def _run(self, sql: str) -> Rows:
        try:
            with contextlib.closing(self._bound.connection.cursor()) as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall()) if cursor.description is not None else []
        except self._bound.errors as error:
            raise self._bound.fault(error) from error

    def _run_if_known(self, sql: str) -> Rows | None:
        try:
            with contextlib.closing(self._bound.connection.cursor()) as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        except self._bound.errors:
            self._bound.connection.rollback()  # some families give up the whole transaction after an error
            for statement in self.writing.begin:
                self._run(statement)
            return None


def _number(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _text(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
