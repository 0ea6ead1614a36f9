"""Elements → bytes. Not here: what goes into them."""

from __future__ import annotations

import struct

from harness.content.dicom.elements import ITEM, LONG, SEQUENCE_END, UNDEFINED
from harness.content.dicom.syntaxes import Encoding

_PADDED_BY_ZERO = frozenset("OB UI UN".split())
_LONGEST_SHORT = 0xFFFF


def element(tag: int, vr: str, value: bytes, encoding: Encoding) -> bytes:
    """One element, its value padded to even length. What is too long for its representation's length becomes UN."""
    if len(value) % 2:
        value += b"\0" if vr in _PADDED_BY_ZERO else b" "
    if encoding.explicit and vr not in LONG and len(value) > _LONGEST_SHORT:
        vr = "UN"
    return header(tag, vr, len(value), encoding) + value


def header(tag: int, vr: str, length: int, encoding: Encoding) -> bytes:
    group, number, order = tag >> 16, tag & 0xFFFF, encoding.order
    if not encoding.explicit:
        return struct.pack(f"{order}HHI", group, number, length)
    if vr in LONG:
        return struct.pack(f"{order}HH2sHI", group, number, vr.encode(), 0, length)
    return struct.pack(f"{order}HH2sH", group, number, vr.encode(), length)


def sequence(tag: int, items: list[bytes], encoding: Encoding) -> bytes:
    """A sequence of encoded data sets, all of known length."""
    whole = b"".join(delimiter(ITEM, len(item), encoding) + item for item in items)
    return header(tag, "SQ", len(whole), encoding) + whole


def delimiter(tag: int, length: int, encoding: Encoding) -> bytes:
    return struct.pack(f"{encoding.order}HHI", tag >> 16, tag & 0xFFFF, length)


def fragments(tag: int, streams: list[bytes], encoding: Encoding) -> bytes:
    """Encapsulated pixels with an empty table of offsets."""
    whole = b"".join(delimiter(ITEM, len(stream), encoding) + stream for stream in (b"", *streams))
    return header(tag, "OB", UNDEFINED, encoding) + whole + delimiter(SEQUENCE_END, 0, encoding)
