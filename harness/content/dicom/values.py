"""One element's raw value → a cell that a person can read and a table can compare (`cells.py`).

Only padding that PS3.5 6.2 calls insignificant is taken off. Numbers written as text are numbers: 1.50 is 1.5. Long
binary values become their SHA-256. Not here: sequences and pixels.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from harness.content.dicom import text
from harness.content.dicom.syntaxes import Encoding

LONGEST_BINARY = 64  # bytes that are shown as they are
_LONGEST_NUMBER = 64  # digits
_ONE_TEXT = frozenset({"LT", "ST", "UT"})
_DECODED = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_BLANK_BEFORE = frozenset({"AE", "CS", "DS", "IS", "LO", "SH"})  # leading blanks mean nothing
TEXTS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
NUMBERS = {"FD": "d", "FL": "f", "SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q"}
WIDTHS = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}
_INTEGER = re.compile(r"[+-]?\d{1,64}")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


def texts(raw: bytes, vr: str, charset: Sequence[str]) -> tuple[list[str], str]:
    """The values of a text, and what is wrong with its characters."""
    terms = charset if vr in _DECODED else ("ISO_IR 100",)
    whole, flaw = text.decoded(raw, terms, name=vr == "PN")
    parts = [whole] if vr in _ONE_TEXT or vr == "UR" else whole.split("\\")
    return [_stripped(part, vr) for part in parts], flaw


def _stripped(part: str, vr: str) -> str:
    if vr == "UI":
        return part.rstrip("\0")
    return part.strip(" ") if vr in _BLANK_BEFORE else part.rstrip(" ")


def name_groups(written: str) -> list[str]:
    """Alphabetic, ideographic and phonetic; empty components at the end of a name are not there (PS3.5 6.2.1.1)."""
    groups = [group.rstrip("^") for group in written.split("=")]
    while len(groups) > 1 and not groups[-1]:
        del groups[-1]
    return groups


def numbers(raw: bytes, vr: str, encoding: Encoding) -> list[int | float] | None:
    """The values of a binary number; None where its length is no multiple of theirs."""
    code = NUMBERS[vr]
    count, rest = divmod(len(raw), struct.calcsize(f"={code}"))
    return None if rest else list(struct.unpack(f"{encoding.order}{count}{code}", raw))


def little(raw: bytes, vr: str, encoding: Encoding) -> bytes:
    """Words in little-endian order, whatever order they were written in."""
    width = WIDTHS.get(vr, 1)
    if not encoding.big or width == 1 or len(raw) % width:
        return raw
    swapped = bytearray(len(raw))
    for place in range(width):
        swapped[place::width] = raw[width - 1 - place :: width]
    return bytes(swapped)


def cell(raw: bytes, vr: str, encoding: Encoding, charset: Sequence[str]) -> tuple[Any, str]:
    """The value as a cell, and what is wrong with it."""
    if vr in TEXTS:
        parts, flaw = texts(raw, vr, charset)
        return _text_cell(parts, vr), flaw
    if vr in NUMBERS:
        values = numbers(raw, vr, encoding)
        if values is None:
            return raw, f"长度 {len(raw)} 不是 {vr} 的整数倍"
        return _joined(values), ""
    if vr == "AT":
        return "\\".join(f"({tag >> 16:04x},{tag & 0xFFFF:04x})" for tag in tags(raw, encoding)), ""
    return _binary(little(raw, vr, encoding)), ""


def tags(raw: bytes, encoding: Encoding) -> list[int]:
    return [
        group << 16 | number for group, number in struct.iter_unpack(f"{encoding.order}HH", raw[: len(raw) // 4 * 4])
    ]


def _text_cell(parts: list[str], vr: str) -> Any:
    if vr in ("DS", "IS"):
        return _joined([number(part, vr) for part in parts])
    if vr == "PN":
        parts = ["=".join(name_groups(part)) for part in parts]
    return "\\".join(parts)


def number(part: str, vr: str) -> Any:
    """A number written as text; the text where it is none."""
    part = part.strip(" ")
    if vr == "IS" and _INTEGER.fullmatch(part):
        return int(part)
    if len(part) <= _LONGEST_NUMBER and _DECIMAL.fullmatch(part):
        return plain(Decimal(part))
    return part


def plain(value: Decimal) -> Decimal:
    """The same number without zeros at its end."""
    if not value:
        return Decimal(0)
    short = value.normalize()
    exponent = short.as_tuple().exponent
    whole = isinstance(exponent, int) and 0 < exponent <= _LONGEST_NUMBER
    return short.quantize(Decimal(1)) if whole and short.adjusted() < 28 else short


def _joined(values: Sequence[Any]) -> Any:
    if not values:
        return ""
    return values[0] if len(values) == 1 else "\\".join(map(str, values))


def _binary(raw: bytes) -> bytes | str:
    if not raw:
        return ""
    return raw if len(raw) <= LONGEST_BINARY else hashlib.sha256(raw).digest()
