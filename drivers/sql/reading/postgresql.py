"""PostgreSQL and what descends from it: values, lines and hashes in its SQL; with psycopg2, lines travel as COPY."""

from __future__ import annotations

import io

from drivers.sql.reading.reader import SqlTableReader
from drivers.sql.reading.writing import Writing
from harness.canonical import QUOTED, Form
from harness.catalogue import Column, TypeClass
from harness.table_reading import Buckets, Look, Range

_NUMBERS = frozenset({Form.INTEGER, Form.DECIMAL, Form.FLOAT})


class PostgresqlWriting(Writing):
    """Casting to text writes ISO 8601 and trims a fraction's zeros; CHAR(n) sheds its padding."""

    moment = "REPEATABLE READ 快照"
    begin = (
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "SET TimeZone = 'UTC'",
        "SET DateStyle = 'ISO, YMD'",
        "SET enable_sort = off",  # the planner expects a group per row where a few thousand come
        "SET max_parallel_workers_per_gather = 0",  # the server has others to serve: one core is enough of it
        "COMMIT",
    )
    at_work = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE state = 'active' AND pid <> pg_backend_pid() AND datname IS NOT NULL"
    )

    def value(self, column: Column, form: Form) -> str:
        name, kind = self.quoted(column.name), column.type_class
        if form is Form.LONG_TEXT:
            return f"(octet_length({name}::text) || ':' || md5({name}::text))"
        if form is Form.LONG_BINARY:
            return f"(octet_length({name}) || ':' || md5({name}))"
        if form is Form.BINARY:
            return f"encode({name}, 'hex')"
        if kind is TypeClass.BOOLEAN and form in _NUMBERS:
            return f"{name}::int::text"
        if kind is TypeClass.INSTANT and form is Form.DATETIME:
            return f"({name} AT TIME ZONE INTERVAL '{self.zone}')::text"
        if kind is TypeClass.DATE and form is Form.DATETIME:
            return f"{name}::timestamp::text"
        return f"{name}::text"

    def joined(self, *texts: str) -> str:
        return f"({' || '.join(texts)})"

    def octets(self, text: str) -> str:
        return f"octet_length({text})::text"

    def number(self, text: str, digits: int) -> str:
        return f"('x' || left(md5({text}), {digits}))::bit({4 * digits})::bigint"

    def quotient(self, number: str, by: int) -> str:
        return f"({number}) / {by}"

    def matches(self, text: str, pattern: str) -> str:
        return f"{text} ~ {self.text(pattern)}"

    def binary(self, digits: str) -> str:
        return f"'\\x{digits}'"

    def together(self, line: str) -> str:
        return f"string_agg({line}, E'\\n')"


class CopyReader(SqlTableReader):
    """Lines as COPY writes them: psycopg2 and its forks."""

    def lines(self, look: Look, part: Range | Buckets | None, rows: int) -> bytes:
        shown = list(enumerate(look.columns))
        cells = ", ".join(f"{self.writing.value(c.column, c.form)} AS c{n}" for n, c in shown)
        quoted = ", ".join(f"c{n}" for n, c in shown if c.form in QUOTED)
        how = f"FORMAT csv, FORCE_QUOTE ({quoted})" if quoted else "FORMAT csv"
        into = io.BytesIO()
        copy = f"COPY (SELECT {cells} FROM {self._source(look, part)}) TO STDOUT WITH ({how})"
        with self._asking(), self._bound.connection.cursor() as cursor:
            cursor.copy_expert(copy, into)
        return into.getvalue()
