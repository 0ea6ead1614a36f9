"""Tags → what people call them: keyword of the dictionary, number, private creator. Not here: values."""

from __future__ import annotations

import functools

CHARACTER_SET = 0x00080005
PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS = 0x7FE00010, 0x7FE00008, 0x7FE00009
PIXELS = frozenset({PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS})
_PADDING = 0xFFFCFFFC
_KNOWN = 1 << 14  # tags remembered: the dictionary's, and private ones
_LENGTH_TO_END = 0x00080001


@functools.lru_cache(_KNOWN)
def vr_of(tag: int) -> str:
    """The representation that the dictionary gives; UN for a tag it does not know."""
    return vrs_of(tag)[0]


@functools.lru_cache(_KNOWN)
def vrs_of(tag: int) -> tuple[str, ...]:
    """All representations that the dictionary allows, the one to read it by first."""
    if tag & 0xFFFF == 0:
        return ("UL",)
    if is_private(tag):
        return ("LO",) if is_creator(tag) else ("UN",)
    from pydicom.datadict import dictionary_VR

    try:
        allowed = dictionary_VR(tag)
    except KeyError:
        return ("UN",)
    several = tuple(allowed.split(" or "))
    return ("OW", *(vr for vr in several if vr != "OW")) if "OW" in several else several


def is_private(tag: int) -> bool:
    return bool(tag >> 16 & 1)


def is_creator(tag: int) -> bool:
    """Whether a private element reserves a block for somebody."""
    return is_private(tag) and 0x10 <= tag & 0xFFFF <= 0xFF


def is_left_out(tag: int) -> bool:
    """What belongs to the file or the writing rather than to the object."""
    return tag >> 16 == 2 or tag & 0xFFFF == 0 or tag in (_LENGTH_TO_END, _PADDING)


@functools.lru_cache(_KNOWN)
def keyword(tag: int) -> str:
    """As the dictionary calls it; nothing where it does not know it."""
    if is_private(tag):
        return ""
    from pydicom.datadict import keyword_for_tag

    found = keyword_for_tag(tag)
    if found and tag >> 24 in (0x50, 0x60) and tag >> 16 & 0xFF:
        return f"{found}({tag >> 16:04X})"
    return found


@functools.lru_cache(_KNOWN)
def tag_of(name: str) -> int | None:
    """The tag of a keyword, or of eight hexadecimal digits."""
    from pydicom.datadict import tag_for_keyword

    if len(name) == 8:
        try:
            return int(name, 16)
        except ValueError:
            pass
    return tag_for_keyword(name)


@functools.lru_cache(_KNOWN)
def label(tag: int) -> str:
    """For a message: number and keyword."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X}){keyword(tag)}"


def column(tag: int, creator: str) -> str:
    """The name of an element among its siblings. The block of a private one is not part of it: blocks may move."""
    if is_private(tag) and creator:
        return f"({tag >> 16:04x},{tag & 0xFF:02x})[{creator}]"
    return keyword(tag) or f"({tag >> 16:04x},{tag & 0xFFFF:04x})"
