"""The elements of a data set under the names of their columns; nested ones under `Sequence[1].Keyword`.

Not here: pixels (`pixels.py`), holding two objects against each other (`difference.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.content.dicom import values
from harness.content.dicom.elements import Element, Walk, items, walk
from harness.content.dicom.syntaxes import IMPLICIT_LITTLE, Encoding, encoding_of, inflated
from harness.content.dicom.tags import (
    CHARACTER_SET,
    PIXELS,
    column,
    is_creator,
    is_left_out,
    is_private,
    vrs_of,
)

PIXEL_REPRESENTATION = 0x00280103
REPRESENTATIONS = "VR"  # the column that lists what is written otherwise than the dictionary says


class Place(NamedTuple):
    """What holds for all elements of one level."""

    encoding: Encoding
    charset: tuple[str, ...]
    signed: bool
    level: int = 0


@dataclass(slots=True)
class Level:
    """One level of a data set with the names of its columns."""

    place: Place
    elements: dict[str, Element] = field(default_factory=dict)
    creators: list[Element] = field(default_factory=list)  # who has reserved which private block
    trouble: str = ""


def opened(dataset: bytes, syntax: str, charset: tuple[str, ...] = ()) -> Level:
    """The outermost level of a data set. `charset` holds where it declares none."""
    encoding, data = encoding_of(syntax), inflated(dataset, syntax)
    found = walk(data, encoding)
    if encoding.explicit and found.trouble and not found.elements:
        implicit = walk(data, IMPLICIT_LITTLE)
        if not implicit.trouble:
            encoding, found = IMPLICIT_LITTLE, implicit
            found.trouble = "传输语法是显式 VR，数据集却按隐式 VR 写成"
    return level_of(found, Place(encoding, charset, False))


def level_of(found: Walk, around: Place) -> Level:
    """Names for what was found; character set and sign of pixels are those around it unless it has its own."""
    by_tag = {element.tag: element for element in found.elements}
    own = by_tag.get(CHARACTER_SET)
    charset = charset_of(own.value) if own else around.charset
    sign = by_tag.get(PIXEL_REPRESENTATION)
    signed = bool(int.from_bytes(sign.value, "big" if around.encoding.big else "little")) if sign else around.signed
    level = Level(Place(around.encoding, charset, signed, around.level), trouble=found.trouble)
    level.creators += [element for element in found.elements if is_creator(element.tag)]
    creators = dict(_named(level.creators, level.place))
    for element in found.elements:
        if is_left_out(element.tag) or is_creator(element.tag):
            continue
        block = (element.tag >> 16, element.tag >> 8 & 0xFF)
        name = column(element.tag, creators.get(block, ""))
        while name in level.elements:
            name += "!"
        level.elements[name] = element
    return level


def charset_of(raw: bytes) -> tuple[str, ...]:
    terms = tuple(term.strip(" \0") for term in raw.decode("latin-1").split("\\"))
    return terms if any(terms) else ()


def _named(creators: Iterable[Element], place: Place) -> Iterator[tuple[tuple[int, int], str]]:
    """Group and block → who has it."""
    for element in creators:
        shown, _ = values.cell(element.value, "LO", place.encoding, place.charset)
        yield (element.tag >> 16, element.tag & 0xFF), str(shown)


def inside(element: Element, place: Place) -> Iterator[Level]:
    """The data sets of a sequence."""
    for found, encoding in items(element, place.encoding, place.level):
        yield level_of(found, Place(encoding, place.charset, place.signed, place.level + 1))


def is_sequence(element: Element) -> bool:
    return element.vr == "SQ" or (element.vr == "UN" and (element.undefined or vrs_of(element.tag)[0] == "SQ"))


def read_by(element: Element, place: Place) -> str:
    """The representation to read a value by: UN of a known tag by the dictionary (PS3.5 6.2.2), words as words."""
    allowed = vrs_of(element.tag)
    if "OW" in allowed and element.vr in ("OB", "OW", "US", "SS", "UN"):
        return "OW"
    if element.vr == "UN":
        return allowed[0]
    if not place.encoding.explicit and "SS" in allowed:
        return "SS" if place.signed else "US"
    return element.vr


class Columns:
    """Collects the columns of one object, or of some of its elements."""

    def __init__(self) -> None:
        self.cells: dict[str, Any] = {}
        self.deviating: list[str] = []
        self.troubles: list[str] = []

    def add_level(self, level: Level, prefix: str = "") -> None:
        if level.trouble:
            self.troubles.append(f"{prefix}{level.trouble}")
        for name, element in level.elements.items():
            self.add(f"{prefix}{name}", element, level.place)

    def add(self, name: str, element: Element, place: Place) -> None:
        """One element with all that is in it. Pixels belong to the object and are left to `pixels.py`."""
        if deviates(element, place):
            self.deviating.append(f"{name} {element.vr}")
        if element.tag in PIXELS and not place.level:
            return
        if is_sequence(element):
            self._add_sequence(name, element, place)
            return
        shown, flaw = values.cell(element.value, read_by(element, place), place.encoding, place.charset)
        self.cells[name] = shown
        if flaw:
            self.troubles.append(f"{name}：{flaw}")

    def _add_sequence(self, name: str, element: Element, place: Place) -> None:
        count = 0
        for count, level in enumerate(inside(element, place), 1):
            if not level.elements:
                self.cells[f"{name}[{count}]"] = ""
            self.add_level(level, f"{name}[{count}].")
        if not count:
            self.cells[name] = ""


def deviates(element: Element, place: Place) -> bool:
    """Whether a written representation is worth a word: private ones always, others that the dictionary has not."""
    return place.encoding.explicit and (is_private(element.tag) or element.vr not in vrs_of(element.tag))
