"""How a table is cut: stretches that are finished one by one, parts that are hashed, batches that are read. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.table_reading import Digest, Extent, Range, Ranges

ROWS_A_PART = 1_000
MOST_PARTS = 4_096
FIRST_ROWS = 20_000  # the first stretch is short: what it shows decides whether the next are hashed
STRETCH_ROWS = 1_000_000
BATCH_ROWS = 20_000  # read from both sides at once: what the memory of a comparison rests on


def whole(original: Extent, migrated: Extent) -> Range | None:
    """From the lowest to the highest key of either side; None where neither has rows."""
    ends = [(e.low, e.high) for e in (original, migrated) if e.low is not None and e.high is not None]
    if not ends:
        return None
    return Range(low=min(low for low, _ in ends), high=max(high for _, high in ends) + 1)


def stretches(within: Range, rows: int) -> Iterator[Range]:
    """One after the other: the first of a few rows, the others of many, if keys are spread evenly."""
    low, size = within.low, FIRST_ROWS
    span = within.high - within.low
    while low < within.high:
        width = max(1, math.ceil(span * size / max(1, rows)))
        high = min(within.high, low + width)
        if within.high - high < width // 4:
            high = within.high
        yield Range(low=low, high=high)
        low, size = high, STRETCH_ROWS


def cut(within: Range, rows: int) -> Ranges:
    """Parts of some hundred rows."""
    parts = min(MOST_PARTS, max(1, rows // ROWS_A_PART))
    return Ranges(within=within, width=max(1, math.ceil((within.high - within.low) / parts)))


def part(ranges: Ranges, number: int) -> Range:
    low = ranges.within.low + number * ranges.width
    return Range(low=low, high=min(ranges.within.high, low + ranges.width))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One part on both sides."""

    number: int
    original: int  # rows
    migrated: int
    alike: bool

    @property
    def rows(self) -> int:
        return max(self.original, self.migrated)


def held(original: Iterable[Digest], migrated: Iterable[Digest]) -> list[Held]:
    """Every part that has rows on either side, in order."""
    mine: Mapping[int, Digest] = {each.part: each for each in original}
    there: Mapping[int, Digest] = {each.part: each for each in migrated}
    nothing = Digest(part=-1, rows=0, total=0)
    found = []
    for number in sorted(mine.keys() | there.keys()):
        a, b = mine.get(number, nothing), there.get(number, nothing)
        found.append(
            Held(number=number, original=a.rows, migrated=b.rows, alike=(a.rows, a.total) == (b.rows, b.total))
        )
    return found


def batches(parts: Sequence[Held], most: int, *, adjacent: bool) -> Iterator[list[Held]]:
    """Parts together up to so many rows; `adjacent`: only parts that follow each other."""
    batch: list[Held] = []
    for each in parts:
        full = sum(known.rows for known in batch) + each.rows > most
        apart = adjacent and batch and each.number != batch[-1].number + 1
        if batch and (full or apart):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
