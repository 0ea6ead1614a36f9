"""What `pack.toml` says: the schema, as dataclasses that pydantic reads.

Not here: the files it names, and what must fit together (`reading.py`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.content.battery import Knowledge
from harness.content.how import How, Keyed, Within, usual
from harness.settings_plan import STRICT, Text

NAME = r"^[a-z][a-z0-9_]{0,39}$"
METHOD = r"^[A-Z]{3,16}$"
DAY = r"^\d{4}-\d{2}-\d{2}$"
PATTERNS = {
    NAME: "小写字母开头，只含小写字母、数字、下划线，最长 40 个字",
    METHOD: "大写的 HTTP 方法，如 GET、POST",
    DAY: '用双引号括起的日期，如 "2026-01-05"',
}

Name = Annotated[str, Field(pattern=NAME)]
Names = tuple[Text, ...]
Kind = Literal["mllp", "http", "soap", "amqp"]
Content = Literal["", "hl7", "json", "xml", "cda", "soap", "text"]
USUAL_CONTENT = {"mllp": "hl7", "http": "json", "soap": "soap", "amqp": "json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceTable:
    """`[[interface]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Name
    title: Text
    kind: Kind
    peer: str = ""
    version: str = ""
    document: str = ""  # file in the folder


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedTable:
    """`keyed = [{ items = …, key = … }]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    items: Text
    key: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinTable:
    """`numbers` and `seconds`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    where: Text
    most: Annotated[Decimal, Field(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HowTable:
    """`[message.how]`: beside what is usual for the content."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    volatile: Names = ()
    ignored: Names = ()
    unordered: Names = ()
    keyed: tuple[KeyedTable, ...] = ()
    numbers: tuple[WithinTable, ...] = ()
    seconds: tuple[WithinTable, ...] = ()

    def how(self, content: str) -> How:
        return How(
            volatile=(*usual(content).volatile, *self.volatile),
            ignored=self.ignored,
            unordered=self.unordered,
            keyed=tuple(Keyed(items=each.items, key=each.key) for each in self.keyed),
            numbers=tuple(Within(where=each.where, most=each.most) for each in self.numbers),
            seconds=tuple(Within(where=each.where, most=each.most) for each in self.seconds),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryTable:
    """`[message.battery]`: the error-handling battery starts from this message, too."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    mandatory: Names = ()
    coded: Names = ()
    free_text: str = ""
    identity: str = ""

    @property
    def knowledge(self) -> Knowledge:
        return Knowledge(mandatory=self.mandatory, coded=self.coded, free_text=self.free_text, identity=self.identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTable:
    """`[[message]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Name
    title: Text
    interface: Text
    file: str = ""  # in the folder, or a folder of files of which one is drawn; none where a method has no body
    sends: Content = ""
    content: Content = ""  # of the reply
    method: Annotated[str, Field(pattern=METHOD)] = "POST"
    path: str = ""
    headers: dict[Text, str] = field(default_factory=dict)
    expect: Literal["ok", "refused"] = "ok"
    weight: Annotated[float, Field(ge=0)] = 1.0
    how: HowTable = HowTable()
    battery: BatteryTable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionTable:
    """`[[transaction]]`: several messages that belong together, in this order."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Name
    title: Text
    messages: Annotated[tuple[Text, ...], Field(min_length=1)]
    weight: Annotated[float, Field(ge=0)] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    """The whole file."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Name
    title: Text
    version: Text = "1.0"
    first_day: Annotated[str, Field(pattern=DAY)] = "2026-01-05"
    interface: Annotated[tuple[InterfaceTable, ...], Field(min_length=1)]
    message: Annotated[tuple[MessageTable, ...], Field(min_length=1)]
    transaction: tuple[TransactionTable, ...] = ()

    @property
    def first(self) -> dt.date | None:
        """The first day of the hospital's time; None where there is no such day."""
        try:
            return dt.date.fromisoformat(self.first_day)
        except ValueError:
            return None
