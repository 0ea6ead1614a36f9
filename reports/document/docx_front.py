"""What stands before the first chapter of a DOCX: the cover and the contents.

The contents are a field with its entries filled in: a reader that updates no fields shows them all the same, only
without page numbers. Not here: chapters.
"""

from __future__ import annotations

from reports.document import docx_tables
from reports.document import docx_xml as xml
from reports.document.docx_story import Entry, Story
from reports.document.model import Document

_SPACE = '<w:spacing w:before="{before}" w:after="0"/>'
_NEW_PAGE = "<w:pageBreakBefore/>"
# In Word's own templates this heading is made after that of a chapter: it must be neither numbered nor listed.
_UNNUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>'
_UNLISTED = '<w:outlineLvl w:val="9"/>'


def cover(story: Story, document: Document) -> str:
    """Number and classification at the edges unless they are among the fields, title and subtitle in the middle."""
    words = story.words
    shown = {label for label, _ in document.cover.rows}
    number, classification = (
        "" if label in shown else f"{label}{words('doc.colon')}{value or xml.BLANK}"
        for label, value in (
            (words("docx.number"), document.number),
            (words("docx.classification"), document.classification),
        )
    )
    edges = docx_tables.side_by_side(story, number, classification, "Xinheng Cover Field")
    return "".join(
        (
            edges if number or classification else "",
            xml.paragraph("", story.style("Xinheng Cell"), _SPACE.format(before=2600)),
            xml.paragraph(xml.run(document.title), story.style("Title")),
            xml.paragraph(xml.run(document.subtitle), story.style("Subtitle")) if document.subtitle else "",
            xml.paragraph("", story.style("Xinheng Cell"), _SPACE.format(before=1200)),
            docx_tables.fields(story, document.cover, "Xinheng Cover Field", share=0.8),
            xml.paragraph("", story.style("Xinheng Cell")),
        )
    )


def contents(story: Story, numbers: bool, new_page: bool) -> str:
    """`numbers`: whether chapters are numbered our way; a template's own way is known only to Word."""
    heading = xml.run(story.words("doc.contents"))
    look = f"{_NEW_PAGE if new_page else ''}{_UNNUMBERED}{_UNLISTED}"
    first = xml.paragraph(heading, story.style("TOC Heading"), look)
    lines = [_line(story, entry, numbers) for entry in story.entries]
    begin = xml.field_begin('TOC \\o "1-2" \\h \\z \\u')
    # The field begins within the first entry and ends behind the last, as Word writes it.
    listed = "".join(
        xml.paragraph(content if place else begin + content, style) for place, (content, style) in enumerate(lines)
    )
    closing = xml.paragraph(xml.FIELD_END, story.style("toc 2"))
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
    return f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{first}{listed}{closing}</w:sdtContent></w:sdt>"


def _line(story: Story, entry: Entry, numbers: bool) -> tuple[str, str]:
    title = xml.run(f"{entry.number} {entry.title}" if numbers else entry.title)
    link = f'<w:hyperlink w:anchor="{entry.bookmark}" w:history="1">{title}</w:hyperlink>'
    return link, story.style(f"toc {entry.level}")
