"""Files of one object (PS3.10): preamble, meta information, data set. Not here: folders of files, DICOMDIR."""

from __future__ import annotations

import itertools

from harness.content.dicom.elements import VRS, Element, walk
from harness.content.dicom.syntaxes import (
    BIG_ENDIAN,
    EXPLICIT,
    EXPLICIT_LITTLE,
    IMPLICIT,
    encoding_of,
    inflated,
)
from harness.content.dicom.tags import keyword
from harness.content.dicom.writing import element
from harness.content.tree import Unreadable
from harness.imaging import DicomObject

IMPLEMENTATION = "2.25.1290353430926027621963709207198069303"
VERSION = "XINHENG_1"
_PREAMBLE, _MAGIC = 128, b"DICM"
_LONGEST_META = 1 << 20
_SOP_CLASS, _SOP_INSTANCE = 0x00080016, 0x00080018


def part10(item: DicomObject) -> bytes:
    """The object as a file."""
    meta = b"".join(
        element(tag, vr, value, EXPLICIT_LITTLE)
        for tag, vr, value in (
            (0x00020001, "OB", b"\0\1"),
            (0x00020002, "UI", item.sop_class.encode()),
            (0x00020003, "UI", item.sop_instance.encode()),
            (0x00020010, "UI", item.transfer_syntax.encode()),
            (0x00020012, "UI", IMPLEMENTATION.encode()),
            (0x00020013, "SH", VERSION.encode()),
        )
    )
    length = element(0x00020000, "UL", len(meta).to_bytes(4, "little"), EXPLICIT_LITTLE)
    return b"\0" * _PREAMBLE + _MAGIC + length + meta + item.dataset


def split(data: bytes) -> tuple[dict[str, str], bytes]:
    """The meta information of a file by keyword, and its data set. Both may be missing."""
    start = _PREAMBLE + 4 if data[_PREAMBLE : _PREAMBLE + 4] == _MAGIC else 0
    found = itertools.takewhile(_is_meta, walk(data[start : start + _LONGEST_META], EXPLICIT_LITTLE).elements)
    meta = {each.tag: each for each in found}
    end = max((each.end for each in meta.values()), default=0)
    return {keyword(tag): each.value.decode("latin-1").rstrip(" \0") for tag, each in meta.items()}, data[start + end :]


def _is_meta(each: Element) -> bool:
    return each.tag >> 16 == 2


def from_part10(data: bytes) -> DicomObject:
    """The object in a file; files without preamble or meta information are read where it is clear what they are."""
    meta, dataset = split(data)
    syntax = meta.get("TransferSyntaxUID", "") or _guessed(dataset)
    found = {each.tag: each.value for each in walk(inflated(dataset, syntax), encoding_of(syntax)).elements}
    sop_class = found.get(_SOP_CLASS, b"").decode("latin-1").rstrip(" \0") or meta.get("MediaStorageSOPClassUID", "")
    instance = found.get(_SOP_INSTANCE, b"").decode("latin-1").rstrip(" \0")
    instance = instance or meta.get("MediaStorageSOPInstanceUID", "")
    if not sop_class or not instance:
        raise Unreadable("没有 SOP Class UID 或 SOP Instance UID" if meta else "不是 DICOM 文件")
    return DicomObject(sop_class=sop_class, sop_instance=instance, transfer_syntax=syntax, dataset=dataset)


def _guessed(dataset: bytes) -> str:
    """How a data set is written whose file does not say so; it begins with group 0008."""
    if dataset[4:6].decode("latin-1") not in VRS:
        return IMPLICIT
    return BIG_ENDIAN if dataset[:2] == b"\0\x08" else EXPLICIT
