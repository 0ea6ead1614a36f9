"""Each kind of block as Word's elements. Not here: tables (`docx_tables.py`), cover and contents (`docx_front.py`)."""

from __future__ import annotations

from reports.document import docx_tables, office
from reports.document import docx_xml as xml
from reports.document.docx_story import Story
from reports.document.docx_styles import NOTICE
from reports.document.model import Code, Fields, Figure, Heading, Items, Paragraph, Signatures, Table, Tone
from reports.document.numbering import Numbered

_IN_CONTENTS = 2  # levels; deeper ones are many and are found by Word's navigation
_GAP = '<w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/>'


def written(story: Story, numbered: Numbered) -> str:
    """The block, with its number and with what links may lead to."""
    match numbered.block:
        case Heading() as block:
            return _heading(story, block, numbered)
        case Paragraph() as block:
            return _paragraph(story, block)
        case Items() as block:
            return _items(story, block)
        case Fields() as block:
            return docx_tables.fields(story, block) + _gap(story)
        case Table() as block:
            caption = story.marked(_caption(story, "docx.table", numbered.number, block.caption), numbered.anchor)
            above = xml.paragraph(caption, story.style("caption"), "<w:keepNext/>")
            return above + docx_tables.table(story, block) + _gap(story)
        case Figure() as block:
            return _figure(story, block, numbered.number)
        case Code() as block:
            return xml.paragraph(xml.raw_run(block.text), story.style("Xinheng Code"))
        case Signatures() as block:
            return docx_tables.signatures(story, block) + _gap(story)


def _heading(story: Story, block: Heading, numbered: Numbered) -> str:
    content = xml.run(block.text)
    look = "<w:pageBreakBefore/>" if block.level == 1 and numbered.anchor in story.new_pages else ""
    mark = story.enter(block.level, numbered.number, block.text) if block.level <= _IN_CONTENTS else ""
    return xml.paragraph(story.marked(content, numbered.anchor, mark), story.style(f"heading {block.level}"), look)


def _paragraph(story: Story, block: Paragraph) -> str:
    style = NOTICE.get(block.tone, "Xinheng Note" if block.small else "Normal")
    sign = "" if block.tone is Tone.PLAIN else xml.run(f"{office.SIGN[block.tone]} ", story.look("Xinheng Strong"))
    if not block.link:
        return xml.paragraph(sign + xml.run(block.text), story.style(style))
    content = story.linked(xml.run(block.text, story.look("Hyperlink")), block.link)
    return xml.paragraph(sign + content, story.style(style))


def _items(story: Story, block: Items) -> str:
    number = story.lists.decimals() if block.numbered else story.lists.bullets()
    listed = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
    style = story.style("List Number" if block.numbered else "List Bullet")
    return "".join(xml.paragraph(xml.run(text), style, listed) for text in block.texts)


def _figure(story: Story, block: Figure, number: str) -> str:
    drawn = xml.paragraph(story.picture(block.png, block.width, block.alt), story.style("Xinheng Picture"))
    # Word's own caption keeps to what follows it, which suits a table and not a figure.
    below = '<w:keepNext w:val="0"/>'
    caption = xml.paragraph(_caption(story, "docx.figure", number, block.caption), story.style("caption"), below)
    if not block.data:
        return drawn + caption
    data = story.linked(xml.run(block.data, story.look("Hyperlink")), block.data)
    note = xml.run(story.words("docx.data") + story.words("doc.colon")) + data
    return drawn + caption + xml.paragraph(note, story.style("Xinheng Note"), '<w:jc w:val="center"/>')


def _caption(story: Story, label: str, number: str, text: str) -> str:
    """The label is also the name of Word's counter, so that "insert caption" goes on with our numbers."""
    name = story.words(label)
    return xml.run(f"{name} ") + xml.field(f"SEQ {name} \\* ARABIC", number) + xml.run(f"  {text}")


def _gap(story: Story) -> str:
    """Two tables in a row would become one."""
    return xml.paragraph("", story.style("Xinheng Cell"), _GAP)
