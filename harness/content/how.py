"""How two messages are compared: what a pack declares. Not here: the comparing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from harness.content.path import Pattern, pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A list whose items are told apart by one of their fields: `OBX` by `.3.1`, `$.items` by `.id`."""

    items: str  # pattern of the list
    key: str  # path below the item


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """A tolerance: so much between two numbers, or so many seconds between two moments, is no difference."""

    where: str  # pattern
    most: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """The declaration for one message. Patterns are explained in `path.py`."""

    volatile: tuple[str, ...] = ()  # the value moves by itself; that there is one does not
    ignored: tuple[str, ...] = ()  # may even come and go
    unordered: tuple[str, ...] = ()  # lists whose order means nothing
    keyed: tuple[Keyed, ...] = ()
    numbers: tuple[Within, ...] = ()
    seconds: tuple[Within, ...] = ()

    @property
    def moving(self) -> Pattern:
        return pattern(*self.volatile)

    @property
    def left_out(self) -> Pattern:
        return pattern(*self.ignored)

    @property
    def free(self) -> Pattern:
        return pattern(*self.unordered)

    def key_of(self, items: str) -> str:
        """The key of a list's items, or nothing."""
        return next((k.key for k in self.keyed if pattern(k.items).means(items)), "")

    def most_apart(self, path: str) -> tuple[Decimal | None, Decimal | None]:
        """What two numbers, and two moments in seconds, may differ by."""
        return _first(self.numbers, path), _first(self.seconds, path)


def _first(rules: tuple[Within, ...], path: str) -> Decimal | None:
    return next((rule.most for rule in rules if pattern(rule.where).covers(path)), None)


# When the message was made, and its own number: different in every message of any system. Of images: where they lie.
_STAMPS: Mapping[str, tuple[str, ...]] = {
    "hl7": ("MSH.7", "MSH.10", "EVN.2", "FHS.7", "FHS.11", "BHS.7", "BHS.11"),
    "soap": ("Header/MessageID", "Header/Security/Timestamp"),
    "dicom": ("**.RetrieveURL", "**.RetrieveURI", "**.RetrieveAETitle", "**.TimezoneOffsetFromUTC"),
}


def usual(content: str) -> How:
    """Where a pack declares nothing else."""
    return How(volatile=_STAMPS.get(content, ()))
