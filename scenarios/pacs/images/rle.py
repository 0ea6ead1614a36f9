"""RLE Lossless (PS3.5 Annex G) of pictures that share everything but their first samples.

The stamp, the first samples of a picture, is written as a run of its own that is not compressed, so that another stamp
can be put in without compressing again. Not here: decoding.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

_LONGEST = 128  # of a run
_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


def encapsulated(frames: Iterable[npt.NDArray[np.generic]], stamp: int) -> tuple[bytes, int]:
    """The value of Pixel Data and where in it the first frame's stamp of so many bytes begins.

    A frame has rows, columns and, if there are several, samples. Of wider samples the stamp is made of the low bytes.
    """
    value = bytearray(_ITEM + struct.pack("<L", 0))
    stamped_at = 0
    for frame in frames:
        data, at = _frame(frame, stamp)
        stamped_at = stamped_at or len(value) + 8 + at
        value += _ITEM + struct.pack("<L", len(data)) + data
    return bytes(value + _DELIMITER + bytes(4)), stamped_at


def _frame(samples: npt.NDArray[np.generic], stamp: int) -> tuple[bytes, int]:
    """One frame, and where its stamp begins: planes follow each other, the most significant byte of a sample first."""
    rows = samples.shape[0]
    wide = samples.dtype.itemsize
    planes = np.ascontiguousarray(samples).reshape(rows, -1).view(np.uint8).reshape(rows, samples.shape[1], -1)
    order = [s * wide + b for s in range(planes.shape[2] // wide) for b in reversed(range(wide))]
    segments = [_segment(planes[:, :, at], stamp if at == 0 else 0) for at in order]
    starts = [64 + before for before in itertools.accumulate(map(len, segments[:-1]), initial=0)]
    head = struct.pack("<16L", len(segments), *starts, *[0] * (15 - len(segments)))
    return head + b"".join(segments), starts[order.index(0)] + 1


def _segment(plane: npt.NDArray[np.uint8], stamp: int) -> bytes:
    """A plane, row by row: no run may cross the end of a row."""
    done = bytearray()
    for number, row in enumerate(plane):
        first = stamp if number == 0 else 0
        _literal(done, row[:first].tobytes())
        _row(done, row[first:])
    return bytes(done) + b"\0" * (len(done) % 2)


def _row(done: bytearray, row: npt.NDArray[np.uint8]) -> None:
    """Runs of three or more are worth the two bytes that they take."""
    starts = np.concatenate(([0], np.flatnonzero(np.diff(row)) + 1))
    counts = np.diff(starts, append=len(row))
    worth = np.flatnonzero(counts >= 3)
    data, end = row.tobytes(), 0
    for start, count in zip(starts[worth].tolist(), counts[worth].tolist(), strict=True):
        _literal(done, data[end:start])
        end = start + count
        for at in range(start, end, _LONGEST):
            done += bytes([(257 - min(end - at, _LONGEST)) & 0xFF, data[at]])
    _literal(done, data[end:])


def _literal(done: bytearray, data: bytes) -> None:
    for at in range(0, len(data), _LONGEST):
        part = data[at : at + _LONGEST]
        done.append(len(part) - 1)
        done += part
