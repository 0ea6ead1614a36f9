"""A study as encoded objects, fast: a series is encoded once, each image is a copy of it with a few values put in.

The values that differ are equally wide in all images, so they are written at known places (UIDs by how `uids.py` makes
them, numbers and times padded). Objects are made one at a time: a study of any size takes the memory of one image.
"""

from __future__ import annotations

import functools
import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from harness.imaging import DicomObject
from scenarios.pacs.images import datasets, pixels, uids
from scenarios.pacs.images.study import Study

_SLICE_MM = 5.0
_SECONDS_PER_IMAGE = 0.35
_UNKNOWN_LENGTH = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    """A series' attributes before Pixel Data, and where in them an image writes its own (-1: nowhere)."""

    head: bytes
    instance_at: int
    number_at: int
    time_at: int
    position_at: int
    location_at: int


def objects(study: Study) -> Iterator[DicomObject]:
    """Every image of the study, in the order in which a modality sends them."""
    for series in range(1, study.series + 1):
        for image in range(1, study.images + 1):
            yield object_of(study, series, image)


def object_of(study: Study, series: int, image: int, *, variant: str = "") -> DicomObject:
    """One image; another `variant` has other pixel data under the same UIDs."""
    template = _template(study, series, pixels.is_clip(study, image))
    instance = uids.instance_uid(uids.series_uid(study.uid, series), image)
    head = bytearray(template.head)
    own = _own_values(study, (series - 1) * study.images + image, image)
    _put(head, template.instance_at, instance)
    _put(head, template.number_at, f"{image:<4d}")
    for at, value in zip((template.time_at, template.position_at, template.location_at), own, strict=True):
        if at >= 0:
            _put(head, at, value)
    stamp = hashlib.sha256(f"{instance}{variant}".encode()).digest()
    picture = pixels.picture(study, image)
    return DicomObject(
        sop_class=datasets.sop_class(study, image),
        sop_instance=instance,
        transfer_syntax=uid.RLELossless if study.lossless else uid.ExplicitVRLittleEndian,
        dataset=b"".join((head, _pixel_element(study, picture), *picture.stamped(stamp))),
    )


def encoded(described: Dataset) -> bytes:
    """A data set in Explicit VR Little Endian, its texts in its own character set."""
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, False
    write_dataset(file, described)
    return file.getvalue()


@functools.lru_cache(maxsize=64)
def _template(study: Study, series: int, clip: bool) -> _Template:
    image = 1 if clip or not pixels.is_clip(study, 1) else 2
    described = datasets.image_dataset(study, series, image)
    described.InstanceNumber = "1000"
    described.ContentTime, position, location = (value.rstrip() for value in _own_values(study, 0, 0))
    planar = "ImagePositionPatient" in described
    if planar:
        described.ImagePositionPatient, described.SliceLocation = position.split("\\"), location
    head = encoded(described)
    return _Template(
        head=head,
        instance_at=_value_at(head, 0x0008, 0x0018, "UI", uids.LENGTH),
        number_at=_value_at(head, 0x0020, 0x0013, "IS", 4),
        time_at=_value_at(head, 0x0008, 0x0033, "TM", 14),
        position_at=_value_at(head, 0x0020, 0x0032, "DS", 18) if planar else -1,
        location_at=_value_at(head, 0x0020, 0x1041, "DS", 8) if planar else -1,
    )


def _value_at(head: bytes, group: int, element: int, kind: str, width: int) -> int:
    start = struct.pack("<HH2sH", group, element, kind.encode(), width)
    found = head.find(start)
    assert found >= 0 and head.find(start, found + 1) < 0, f"({group:04x},{element:04x}) must stand once, {width} wide"
    return found + len(start)


def _own_values(study: Study, sent: int, image: int) -> tuple[str, str, str]:
    """Content Time, Image Position and Slice Location of an image that is the so-manieth of its study."""
    hour, minute, second = int(study.time[:2]), int(study.time[2:4]), int(study.time[4:6])
    at = hour * 3600 + minute * 60 + second + sent * _SECONDS_PER_IMAGE
    minutes, seconds = divmod(at % 86400, 60)
    clock = f"{int(minutes) // 60:02d}{int(minutes) % 60:02d}{seconds:09.6f} "
    level = f"{(image - 1) * -_SLICE_MM:+08.2f}"
    return clock, f"-180\\-180\\{level}", level


def _put(head: bytearray, at: int, value: str) -> None:
    head[at : at + len(value)] = value.encode("ascii")


def _pixel_element(study: Study, picture: pixels.Picture) -> bytes:
    kind = b"OB" if study.lossless or not picture.interleaved else b"OW"
    length = _UNKNOWN_LENGTH if study.lossless else picture.length
    return struct.pack("<HH2sHL", 0x7FE0, 0x0010, kind, 0, length)
