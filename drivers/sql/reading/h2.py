"""H2: values, lines and hashes in its SQL, whichever product it imitates."""

from __future__ import annotations

from drivers.sql.reading.writing import Writing
from harness.canonical import Form, Shown
from harness.catalogue import Column, TypeClass

_NUMBERS = frozenset({Form.INTEGER, Form.DECIMAL, Form.FLOAT})


class H2Writing(Writing):
    """Where H2 imitates Oracle '' is NULL and a concatenation passes over NULL: so a value's text is guarded."""

    most_together = 1_048_000

    @property
    def begin(self) -> tuple[str, ...]:
        return (
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SNAPSHOT",
            f"SET TIME ZONE '{self.zone}'",
            "COMMIT",
        )

    def cell(self, shown: Shown, *, doubled: bool) -> str:
        text = super().cell(shown, doubled=doubled)
        return f"CASE WHEN {self.quoted(shown.column.name)} IS NOT NULL THEN {text} END"

    def never_null(self, text: str, shown: Shown) -> str:
        return f"coalesce({text}, '')"  # also guards a text that came out empty

    def octets(self, text: str) -> str:
        return f"OCTET_LENGTH(STRINGTOUTF8({text}))"

    def value(self, column: Column, form: Form) -> str:
        name, kind = self.quoted(column.name), column.type_class
        if form is Form.LONG_TEXT:
            return f"(OCTET_LENGTH(STRINGTOUTF8({name})) || ':' || LOWER(RAWTOHEX(HASH('MD5', STRINGTOUTF8({name})))))"
        if form is Form.LONG_BINARY:
            return f"(OCTET_LENGTH({name}) || ':' || LOWER(RAWTOHEX(HASH('MD5', {name}))))"
        if form is Form.BINARY:
            return f"LOWER(RAWTOHEX({name}))"
        if kind is TypeClass.BOOLEAN and form in _NUMBERS:
            return f"CASE {name} WHEN TRUE THEN '1' WHEN FALSE THEN '0' END"
        if form is Form.DECIMAL and column.scale:  # zeros at the end are not kept where H2 imitates Oracle
            return f"TO_CHAR({name}, 'FM{'9' * 37}0.{'0' * column.scale}')"
        if form is Form.DATETIME:
            return f"CAST(CAST({name} AS TIMESTAMP({column.scale or 0})) AS VARCHAR)"
        if kind is TypeClass.CHAR and form is Form.TEXT:
            return f"TRIM(TRAILING ' ' FROM {name})"
        return f"CAST({name} AS VARCHAR)"

    def joined(self, *texts: str) -> str:
        return f"({' || '.join(texts)})"

    def number(self, text: str, digits: int) -> str:
        first = f"CAST(SUBSTRING(HASH('MD5', STRINGTOUTF8({text})) FROM 1 FOR 8) AS BIGINT)"
        return f"URSHIFT({first}, {64 - 4 * digits})"

    def quotient(self, number: str, by: int) -> str:
        return f"({number}) / {by}"

    def remainder(self, number: str, by: int) -> str:
        return f"MOD({number}, {by})"

    def matches(self, text: str, pattern: str) -> str:
        return f"REGEXP_LIKE({text}, {self.text(pattern)})"

    def together(self, line: str) -> str:
        return f"LISTAGG({line}, CHAR(10))"
