"""A hospital's DOCX as the frame of ours: opened, its placeholders filled in, the place for our text found.

`{{报告编号}}` becomes the value of that field of the cover, wherever it stands; `{{正文}}` alone in a paragraph is
where our text goes, else it goes to the end. Not here: our text.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import OpcError
from docx.opc.part import XmlPart
from lxml.etree import LxmlError

from harness.errors import BadInput
from reports import text as safe
from reports.document import docx_xml as xml
from reports.document.model import Document
from reports.words import catalogue

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")
# What python-docx and zipfile let through of a container, a part or a relationship that is none.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OpcError, KeyError, ValueError, AttributeError, LxmlError,
)  # fmt: skip
_FILLED = {xml.name(f"w:{part}") for part in ("document", "hdr", "ftr")}


def opened(template: bytes) -> WordDocument:
    """The template, or one clear word on what it is not."""
    try:
        found = docx.Document(io.BytesIO(template))
        # Parts that we write into must be what they are called: asked now, where a failure is the template's.
        _ = found.core_properties.title, found.settings.odd_and_even_pages_header_footer
        usable = found.element.body is not None and xml.speaks_ours(found.element)
    except _UNREADABLE as error:
        raise _not_a_docx() from error
    if not usable:
        raise _not_a_docx()
    return found


def _not_a_docx() -> BadInput:
    return BadInput(
        "报告模板不是 Word 的 DOCX 文件，或者已经损坏。",
        hint="请用 Word 或 WPS 打开模板，另存为“Word 文档（.docx）”，不要加密码，再用 --template 指定。",
    )


def values(document: Document) -> Mapping[str, str]:
    """What a placeholder may name → what stands there then: labels of the cover, and a few names in both languages."""
    fixed = {
        "title": document.title,
        "subtitle": document.subtitle,
        "classification": document.classification,
        "number": document.number,
    }
    known = {name: value for key, value in fixed.items() for name in catalogue()[f"docx.{key}"]}
    known.update(document.cover.rows)
    return {name: safe.one_line(value) or xml.BLANK for name, value in known.items()}


def fill(document: WordDocument, known: Mapping[str, str]) -> set[str]:
    """Replace every placeholder; the names of those found in the body. A name that we do not know is a mistake."""
    content = set(catalogue()["docx.content"])
    met: set[str] = set()
    for part in document.part.package.iter_parts():
        if not isinstance(part, XmlPart) or part.element.tag not in _FILLED:
            continue
        for paragraph in part.element.iter(xml.name("w:p")):
            texts = list(_texts(paragraph))
            if "{{" not in "".join(text.text or "" for text in texts):
                continue
            names = _replace(texts, known, content)
            met |= names if part is document.part else set()
    return met


def place(document: WordDocument) -> Any | None:
    """The paragraph that says where our text goes."""
    content = set(catalogue()["docx.content"])
    found = [
        paragraph
        for paragraph in document.element.iter(xml.name("w:p"))
        if content & set(_PLACEHOLDER.findall(_read(paragraph)))
    ]
    if not found:
        return None
    alone = _PLACEHOLDER.fullmatch(_read(found[0]).strip())
    if len(found) > 1 or alone is None or found[0].getparent() is not document.element.body:
        raise BadInput(
            f"报告模板中的占位符 {_read(found[-1]).strip()[:40]} 放在了不能展开正文的位置。",
            hint="请让 {{正文}} 只出现一次、独占一段，并放在模板的正文里，不要放在表格、文本框、页眉或页脚中。",
        )
    return found[0]


def _texts(paragraph: Any) -> Iterator[Any]:
    """Its own pieces of text: those of a text box within it belong to that box's paragraphs."""
    for text in paragraph.iter(xml.name("w:t")):
        if next(text.iterancestors(xml.name("w:p"))) is paragraph:
            yield text


def _read(paragraph: Any) -> str:
    return "".join(text.text or "" for text in _texts(paragraph))


def _replace(texts: list[Any], known: Mapping[str, str], content: set[str]) -> set[str]:
    """Word splits a placeholder over runs as it likes: the first takes the value, the others lose their share."""
    whole = "".join(text.text or "" for text in texts)
    met = set()
    for match in reversed(list(_PLACEHOLDER.finditer(whole))):
        name = match.group(1)
        if name in content:
            continue
        if name not in known:
            raise BadInput(
                f"报告模板中的占位符 {{{{{safe.one_line(name)}}}}} 没有对应的内容。",
                hint=f"可以使用：{'、'.join(f'{{{{{label}}}}}' for label in (*known, *sorted(content)))}。",
            )
        met.add(name)
        _put(texts, match.span(), known[name])
    return met


def _put(texts: list[Any], span: tuple[int, int], value: str) -> None:
    at = 0
    for text in texts:
        here = text.text or ""
        start, end = max(span[0] - at, 0), min(span[1] - at, len(here))
        at += len(here)
        if start < end:
            text.text = here[:start] + value + here[end:]
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            value = ""
