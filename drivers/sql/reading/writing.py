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

    def __init__(self, quoted: Callable[[str], str], zone: str) -> None:
        self.quoted = quoted
        self.zone = zone

    @property
    @abstractmethod
    def begin(self) -> tuple[str, ...]:
        """Statements that open the transaction in which everything is read."""

    def cell(self, shown: Shown) -> str:
        """A text, or NULL for NULL; one that stands between quotes in a line already does so."""
        text = self.value(shown.column, shown.form)
        return self.joined("'\"'", f"replace({text}, '\"', '\"\"')", "'\"'") if shown.form in QUOTED else text

    def line(self, columns: Sequence[Shown]) -> str:
        cells = [f"coalesce({self.cell(shown)}, '')" for shown in columns]
        parts = [part for cell in cells for part in ("','", cell)][1:]
        return self.joined(*parts) if len(parts) > 1 else parts[0]

    @abstractmethod
    def value(self, column: Column, form: Form) -> str:
        """The bare text of a value."""

    @abstractmethod
    def joined(self, *texts: str) -> str:
        """One text of several; NULL where one of them is."""

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

    def binary(self, digits: str) -> str:
        """Octets as a literal, from their hexadecimal digits."""
        return f"X'{digits}'"

    @abstractmethod
    def together(self, line: str) -> str:
        """The lines of a group as one text, a newline between them."""
