"""A document as DOCX: Word's own headings, numbering, captions, contents and page fields, so that it can be edited on.

A hospital's template gives pages, headers, footers, leading pages and every style that it has; what it lacks is ours.
The same input gives the same bytes. Not here: what stands in which document (`reports/chapters`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from docx.document import Document as WordDocument
from lxml.etree import ProcessingInstruction

from reports import text as safe
from reports.document import docx_blocks, docx_front, docx_styles, docx_template, numbering
from reports.document import docx_xml as xml
from reports.document.docx_blank import blank
from reports.document.docx_sections import Sections
from reports.document.docx_story import Story
from reports.document.model import Document, Heading, Paragraph, Table
from reports.document.numbering import Numbered
from reports.document.office import timeless
from reports.words import Words

# What may stand behind w:updateFields in a settings part.
_AFTER_UPDATE = (
    "w:hdrShapeDefaults", "w:footnotePr", "w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr",
    "w:attachedSchema", "w:themeFontLang", "w:clrSchemeMapping", "w:doNotIncludeSubdocsInStats",
    "w:doNotAutoCompressPictures", "w:forceUpgrade", "w:captions", "w:readModeInkLockDown", "w:smartTagType",
    "sl:schemaLibrary", "w:shapeDefaults", "w:doNotEmbedSmartTags", "w:decimalSymbol", "w:listSeparator",
)  # fmt: skip


_HERE = ("xinheng", "content")  # a processing instruction that marks the place until the file is put together


def write(document: Document, words: Words, template: bytes | None = None) -> bytes:
    """The whole file. BadInput where the template cannot be used."""
    word = docx_template.opened(blank(document, words) if template is None else template)
    named = docx_template.fill(word, docx_template.values(document))
    body, place = word.element.body, docx_template.place(word)
    if place is None:
        place = body.sectPr if body.sectPr is not None else body.add_p()
    sections = Sections(place)
    styles = docx_styles.add_missing(word.styles.element, document.lang, sections.room(turned=False)[0])
    story = Story(word.part, words, styles, document)
    numbers = story.lists.number_headings(styles)
    _set_room(story, sections, turned=False)
    # A template that names a field of the cover has a cover of its own.
    front = "" if named else docx_front.cover(story, document)
    leading = bool(front) or place.getprevious() is not None
    main = "".join(_main(story, sections, document))
    front += docx_front.contents(story, numbers, new_page=leading) if story.entries else ""
    place.addprevious(ProcessingInstruction(*_HERE))
    _clear(place)
    _finish(word, document)
    return _assembled(word, front + main)


def _assembled(word: WordDocument, content: str) -> bytes:
    """Our text goes in as text: to hang a million elements into the template's tree takes lxml a minute."""
    out = io.BytesIO()
    word.save(out)
    mark = "<?{} {}?>".format(*_HERE).encode()

    def filled(name: str, part: bytes) -> bytes:
        return part.replace(mark, content.encode()) if name == word.part.partname.membername else part

    return timeless(out.getvalue(), filled)


def _main(story: Story, sections: Sections, document: Document) -> Iterator[str]:
    """Every chapter, on upright pages and on turned ones, and the line that ends it all."""
    before = False
    for turned, blocks in _stretches(document, sections.can_turn()):
        if turned is not before:
            yield sections.ending(before)
        before = turned
        _set_room(story, sections, turned)
        for numbered in blocks:
            yield docx_blocks.written(story, numbered)
    yield xml.paragraph(xml.run(document.end), story.style("Xinheng End"))
    if before:
        yield sections.last_ending()


def _stretches(document: Document, can_turn: bool) -> list[tuple[bool, list[Numbered]]]:
    """Blocks that share a page's orientation: a wide table takes the headings above and the notes below along."""
    flat = [
        numbered
        for chapter in numbering.numbered(document)
        for numbered in (
            Numbered(
                block=Heading(text=chapter.chapter.title, level=1), number=chapter.number, anchor=chapter.chapter.id
            ),
            *chapter.blocks,
        )
    ]
    turned = [can_turn and isinstance(n.block, Table) and n.block.wide for n in flat]
    for place in reversed(range(len(flat) - 1)):
        turned[place] |= turned[place + 1] and isinstance(flat[place].block, Heading)
    for place in range(1, len(flat)):
        turned[place] |= turned[place - 1] and _is_note(flat[place]) and not isinstance(flat[place - 1].block, Heading)
    return _runs(turned, flat)


def _is_note(numbered: Numbered) -> bool:
    return isinstance(numbered.block, Paragraph) and numbered.block.small


def _runs(turned: Sequence[bool], flat: Sequence[Numbered]) -> list[tuple[bool, list[Numbered]]]:
    stretches: list[tuple[bool, list[Numbered]]] = []
    for way, numbered in zip(turned, flat, strict=True):
        if not stretches or stretches[-1][0] is not way:
            stretches.append((way, []))
        stretches[-1][1].append(numbered)
    return stretches


def _set_room(story: Story, sections: Sections, turned: bool) -> None:
    story.width, story.height = sections.room(turned)


def _clear(place: Any) -> None:
    """The placeholder's paragraph goes, unless a section of the template ends with it."""
    if place.tag != xml.name("w:p"):
        return
    if xml.found(place, "./w:pPr/w:sectPr"):
        for child in [child for child in place if child.tag != xml.name("w:pPr")]:
            place.remove(child)
    else:
        place.getparent().remove(place)


def _finish(word: WordDocument, document: Document) -> None:
    """Fields are counted when Word opens it; the properties say what it is, and invent neither author nor moment."""
    settings: Any = word.settings.element
    if settings.find(xml.name("w:updateFields")) is None:
        settings.insert_element_before(xml.element('<w:updateFields w:val="true"/>'), *_AFTER_UPDATE)
    for key in [key for key, related in word.part.rels.items() if related.reltype.endswith("/stylesWithEffects")]:
        del word.part.rels[key]  # what Word 2010 kept beside the styles for Word 2007; it would contradict ours
    core: Any = word.core_properties
    core.title, core.subject = safe.one_line(document.title)[:255], safe.one_line(document.subtitle)[:255]
    core.identifier = safe.one_line(document.number)[:255]
    core.author = core.last_modified_by = core.comments = ""
    properties = core._element
    for moment in xml.found(properties, "./*[local-name()='created' or local-name()='modified']"):
        properties.remove(moment)
