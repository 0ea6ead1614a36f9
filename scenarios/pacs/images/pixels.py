"""Pictures as modalities make them, from the small real ones that pydicom brings: scaled, with noise of their own.

A few different pictures are made per kind and kept. What tells an image from all others is its stamp, the first
samples, which everything else about a picture leaves free. Not here: what is said about a picture (`datasets.py`).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom import examples

from scenarios.pacs.images import rle
from scenarios.pacs.images.study import CR, CT, DX, MR, US, Study

STAMP = 32  # samples
DIFFERENT = 2  # pictures per kind: all kinds, native and compressed, fit into what is kept
_MOST_REDUCED = 8  # so that the narrowest row still holds the stamp
_CLIP = "US clip"
_SIZES = {CT: (512, 512), MR: (256, 256), DX: (2500, 2000), CR: (2140, 1760), US: (480, 640), _CLIP: (480, 640)}
_BITS = {CT: 12, MR: 12, DX: 14, CR: 12, US: 8, _CLIP: 8}
_NOISE = 9  # grey levels, so that no two pictures are alike and none compresses unduly well

Samples = npt.NDArray[np.uint8 | np.uint16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The value of Pixel Data up to an image's stamp and after it, and what must be said to read it."""

    before: bytes
    after: bytes
    interleaved: bool  # each sample of the stamp is followed by a high byte, which is zero
    length: int  # of the whole value
    attributes: tuple[tuple[str, int | str], ...]

    def stamped(self, stamp: bytes) -> tuple[bytes, ...]:
        """The value for one image, in parts: the big one is shared."""
        if not self.interleaved:
            return self.before, stamp, self.after
        samples = bytearray(2 * len(stamp))
        samples[::2] = stamp
        return self.before, bytes(samples), self.after


def picture(study: Study, image: int) -> Picture:
    kind = _CLIP if is_clip(study, image) else study.modality
    frames = max(1, study.frames) if kind == _CLIP else 1
    return _picture(kind, image % DIFFERENT, frames, _reduced(study), study.lossless)


def is_clip(study: Study, image: int) -> bool:
    return study.modality == US and image == 1


def size(study: Study) -> tuple[int, int]:
    """Rows and columns."""
    return _size(study.modality, _reduced(study))


def _reduced(study: Study) -> int:
    return max(1, min(study.reduced, _MOST_REDUCED))


def _size(kind: str, reduced: int) -> tuple[int, int]:
    rows, columns = _SIZES[kind]
    return rows // reduced, columns // reduced


@functools.lru_cache(maxsize=24)
def _picture(kind: str, seed: int, frames: int, reduced: int, lossless: bool) -> Picture:
    rows, columns = _size(kind, reduced)
    samples = _samples(kind, seed, frames, rows, columns)
    width = samples.dtype.itemsize
    if lossless:
        value, at = rle.encapsulated(samples, STAMP)
        after = at + STAMP
    else:
        value, at, after = samples.tobytes(), 0, STAMP * width
        value += b"\0" * (len(value) % 2)
    return Picture(
        before=value[:at],
        after=value[after:],
        interleaved=width == 2 and not lossless,
        length=len(value),
        attributes=tuple(_attributes(kind, samples, frames).items()),
    )


def _attributes(kind: str, samples: Samples, frames: int) -> dict[str, int | str]:
    colour = samples.ndim == 4
    return {
        "SamplesPerPixel": 3 if colour else 1,
        "PhotometricInterpretation": "RGB" if colour else "MONOCHROME2",
        **({"PlanarConfiguration": 0} if colour else {}),
        **({"NumberOfFrames": frames} if kind == _CLIP else {}),
        "Rows": samples.shape[1],
        "Columns": samples.shape[2],
        "BitsAllocated": 8 * samples.dtype.itemsize,
        "BitsStored": _BITS[kind],
        "HighBit": _BITS[kind] - 1,
        "PixelRepresentation": 0,
    }


def _samples(kind: str, seed: int, frames: int, rows: int, columns: int) -> Samples:
    """Frames × rows × columns, and × 3 where there is colour; the place of the stamp is zero."""
    rng = np.random.default_rng([seed, len(kind), rows])
    seen = _scaled(_real(kind), rows, columns).astype(np.int32)
    still = np.roll(seen, seed * 5, axis=1)
    top = (1 << _BITS[kind]) - 1
    whole = np.empty((frames, *still.shape), np.uint8 if top < 256 else np.uint16)
    for frame in range(frames):
        noise = rng.integers(0, _NOISE, still.shape, dtype=np.int32)
        whole[frame] = np.clip(np.roll(still, frame, axis=0) + noise, 0, top)
    whole[0, 0, :STAMP] = 0
    return whole


def _scaled(samples: npt.NDArray[np.generic], rows: int, columns: int) -> npt.NDArray[np.generic]:
    down = np.arange(rows) * samples.shape[0] // rows
    across = np.arange(columns) * samples.shape[1] // columns
    scaled: npt.NDArray[np.generic] = samples[down][:, across]
    return scaled


def _real(kind: str) -> npt.NDArray[np.int32]:
    """A real picture, from zero to somewhat below the greatest value that the kind may have."""
    seen = _decoded(kind).astype(np.int32)
    if kind == _CLIP:
        seen = seen.mean(axis=2).astype(np.int32)
    seen -= seen.min()
    if kind in (DX, CR):  # an overview, as there is none among the files
        seen = np.concatenate([seen, seen[::-1]], axis=0)
    scaled: npt.NDArray[np.int32] = seen * ((1 << _BITS[kind]) - 1 - _NOISE) // max(1, int(seen.max()))
    return scaled


def _decoded(kind: str) -> npt.NDArray[np.generic]:
    if kind in (CT, DX):
        return np.asarray(examples.ct.pixel_array)
    return np.asarray((examples.mr if kind in (MR, CR) else examples.rgb_color).pixel_array)
