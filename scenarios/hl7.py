"""HL7 v2.5.1 as packs write it: segments of numbered fields, escaped, in the charset that MSH-18 names.

A field is a text, a number, a day or a moment; a tuple is its components (within one: subcomponents), a list its
repetitions, None an empty field. What the harness reads of such a message is what was put in, line ends included.
Not here: reading what arrived and answering it (`hl7_received.py`), what a segment means (the packs).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harness.content import hl7
from harness.content.charset import codec_of
from harness.message import Outgoing

VERSION = "2.5.1"
# HL7 table 0211. GBK has no name there; what hospitals write instead is its own.
_NAMES = {"utf-8": "UNICODE UTF-8", "gb18030": "GB 18030-2000", "gbk": "GBK", "ascii": "ASCII"}

Fields = Mapping[int, Any]


def charset_name(charset: str) -> str:
    """What stands in MSH-18 for an endpoint's charset."""
    return _NAMES.get(codec_of(charset), charset)


def segment(name: str, fields: Fields) -> str:
    """One segment; fields that nobody names are empty."""
    texts = [written(fields.get(number)) for number in range(1, max(fields, default=0) + 1)]
    return "|".join([name, *texts]).rstrip("|")


def header(kind: tuple[str, ...], *, charset: str, fields: Fields) -> str:
    """MSH: `kind` is MSH-9; `fields` bring the parties, MSH-7 and MSH-10."""
    usual: Fields = {9: kind, 11: "P", 12: VERSION, 18: charset_name(charset)}
    texts = [written({**usual, **fields}.get(number)) for number in range(3, 19)]
    return "|".join(["MSH", "^~\\&", *texts]).rstrip("|")


def message(*segments: str, charset: str) -> bytes:
    """The segments as they leave. A character that the charset lacks becomes a question mark, as in real systems."""
    return "".join(f"{one}\r" for one in segments).encode(codec_of(charset) or "utf-8", "replace")


def outgoing(*segments: str, charset: str) -> Outgoing:
    return Outgoing(body=message(*segments, charset=charset))


def written(value: Any) -> str:
    """One field."""
    if isinstance(value, list):
        return "~".join(_parts(one) for one in value)
    return _parts(value)


def _parts(value: Any) -> str:
    if not isinstance(value, tuple):
        return _plain(value)
    components = ["&".join(map(_plain, one)).rstrip("&") if isinstance(one, tuple) else _plain(one) for one in value]
    return "^".join(components).rstrip("^")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return hl7.escaped(value).replace("\\X0A\\", "\\.br\\")
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return f"{value:%Y%m%d}"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    raise TypeError(f"{type(value).__name__} is no field of HL7")


def moment(value: dt.datetime) -> str:
    """To the second, and to the microsecond where there are any."""
    return f"{value:%Y%m%d%H%M%S}" + (f".{value:%f}" if value.microsecond else "")
