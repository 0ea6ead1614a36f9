"""Transfer syntaxes: how a data set is written, and whether its pixels were compressed with loss.

Not here: decoding pixels (`pixels.py`).
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

from harness.content.tree import Unreadable

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
MOST_INFLATED = 1 << 30  # bytes: what a deflated data set may become

_NATIVE = frozenset({IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN, "1.2.840.113619.5.2", "1.2.840.10008.1.20"})
_LOSSLESS = frozenset(
    {
        "1.2.840.10008.1.2.5",  # RLE
        "1.2.840.10008.1.2.4.57",  # JPEG, process 14
        "1.2.840.10008.1.2.4.70",  # JPEG, process 14, first order
        "1.2.840.10008.1.2.4.80",  # JPEG-LS
        "1.2.840.10008.1.2.4.90",  # JPEG 2000
        "1.2.840.10008.1.2.4.92",  # JPEG 2000, part 2
        "1.2.840.10008.1.2.4.110",  # JPEG XL
        "1.2.840.10008.1.2.4.201",  # HTJ2K
        "1.2.840.10008.1.2.4.202",  # HTJ2K, RPCL
        "1.2.840.10008.1.2.8.1",  # deflated frames
    }
)


class Encoding(NamedTuple):
    """How the elements of a data set are written."""

    explicit: bool
    big: bool

    @property
    def order(self) -> str:
        """As `struct` and `int.from_bytes` are told."""
        return ">" if self.big else "<"


EXPLICIT_LITTLE = Encoding(explicit=True, big=False)
IMPLICIT_LITTLE = Encoding(explicit=False, big=False)
EXPLICIT_BIG = Encoding(explicit=True, big=True)


def encoding_of(syntax: str) -> Encoding:
    """Every syntax but these two is explicit and little-endian."""
    return {IMPLICIT: IMPLICIT_LITTLE, BIG_ENDIAN: EXPLICIT_BIG}.get(syntax, EXPLICIT_LITTLE)


def is_native(syntax: str) -> bool:
    """Whether pixels stand there as they are."""
    return syntax in _NATIVE or syntax == ""


def is_lossless(syntax: str) -> bool:
    """Whether decoding gives back what was encoded."""
    return is_native(syntax) or syntax in _LOSSLESS


def inflated(data: bytes, syntax: str) -> bytes:
    """The data set as it was before it was deflated; any other as it is."""
    if syntax != DEFLATED:
        return data
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        whole = stream.decompress(data, MOST_INFLATED)
    except zlib.error:
        raise Unreadable("压缩的数据集（Deflated）无法解开") from None
    if stream.unconsumed_tail:
        raise Unreadable(f"压缩的数据集解开后超过 {MOST_INFLATED >> 20} MB")
    return whole


def deflated(data: bytes, syntax: str) -> bytes:
    """The data set as it is sent in this syntax."""
    if syntax != DEFLATED:
        return data
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = stream.compress(data) + stream.flush()
    return packed + b"\0" * (len(packed) % 2)
