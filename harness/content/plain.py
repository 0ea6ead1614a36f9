"""Plain text: line by line."""

from __future__ import annotations

import re

from harness.content import charset
from harness.content.tree import MAX_NODES, Document, Node, Unreadable, document

_END = re.compile("\r\n|\r|\n")


def read(body: bytes, assumed: str) -> Document:
    text, flaw = charset.read(body, "", assumed)
    lines = _END.split(text)
    if len(lines) > MAX_NODES:
        raise Unreadable(f"超过 {MAX_NODES} 行")
    if lines[-1] == "":
        del lines[-1]
    return document("text", [Node("line", line) for line in lines], flaw)
