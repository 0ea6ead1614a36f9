"""Bytes → document: one reader per content. Whatever arrives, the answer is a document.

The grammar of the paths stands in `path.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.content import cda, hl7, jsontext, plain, soap, xmltext
from harness.content.dicom import listing
from harness.content.tree import MAX_BYTES, UNREADABLE, Document, Node, Unreadable, document
from harness.errors import BadInput

READERS: Mapping[str, Callable[[bytes, str], Document]] = {
    "hl7": hl7.read,
    "json": jsontext.read,
    "xml": xmltext.read,
    "cda": cda.read,
    "soap": soap.read,
    "text": plain.read,
    "dicom": listing.read,
}


def fields(body: bytes, content: str, charset: str = "UTF-8") -> Document:
    """The content of a message; `charset` holds where the message itself declares none."""
    reader = READERS.get(content)
    if reader is None:
        raise BadInput(f"不认识报文内容“{content}”。", hint=f"可用：{'、'.join(READERS)}。")
    try:
        if not body.strip():
            raise Unreadable("报文为空")
        if len(body) > MAX_BYTES:
            raise Unreadable(f"报文超过 {MAX_BYTES >> 20} MB")
        return reader(body, charset)
    except Unreadable as reason:
        return document(content, [Node(UNREADABLE, str(reason))])
