"""What the blocks of one DOCX share while they are written: styles, numbers, bookmarks, links, pictures.

Not here: what a block looks like (`docx_blocks.py`, `docx_tables.py`).
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.parts.document import DocumentPart

from reports.document import docx_xml as xml
from reports.document import numbering
from reports.document.docx_numbering import Numbering
from reports.document.model import Document, Signatures
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the contents."""

    level: int
    number: str
    title: str
    bookmark: str


class Story:
    """One document's running text. `width` of the page at hand, in twentieths of a point."""

    def __init__(self, part: DocumentPart, words: Words, styles: Mapping[str, str], document: Document) -> None:
        known = numbering.anchors(numbering.numbered(document))
        self.words = words
        self.entries: list[Entry] = []
        self.width = 0
        self.height = 0
        self.lists = Numbering(part)
        # Chapters that begin a page: the first, and what is signed, which may be taken out and stamped.
        self.new_pages = {
            chapter.id
            for place, chapter in enumerate(document.chapters)
            if place == 0 or any(isinstance(block, Signatures) for block in chapter.blocks)
        }
        self._part = part
        self._styles = styles
        self._known = known
        self._names = {anchor: f"_x{place}" for place, anchor in enumerate(sorted(known), 1)}  # Word takes 40 letters
        self._related: dict[str, str] = {}
        # Far above what a template has, so that none of its own is met again.
        self._marks = itertools.count(100_000)
        self._shapes = itertools.count(100_000)

    def style(self, name: str) -> str:
        return self._styles[name.lower()]

    def marked(self, content: str, anchor: str, contents_mark: str = "") -> str:
        """Content that links and the contents may lead to."""
        names = [name for name in (self._names.get(anchor), contents_mark) if name]
        return xml.bookmarked(content, tuple((next(self._marks), name) for name in names))

    def linked(self, content: str, link: str) -> str:
        """Content that leads somewhere, within the document or beside it."""
        target = numbering.target(link, self._known)
        path, _, anchor = target.partition("#")
        if not target:
            return content
        if not path:
            return f'<w:hyperlink w:anchor="{self._names[anchor]}" w:history="1">{content}</w:hyperlink>'
        place = f' w:anchor="{xml.escaped(anchor)}"' if anchor else ""
        return f'<w:hyperlink r:id="{self._relation(path)}"{place} w:history="1">{content}</w:hyperlink>'

    def look(self, name: str) -> str:
        """The run property that gives text a character style."""
        return f'<w:rStyle w:val="{self.style(name)}"/>'

    def enter(self, level: int, number: str, title: str) -> str:
        """Put a heading into the contents; the name of the bookmark that it must carry."""
        mark = f"_Toc{len(self.entries) + 1:08d}"
        self.entries.append(Entry(level=level, number=number, title=title, bookmark=mark))
        return mark

    def picture(self, png: bytes, share: float, alt: str) -> str:
        """A drawing as wide as its share of the text, never higher than the page."""
        key, image = self._part.get_or_add_image(io.BytesIO(png))
        number = next(self._shapes)
        width = self.width * share
        scale = min(1.0, self.height * 0.8 / (width * image.px_height / image.px_width))
        across = round(width * scale * 635)  # a twentieth of a point is 635 EMU
        down = round(across * image.px_height / image.px_width)
        named = f'id="{number}" name="Picture {number}" descr="{xml.escaped(alt)}"'
        return (
            f'<w:r><w:drawing><wp:inline {xml.DRAWING} distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{across}" cy="{down}"/>'
            f'<wp:docPr {named}/><a:graphic><a:graphicData uri="{xml.PICTURE}"><pic:pic>'
            f"<pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>"
            f'<pic:blipFill><a:blip r:embed="{key}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{across}" cy="{down}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r>"
        )

    def _relation(self, path: str) -> str:
        """One relationship for each file; python-docx would search all of them for every link."""
        if path not in self._related:
            key = f"xh{len(self._related) + 1}"
            self._part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, path, key, is_external=True)
            self._related[path] = key
        return self._related[path]
