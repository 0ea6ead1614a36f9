"""Unique identifiers of everything that the pack sends, by which its own studies are told from a hospital's.

A UID is 2.25 and a UUID as a number (PS3.5 B.2); the UUID is of version 8, its first 48 bits are the same in all of
ours and the rest is a hash. So all are equally long, which lets `encoded.py` write one over another.
"""

from __future__ import annotations

import hashlib

LENGTH = 44  # of every UID made here
_ROOT = "2.25."
_MARK = int.from_bytes(b"XHPACS", "big")
_VERSION, _VARIANT = 8 << 76, 2 << 62
_HASHED = (1 << 128) - 1 - (0xFFFFFFFFFFFF << 80) - (0xF << 76) - (0x3 << 62)


def study_uid(*words: object) -> str:
    """The Study Instance UID of what these words name: the same today and tomorrow."""
    return _uid("study", *words)


def series_uid(study: str, series: int) -> str:
    return _uid(study, "series", series)


def instance_uid(series: str, image: int) -> str:
    return _uid(series, image)


def frame_of_reference_uid(study: str) -> str:
    return _uid(study, "frame of reference")


def document_series_uid(study: str, kind: str) -> str:
    """The series of a study's reports or key objects."""
    return _uid(study, kind)


def step_uid(*words: object) -> str:
    """The SOP Instance UID of a performed procedure step."""
    return _uid("performed step", *words)


def transaction_uid(*words: object) -> str:
    """The Transaction UID of a request for storage commitment."""
    return _uid("commitment", *words)


def ours(uid: str) -> bool:
    number = uid.removeprefix(_ROOT)
    if number == uid or not (number.isascii() and number.isdecimal()):
        return False
    whole = int(number[:40])
    return whole >> 80 == _MARK and whole & ~_HASHED == _marked(0)


def _uid(*words: object) -> str:
    digest = hashlib.sha256("\0".join(map(str, words)).encode()).digest()
    return f"{_ROOT}{_marked(int.from_bytes(digest[:16], 'big'))}"


def _marked(bits: int) -> int:
    return _MARK << 80 | _VERSION | _VARIANT | bits & _HASHED
