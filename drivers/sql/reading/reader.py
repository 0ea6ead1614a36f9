"""`ports.TableReader` over one DB-API connection: the questions that every family is asked the same way.

Lines travel some hundreds to a value, because a client library spends far more on a row than the server does.
Not here: how a value is written (`writing.py`), what a catalogue is read from.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drivers.sql.reading.questions import sql_of
from drivers.sql.reading.writing import BUCKET_DIGITS, HASH_DIGITS, Writing
from harness.canonical import QUOTED, Form
from harness.catalogue import Catalogue, Counter
from harness.errors import Fault, StackUnreachable
from harness.table_reading import Buckets, Digest, Extent, Look, Question, Range, Ranges

TOGETHER = (500, 10, 1)  # lines in one value: fewer where they turn out to be too long
_ENVELOPE = 1024  # of a packet, beside the value
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
        self._most = writing.most_together
        if writing.most_sent:
            ((sent,),) = self._run(writing.most_sent)
            self._most = min(self._most, int(sent) - _ENVELOPE)
        self._begin()

    def catalogue(self) -> Catalogue:
        found = self._catalogue_of(self._run, self._run_if_known)
        return replace(found, counters=tuple(map(self._with_highest, found.counters)))

    def extent(self, look: Look) -> Extent:
        key, source = self._integer_key(look), self._source(look)
        ((rows,),) = self._run(f"SELECT count(*) FROM {source}")
        if not key:
            return Extent(rows=int(rows))
        ((low, high),) = self._run(f"SELECT min({key}), max({key}) FROM {source}")  # by itself an index answers it
        return Extent(rows=int(rows), low=None if low is None else int(low), high=None if high is None else int(high))

    def digests(self, look: Look, parts: Ranges | Buckets, *, hashed: bool = True) -> Iterator[Digest]:
        part, source = self._part_of(look, parts), self._source(look, parts)
        number = self.writing.number(self.writing.summary(look.columns), HASH_DIGITS) if hashed else "0"
        rows = self._run(f"SELECT {part}, count(*), sum({number}) FROM {source} GROUP BY {part}")
        for number_, count, total in rows:
            yield Digest(part=int(number_), rows=int(count), total=int(total))

    def lines(self, look: Look, part: Range | Buckets | None, rows: int) -> bytes:
        for lines in TOGETHER:
            groups = rows // lines
            for doubled in (False, True):
                values = self._together(look, part, groups, doubled=doubled)
                if values is None:
                    continue
                if not self._most or all(len(value) < self._most for value in values):
                    return b"\n".join(values) + b"\n" if values else b""
                break
        raise Fault(
            f"表 {look.table} 有一行长于数据库一次能发送的 {self._most} 字节。",
            hint="请调大数据库的最大报文长度（MySQL 系为 max_allowed_packet）。",
        )

    def _together(self, look: Look, part: Range | Buckets | None, groups: int, *, doubled: bool) -> list[bytes] | None:
        """Many lines to a value; None where a text holds a quote and quotes are not doubled."""
        texts = [self.writing.value(shown.column, shown.form) for shown in look.columns if shown.form in QUOTED]
        quotes = " + ".join(f"2 * count({text})" for text in texts) if texts and not doubled else "NULL"
        together = self.writing.together(self.writing.line(look.columns, doubled=doubled))
        group = f" GROUP BY {self._group(look, part, groups)} ORDER BY 3" if groups > 1 else ""
        number = self._group(look, part, groups) if groups > 1 else "0"
        sql = f"SELECT {together}, {quotes}, {number} FROM {self._source(look, part)}{group}"
        rows = [(_text(value), expected) for value, expected, _ in self._run(sql) if value is not None]
        if any(expected is not None and value.count(b'"') != int(expected) for value, expected in rows):
            return None
        return [value for value, _ in rows]

    def content(self, look: Look, key: Sequence[str], column: str) -> bytes | None:
        same = " AND ".join(
            f"{self.named(shown.column.name)} = {self.literal(value, shown.form)}"
            for shown, value in zip(look.key, key, strict=True)
        )
        rows = self._run(f"SELECT {self.writing.quoted(column)} FROM {self._source(look)} AND {same}")
        value = rows[0][0] if rows else None
        return None if value is None else _text(value)

    def answer(self, question: Question) -> list[tuple[str | None, ...]]:
        rows = self._run(sql_of(question, self.writing, self._source(question.look)))
        return [tuple(None if value is None else _text(value).decode() for value in row) for row in rows]

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

    def renew(self) -> None:
        with self._asking():
            self._again()

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
        whole = self.writing.summary(look.key or look.columns)
        return self.writing.remainder(self.writing.number(whole, BUCKET_DIGITS), parts.count)

    def _group(self, look: Look, part: Range | Buckets | None, groups: int) -> str:
        """Rows spread over so many groups, about."""
        if isinstance(part, Range):
            width = max(1, (part.high - part.low) // groups)
            return self.writing.quotient(f"{self._integer_key(look)} - {_number(part.low)}", width)
        whole = self.writing.number(self.writing.summary(look.key or look.columns), BUCKET_DIGITS)
        spread = part.count if isinstance(part, Buckets) and len(part.only) > 1 else groups
        return self.writing.remainder(whole, spread)

    def _integer_key(self, look: Look) -> str:
        whole = len(look.key) == 1 and look.key[0].form is Form.INTEGER
        return self.writing.quoted(look.key[0].column.name) if whole else ""

    def _with_highest(self, counter: Counter) -> Counter:
        if not counter.table:
            return counter
        column, table = self.writing.quoted(counter.column), self.writing.quoted(counter.table)
        rows = self._run_if_known(f"SELECT max({column}) FROM {table}")
        return replace(counter, highest=int(rows[0][0])) if rows and rows[0][0] is not None else counter

    def _begin(self) -> None:
        for statement in self.writing.begin:
            self._run(statement)

    def _run(self, sql: str) -> Rows:
        with self._asking(), contextlib.closing(self._bound.connection.cursor()) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description is not None else []

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Errors become faults, and the next question finds a transaction that is not given up."""
        try:
            yield
        except self._bound.errors as error:
            fault = self._bound.fault(error)
            if not isinstance(fault, StackUnreachable):
                self._again()
            raise fault from error

    def _again(self) -> None:
        """Another moment is read from here on: some families give up the whole transaction after an error."""
        self._bound.connection.rollback()
        with contextlib.closing(self._bound.connection.cursor()) as cursor:
            for statement in self.writing.begin:
                cursor.execute(statement)

    def _run_if_known(self, sql: str) -> Rows | None:
        try:
            with contextlib.closing(self._bound.connection.cursor()) as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        except self._bound.errors:
            self._again()
            return None


def _number(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _text(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode()
