"""The few WordprocessingML elements that our documents are made of, as text, written as text.

Every text from outside passes `escaped` here and nowhere else. Not here: which block becomes which element.
"""

from __future__ import annotations

from typing import Any, cast
from xml.sax.saxutils import escape

from docx.oxml.parser import parse_xml
from lxml import etree

from reports import text as safe

_NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
DRAWING = " ".join(f'xmlns:{prefix}="{_NAMESPACES[prefix]}"' for prefix in ("wp", "a", "pic"))
PICTURE = _NAMESPACES["pic"]
_PRESERVED = '<w:t xml:space="preserve">'
FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
BLANK = "_" * 14  # to be filled in by hand


def elements(fragment: str) -> list[Any]:
    """The elements of a fragment, ready to be put into a part."""
    return list(parse_xml(f"<w:body {DECLARED}>{fragment}</w:body>"))


def element(fragment: str) -> Any:
    return elements(fragment)[0]


def root(tag: str) -> Any:
    """An empty part."""
    return parse_xml(f"<{tag} {DECLARED}/>")


def written(made: Any) -> str:
    """An element as text again."""
    return etree.tostring(made, encoding="unicode")  # type: ignore[no-any-return]


def speaks_ours(part: Any) -> bool:
    """Whether what we write may stand in this part: it calls Word's elements as we do."""
    return all(part.nsmap.get(prefix) == _NAMESPACES[prefix] for prefix in ("w", "r"))


def name(tag: str) -> str:
    """w:p → {http://…}p."""
    prefix, _, local = tag.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def found(where: Any, path: str) -> list[Any]:
    """XPath with our prefixes, on any element."""
    return cast("list[Any]", where.xpath(path))


def escaped(text: str) -> str:
    """One line that XML can hold, with hidden characters named."""
    return escape(safe.one_line(text), {'"': "&quot;"})


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{_properties(properties)}{_PRESERVED}{escaped(text)}</w:t></w:r>" if text else ""


def raw_run(text: str, properties: str = "") -> str:
    """Text whose line breaks and tabs stay."""
    lines = (
        "<w:tab/>".join(f"{_PRESERVED}{escaped(part)}</w:t>" if part else "" for part in line.split("\t"))
        for line in safe.lines(text).split("\n")
    )
    return f"<w:r>{_properties(properties)}{'<w:br/>'.join(lines)}</w:r>"


def paragraph(content: str, style: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def field(instruction: str, shown: str) -> str:
    """A field with the result that is seen until Word counts for itself."""
    return field_begin(instruction) + run(shown) + FIELD_END


def field_begin(instruction: str) -> str:
    """For a result of several paragraphs: what stands from here to `FIELD_END`."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escaped(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def bookmarked(content: str, names: tuple[tuple[int, str], ...]) -> str:
    starts = "".join(f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>' for number, name in names)
    return starts + content + "".join(f'<w:bookmarkEnd w:id="{number}"/>' for number, _ in names)


def _properties(properties: str) -> str:
    return f"<w:rPr>{properties}</w:rPr>" if properties else ""
