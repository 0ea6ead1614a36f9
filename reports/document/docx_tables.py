"""The tables of a DOCX: the numbered ones, labels with values, blanks to sign in.

Rows are written as text and parsed once for each table: python-docx's own cells cost a hundred times that.
Not here: paragraphs, headings, figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.document import docx_xml as xml
from reports.document.docx_story import Story
from reports.document.model import Align, Cell, Column, Fields, Signatures, Table, Tone
from reports.document.office import HEAD_TINT, INK, RULE, TINT, with_sign

_LONG = 1500  # characters: a row that may be higher than a page must be allowed to break
_SIDE = {Align.LEFT: "", Align.RIGHT: '<w:jc w:val="right"/>', Align.CENTRE: '<w:jc w:val="center"/>'}
_HEAD = f'<w:shd w:val="clear" w:color="auto" w:fill="{HEAD_TINT}"/>'
_NO_LINES = "".join(
    f'<w:{side} w:val="nil"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)  # fmt: skip


def table(story: Story, given: Table) -> str:
    """The table itself; its caption stands before it. One without rows says so."""
    widths = _widths(given.columns, story.width)
    head = _head(story, [column.title for column in given.columns], widths, "<w:cantSplit/><w:tblHeader/>")
    columns = tuple(zip(widths, (_SIDE[column.align] for column in given.columns), strict=True))
    rows = "".join(_table_row(story, cells, columns) for cells in given.rows)
    return _whole(story.style("Xinheng Table"), widths, head + (rows or _no_rows(story, widths)))


def fields(story: Story, given: Fields, style: str = "Xinheng Field", share: float = 1.0) -> str:
    """Labels and values, each value on a line that shows where to write if it is empty."""
    widths = _widths((Column("", 0.28), Column("", 0.72)), round(story.width * share))
    line = f'<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="{RULE}"/></w:tcBorders>'
    rows = "".join(
        _row(
            (
                _cell(xml.paragraph(xml.run(label, story.look("Xinheng Strong")), story.style(style)), widths[0]),
                _cell(xml.paragraph(xml.run(value), story.style(style)), widths[1], line),
            ),
            "<w:cantSplit/>",
        )
        for label, value in given.rows
    )
    return _whole(story.style("Xinheng Table"), widths, rows, lines=False)


def signatures(story: Story, given: Signatures) -> str:
    """A row for each role, high enough for a pen and a seal."""
    widths = _widths((Column("", 0.8), *(Column(line) for line in given.lines)), story.width)
    style = story.style("Xinheng Head")
    head = _head(story, ("", *given.lines), widths, "<w:cantSplit/>")
    rows = "".join(
        _row(
            (_cell(xml.paragraph(xml.run(text), style), width, middle='<w:vAlign w:val="center"/>')
             for text, width in zip((role, *("" for _ in given.lines)), widths, strict=True)),
            '<w:cantSplit/><w:trHeight w:val="1000" w:hRule="atLeast"/>',
        )
        for role in given.roles
    )  # fmt: skip
    return _whole(story.style("Xinheng Table"), widths, head + rows)


def side_by_side(story: Story, left: str, right: str, style: str) -> str:
    """Two short texts at the two edges of a line."""
    widths = (story.width // 2, story.width - story.width // 2)
    cells = (
        _cell(xml.paragraph(xml.run(text), story.style(style), _SIDE[align]), width)
        for text, align, width in ((left, Align.LEFT, widths[0]), (right, Align.RIGHT, widths[1]))
    )
    return _whole(story.style("Xinheng Table"), widths, _row(cells, "<w:cantSplit/>"), lines=False)


def _widths(columns: Sequence[Column], width: int) -> tuple[int, ...]:
    total = sum(column.share for column in columns)
    return tuple(max(1, int(width * column.share / total)) for column in columns)


def _head(story: Story, titles: Sequence[str], widths: Sequence[int], properties: str) -> str:
    style = story.style("Xinheng Head")
    cells = (
        _cell(xml.paragraph(xml.run(title), style, _SIDE[Align.CENTRE]), width, _HEAD)
        for title, width in zip(titles, widths, strict=True)
    )
    return _row(cells, properties)


def _table_row(story: Story, cells: Sequence[Cell], columns: Sequence[tuple[int, str]]) -> str:
    whole = "<w:cantSplit/>" if max((len(cell.text) for cell in cells), default=0) <= _LONG else ""
    return _row((_filled(story, cell, width, side) for cell, (width, side) in zip(cells, columns, strict=True)), whole)


def _filled(story: Story, cell: Cell, width: int, side: str) -> str:
    text, look, tint = cell.text, "", ""
    if cell.tone is not Tone.PLAIN:
        text = with_sign(text, cell.tone)
        look = f'<w:color w:val="{INK[cell.tone]}"/>'
        tint = f'<w:shd w:val="clear" w:color="auto" w:fill="{TINT[cell.tone]}"/>'
    if cell.link or look:
        look = story.look("Hyperlink" if cell.link else "Xinheng Strong") + look
    content = xml.raw_run(text, look) if cell.code else xml.run(text, look)
    if cell.link:
        content = story.linked(content, cell.link)
    return _cell(xml.paragraph(content, story.style("Xinheng Raw" if cell.code else "Xinheng Cell"), side), width, tint)


def _no_rows(story: Story, widths: Sequence[int]) -> str:
    said = xml.paragraph(xml.run(story.words("docx.none")), story.style("Xinheng Cell"), _SIDE[Align.CENTRE])
    return _row((_cell(said, sum(widths), f'<w:gridSpan w:val="{len(widths)}"/>'),), "<w:cantSplit/>")


def _cell(content: str, width: int, more: str = "", middle: str = "") -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{more}{middle}</w:tcPr>{content}</w:tc>'


def _row(cells: Iterable[str], properties: str) -> str:
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def _whole(style: str, widths: Sequence[int], rows: str, lines: bool = True) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    borders = "" if lines else f"<w:tblBorders>{_NO_LINES}</w:tblBorders>"
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/>{borders}<w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )
