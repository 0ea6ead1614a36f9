"""Small changes to a good message, for making bad ones of it. Not here: which changes (`battery.py`).

`None` as the new text takes the field out. Where a path is not found the message comes back as it was.
"""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

from harness.content import hl7

_HL7_PATH = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:[.-](\d+))?")
_JSON_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


def changed(text: str, content: str, path: str, new: str | None) -> str:
    """The message with one field changed; the same text where there is no such field."""
    if content == "hl7":
        return _in_hl7(text, path, new)
    if content == "json":
        return _in_json(text, path, new)
    return _in_xml(text, path, new)


def _in_hl7(text: str, path: str, new: str | None) -> str:
    """A whole field of a segment, or the segment itself."""
    found = _HL7_PATH.fullmatch(path)
    lines = hl7.lines_of(text)
    delimiters = hl7.declared(lines[0]) if lines else None
    if found is None or delimiters is None:
        return text
    places = [n for n, line in enumerate(lines) if line.split(delimiters.field, 1)[0] == found[1]]
    nth = int(found[2] or 1)
    if nth > len(places):
        return text
    at = places[nth - 1]
    if found[3] is None:
        if new is not None:
            return text
        del lines[at]
    else:
        fields = lines[at].split(delimiters.field)
        number = int(found[3]) - (found[1] in hl7.HEADERS)
        if number < 1 or number >= len(fields):
            return text
        fields[number] = "" if new is None else hl7.escaped(new, delimiters)
        lines[at] = delimiters.field.join(fields)
    return "".join(f"{line}\r" for line in lines)


def _in_json(text: str, path: str, new: str | None) -> str:
    document = json.loads(text)
    steps: list[Any] = [int(step[2]) if step[2] else step[1] for step in _JSON_STEP.finditer(path.removeprefix("$"))]
    holder = document
    for step in steps[:-1]:
        holder = _inside(holder, step)
    if not steps or _inside(holder, steps[-1]) is None:
        return text
    if new is None:
        del holder[steps[-1]]
    else:
        holder[steps[-1]] = new
    return json.dumps(document, ensure_ascii=False)


def _inside(holder: Any, step: Any) -> Any:
    if isinstance(holder, dict) and isinstance(step, str):
        return holder.get(step)
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    return None


def _in_xml(text: str, path: str, new: str | None) -> str:
    """Steps are local names; an attribute stands last, behind @."""
    declaration = re.match(r"\s*<\?xml.*?\?>\s*", text, re.DOTALL)
    root = ElementTree.fromstring(text[declaration.end() if declaration else 0 :])
    steps = path.strip("/").split("/")
    if steps[0] == _local(root.tag):
        del steps[0]
    holder, last = root, root
    for step in steps:
        if step.startswith("@"):
            return (declaration[0] if declaration else "") + _attribute(root, last, step[1:], new)
        name, _, nth = step.partition("[")
        same = [element for element in last if _local(element.tag) == name]
        place = int(nth.rstrip("]") or 1) - 1
        if place >= len(same):
            return text
        holder, last = last, same[place]
    if last is root:
        return text
    if new is None:
        holder.remove(last)
    else:
        last.text = new
    return (declaration[0] if declaration else "") + ElementTree.tostring(root, encoding="unicode")


def _attribute(root: ElementTree.Element, element: ElementTree.Element, name: str, new: str | None) -> str:
    key = next((key for key in element.attrib if _local(key) == name), None)
    if key is not None:
        if new is None:
            del element.attrib[key]
        else:
            element.set(key, new)
    return ElementTree.tostring(root, encoding="unicode")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
