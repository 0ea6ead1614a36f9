"""Tables as a workbook to filter and to fill in: a sheet for each, title and notes on top, ready to print.

Text stays text: nothing that a tested system said becomes a formula. Figures of right-aligned columns are numbers, so
that they sort. The same input gives the same bytes. Not here: which tables there are (`reports/chapters`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports import text as safe
from reports.document import numbering
from reports.document.model import Align, Cell, Column, Sheet, Table, Tone, Workbook
from reports.document.office import HEAD_TINT, INK, RULE, TINT, timeless, with_sign
from reports.words import Words

_LONGEST = 32_767  # UTF-16 units in a cell
_MOST_LINKS = 65_530  # of one sheet; with more, Excel calls the file damaged
_LONGEST_LINK = 2_000  # characters
_WIDTH, _NARROW = 150, 14  # characters of a whole table, and for each column of one with many
_NAME = 31  # characters of a sheet's name
_TAKEN = "history"  # a name that Excel keeps for itself
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?")
_DIGITS = 15  # more than these Excel does not keep
_A4 = 9  # the number of that paper
_MOMENTS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_SONG, _HEI, _MONO = "宋体", "黑体", "Consolas"
# Rows go to the disk as they are written; no text is taken for a formula, a number or an address.
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Look:
    """What cells have in common that look alike."""

    tone: Tone = Tone.PLAIN
    align: Align = Align.LEFT
    code: bool = False
    linked: bool = False
    quoted: bool = False  # begins as a formula would: stays text even when somebody edits the cell
    number: str = ""


def write(workbook: Workbook, words: Words) -> bytes:
    """The whole file."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, _OPTIONS)
    made.set_properties({"title": safe.one_line(workbook.title)[:255]})
    looks = _Looks(made)
    for name, sheet in zip(_names([sheet.title for sheet in workbook.sheets]), workbook.sheets, strict=True):
        _write_sheet(made.add_worksheet(name), looks, workbook, sheet, words)
    made.close()
    return timeless(out.getvalue(), _portable)


def _portable(name: str, part: bytes) -> bytes:
    """No moment of making; links with the slashes that every system reads, not only Windows."""
    if name == "docProps/core.xml":
        return _MOMENTS.sub(b"", part)
    return part.replace(b"\\", b"/") if name.startswith("xl/worksheets/_rels/") else part


def _names(titles: Sequence[str]) -> Iterator[str]:
    """Names that Excel admits, each given once, whatever the case of its letters."""
    given = {_TAKEN}
    for title in titles:
        plain = _FORBIDDEN.sub("_", safe.one_line(title)).strip(" '") or "_"
        name, place = plain[:_NAME], 1
        while name.lower() in given:
            place += 1
            name = f"{plain[: _NAME - len(f' ({place})')]} ({place})"
        given.add(name.lower())
        yield name


class _Looks:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._made: dict[_Look, Format] = {}
        self.title = self._format(font_name=_HEI, font_size=14, valign="vcenter")
        self.note = self._format(valign="vcenter", text_wrap=True)
        self.head = self._format(
            font_name=_HEI, bg_color=HEAD_TINT, align="center", valign="vcenter", text_wrap=True, border=1,
            border_color=RULE,
        )  # fmt: skip

    def of(self, look: _Look) -> Format:
        if look not in self._made:
            self._made[look] = self._styled(look)
        return self._made[look]

    def _styled(self, look: _Look) -> Format:
        said: dict[str, Any] = {"align": look.align.value.replace("centre", "center"), "valign": "top"}
        if look.tone in TINT:
            said.update(font_color=INK[look.tone], bg_color=TINT[look.tone])
        elif look.linked:
            said["font_color"] = "1B5E95"
        if look.linked:
            said["underline"] = 1
        if look.code:
            said["font_name"] = _MONO
        if look.number:
            said["num_format"] = look.number
        return self._format(text_wrap=True, border=1, border_color=RULE, quote_prefix=look.quoted, **said)

    def _format(self, **said: Any) -> Format:
        colours = {key: f"#{value}" for key, value in said.items() if key.endswith("color")}
        return self._workbook.add_format({"font_name": _SONG, "font_size": 10, **said, **colours})


def _write_sheet(page: Worksheet, looks: _Looks, workbook: Workbook, sheet: Sheet, words: Words) -> None:
    table = sheet.table
    above = [sheet.title, *([table.caption] if table.caption != sheet.title else []), *sheet.notes]
    head = len(above) + 1
    _set_up(page, table, head, safe.one_line(workbook.title), words)
    for row, text in enumerate(above):
        _span(page, row, text, looks.note if row else looks.title, table.columns)
    widths = _widths(table.columns)
    page.set_row(head, _height(max(_lines(c.title, width) for c, width in zip(table.columns, widths, strict=True))))
    for place, column in enumerate(table.columns):
        page.write_string(head, place, safe.one_line(column.title)[:_LONGEST], looks.head)
    cells = _Cells(page, looks, words)
    nothing = (Cell(words("docx.none")), *(Cell("") for _ in table.columns[1:]))
    for row, given in enumerate(table.rows or (nothing,), head + 1):
        page.set_row(row, _height(max(_lines(cell.text, width) for cell, width in zip(given, widths, strict=True))))
        for place, (cell, column) in enumerate(zip(given, table.columns, strict=True)):
            cells.write(row, place, cell, column.align)


def _set_up(page: Worksheet, table: Table, head: int, title: str, words: Words) -> None:
    """Widths, filter, frozen head, and paper."""
    last = (head + max(len(table.rows), 1), len(table.columns) - 1)
    for place, width in enumerate(_widths(table.columns)):
        page.set_column(place, place, width)
    page.freeze_panes(head + 1, 1 if len(table.columns) > 1 else 0)
    page.autofilter(head, 0, *last)
    page.repeat_rows(head)
    page.print_area(0, 0, *last)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.set_header(f"&L{title.replace('&', '&&')[:120]}&R&A")
    page.set_footer("&C" + words("docx.page", page="&P", pages="&N"))


def _widths(columns: Sequence[Column]) -> tuple[float, ...]:
    total = sum(column.share for column in columns)
    whole = max(_WIDTH, _NARROW * len(columns))
    return tuple(min(90.0, max(8.0, round(whole * column.share / total, 1))) for column in columns)


def _span(page: Worksheet, row: int, text: str, look: Format, columns: Sequence[Column]) -> None:
    """One text over the whole table; Excel makes such a row no higher by itself."""
    shown = safe.one_line(text)[:_LONGEST]
    page.set_row(row, _height(_lines(shown, sum(_widths(columns)))) if row else 24)
    if len(columns) > 1:
        page.merge_range(row, 0, row, len(columns) - 1, shown, look)
    else:
        page.write_string(row, 0, shown, look)


def _lines(text: str, width: float) -> int:
    """How many lines a cell needs. In GB 18030 a Chinese character takes two bytes, and in print two letters' room."""
    return sum(1 + int(len(line.encode("gb18030", "replace")) // (width - 1.5)) for line in text.split("\n"))


def _height(lines: int) -> float:
    """In points. Said for every row: only Excel finds it out by itself, and takes no more than 409."""
    return min(409.0, 13.5 * lines + 2)


class _Cells:
    """The cells of one sheet."""

    def __init__(self, page: Worksheet, looks: _Looks, words: Words) -> None:
        self._page = page
        self._looks = looks
        self._words = words
        self._links = 0

    def write(self, row: int, place: int, cell: Cell, align: Align) -> None:
        text = with_sign(safe.lines(cell.text) if cell.code else safe.one_line(cell.text), cell.tone)
        if align is Align.RIGHT and (number := _number(text)) is not None:
            look = self._looks.of(_Look(align=align, number=_number_format(text)))
            self._page.write_number(row, place, float(number), look)
            return
        target = self._target(cell.link)
        look = self._looks.of(_Look(cell.tone, align, cell.code, bool(target), bool(_FORMULA.match(text))))
        if target:
            self._links += 1
            self._page.write_url(row, place, f"external:{target}", look, self._shortened(text))
        else:
            self._page.write_string(row, place, self._shortened(text), look)

    def _target(self, link: str) -> str:
        target = numbering.target(link, frozenset()) if link else ""
        return target if self._links < _MOST_LINKS and len(target) <= _LONGEST_LINK else ""

    def _shortened(self, text: str) -> str:
        """As much as a cell may hold, with a word on what is missing."""
        if _units(text) <= _LONGEST:
            return text
        note = self._words("xlsx.cut", n=f"{len(text):,}")
        kept = text.encode("utf-16-le")[: 2 * (_LONGEST - len(note))]
        return kept.decode("utf-16-le", errors="ignore") + note  # half a pair at the end is left out


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _number(text: str) -> Decimal | None:
    """Only what Excel shows again as it was: no leading zeros, no −0, no more digits than it keeps."""
    if not _NUMBER.fullmatch(text) or sum(char.isdigit() for char in text) > _DIGITS:
        return None
    number = Decimal(text.replace(",", ""))
    return None if number.is_zero() and number.is_signed() else number


def _number_format(text: str) -> str:
    places = len(text.partition(".")[2])
    return ("#,##0" if "," in text else "0") + (f".{'0' * places}" if places else "")
