"""A document as PDF: bookmarks, contents with page numbers, fonts inside, the same bytes for the same document.

Typst sets it, from one template of ours and the document as data. Only the bundled face is known to it: the file is
alike on every machine. Not here: what the page looks like (`templates/document.typ`), what it says (`typst_data.py`).
"""

from __future__ import annotations

import functools
import json
from importlib.resources import files

import typst

from harness.errors import Fault
from reports.document.face import folder
from reports.document.model import Document
from reports.document.typst_data import payload
from reports.words import Words


def write(document: Document, words: Words) -> bytes:
    """The whole file."""
    source = files("reports").joinpath("templates", "document.typ").read_bytes()
    data = json.dumps(payload(document, words), ensure_ascii=False)
    try:
        made = typst.compile(source, font_paths=_fonts(), sys_inputs={"document": data}, format="pdf")
    except typst.TypstError as error:
        raise Fault(
            f"文档“{document.title}”未能排版为 PDF：{error.message}",
            hint="其余格式不受影响；请把本消息与运行目录交给维护者。",
        ) from error
    if not isinstance(made, bytes):
        raise Fault(f"文档“{document.title}”未能排版为 PDF：排版程序没有返回文件。")
    return made


@functools.cache
def _fonts() -> typst.Fonts:
    """The bundled face and no other: neither the machine's nor those that come with Typst."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder())])
