"""How large a picture is, from the first bytes of a JPEG or PNG file. Pure. Not here: what it shows."""

from __future__ import annotations

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start of frame; the others are tables
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height; None where it is neither, or broken."""
    if data.startswith(_PNG):
        return (_number(data[16:20]), _number(data[20:24])) if len(data) >= 24 else None
    return _jpeg(data) if data.startswith(b"\xff\xd8") else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            return _number(data[at + 7 : at + 9]), _number(data[at + 5 : at + 7])
        if marker == 0xFF:  # fill byte
            at += 1
        else:
            at += 2 if marker in _ALONE else 2 + _number(data[at + 2 : at + 4])
    return None


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
