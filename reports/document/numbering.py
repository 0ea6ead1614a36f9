"""Numbers and anchors of a document, alike in the page and in the PDF: heading 2.1, table 3, where a link leads.

Not here: the words around a number ("表 3"), and Word's own numbering, which counts by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from urllib.parse import quote

from reports.document.model import Block, Chapter, Document, Figure, Heading, Table

_OUTSIDE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]")  # a scheme, a drive, the root, another host
_NAME = re.compile(r"[\w.:-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A block with its number, or "" where it has none. `anchor`: its name in the document, given to one block only."""

    block: Block
    number: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedChapter:
    number: str
    chapter: Chapter
    blocks: tuple[Numbered, ...]


def numbered(document: Document) -> tuple[NumberedChapter, ...]:
    """Chapters 1, 2 …; headings 2.1, 2.1.1; tables and figures counted through the whole document."""
    tables, figures = count(1), count(1)
    taken = {chapter.id for chapter in document.chapters}
    made = []
    for place, chapter in enumerate(document.chapters, 1):
        second = third = 0
        blocks = []
        for block in chapter.blocks:
            number = ""
            match block:
                case Heading(level=level) if level == 2 or not second:  # no level is skipped
                    second, third = second + 1, 0
                    number = f"{place}.{second}"
                case Heading():
                    third += 1
                    number = f"{place}.{second}.{third}"
                case Table():
                    number = str(next(tables))
                case Figure():
                    number = str(next(figures))
            blocks.append(Numbered(block=block, number=number, anchor=_own(block, taken)))
        made.append(NumberedChapter(number=str(place), chapter=chapter, blocks=tuple(blocks)))
    return tuple(made)


def anchors(chapters: tuple[NumberedChapter, ...]) -> frozenset[str]:
    """Every name that a link of the document may lead to."""
    return frozenset(
        name for chapter in chapters for name in (chapter.chapter.id, *(b.anchor for b in chapter.blocks)) if name
    )


def target(link: str, known: frozenset[str]) -> str:
    """Where a link leads, ready for a file: within the document or to a file beside it. "" where it leads nowhere."""
    if link.startswith("#"):
        return link if link[1:] in known else ""
    if not link or _OUTSIDE.match(link):
        return ""
    return quote(link, safe="/#%?&=+,;@~!$'()*", errors="replace")


def _own(block: Block, taken: set[str]) -> str:
    """The block's anchor, unless it is none or one before it has that name already."""
    anchor = block.anchor if isinstance(block, Heading | Table) else ""
    if anchor in taken or not _NAME.fullmatch(anchor):
        return ""
    taken.add(anchor)
    return anchor
