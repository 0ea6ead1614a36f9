"""Upright and turned pages of one DOCX, each a section made after the one that the template has at that place.

Not here: what stands on the pages.
"""

from __future__ import annotations

import copy
from typing import Any

from reports.document import docx_xml as xml

_A4 = (11906, 16838)
# No higher than a hair: the paragraph that ends a section must not need a page of its own.
_TINY = (
    '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:rPr><w:sz w:val="2"/></w:rPr>'
)


class Sections:
    """The sections of our text at `place`, an element directly under the body."""

    def __init__(self, place: Any) -> None:
        governing = _governing(place)
        self._governing = governing
        self._goes_on = place is not governing and place.getnext() is not governing
        governing.get_or_add_pgSz()
        self._next: Any = None

    def room(self, turned: bool) -> tuple[int, int]:
        """(width, height) for text, in twentieths of a point."""
        across, down = self._size(turned)
        margins = self._governing.find(xml.name("w:pgMar"))

        def margin(*sides: str) -> int:
            return sum(_number(margins, side, 1440) for side in sides) if margins is not None else 1440 * len(sides)

        return across - margin("left", "right") - _number(margins, "gutter", 0), down - margin("top", "bottom")

    def can_turn(self) -> bool:
        """Pages that are wider than high already need no turning."""
        across, down = self._size(turned=False)
        return across < down

    def ending(self, turned: bool) -> str:
        """A paragraph that ends a stretch of such pages; another section must follow.

        The first keeps what is true of one section only: a first page of its own, pages counted from 1, and how it
        begins. All that follow begin on a new page and count on.
        """
        if self._next is None:
            section, self._next = copy.deepcopy(self._governing), self._governing
            for once in xml.found(self._next, "./w:titlePg | ./w:type"):
                self._next.remove(once)
            for count in xml.found(self._next, "./w:pgNumType[@w:start]"):
                del count.attrib[xml.name("w:start")]
        else:
            section = copy.deepcopy(self._next)
        if turned:
            self._turn(section)
        return f"<w:p><w:pPr>{_TINY}{xml.written(section)}</w:pPr></w:p>"

    def last_ending(self) -> str:
        """Behind turned pages: where the template goes on, it does so upright; else no empty page is left over."""
        if self._next is None or self._goes_on:
            return self.ending(turned=True)
        self._turn(self._next)
        return ""

    def _turn(self, section: Any) -> None:
        across, down = self._size(turned=True)
        size = section.find(xml.name("w:pgSz"))
        size.set(xml.name("w:w"), str(across))
        size.set(xml.name("w:h"), str(down))
        size.set(xml.name("w:orient"), "landscape")

    def _size(self, turned: bool) -> tuple[int, int]:
        size = self._governing.find(xml.name("w:pgSz"))
        across, down = _number(size, "w", _A4[0]), _number(size, "h", _A4[1])
        return (down, across) if turned else (across, down)


def _governing(place: Any) -> Any:
    """The section that the place stands in: the next that ends, or the body's own."""
    for follower in (place, *place.itersiblings()):
        if follower.tag == xml.name("w:sectPr"):
            return follower
        if inner := xml.found(follower, "self::w:p/w:pPr/w:sectPr"):
            return inner[0]
    made = xml.element(f'<w:sectPr><w:pgSz w:w="{_A4[0]}" w:h="{_A4[1]}"/></w:sectPr>')
    place.getparent().append(made)
    return made


def _number(element: Any, attribute: str, default: int) -> int:
    if element is None:
        return default
    return round(float(element.get(xml.name(f"w:{attribute}"), default)))
