"""Pixels → one digest that lossless re-encoding does not change and that loss always does.

Native: the samples as they lie there, in little-endian order and colour by pixel. Lossless: the same after decoding,
without colour transform. Lossy, or what cannot be decoded: the compressed stream of the frames itself.
Not here: any other way of comparing what cannot be decoded; the trouble says so.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator
from typing import Any

from harness.content.dicom.columns import Level
from harness.content.dicom.elements import Element, pieces
from harness.content.dicom.syntaxes import is_lossless, is_native
from harness.content.dicom.tags import DOUBLE_PIXELS, FLOAT_PIXELS, PIXEL_DATA
from harness.content.dicom.values import little

_NAMES = {PIXEL_DATA: "PixelData", FLOAT_PIXELS: "FloatPixelData", DOUBLE_PIXELS: "DoubleFloatPixelData"}
_NUMBERS = {
    "rows": "Rows",
    "columns": "Columns",
    "samples_per_pixel": "SamplesPerPixel",
    "bits_allocated": "BitsAllocated",
    "bits_stored": "BitsStored",
    "pixel_representation": "PixelRepresentation",
    "planar_configuration": "PlanarConfiguration",
}
_EXTENT = ("rows", "columns", "samples_per_pixel", "bits_allocated")
_LARGEST_FRAME = 1 << 30  # bytes
_ONE_BY_ONE = 256  # frames: finding one by its number takes longer the farther it is

# What decoders raise when a stream, or what is said about it, is wrong.
_WRONG_STREAM = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)


class _Missing(Exception):
    """Nothing that is installed decodes this syntax."""


def digest(level: Level, syntax: str) -> tuple[bytes, str]:
    """The digest, nothing where there are no pixels; and why it is not one of decoded samples."""
    element = next((level.elements[name] for name in _NAMES.values() if name in level.elements), None)
    if element is None or not element.value:
        return b"", ""
    if not element.undefined:
        return _native(element, level)
    if is_native(syntax):
        return _stream(element, level, syntax), "图像分成片段，而传输语法是未压缩的"
    if not is_lossless(syntax):
        return _stream(element, level, syntax), ""
    sums = hashlib.sha256()
    try:
        for frame in _frames(element, level, syntax):
            sums.update(frame)
    except _Missing:
        return _stream(element, level, syntax), "没有这种压缩格式的解码器，图像只能按压缩流比较"
    except _WRONG_STREAM:
        return _stream(element, level, syntax), "图像不能解码，只能按压缩流比较"
    return sums.digest(), ""


def _stream(element: Element, level: Level, syntax: str) -> bytes:
    """All fragments but the first, which is the table of offsets."""
    sums = hashlib.sha256(syntax.encode() + b"\0")
    for n, piece in enumerate(pieces(element.value, level.place.encoding)):
        if n:
            sums.update(piece.rstrip(b"\0"))
    return sums.digest()


def numbers(level: Level) -> dict[str, int]:
    """The attributes that say how pixels lie, as the decoder calls them."""
    found = {"planar_configuration": 0, "pixel_representation": 0, "samples_per_pixel": 1}
    for option, name in _NUMBERS.items():
        element = level.elements.get(name)
        if element and element.value:
            found[option] = int.from_bytes(element.value[:2], "big" if level.place.encoding.big else "little")
    frames = level.elements.get("NumberOfFrames")
    text = frames.value.strip(b" \0") if frames else b""
    return found | {"number_of_frames": int(text) if text.isdigit() and len(text) <= 12 else 1}


def _native(element: Element, level: Level) -> tuple[bytes, str]:
    known = numbers(level)
    raw = element.value
    wide = {PIXEL_DATA: known.get("bits_allocated", 8) // 8, FLOAT_PIXELS: 4, DOUBLE_PIXELS: 8}[element.tag]
    if level.place.encoding.big and wide > 1:
        raw = little(raw, {2: "OW", 4: "OF", 8: "OD"}.get(wide, "OB"), level.place.encoding)
    elif level.place.encoding.big and element.vr == "OW":
        raw = little(raw, "OW", level.place.encoding)
    pixels = known.get("rows", 0) * known.get("columns", 0) * known["number_of_frames"]
    size = (pixels * known["samples_per_pixel"] * known.get("bits_allocated", 8) + 7) // 8
    if _half_coloured(level):
        size = pixels * 2
    trouble = f"图像数据 {len(raw)} 字节，按行列应为 {size} 字节" if len(raw) < size else ""
    if size and len(raw) - size in (0, 1):
        raw = raw[:size]
        if known["samples_per_pixel"] > 1 and known["planar_configuration"] == 1:
            raw = _by_pixel(raw, known, wide)
    return hashlib.sha256(raw).digest(), trouble


def _half_coloured(level: Level) -> bool:
    element = level.elements.get("PhotometricInterpretation")
    return element is not None and element.value.strip(b" \0") == b"YBR_FULL_422"


def _by_pixel(raw: bytes, known: dict[str, int], wide: int) -> bytes:
    """Colour by plane → colour by pixel."""
    samples, wide = known["samples_per_pixel"], max(wide, 1)
    frame = len(raw) // known["number_of_frames"]
    plane = frame // samples
    if not plane or plane % wide:
        return raw
    sorted_out = bytearray(len(raw))
    for start in range(0, frame * known["number_of_frames"], frame):
        for sample in range(samples):
            for byte in range(wide):
                first = start + sample * plane + byte
                place = start + sample * wide + byte
                sorted_out[place : start + frame : samples * wide] = raw[first : start + (sample + 1) * plane : wide]
    return bytes(sorted_out)


def _frames(element: Element, level: Level, syntax: str) -> Iterator[bytes]:
    """The samples of each frame, little-endian, colour by pixel."""
    from pydicom.pixels.decoders.base import get_decoder

    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise _Missing from None
    if not decoder.is_available:
        raise _Missing
    known = numbers(level)
    if math.prod(known.get(name, 0) for name in _EXTENT) > _LARGEST_FRAME * 8:
        raise ValueError("frame")
    colours = level.elements.get("PhotometricInterpretation")
    options: dict[str, Any] = {
        **known,
        "photometric_interpretation": colours.value.decode("latin-1").strip(" \0") if colours else "",
        "pixel_keyword": _NAMES[element.tag],
    }
    if options["number_of_frames"] <= _ONE_BY_ONE:
        # pydicom corrects a wrong sign in a stream of frames only where they are asked for by number.
        options["indices"] = range(options["number_of_frames"])
    for frame, _ in decoder.iter_array(element.value, raw=True, **options):
        yield frame.astype(frame.dtype.newbyteorder("<"), copy=False).tobytes()
