"""What a family's SQL is asked for: a value in its form, a line, a number from a hash. `harness/canonical.py` says what
they mean; every text here is an SQL expression.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from harness.canonical import QUOTED, Form, Shown
from harness.catalogue import Column

HASH_DIGITS = 15  # hexadecimal, of the MD5 of a line: what is summed
BUCKET_DIGITS = 8  # what a bucket is chosen by


class Writing(ABC):
    """The SQL of one family."""

    moment: ClassVar[str] = ""  # what one snapshot rests on
    at_work: ClassVar[str] = ""  # how many sessions of others are busy
    most_together: ClassVar[int] = 0  # bytes that one value may have; 0: any number
    most_sent: ClassVar[str] = ""  # asks for the bytes that the server sends at once

    def __init__(self, quoted: Callable[[str], str], zone: str) -> None:
        self.quoted = quoted
        self.zone = zone

    @property
    @abstractmethod
    def begin(self) -> tuple[str, ...]:
        """Statements that open the transaction in which everything is read."""

    def cell(self, shown: Shown, *, doubled: bool) -> str:
        """A text, or NULL for NULL; one that stands between quotes in a line already does so."""
        text = self.value(shown.column, shown.form)
        if shown.form not in QUOTED:
            return text
        return self.joined("'\"'", f"replace({text}, '\"', '\"\"')" if doubled else text, "'\"'")

    def line(self, columns: Sequence[Shown], *, doubled: bool = True) -> str:
        """`doubled=False`: a line only where no text holds a quote, which whoever reads it has to count."""
        cells = [self.never_null(self.cell(shown, doubled=doubled), shown) for shown in columns]
        parts = [part for cell in cells for part in ("','", cell)][1:]
        return self.joined(*parts) if len(parts) > 1 else parts[0]

    def summary(self, columns: Sequence[Shown]) -> str:
        """What is hashed of a row: `canonical.py` says how; texts by their length, which costs less than quotes."""
        parts = []
        for shown in columns:
            text = self.value(shown.column, shown.form)
            if shown.form in QUOTED:
                parts.append(self.never_null(self.octets(text), shown))
            parts.append(self.never_null(text, shown))
        return self.listed(*parts)

    def never_null(self, text: str, shown: Shown) -> str:
        """Nothing for NULL, where there can be one."""
        return f"coalesce({text}, '')" if shown.column.nullable else text

    @abstractmethod
    def value(self, column: Column, form: Form) -> str:
        """The bare text of a value."""

    @abstractmethod
    def joined(self, *texts: str) -> str:
        """One text of several; NULL where one of them is."""

    def listed(self, *texts: str) -> str:
        """One text of several, none of them NULL, with a bar between them."""
        return f"CONCAT_WS('|', {', '.join(texts)})" if len(texts) > 1 else texts[0]

    @abstractmethod
    def octets(self, text: str) -> str:
        """The text of how many bytes a text has in UTF-8; NULL for NULL."""

    @abstractmethod
    def number(self, text: str, digits: int) -> str:
        """The first hexadecimal digits of the MD5 of a text, as a whole number."""

    @abstractmethod
    def quotient(self, number: str, by: int) -> str:
        """Whole part of a division of whole numbers that are not negative."""

    def remainder(self, number: str, by: int) -> str:
        return f"({number}) % {by}"

    def text(self, text: str) -> str:
        """A text as a literal."""
        return "'" + text.replace("'", "''") + "'"

    def exact(self, text: str) -> str:
        """A text that is told apart by its every byte, whatever the collation."""
        return text

    @abstractmethod
    def matches(self, text: str, pattern: str) -> str:
        """A condition: some part of a text matches a regular expression."""

    def binary(self, digits: str) -> str:
        """Octets as a literal, from their hexadecimal digits."""
        return f"X'{digits}'"

    @abstractmethod
    def together(self, line: str) -> str:
        """The lines of a group as one text, a newline between them."""
