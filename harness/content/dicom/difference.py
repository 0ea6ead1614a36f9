"""Two objects → whether they are the same, and the columns in which they differ. Equal bytes are never decoded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.content.dicom import pixels
from harness.content.dicom.columns import REPRESENTATIONS, Columns, Level, Place, deviates, opened
from harness.content.dicom.elements import Element
from harness.content.dicom.tags import PIXELS, vr_of
from harness.content.tree import Unreadable
from harness.imaging import DicomObject

PIXEL_COLUMN = "PixelData"
TROUBLE = "!"  # the column of an object that cannot be read: why

Difference = tuple[str, Any, Any]  # column, cell of either side; None where it has none


def same(a: DicomObject, b: DicomObject) -> bool:
    """Whether no column differs."""
    return next(_differences(a, b), None) is None


def attribute_differences(a: DicomObject, b: DicomObject) -> list[Difference]:
    """Every column that differs, pixels among them under PixelData."""
    return list(_differences(a, b))


def _differences(a: DicomObject, b: DicomObject) -> Iterator[Difference]:
    if a.transfer_syntax == b.transfer_syntax and a.dataset == b.dataset:
        return
    try:
        left, right = opened(a.dataset, a.transfer_syntax), opened(b.dataset, b.transfer_syntax)
    except Unreadable as reason:
        yield TROUBLE, str(reason), None
        return
    if left.trouble != right.trouble:
        yield TROUBLE, left.trouble or None, right.trouble or None
    left_vr, right_vr = [], []
    for name in dict.fromkeys((*left.elements, *right.elements)):
        x, y = left.elements.get(name), right.elements.get(name)
        if x and y and _alike(x, y, left.place, right.place):
            left_vr += _deviating(name, x, left.place)
            right_vr += _deviating(name, y, right.place)
            continue
        x, y = _told(x, left.place, y), _told(y, right.place, x)
        ours, theirs = _columns(name, x, left.place), _columns(name, y, right.place)
        left_vr += ours.deviating
        right_vr += theirs.deviating
        yield from _cells(ours.cells, theirs.cells)
    if left.place.encoding.explicit and right.place.encoding.explicit:
        yield from _cells(_listed(left_vr), _listed(right_vr))
    yield from _pixels(left, right, a.transfer_syntax, b.transfer_syntax)


def _alike(x: Element, y: Element, here: Place, there: Place) -> bool:
    """Whether the same bytes are written in the same way."""
    return x.vr == y.vr and x.undefined == y.undefined and here == there and x.value == y.value


def _told(element: Element | None, place: Place, other: Element | None) -> Element | None:
    """Where no representation is written, that of the other side says how to read an unknown value."""
    if element is None or other is None or place.encoding.explicit or vr_of(element.tag) != "UN":
        return element
    return element._replace(vr=other.vr)


def _deviating(name: str, element: Element, place: Place) -> list[str]:
    return [f"{name} {element.vr}"] if deviates(element, place) else []


def _columns(name: str, element: Element | None, place: Place) -> Columns:
    found = Columns()
    if element is not None:
        found.add(name, element, place)
    return found


def _listed(deviating: list[str]) -> dict[str, Any]:
    return {REPRESENTATIONS: "; ".join(sorted(deviating))} if deviating else {}


def _cells(a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*a, *b)):
        x, y = a.get(name), b.get(name)
        if type(x) is not type(y) or x != y:
            yield name, x, y


def _pixels(a: Level, b: Level, syntax: str, other: str) -> Iterator[Difference]:
    x, y = _pixel_element(a), _pixel_element(b)
    if x is None and y is None:
        return
    lies_alike = syntax == other and pixels.numbers(a) == pixels.numbers(b)
    if x and y and lies_alike and x.undefined == y.undefined and x.value == y.value:
        return
    mine, yours = pixels.digest(a, syntax)[0] or None, pixels.digest(b, other)[0] or None
    if mine != yours:
        yield PIXEL_COLUMN, mine, yours


def _pixel_element(level: Level) -> Element | None:
    return next((element for element in level.elements.values() if element.tag in PIXELS), None)
