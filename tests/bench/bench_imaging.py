"""Comparing pairs of DICOM objects, attributes and pixels: bytes of both sides for a second of one core, and memory.

Target (issue 5): 150 MB/s over pairs of a CT of 0.5 MB and of a DR of 8 MB, memory flat. Three sorts of pairs: one
value differs; the other side is in another transfer syntax, so that every value is decoded; described one by one, as
the contents of an archive are. Making the objects is not timed. Shown without a limit: RLE against native pixels.
Run: `python -m tests.bench.bench_imaging`.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

from harness.content import dicom
from harness.content.dicom import syntaxes
from harness.imaging import DicomObject
from tests.dicom_objects import good, rle

TARGET = 150.0  # MB/s
GROWTH = 50.0  # MB at most while pairs go by: a few objects of 8 MB that have not been given back yet
SIZES = {"CT 0.5 MB": (512, 60), "DR 8 MB": (2048, 8)}  # rows, pairs

Pair = tuple[DicomObject, DicomObject]


def changed(n: int, side: int) -> Pair:
    return good(n, side), good(n, side, name="李^四")


def rewritten(n: int, side: int) -> Pair:
    return good(n, side), good(n, side, syntax=syntaxes.IMPLICIT)


def compressed(n: int, side: int) -> Pair:
    return good(n, side), rle(good(n, side))


def compare(pair: Pair) -> int:
    return len(dicom.attribute_differences(*pair))


def describe(pair: Pair) -> int:
    a, b = map(dicom.summary, pair)
    return sum(a[name] != b[name] for name in a)


SORTS: tuple[tuple[str, Callable[[int, int], Pair], Callable[[Pair], int]], ...] = (
    ("one value differs", changed, compare),
    ("other syntax", rewritten, compare),
    ("described", changed, describe),
)


def rate(make: Callable[[int, int], Pair], look: Callable[[Pair], int], side: int, count: int) -> float:
    """Megabytes of both sides for a second of CPU time."""
    spent, size = 0.0, 0
    for n in range(count):
        pair = make(n, side)
        size += sum(len(item.dataset) for item in pair)
        start = time.process_time()
        found = look(pair)
        spent += time.process_time() - start
        if bool(found) != (make is changed):
            raise SystemExit(f"{found} differences where there are some only after a change")
    return size / spent / 1e6


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    largest = max(side for side, _ in SIZES.values())
    for _, make, look in SORTS:
        rate(make, look, largest, 1)
    before, slowest = peak(), float("inf")
    for size, (side, count) in SIZES.items():
        for title, make, look in SORTS:
            found = rate(make, look, side, count)
            slowest = min(slowest, found)
            print(f"{size:10} {title:18} {found:6.0f} MB/s (target {TARGET:.0f})")
    growth = peak() - before
    print(f"memory     {peak():.0f} MB at its peak, {growth:.0f} MB of it while pairs went by (at most {GROWTH:.0f})")
    print(f"CT 0.5 MB  RLE and native     {rate(compressed, compare, 512, 2):6.0f} MB/s")
    return 0 if slowest >= TARGET and growth <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
