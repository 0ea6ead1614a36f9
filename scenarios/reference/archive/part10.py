"""Objects as DICOM files (PS3.10): head and data set, put together and taken apart again.

Not here: what stands in a data set, where files lie.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING

from harness.imaging import DicomObject

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# What pydicom raises for bytes that are no data set. zlib: the deflated transfer syntax.
UNREADABLE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError, OSError),
    *(EOFError, struct.error, zlib.error, RecursionError),
)
_META_FROM = 132  # behind preamble and DICM
_UIDS = {0x0002: "sop_class", 0x0003: "sop_instance", 0x0010: "transfer_syntax"}
_IMPLEMENTATION = b"2.25.302135610426361230518215640152213312545"


def read(item: DicomObject, *, pixels: bool = True) -> Dataset:
    """The data set of an object, with the file meta information that belongs to it. Raises what UNREADABLE lists."""
    from pydicom import dcmread

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is odd is kept as it is: it is not the archive's to judge
        return dcmread(io.BytesIO(head_of(item) + item.dataset), stop_before_pixels=not pixels)


def head_of(item: DicomObject) -> bytes:
    """Preamble and file meta information that make a file of the object (PS3.10)."""
    meta = b"".join(
        (
            _element(0x0001, b"OB", b"\x00\x01"),
            _element(0x0002, b"UI", item.sop_class.encode()),
            _element(0x0003, b"UI", item.sop_instance.encode()),
            _element(0x0010, b"UI", item.transfer_syntax.encode()),
            _element(0x0012, b"UI", _IMPLEMENTATION),
        )
    )
    return b"\0" * 128 + b"DICM" + _element(0x0000, b"UL", struct.pack("<L", len(meta))) + meta


def _element(number: int, vr: bytes, value: bytes) -> bytes:
    value += b"\0" * (len(value) % 2)
    if vr == b"OB":
        return struct.pack("<HH2sHL", 2, number, vr, 0, len(value)) + value
    return struct.pack("<HH2sH", 2, number, vr, len(value)) + value


def object_of(file: bytes) -> DicomObject:
    """Raises what UNREADABLE lists where it is no such file."""
    if file[_META_FROM - 4 : _META_FROM] != b"DICM":
        raise ValueError("no DICOM file")
    (length,) = struct.unpack_from("<L", file, _META_FROM + 8)
    at = _META_FROM + 12
    end = at + length
    uids: dict[str, str] = {}
    while at < end:
        _, number, vr, size = struct.unpack_from("<HH2sH", file, at)
        at += 8
        if vr == b"OB":
            (size,) = struct.unpack_from("<L", file, at)
            at += 4
        if number in _UIDS:
            uids[_UIDS[number]] = file[at : at + size].rstrip(b"\0").decode("ascii")
        at += size
    return DicomObject(dataset=file[end:], **uids)


def written(dataset: Dataset, like: DicomObject) -> DicomObject:
    """An object that was read and changed, in the transfer syntax that it came in."""
    file = io.BytesIO()
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(file, enforce_file_format=True)
    fresh = object_of(file.getvalue())
    assert fresh.transfer_syntax == like.transfer_syntax
    return fresh
