"""DICOM JSON as the handlers read and write it: one element at a time, by its tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Model = dict[str, Any]


def text(model: Model, tag: str) -> str:
    """The first value, nothing where there is none."""
    values = model.get(tag, {}).get("Value") or ("",)
    return "" if values[0] is None or isinstance(values[0], dict) else str(values[0]).strip()


def items(model: Model, tag: str) -> Sequence[Model]:
    return [item for item in model.get(tag, {}).get("Value") or () if isinstance(item, dict)]


def element(vr: str, *values: Any) -> dict[str, Any]:
    """Without empty values; a name is given as Wang^XiaoDong=王^小东."""
    told = [_name(value) if vr == "PN" else value for value in values if value not in (None, "")]
    return {"vr": vr, "Value": told} if told else {"vr": vr}


def _name(value: str) -> dict[str, str]:
    groups = zip(("Alphabetic", "Ideographic", "Phonetic"), value.split("="), strict=False)
    return {group: part for group, part in groups if part}


def asked_for(keys: Model, found: Model) -> dict[str, Any]:
    """What the keys name of what was found, in sequences too; an empty sequence asks for all of its items."""
    told: dict[str, Any] = {}
    for tag, key in keys.items():
        there = found.get(tag)
        if there is None:
            continue
        inner = items(keys, tag)
        if key.get("vr") == "SQ" and inner:
            told[tag] = {"vr": "SQ", "Value": [asked_for(inner[0], item) for item in items(found, tag)]}
        else:
            told[tag] = there
    return told
