"""What must not leave the house: credentials, and identities of real people. Pure: bytes in, findings out.

Credentials are found by their shape and, where they are known, by their very value. Personal data means resident ID
numbers whose birth date and check digit are right (GB 11643), and mobile numbers. A finding says the kind, the file and
the line, never the value. What this cannot find: names, addresses, credentials of an unknown shape, text inside images
or PDF streams. Not here: reading files (`scanning`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

SHORTEST_SECRET = 6  # shorter values turn up in any data by chance
_PLACEHOLDER = re.compile(
    rb"\*+|x+|\.+|-+|_+|null|none|true|false|string|integer|undefined|required|optional|changeme|your[_-].*|[$%].*"
)
# The text is in lower case when these are searched. Each begins with the word that is looked for first.
_ASSIGNED = rb"\\*[\"']?\s*(?::|=|\xef\xbc\x9a)\s*\\*[\"']?([!#-&*+./-9:=?@^-z|~-]{4,})"
_URL = rb"://[^\s/@:\"'<>\\]*:([^\s/@\"'<>\\]+)@"
_SHAPE_OF_DIGITS = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else ord(" ") for byte in range(256))
_MOBILE = re.compile(rb"1[3-9]\d{9}")
_SEVENTEEN = b"0" * 17
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DIGITS = b"10X98765432"


class Kind(StrEnum):
    """What was found; credentials first."""

    PRIVATE_KEY = "私钥"
    PASSWORD = "密码或令牌"
    URL = "地址中的密码"
    TOKEN = "访问令牌"
    KNOWN = "环境变量中的密码或令牌的值"
    ID_NUMBER = "居民身份证号码"
    MOBILE = "手机号码"

    @property
    def personal(self) -> bool:
        return self in (Kind.ID_NUMBER, Kind.MOBILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing found, at this place of the text."""

    kind: Kind
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """A pattern, and the bytes without which it cannot match: looking for those first is ten times as fast."""

    kind: Kind
    needle: bytes
    pattern: re.Pattern[bytes]


def _assigned(needle: str, *words: str) -> Iterator[_Shape]:
    for word in words or (needle,):
        yield _Shape(kind=Kind.PASSWORD, needle=needle.encode(), pattern=re.compile(word.encode() + _ASSIGNED))


_SHAPES = (
    _Shape(
        kind=Kind.PRIVATE_KEY, needle=b"key", pattern=re.compile(rb"-----begin [a-z0-9 ]{0,20}private key-----")
    ),
    _Shape(kind=Kind.URL, needle=b"://", pattern=re.compile(_URL)),
    *_assigned("pass", "password", "passwd", "passphrase"),
    *_assigned("key", "api_?key", "access_?key", "secret_?key"),
    *(shape for word in ("pwd", "secret", "token", "密码", "口令") for shape in _assigned(word)),
    _Shape(
        kind=Kind.PASSWORD,
        needle=b"identified by",
        pattern=re.compile(rb"identified by\s+(?:password\s+)?\\*[\"']([^\"'\\]{3,})"),
    ),
    _Shape(
        kind=Kind.TOKEN,
        needle=b"authorization",
        pattern=re.compile(rb"authorization\\*[\"']?\s*[:=]\s*\\*[\"']?(?:basic|bearer)\s+([a-z0-9+/=._~-]{8,})"),
    ),
    _Shape(
        kind=Kind.TOKEN,
        needle=b"eyj",
        pattern=re.compile(rb"eyj[a-z0-9_-]{10,}\.(eyj[a-z0-9_-]{10,})\.[a-z0-9_-]{10,}")
    ),
)  # fmt: skip
_NEEDLES = {shape.needle for shape in _SHAPES}


def credentials(text: bytes, known: Iterable[bytes] = ()) -> Iterator[Hit]:
    """Credentials by their shape, and these very values."""
    for value in known:
        yield from (Hit(kind=Kind.KNOWN, at=at) for at in _places(text, value))
    lowered = text.lower()
    there = {needle for needle in _NEEDLES if needle in lowered}
    for shape in _SHAPES:
        if shape.needle in there:
            for found in shape.pattern.finditer(lowered):
                if not (found.groups() and _PLACEHOLDER.fullmatch(found[1])):
                    yield Hit(kind=shape.kind, at=found.start())


def spellings(secret: str) -> tuple[bytes, ...]:
    """How a secret may stand in a file: as it is, inside JSON, inside an address."""
    if len(secret) < SHORTEST_SECRET:
        return ()
    forms = (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe=""))
    return tuple(dict.fromkeys(form.encode() for form in forms))


def personal_data(text: bytes, *, numbers_are_quoted: bool = False) -> Iterator[Hit]:
    """ID and mobile numbers. `numbers_are_quoted`: JSON, where a bare number is no telephone."""
    for start in _runs_of_17(text):
        if _alone(text, start, start + 18) and is_id_number(text[start : start + 18]):
            yield Hit(kind=Kind.ID_NUMBER, at=start)
    for found in _MOBILE.finditer(text):
        start, end = found.span()
        if _alone(text, start, end) and not (numbers_are_quoted and _bare(text, start, end)):
            yield Hit(kind=Kind.MOBILE, at=start)


def is_id_number(digits: bytes) -> bool:
    """Whether these 18 characters are an ID number: a birth date that may be, and the check digit of GB 11643."""
    if len(digits) != 18 or not digits[:17].isdigit():
        return False
    year, month, day = int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
    if not (1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(weight * (digit - 48) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return _DIGITS[total % 11] == digits[17:18].upper()[0]


def _runs_of_17(text: bytes) -> Iterator[int]:
    """Where 17 digits or more begin. Looking for zeros in a copy of zeros and blanks is much faster than a pattern."""
    shape = text.translate(_SHAPE_OF_DIGITS)
    at = shape.find(_SEVENTEEN)
    while at >= 0:
        yield at
        end = shape.find(b" ", at)
        at = shape.find(_SEVENTEEN, end) if end >= 0 else -1


def _alone(text: bytes, start: int, end: int) -> bool:
    """Whether this is a word of its own, not a part of a longer number or name."""
    return not _part_of_a_word(text[max(start - 1, 0) : start]) and not _part_of_a_word(text[end : end + 1])


def _part_of_a_word(neighbour: bytes) -> bool:
    return neighbour.isalnum() or neighbour in (b".", b"_", b"-")


def _bare(text: bytes, start: int, end: int) -> bool:
    return text[max(start - 1, 0) : start] in (b":", b",", b"[", b" ") and text[end : end + 1] in (
        b",",
        b"]",
        b"}",
        b"\n",
        b"",
    )


def _places(text: bytes, value: bytes) -> Iterator[int]:
    """Where a value stands by itself, not inside a longer word."""
    at = text.find(value)
    while at >= 0:
        inside = text[max(at - 1, 0) : at].isalnum() or text[at + len(value) : at + len(value) + 1].isalnum()
        if len(value) > 2 * SHORTEST_SECRET or not inside:
            yield at
        at = text.find(value, at + 1)
