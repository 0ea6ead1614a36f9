"""A document as plain data for `templates/document.typ`: numbers given, links resolved, every text fit for the font.

The template reads it as JSON, so no text of a tested system is ever typesetting code. What is decided here is what
needs counting: which pages lie on their side, which rows may break, where a long word may. Not here: how it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from reports.document.face import MONOSPACED, ems
from reports.document.model import (
    Cell,
    Code,
    Document,
    Fields,
    Figure,
    Heading,
    Items,
    Paragraph,
    Signatures,
    Table,
    Tone,
)
from reports.document.numbering import Numbered, NumberedChapter, anchors, numbered, target
from reports.svg import drawable
from reports.text import lines
from reports.words import Words

# What the font lacks and has a likeness for; U+200B below is ours: a place where a word may break.
_LIKENESS = str.maketrans({"✗": "×", "␣": "＿", "‑": "-", "☐": "□", "☑": "■"})
_BREAK = "\u200b"
_SIGNS = {Tone.GOOD: "✓", Tone.BAD: "×", Tone.OPEN: "?", Tone.VOID: "–"}
_WORD = r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_UPRIGHT, _FLIPPED = 468.0, 725.0  # points of text across a page
_TITLE, _SUBTITLE, _BODY, _CELL, _CELL_FLIPPED, _CODE = 28.0, 14.0, 10.5, 8.5, 7.5, 8.0  # sizes in points
_INSET = 8.0  # left and right of a cell
_TEXT, _HEADING, _SIGNER = 40.0, 27.0, 16.0  # ems across a list or a notice, a chapter's title, a box to sign in
_LABEL, _VALUE, _COVER_LABEL, _COVER_VALUE = 11.0, 32.0, 9.0, 20.0
_LEAST = 0.04  # of a table's width has its narrowest column
_TALL = 14  # rows of more lines than this may break over pages, and a head of more is not repeated
_LEAD = 4  # so many blocks before a wide table may move to its page
_Part = Numbered | NumberedChapter


def payload(document: Document, words: Words) -> dict[str, Any]:
    """All that the template needs."""
    chapters = numbered(document)
    known = anchors(chapters)
    sizes = {
        "title": _TITLE,
        "subtitle": _SUBTITLE,
        "body": _BODY,
        "cell": _CELL,
        "wide_cell": _CELL_FLIPPED,
        "code": _CODE,
    }
    return {
        "lang": words("doc.lang").partition("-")[0],
        "sizes": sizes,
        "title": fit(document.title, _UPRIGHT / _TITLE),
        "subtitle": fit(document.subtitle, _UPRIGHT / _SUBTITLE),
        "number": fit(document.number),
        "classification": fit(document.classification),
        "cover": [[fit(label, _COVER_LABEL), fit(value, _COVER_VALUE)] for label, value in document.cover.rows],
        "stretches": [
            {"flipped": flipped, "blocks": [_block(one, flipped, known, words) for one in blocks]}
            for flipped, blocks in _stretches(chapters)
        ],
        "end": fit(document.end),
        "words": {
            "contents": words("doc.contents"),
            "number": words("document.number"),
            "classification": words("document.classification"),
            "page_of": words("document.page_of", page="{page}", pages="{pages}"),
            "data": words("document.data"),
        },
    }


def fit(text: str, across: float = _TEXT, narrowest: float = 0.0) -> str:
    """Lines that the font can draw; a word wider than `across` ems may break at about every quarter of a line."""
    drawn = "\n".join(drawable(line.replace("\t", "    ")) for line in lines(text.translate(_LIKENESS)).split("\n"))

    def broken(word: re.Match[str]) -> str:
        width = sum(max(narrowest, ems(letter)) for letter in word.group())
        return _pieces(word.group(), int(across / 2)) if width > across else word.group()

    return re.sub(rf"{_WORD}{{{int(across) + 1},}}", broken, drawn)  # no letter is wider than one em


def _pieces(word: str, size: int) -> str:
    return _BREAK.join(word[at : at + max(1, size)] for at in range(0, len(word), max(1, size)))


# --------------------------------------------------------------------------- pages


def _stretches(chapters: Sequence[NumberedChapter]) -> Iterator[tuple[bool, list[_Part]]]:
    """Pages upright and on their side in turn; a wide table takes its heading, its lead and its notes along."""
    flat: list[_Part] = []
    for chapter in chapters:
        flat += [chapter, *chapter.blocks]
    flipped = [isinstance(one, Numbered) and isinstance(one.block, Table) and one.block.wide for one in flat]
    for place in [place for place, wide in enumerate(flipped) if wide]:
        for at in range(_lead(flat, place), place):
            flipped[at] = True
        for at in range(place + 1, len(flat)):
            if not _is_note(flat[at]):
                break
            flipped[at] = True
    for wide, group in groupby(zip(flipped, flat, strict=True), key=lambda pair: pair[0]):
        yield wide, [one for _, one in group]


def _lead(flat: Sequence[_Part], place: int) -> int:
    """Where the heading stands that has nothing but paragraphs between itself and the table; else the table."""
    first = place
    for at in range(place - 1, max(place - _LEAD, 0) - 1, -1):
        if _is_heading(flat[at]):
            first = at
        elif not _is_paragraph(flat[at]):
            break
    return first


def _is_heading(one: _Part) -> bool:
    return isinstance(one, NumberedChapter) or isinstance(one.block, Heading)


def _is_paragraph(one: _Part) -> bool:
    return isinstance(one, Numbered) and isinstance(one.block, Paragraph)


def _is_note(one: _Part) -> bool:
    return isinstance(one, Numbered) and isinstance(one.block, Paragraph) and one.block.small


# --------------------------------------------------------------------------- blocks


def _block(one: _Part, flipped: bool, known: frozenset[str], words: Words) -> dict[str, Any]:
    if isinstance(one, NumberedChapter):
        return _heading(one.number, one.chapter.title, one.chapter.id)
    match one.block:
        case Heading(text=text):
            return _heading(one.number, text, one.anchor)
        case Paragraph(text=text, tone=tone, small=small, link=link):
            given = {"text": fit(text), "sign": _SIGNS.get(tone, ""), "tone": tone, "small": small}
            return {"kind": "paragraph", **given, "link": target(link, known)}
        case Items(texts=texts, numbered=counted):
            return {"kind": "items", "texts": [fit(text) for text in texts], "numbered": counted}
        case Fields(rows=rows):
            return {"kind": "fields", "rows": [[fit(label, _LABEL), fit(value, _VALUE)] for label, value in rows]}
        case Table() as table:
            caption = f"{words('document.table', n=one.number)}\u3000{fit(table.caption)}"
            return {"kind": "table", "caption": caption, "anchor": one.anchor, **_table(table, flipped, known)}
        case Figure() as figure:
            caption = f"{words('document.figure', n=one.number)}\u3000{fit(figure.caption)}"
            return {"kind": "figure", "caption": caption, **_figure(figure, known)}
        case Code(text=text):
            return {
                "kind": "code",
                "text": fit(text, ((_FLIPPED if flipped else _UPRIGHT) - 2 * _INSET) / _CODE, MONOSPACED),
            }
        case Signatures(roles=roles, lines=blanks):
            return {
                "kind": "signatures",
                "roles": [fit(role, _SIGNER) for role in roles],
                "lines": [fit(line, _SIGNER / 2) for line in blanks],
            }


def _heading(number: str, text: str, anchor: str) -> dict[str, Any]:
    title = f"{number}\u3000{fit(text, _HEADING)}".replace("\n", " ")
    return {"kind": "heading", "level": number.count(".") + 1, "text": title, "anchor": anchor}


def _figure(figure: Figure, known: frozenset[str]) -> dict[str, Any]:
    svg = figure.svg
    if "xmlns=" not in svg.partition(">")[0]:  # inside a page an element needs no name space, in a file it does
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return {"alt": fit(figure.alt), "svg": svg, "width": figure.width, "data": target(figure.data, known)}


def _table(table: Table, flipped: bool, known: frozenset[str]) -> dict[str, Any]:
    size = _CELL_FLIPPED if flipped else _CELL
    least = max(0.01, _LEAST * sum(column.share for column in table.columns))
    shares = [max(column.share, least) for column in table.columns]
    across = _FLIPPED if flipped else _UPRIGHT
    inner = [max(1.0, (across * share / sum(shares) - _INSET) / size) for share in shares]
    return {
        "titles": [fit(column.title, width) for column, width in zip(table.columns, inner, strict=True)],
        "shares": shares,
        "repeat": all(_lines(c.title, width) <= _TALL for c, width in zip(table.columns, inner, strict=True)),
        "aligns": [column.align for column in table.columns],
        "rows": [_row(row, inner, known) for row in table.rows],
    }


def _row(row: Sequence[Cell], inner: Sequence[float], known: frozenset[str]) -> dict[str, Any]:
    cells = [_cell(cell, width, known) for cell, width in zip(row, inner, strict=True)]
    tallest = max((_lines(cell.text, width) for cell, width in zip(row, inner, strict=True)), default=0.0)
    return {"cells": cells, "tall": tallest > _TALL}


def _lines(text: str, across: float) -> float:
    """At most about so many lines of a cell."""
    return sum(1 + len(line) / across for line in text.split("\n"))


def _cell(cell: Cell, across: float, known: frozenset[str]) -> str | dict[str, Any]:
    """A text, where there is nothing else to say of the cell: most of a long table."""
    text = fit(cell.text, across, MONOSPACED if cell.code else 0.0)
    link = target(cell.link, known)
    if cell.tone is Tone.PLAIN and not link and not cell.code:
        return text
    return {"text": text, "tone": cell.tone, "sign": _SIGNS.get(cell.tone, ""), "link": link, "code": cell.code}
