"""Two bodies → their differences, reading no more than has to be read.

Equal bytes are equal messages. HL7 replies mostly differ in the stamps of MSH alone: a segment is held against its
partner as text first, and only where they differ in more than what moves by itself are they read. Not here: what a
difference is (`differences.py`); this page must never find another one.
"""

from __future__ import annotations

import functools
import re

from harness.content import hl7
from harness.content.differences import Change, FieldDifference, differences
from harness.content.how import How
from harness.content.reading import fields
from harness.content.tree import MAX_BYTES, Node, document

_WHOLE_FIELD = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[\*\])?[.-](\d{1,3})(?:\[\*\])?")


def of_bodies(original: bytes, migrated: bytes, content: str, charset: str, how: How) -> tuple[FieldDifference, ...]:
    """What `differences` finds in the two documents."""
    if original == migrated:
        return ()
    if content == "hl7":
        found = _of_hl7(original, migrated, charset, how)
        if found is not None:
            return found
    return differences(fields(original, content, charset), fields(migrated, content, charset), how)


def _of_hl7(original: bytes, migrated: bytes, charset: str, how: How) -> tuple[FieldDifference, ...] | None:
    """Segment by segment; None where the messages have to be read whole."""
    a, b = original.split(b"\r"), migrated.split(b"\r")
    if len(a) != len(b) or len(original) > MAX_BYTES or not a[0].startswith(b"MSH|^~\\&|"):
        return None
    if b"\n" in original or b"\n" in migrated or not b[0].startswith(b"MSH|^~\\&|"):
        return None
    moving = _whole_fields(how)
    other: list[int] = []
    for n, (x, y) in enumerate(zip(a, b, strict=True)):
        if x != y and not _equal_but_for(moving.get(x[:3]), x, y, charset):
            other.append(n)
    if not other:
        return ()
    if 0 in other or how.keyed or how.unordered:
        return None
    return _of_segments((original, migrated), other, charset, how)


@functools.lru_cache(maxsize=256)
def _whole_fields(how: How) -> dict[bytes, frozenset[int]]:
    """Segment → position among its `|` of fields that move as a whole, wherever the segment stands."""
    found: dict[bytes, frozenset[int]] = {}
    for pattern in how.volatile:
        match = _WHOLE_FIELD.fullmatch(pattern)
        if match:
            name = match[1].encode()
            at = int(match[2]) - (match[1] in hl7.HEADERS)
            found[name] = found.get(name, frozenset()) | {at}
    return found


def _equal_but_for(moving: frozenset[int] | None, x: bytes, y: bytes, charset: str) -> bool:
    """Whether two segments differ in moving fields only."""
    if not moving or x[:3] != y[:3]:
        return False
    left, right = _split(x, charset), _split(y, charset)
    if left is None or right is None or len(left) != len(right):
        return False
    return all(
        p == q or (n in moving and _one_value(p) and _one_value(q))
        for n, (p, q) in enumerate(zip(left, right, strict=True))
    )


def _split(segment: bytes, charset: str) -> list[str] | None:
    """The fields of a header. In GBK a `|` may be half of a character: it is decoded by what it declares."""
    if segment.isascii():
        return segment.decode("ascii").split("|")
    text, flaw = hl7.decoded(segment, charset)
    return None if flaw else text.split("|")


def _one_value(field: str) -> bool:
    """Whether a field holds something, once."""
    return "~" not in field and bool(field.strip("^&"))


def _of_segments(
    bodies: tuple[bytes, bytes], other: list[int], charset: str, how: How
) -> tuple[FieldDifference, ...] | None:
    """Only segments of a name that differs are read; the others stand in for themselves, so that they are counted."""
    texts = [hl7.decoded(body, charset) for body in bodies]
    flaws = [flaw for _, flaw in texts]
    lines = [text.rstrip("\r").split("\r") for text, _ in texts]
    if any(flaws) or len(lines[0]) != len(lines[1]) or other[-1] >= len(lines[0]):
        return None
    if any(x[:3] != y[:3] or not hl7.NAME.fullmatch(x[:3]) for x, y in zip(*lines, strict=True)):
        return None
    if any(line[:3] in hl7.HEADERS for line in lines[0][1:]):
        return None
    # Others of the same name are read too: one of them may be the same as one that differs, though written otherwise.
    read = {lines[0][n][:3] for n in other}
    codecs = [hl7.codec_for(text, charset) for text, _ in texts]
    documents = [
        document(
            "hl7",
            [
                hl7.segment(line, hl7.STANDARD, codec) if line[:3] in read else Node(line[:3], lines[0][n])
                for n, line in enumerate(side)
            ],
        )
        for side, codec in zip(lines, codecs, strict=True)
    ]
    found = differences(documents[0], documents[1], how)
    return None if any(d.change is Change.ORDER for d in found) else found  # an order is shown with its neighbours
