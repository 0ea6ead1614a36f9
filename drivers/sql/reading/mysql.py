"""MySQL's family: values, lines and hashes in its SQL."""

from __future__ import annotations

from drivers.sql.reading.writing import Writing
from harness.canonical import Form, Shown
from harness.catalogue import Column, TypeClass

_PLAIN = frozenset({Form.INTEGER, Form.DECIMAL, Form.DATE})
_TEXTS = frozenset({TypeClass.TEXT, TypeClass.LONG_TEXT, TypeClass.JSON})


class MysqlWriting(Writing):
    """utf8mb4 whatever the table's character set is; a fraction of a second without zeros at its end."""

    moment = "REPEATABLE READ 一致性快照"
    at_work = (
        "SELECT count(*) FROM information_schema.processlist "
        "WHERE command NOT IN ('Sleep', 'Daemon', 'Binlog Dump') AND id <> connection_id()"
    )
    most_together = 16_000_000
    most_sent = "SELECT @@max_allowed_packet"

    @property
    def begin(self) -> tuple[str, ...]:
        return (
            f"SET SESSION time_zone = '{self.zone}'",
            f"SET SESSION group_concat_max_len = {self.most_together}",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT",
        )

    def value(self, column: Column, form: Form) -> str:
        name, kind = self.quoted(column.name), column.type_class
        text = name if column.collation.startswith("utf8mb4") else f"CONVERT({name} USING utf8mb4)"
        if form is Form.LONG_TEXT:
            return f"CONCAT(OCTET_LENGTH({text}), ':', MD5({text}))"
        if form is Form.LONG_BINARY:
            return f"CONCAT(OCTET_LENGTH({name}), ':', MD5({name}))"
        if form is Form.BINARY:
            return f"LOWER(HEX({name}))"
        if kind is TypeClass.DATE and form is Form.DATETIME:
            return f"CONCAT({name}, ' 00:00:00')"
        if form in (Form.DATETIME, Form.TIME):
            return self._trimmed(f"CAST({name} AS CHAR)", column)
        if kind is TypeClass.CHAR and form is Form.TEXT:
            return f"TRIM(TRAILING ' ' FROM {text})"
        if column.declared.startswith("bit"):
            return f"({name} + 0)"
        if form in _PLAIN:
            return name  # becomes the same text where it is joined
        return text if kind in _TEXTS else f"CAST({name} AS CHAR)"

    @staticmethod
    def _trimmed(text: str, column: Column) -> str:
        return f"TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM {text}))" if column.scale else text

    def joined(self, *texts: str) -> str:
        return f"CONCAT({', '.join(texts)})"

    def never_null(self, text: str, shown: Shown) -> str:
        return f"IFNULL({text}, '')" if shown.column.nullable else text

    def octets(self, text: str) -> str:
        return f"OCTET_LENGTH({text})"

    def number(self, text: str, digits: int) -> str:
        return f"CAST(CONV(LEFT(MD5({text}), {digits}), 16, 10) AS UNSIGNED)"

    def quotient(self, number: str, by: int) -> str:
        return f"({number}) DIV {by}"

    def text(self, text: str) -> str:
        return super().text(text.replace("\\", "\\\\"))

    def exact(self, text: str) -> str:
        return f"CAST({text} AS BINARY)"

    def matches(self, text: str, pattern: str) -> str:
        return f"{text} REGEXP {self.text(pattern)}"

    def together(self, line: str) -> str:
        return f"GROUP_CONCAT({line} SEPARATOR '\\n')"
