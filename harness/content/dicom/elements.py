"""Bytes → the elements of one level of a data set, as they stand there. Nothing is decoded, nothing is raised.

Where the bytes stop making sense the walk ends, and `trouble` says where and why; what was read until then counts.
Values are kept as raw bytes, sequences too, so that two of them can be held against each other without being read.
Not here: what a value means (`values.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from harness.content.dicom.syntaxes import IMPLICIT_LITTLE, Encoding
from harness.content.dicom.tags import label, vr_of

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
MOST_LEVELS = 64
_SHORT = frozenset("AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
LONG = frozenset("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
VRS = _SHORT | LONG
_VR = {vr.encode(): vr for vr in VRS}
_UNITS = {encoding: struct.Struct(f"{encoding}HHI") for encoding in "<>"}
_HALVES = {encoding: struct.Struct(f"{encoding}HH2sH") for encoding in "<>"}
_WORDS = {encoding: struct.Struct(f"{encoding}I") for encoding in "<>"}


class Element(NamedTuple):
    """One element; positions count within the bytes it was found in."""

    tag: int
    vr: str  # as written, or of the dictionary where none is written
    value: bytes  # of undefined length: items or fragments with their delimiters
    start: int  # of its header
    at: int  # of its value
    end: int
    undefined: bool = False


@dataclass(slots=True)
class Walk:
    """The elements of one level, and what went wrong."""

    elements: list[Element] = field(default_factory=list)
    trouble: str = ""
    end: int = 0  # behind the last byte that was used


def walk(data: bytes, encoding: Encoding, start: int = 0, level: int = 0, *, closed: bool = False) -> Walk:
    """All elements from `start`: to the end, or to the delimiter that closes the item they stand in."""
    found = Walk(end=start)
    if level > MOST_LEVELS:
        found.trouble = f"嵌套超过 {MOST_LEVELS} 层"
        return found
    size, halves, words, add = len(data), _HALVES[encoding.order], _WORDS[encoding.order], found.elements.append
    explicit, units = encoding.explicit, _UNITS[encoding.order]
    position = start
    while position + 8 <= size:
        if explicit:
            group, number, letters, length = halves.unpack_from(data, position)
            vr = _VR.get(letters, "")
        else:
            group, number, length = units.unpack_from(data, position)
        tag = group << 16 | number
        at = position + 8
        if group == 0xFFFE:
            found.end = at
            found.trouble = "" if tag == ITEM_END and closed else f"数据集中出现多余的 {label(tag)}"
            return found
        if not explicit:
            vr = vr_of(tag)
        elif not vr:
            found.trouble = f"{label(tag)} 的 VR 无效（{letters!r}）"
            return found
        elif vr in LONG:
            if at + 4 > size:
                break
            (length,) = words.unpack_from(data, at)
            at += 4
        if length == UNDEFINED:
            end, trouble = _behind(data, vr, encoding, at, level)
        else:
            end, trouble = at + length, ""
            if end > size:
                trouble = f"{label(tag)} 的长度（{length} 字节）超出数据末尾"
        end = min(end, size)
        add(Element(tag, vr, data[at:end], position, at, end, length == UNDEFINED))
        position = found.end = end
        if trouble:
            found.trouble = trouble
            return found
    if position < size:
        found.trouble = f"末尾有 {size - position} 个字节不成元素"
    elif closed:
        found.trouble = "条目缺少结束标记"
    return found


def _behind(data: bytes, vr: str, encoding: Encoding, at: int, level: int) -> tuple[int, str]:
    """Where a value of undefined length ends: items of a sequence, or fragments of pixels."""
    inner = IMPLICIT_LITTLE if vr == "UN" else encoding
    words = _UNITS[inner.order]
    position = at
    while position + 8 <= len(data):
        group, number, length = words.unpack_from(data, position)
        tag = group << 16 | number
        position += 8
        if tag == SEQUENCE_END:
            return position, ""
        if tag != ITEM:
            return position - 8, "序列或图像片段缺少结束标记"
        if length == UNDEFINED:
            item = walk(data, inner, position, level + 1, closed=True)
            position = item.end
            if item.trouble:
                return position, item.trouble
        else:
            position += length
    return len(data), "序列或图像片段缺少结束标记"


def pieces(value: bytes, encoding: Encoding) -> Iterator[bytes]:
    """The items of a sequence or the fragments of pixels, without their delimiters."""
    units = _UNITS[encoding.order]
    position = 0
    while position + 8 <= len(value):
        group, number, length = units.unpack_from(value, position)
        position += 8
        if group << 16 | number != ITEM:
            return
        if length == UNDEFINED:
            item = walk(value, encoding, position, 1, closed=True)
            yield value[position : item.end if item.trouble else item.end - 8]
            position = item.end
        else:
            yield value[position : position + length]
            position += length


def items(element: Element, encoding: Encoding, level: int) -> Iterator[tuple[Walk, Encoding]]:
    """The data sets of a sequence. What became UN on its way is implicit inside (PS3.5 6.2.2)."""
    inner = IMPLICIT_LITTLE if element.vr == "UN" else encoding
    for piece in pieces(element.value, inner):
        yield walk(piece, inner, 0, level + 1), inner
