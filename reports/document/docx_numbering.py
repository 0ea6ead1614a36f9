"""Word's own numbering for chapters and lists: whoever adds a chapter by hand has it numbered.

A template whose headings are numbered already keeps its numbers. Not here: the numbers of tables, which are fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.parts.document import DocumentPart
from docx.parts.numbering import NumberingPart

from reports.document import docx_xml as xml

_HEADINGS = ("heading 1", "heading 2", "heading 3")


class Numbering:
    """The lists of one document."""

    def __init__(self, part: DocumentPart) -> None:
        self._numbering: Any = _part(part).element
        self._styles: Any = part.styles.element
        self._decimal: int | None = None
        self._bullet: int | None = None

    def number_headings(self, styles: Mapping[str, str]) -> bool:
        """Tie the heading styles to one list of three levels; False where the template numbers them itself."""
        found = [self._style(styles[name]) for name in _HEADINGS]
        if any(style.find(f"{xml.name('w:pPr')}/{xml.name('w:numPr')}") is not None for style in found):
            return False
        levels = "".join(
            _level(level, ".".join(f"%{n + 1}" for n in range(level + 1)), styles[name])
            for level, name in enumerate(_HEADINGS)
        )
        number = self._add(self._define(levels, "multilevel"))
        for level, style in enumerate(found):
            style.get_or_add_pPr().get_or_add_numPr().get_or_add_ilvl().val = level
            style.pPr.numPr.get_or_add_numId().val = number
        return True

    def bullets(self) -> int:
        """The list that all items without numbers belong to."""
        if self._bullet is None:
            self._bullet = self._add(self._define(_item("bullet", "•"), "hybridMultilevel"))
        return self._bullet

    def decimals(self) -> int:
        """A list of its own, which begins at 1."""
        if self._decimal is None:
            self._decimal = self._define(_item("decimal", "%1."), "hybridMultilevel")
        return self._add(self._decimal, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')

    def _style(self, style_id: str) -> Any:
        return next(
            style
            for style in self._styles.iterfind(xml.name("w:style"))
            if style.get(xml.name("w:styleId")) == style_id
        )

    def _define(self, levels: str, kind: str) -> int:
        number = self._next("w:abstractNum", "w:abstractNumId")
        made = xml.element(
            f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="{kind}"/>{levels}</w:abstractNum>'
        )
        self._place(made, "w:abstractNum")
        return number

    def _add(self, definition: int, overrides: str = "") -> int:
        number = max(1, self._next("w:num", "w:numId"))
        made = xml.element(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{definition}"/>{overrides}</w:num>')
        self._place(made, "w:abstractNum", "w:num")
        return number

    def _place(self, made: Any, *after: str) -> None:
        """After the last element of these kinds: the schema wants definitions first, then lists."""
        before = [
            child for child in self._numbering if child.tag in {xml.name("w:numPicBullet"), *map(xml.name, after)}
        ]
        if before:
            before[-1].addnext(made)
        else:
            self._numbering.insert(0, made)

    def _next(self, tag: str, attribute: str) -> int:
        taken = [int(found.get(xml.name(attribute))) for found in self._numbering.iterfind(xml.name(tag))]
        return max(taken, default=-1) + 1


def _item(kind: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
        '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="420" w:hanging="420"/></w:pPr></w:lvl>'
    )


def _level(level: int, text: str, style: str) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="{style}"/>'
        f'<w:suff w:val="space"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="0" w:firstLineChars="0" w:firstLine="0"/></w:pPr></w:lvl>'
    )


def _part(document: DocumentPart) -> NumberingPart:
    """The part that the template brings, or a new one: a document without lists has none."""
    for relationship in document.rels.values():
        if relationship.reltype == RELATIONSHIP_TYPE.NUMBERING and isinstance(relationship.target_part, NumberingPart):
            return relationship.target_part
    made = NumberingPart(
        PackURI("/word/numbering.xml"), CONTENT_TYPE.WML_NUMBERING, xml.root("w:numbering"), document.package
    )
    document.relate_to(made, RELATIONSHIP_TYPE.NUMBERING)
    return made
