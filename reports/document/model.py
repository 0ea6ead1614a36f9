"""What a document consists of, whatever file it becomes: chapters of headings, paragraphs, tables and figures.

Every text is plain: a writer escapes it and names hidden characters (`reports/text.py`). Not here: how a block looks.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from harness.result import Judgement


class Tone(enum.StrEnum):
    """What a cell or a paragraph says of the system: shown by a sign and a word beside the colour, for print."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    VOID = "void"


TONE = {
    Judgement.PASS: Tone.GOOD, Judgement.FAIL: Tone.BAD, Judgement.INCONCLUSIVE: Tone.OPEN,
    Judgement.NOT_RUN: Tone.VOID,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table. `link`: a path relative to the document, with an optional #anchor."""

    text: str
    tone: Tone = Tone.PLAIN
    link: str = ""
    code: bool = False  # raw text of a system: monospaced, line breaks kept


class Align(enum.StrEnum):
    LEFT = "left"
    RIGHT = "right"  # figures
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Column:
    """`share` of the table's width; those of a table need not sum to one."""

    title: str
    share: float = 1.0
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """`level` 2 or 3: a chapter's own title is level 1. `anchor` may be linked to."""

    text: str
    level: int = 2
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    text: str
    tone: Tone = Tone.PLAIN  # anything but PLAIN is set apart as a notice
    small: bool = False  # a note below a table or a figure
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list."""

    texts: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Labels and values; a value that is "" is a blank to be filled in by hand, and looks like one."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A numbered table. `rows` have one cell for each column."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchor: str = ""
    wide: bool = False  # wants a page turned on its side


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A numbered picture. `svg` is a whole `<svg>` element, `png` the same picture; `data` a path to its figures."""

    caption: str
    alt: str
    svg: str
    png: bytes
    width: float = 1.0  # share of the text's width
    data: str = ""  # CSV, relative to the document


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Raw text of several lines: a script, a banner."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Blanks to sign in: each role with its lines (name, date, seal)."""

    roles: tuple[str, ...]
    lines: tuple[str, ...]


Block = Heading | Paragraph | Items | Fields | Table | Figure | Code | Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A numbered chapter; one without blocks does not exist: it says why there is nothing instead."""

    id: str  # anchor
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document. The cover stands on a page of its own, and the contents follow it."""

    id: str  # evaluation, function, interface …: the file's name without its ending
    title: str
    subtitle: str
    number: str  # 报告编号, in the header of every page; "" is a visible blank
    classification: str  # 密级
    cover: Fields
    chapters: tuple[Chapter, ...]
    lang: str  # zh | en
    run_id: str
    end: str  # 以下空白


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook: a title, notes above the table, the table."""

    title: str
    table: Table
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    id: str
    title: str
    sheets: tuple[Sheet, ...]
    lang: str
