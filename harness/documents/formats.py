"""The formats that OpenAPI and JSON Schema name, as far as they say something that can be checked.

A format that is not listed is a hint for readers and no requirement, as the standards have it.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import re
from collections.abc import Callable, Mapping

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK = re.compile(r"\d\d:\d\d:\d\d(?:\.\d+)?(?:[zZ]|[+-]\d\d:\d\d)", re.ASCII)


def _date(text: str) -> bool:
    return bool(_DATE.fullmatch(text)) and _reads(dt.date.fromisoformat, text)


def _clock(text: str) -> bool:
    return bool(_CLOCK.fullmatch(text)) and _reads(dt.time.fromisoformat, text.upper())


def _moment(text: str) -> bool:
    """With its zone: a moment without one is not what date-time means."""
    return text[10:11].upper() == "T" and _date(text[:10]) and _clock(text[11:])


def _bytes(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": _date,
    "time": _clock,
    "date-time": _moment,
    "uuid": lambda text: bool(_UUID.fullmatch(text)),
    "email": lambda text: bool(_EMAIL.fullmatch(text)),
    "uri": lambda text: bool(_URI.fullmatch(text)),
    "ipv4": lambda text: _reads(ipaddress.IPv4Address, text),
    "ipv6": lambda text: _reads(ipaddress.IPv6Address, text),
    "byte": _bytes,
}
INTEGERS: Mapping[str, int] = {"int32": 2**31, "int64": 2**63}
