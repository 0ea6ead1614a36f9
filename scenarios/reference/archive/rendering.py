"""Frames for people to look at, and frames as they are stored. Not here: which image was asked for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from harness.imaging import DicomObject
from scenarios.reference.archive.part10 import UNREADABLE, read

NATIVE = "application/octet-stream"
_MEDIA = {
    "1.2.840.10008.1.2.5": "image/dicom-rle",
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
}


class NotRendered(Exception):
    """There are no pixels, no such frame, or nothing that decodes them."""


def picture(item: DicomObject, kind: str, frame: int = 1) -> bytes:
    """One frame as PNG or JPEG, by the window that the image itself suggests, or else from its least to its largest
    value."""
    from PIL import Image
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    try:
        dataset = read(item)
        pixels = _frame(dataset, frame)
        if pixels.ndim == 2:
            grey = apply_voi_lut(apply_modality_lut(pixels, dataset), dataset).astype("float64")
            low, high = float(grey.min()), float(grey.max())
            pixels = ((grey - low) * (255 / ((high - low) or 1))).round().astype("uint8")
            if dataset.PhotometricInterpretation == "MONOCHROME1":
                pixels = 255 - pixels
        written = io.BytesIO()
        Image.fromarray(pixels.astype("uint8")).save(written, format=kind)
    except UNREADABLE as error:
        raise NotRendered(type(error).__name__) from None
    return written.getvalue()


def frames(item: DicomObject, numbers: Sequence[int]) -> tuple[str, list[bytes]]:
    """Frames as they are stored, and their media type."""
    from pydicom.encaps import get_frame

    try:
        dataset = read(item)
        count = int(dataset.get("NumberOfFrames", 1) or 1)
        if any(not 1 <= number <= count for number in numbers):
            raise NotRendered("no such frame")
        raw: bytes = dataset.PixelData
        if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
            found = [get_frame(raw, number - 1, number_of_frames=count) for number in numbers]
            return f"{_MEDIA.get(item.transfer_syntax, NATIVE)}; transfer-syntax={item.transfer_syntax}", found
        bits = int(dataset.Rows) * int(dataset.Columns) * int(dataset.SamplesPerPixel) * int(dataset.BitsAllocated)
        size = bits // 8
        return NATIVE, [raw[(number - 1) * size : number * size] for number in numbers]
    except UNREADABLE as error:
        raise NotRendered(type(error).__name__) from None


def _frame(dataset: Any, number: int) -> Any:
    pixels = dataset.pixel_array
    if int(dataset.get("NumberOfFrames", 1) or 1) > 1:
        if not 1 <= number <= len(pixels):
            raise NotRendered("no such frame")
        return pixels[number - 1]
    return pixels
