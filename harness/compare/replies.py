"""Two replies of an interface to the same message → every field in which they differ, each with its kind.

What is one field and what it says is read by `content`; here it becomes a kind that rules, noise and roots know. A
place is known by its path without indexes, so that a list with one item and a list with many are the same place.
Not here: steps and rows (`differences.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from harness.content.bodies import of_bodies
from harness.content.charset import codec_of
from harness.content.differences import Change, FieldDifference, differences
from harness.content.how import How, usual
from harness.content.reading import fields
from harness.content.tree import Field, Shape
from harness.content.values import decimal_of, moment_of, text_of
from harness.normalise import Kind

_KINDS: Mapping[Change, Kind] = {
    Change.MISSING: Kind.FIELD_MISSING,
    Change.EXTRA: Kind.FIELD_EXTRA,
    Change.ORDER: Kind.FIELD_ORDER,
    Change.CHARSET: Kind.CHARSET,
    Change.UNREADABLE: Kind.UNREADABLE,
}
_VALUES = (Change.DIFFERENT, Change.MISSING, Change.EXTRA)  # changes whose texts are values of the message
_ITEM = re.compile(r"[A-Z][A-Z0-9]{2}(?:\[\d+\])?(?=\.)|.*\[\d+\]", re.DOTALL)  # a segment, or an item of a list
_DECLARED = {"hl7": "MSH.18"}  # where a message says what charset it is written in
_WORD = re.compile(r'[^\s=；"]+')
_NUMBERED = 8  # digits: fewer are an amount or a place in a list, as many are a bar code


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How the replies to one message are read on either side, and compared."""

    content: str
    how: How
    charsets: tuple[str, str] = ("UTF-8", "UTF-8")  # of the original's and of the migrated stack's endpoint

    @property
    def twice_the_original(self) -> Spoken:
        """For the original against itself."""
        return replace(self, charsets=(self.charsets[0], self.charsets[0]))


UNDESCRIBED = Spoken(content="text", how=usual("text"))


def of_replies(original: bytes, migrated: bytes, spoken: Spoken) -> Sequence[FieldDifference]:
    """What differs between two bodies, each read by its own stack's charset."""
    one, other = map(codec_of, spoken.charsets)
    if one == other:
        return of_bodies(original, migrated, spoken.content, spoken.charsets[0], spoken.how)
    left, right = (
        fields(body, spoken.content, charset)
        for body, charset in zip((original, migrated), spoken.charsets, strict=True)
    )
    return [d for d in differences(left, right, spoken.how) if not _as_configured(d, spoken)]


def _as_configured(d: FieldDifference, spoken: Spoken) -> bool:
    """Whether each side only declares the charset that its endpoint is configured for."""
    if d.path != _DECLARED.get(spoken.content) or d.change is not Change.DIFFERENT:
        return False
    return [codec_of(d.a or ""), codec_of(d.b or "")] == [codec_of(charset) for charset in spoken.charsets]


def kinds_of(found: Sequence[FieldDifference]) -> list[Kind]:
    """The kind of each difference of one pair. Where the reader found the message garbled, so is its differing text."""
    garbled = any(d.change is Change.CHARSET for d in found)
    kinds = [_KINDS.get(d.change) or d.kind or Kind.TEXT for d in found]
    return [
        Kind.CHARSET if garbled and kind is Kind.TEXT and not f"{d.a}{d.b}".isascii() else kind
        for d, kind in zip(found, kinds, strict=True)
    ]


class Surroundings:
    """What stands beside a field in the original's reply: the rest of its segment or of its item in a list."""

    def __init__(self, body: bytes, spoken: Spoken) -> None:
        self._body, self._spoken = body, spoken

    @cached_property
    def _fields(self) -> tuple[Field, ...]:
        return tuple(fields(self._body, self._spoken.content, self._spoken.charsets[0]).fields())

    def words(self, d: FieldDifference) -> tuple[Any, ...]:
        """As of a row: what they name tells whose field it is."""
        item = _ITEM.match(d.path) if d.change is Change.DIFFERENT else None
        if item is None:
            return ()
        beside = (field.value for field in self._fields if field.path.startswith(item[0]))
        return tuple(word for value in beside if not isinstance(value, Shape) for word in named(text_of(value)))


def one_sided(d: FieldDifference) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The words of either side, where the difference is one of values."""
    return (named(d.a), named(d.b)) if d.change in _VALUES else ((), ())


def named(text: str | None) -> tuple[Any, ...]:
    """The words of a field that may name a case; amounts and moments as what they are, since they name none."""
    return tuple(map(_named, _WORD.findall(text or "")))


def _named(word: str) -> Any:
    moment = moment_of(word)
    if moment is not None:
        return moment
    number = decimal_of(word)
    return word if number is None or (word.isdigit() and len(word) >= _NUMBERED) else number
