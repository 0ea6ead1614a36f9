"""Whether a message file is what it should be, before anything is sent: HL7 that begins with MSH, JSON, XML.

Not here: interface documents, which say much more (`harness/documents`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from harness.content import hl7
from scenarios.folder.sending import XML, Compose


def flaw(composed: Compose, sample: Mapping[str, Any]) -> str:
    """What is wrong with the message when its placeholders are filled with `sample`; '' where nothing is."""
    text = composed(charset="UTF-8", **sample).body.decode()
    if composed.sends == "hl7":
        return _hl7_flaw(text)
    if composed.sends == "json":
        return _json_flaw(text)
    return _xml_flaw(text) if composed.sends in XML else ""


def _hl7_flaw(text: str) -> str:
    lines = hl7.lines_of(text)
    if not lines or hl7.declared(lines[0]) is None or not lines[0].startswith("MSH"):
        return "不是 HL7 v2 报文，第一段应为 MSH|^~\\&|…"
    stray = next((n for n, line in enumerate(lines, 1) if not hl7.NAME.fullmatch(line[:3])), 0)
    return f"第 {stray} 段不以段名开头（三个大写字母或数字），一段是否被分成了两行" if stray else ""


def _json_flaw(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"第 {error.lineno} 行第 {error.colno} 列起不是合法的 JSON，请改正"
    return ""


def _xml_flaw(text: str) -> str:
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        return f"第 {line} 行第 {column + 1} 列起不是合法的 XML，请改正"
    return ""
