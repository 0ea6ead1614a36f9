"""What the archive answers to the services of DICOM, in the words of handlers: C-FIND and N-ACTION as DICOM JSON.

Objects themselves go another way (`dicom.py`, one folder up). Not here: finding.
"""

from __future__ import annotations

import json
from typing import Any

from scenarios.reference.archive.archive import BAD_IDENTIFIER, LEVEL, SUCCESS, Archive, level_of
from scenarios.reference.archive.entry import KEYS, LEVELS, Model
from scenarios.reference.archive.query import supported
from scenarios.reference.service import DICOM_JSON, Answer, Desk, Handler, Request

_CHARSET, _RETRIEVE_FROM = "00080005", "00080054"
_NOT_SUPPORTED = 0x0122


def handler_of(archive: Archive, title: str) -> Handler:
    """`title`: the AE title that matches are to be retrieved from."""

    def handle(request: Request, desk: Desk) -> Answer:
        identifier: Model = json.loads(request.body)
        if request.method == "N-ACTION":
            return _answer(SUCCESS)
        if request.method != "C-FIND":
            return _answer(_NOT_SUPPORTED)
        level = level_of(identifier)
        if not level:
            return _answer(BAD_IDENTIFIER)
        keys = {tag: key for tag, key in identifier.items() if tag not in (LEVEL, _CHARSET, _RETRIEVE_FROM)}
        return _answer(SUCCESS, *(_returned(level, keys, found, title) for found in archive.find(level, keys)))

    return handle


def _returned(level: str, keys: Model, found: Model, title: str) -> Model:
    """What was asked for and is supported, and the unique keys down to the level."""
    known = supported(level)
    told: dict[str, Any] = {tag: found.get(tag) or {"vr": key["vr"]} for tag, key in keys.items() if tag in known}
    for each in LEVELS[1 : LEVELS.index(level) + 1]:
        told[KEYS[each]] = found[KEYS[each]]
    told[LEVEL] = {"vr": "CS", "Value": [level]}
    told[_RETRIEVE_FROM] = {"vr": "AE", "Value": [title]}
    return told


def _answer(status: int, *found: Model) -> Answer:
    return Answer(body=json.dumps(found, ensure_ascii=False).encode(), status=status, content_type=DICOM_JSON)
