"""One table on both sides, from its extent to its last row.

Where a whole number is the key, the table is cut into stretches of it, each finished and written down before the next.
A stretch is hashed in parts by both databases at once, and only parts that differ are read; where most of the stretch
before differed, hashing would be wasted, and everything is read. Without such a key rows are spread over buckets by
their hash, and the table is one stretch. Not here: which tables there are (`walk.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from harness.data_result import Counts, Example, StretchLine
from harness.execute.tables.differences import Differences
from harness.execute.tables.long_values import refined
from harness.execute.tables.sides import Sides
from harness.normalise import Kind
from harness.table_reading import Buckets, Extent, Range, Ranges
from harness.tables import splitting
from harness.tables.chunk import Cells, Found, beside, compared
from harness.tables.classes import KINDS
from harness.tables.explained import divided
from harness.tables.leftovers import pairs_of
from harness.tables.lines import columns_of
from harness.tables.pairing import TablePair
from harness.tables.splitting import Held

EXAMPLES = 10  # of a stretch, for each kind
MOSTLY = 0.5  # of a stretch's rows: beyond, the next is read at once
MOST_ALONE = 200_000  # rows that stand alone and are still held against each other
BUCKET_BATCH = 200_000  # rows read at once where each reading walks through the whole table

Rest = Callable[[], None]  # called between two questions: may wait


@dataclass(slots=True, kw_only=True)
class OneTable:
    """A table under comparison."""

    pair: TablePair
    sides: Sides
    differences: Differences
    rest: Rest
    _read_all: bool = False
    _alone: list[tuple[pa.Table, pa.Table]] = field(default_factory=list)

    def extents(self) -> tuple[Extent, Extent]:
        return self.sides.both(
            lambda reader: reader.extent(self.pair.original), lambda reader: reader.extent(self.pair.migrated)
        )

    def stretches(self, extents: tuple[Extent, Extent], done: Sequence[StretchLine]) -> Iterator[StretchLine]:
        """What is left to be done, a finished stretch at a time."""
        if not self.pair.by_ranges:
            if not done:
                yield self._stretch(None, self._by_buckets, max(each.rows for each in extents))
            return
        within = splitting.whole(*extents)
        if within is None:
            if not done:
                yield self._stretch(None, lambda _: iter(()), 0)
            return
        if done:
            within = Range(low=max(within.low, *(line.high or within.low for line in done)), high=within.high)
        rows = max(each.rows for each in extents)
        for stretch in splitting.stretches(within, rows):
            yield self._stretch(stretch, self._by_ranges, rows)

    def again(self, line: StretchLine) -> StretchLine:
        """A stretch that is done, from the moment that the databases are read as of now."""
        if line.low is None or line.high is None:
            return self._stretch(None, self._by_buckets, max(each.rows for each in self.extents()))
        return self._stretch(Range(low=line.low, high=line.high), self._by_ranges, 0)

    def _stretch(self, within: Range | None, how: Callable[..., Iterator[_Seen]], rows: int) -> StretchLine:
        began = time.monotonic()
        counts, examples, hashed = Counts(), _Examples(), not self._read_all and self.sides.hash
        for seen in how(within if within is not None else rows):
            counts += seen.counts
            if seen.found is not None:
                self.differences.add(seen.found)
                examples.add(seen.found, self.pair.key)
        differing = max(counts.rows_original, counts.rows_migrated) - counts.equal
        self._read_all = differing > MOSTLY * max(1, counts.rows_original, counts.rows_migrated)
        return StretchLine(
            table=self.pair.name,
            low=within.low if within else None,
            high=within.high if within else None,
            counts=counts,
            examples=tuple(examples.kept),
            hashed=hashed,
            seconds=round(time.monotonic() - began, 3),
            files=self.differences.sizes(),
        )

    # ------------------------------------------------------------------ by ranges of the key

    def _by_ranges(self, within: Range) -> Iterator[_Seen]:
        extent = within.high - within.low
        parts = splitting.cut(within, min(extent, splitting.STRETCH_ROWS))
        yield from self._parts(parts, hashed=not self._read_all and self.sides.hash)

    def _parts(self, ranges: Ranges, *, hashed: bool) -> Iterator[_Seen]:
        held = self._held(ranges, hashed=hashed)
        alike = [each for each in held if hashed and each.alike]
        yield _Seen(counts=_equal(alike))
        unlike = [each for each in held if not (hashed and each.alike)]
        small, large = [], []
        for batch in splitting.batches(unlike, splitting.BATCH_ROWS, adjacent=True):
            first, last = (splitting.part(ranges, batch[place].number) for place in (0, -1))
            rows = sum(each.rows for each in batch)
            if len(batch) == 1 and rows > splitting.BATCH_ROWS and ranges.width > 1:
                large.append(splitting.cut(first, rows))
            else:
                small.append((Range(low=first.low, high=last.high), rows))
        yield from self._read(small)
        for parts in large:
            yield from self._parts(parts, hashed=hashed)

    def _held(self, parts: Ranges | Buckets, *, hashed: bool) -> list[Held]:
        self.rest()
        pair = self.pair
        return splitting.held(
            *self.sides.both(
                lambda reader: list(reader.digests(pair.original, parts, hashed=hashed)),
                lambda reader: list(reader.digests(pair.migrated, parts, hashed=hashed)),
            )
        )

    def _read(self, parts: Iterable[tuple[Range | Buckets | None, int]]) -> Iterator[_Seen]:
        """Parts with about how many rows they have; the next is on its way while one is compared."""
        before: Callable[[], tuple[bytes, bytes]] | None = None
        for part, rows in parts:
            following = self._asked(part, rows)
            if before is not None:
                yield self._compared(before())
            before = following
        if before is not None:
            yield self._compared(before())

    def _asked(self, part: Range | Buckets | None, rows: int) -> Callable[[], tuple[bytes, bytes]]:
        self.rest()
        pair = self.pair
        return self.sides.asked(
            lambda reader: reader.lines(pair.original, part, rows),
            lambda reader: reader.lines(pair.migrated, part, rows),
        )

    def _compared(self, blobs: tuple[bytes, bytes]) -> _Seen:
        original, migrated = (columns_of([blob], self.pair.names) for blob in blobs)
        found = refined(compared(original, migrated, self.pair.forms, self.pair.key), self.pair, self.sides)
        return _seen(found, original.num_rows, migrated.num_rows)

    # ------------------------------------------------------------------ by buckets

    def _by_buckets(self, rows: int) -> Iterator[_Seen]:
        if not self.sides.hash:
            yield from self._together(self._read([(None, rows)]))
            return
        buckets = Buckets(count=min(splitting.MOST_PARTS, max(1, rows // splitting.ROWS_A_PART)))
        held = self._held(buckets, hashed=True)
        yield _Seen(counts=_equal([each for each in held if each.alike]))
        unlike = [each for each in held if not each.alike]
        batches = splitting.batches(unlike, BUCKET_BATCH, adjacent=False)
        parts = [
            (Buckets(count=buckets.count, only=tuple(each.number for each in batch)), sum(each.rows for each in batch))
            for batch in batches
        ]
        yield from self._together(self._read(parts))

    def _together(self, read: Iterator[_Seen]) -> Iterator[_Seen]:
        """Rows that stand alone are kept back until all are there: one's partner may lie in another bucket."""
        alone: list[Found] = []
        kept = 0
        for seen in read:
            found = seen.found
            if found is None or not (found.missing.num_rows or found.extra.num_rows):
                yield seen
                continue
            rows = found.missing.num_rows + found.extra.num_rows
            if kept + rows > MOST_ALONE:
                yield seen
                continue
            kept += rows
            alone.append(found)
            yield seen.without_alone()
        if alone:
            yield self._paired(alone)

    def _paired(self, alone: Sequence[Found]) -> _Seen:
        missing = pa.concat_tables([found.missing for found in alone]).combine_chunks()
        extra = pa.concat_tables([found.extra for found in alone]).combine_chunks()
        pairs = pairs_of(missing, extra, self.pair.forms, self.pair.key)
        found = beside(missing, extra, pairs, self.pair.forms)
        repeated = min(found.extra.num_rows, sum(each.repeated for each in alone))
        return _Seen(counts=replace(_counted(found), repeated=repeated), found=found)


# --------------------------------------------------------------------------- counting


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What one question brought."""

    counts: Counts
    found: Found | None = None

    def without_alone(self) -> _Seen:
        """The same without the rows that stand alone, which are counted elsewhere."""
        assert self.found is not None
        none = self.found.missing.slice(0, 0)
        found = Found(
            equal=self.found.equal, original=self.found.original, migrated=self.found.migrated, cells=self.found.cells,
            missing=none, extra=none, repeated=0,
        )  # fmt: skip
        rows = self.counts.rows_original, self.counts.rows_migrated
        return _Seen(counts=replace(_counted(found), rows_original=rows[0], rows_migrated=rows[1]), found=found)


def _equal(parts: Sequence[Held]) -> Counts:
    rows = sum(each.original for each in parts)
    return Counts(rows_original=rows, rows_migrated=rows, equal=rows)


def _seen(found: Found, original: int, migrated: int) -> _Seen:
    return _Seen(counts=replace(_counted(found), rows_original=original, rows_migrated=migrated), found=found)


def _counted(found: Found) -> Counts:
    columns = {cells.column: {kind.value: n for kind, n in cells.counted().items()} for cells in found.cells}
    kinds: dict[str, int] = {}
    for counted in columns.values():
        for kind, n in counted.items():
            kinds[kind] = kinds.get(kind, 0) + n
    explained, unexplained = divided(kinds)
    return Counts(
        equal=found.equal, missing=found.missing.num_rows, extra=found.extra.num_rows, repeated=found.repeated,
        different=found.different, explained=explained, unexplained=unexplained, columns=columns,
    )  # fmt: skip


class _Examples:
    """The first few differences of each kind."""

    def __init__(self) -> None:
        self.kept: list[Example] = []
        self._of: dict[str, int] = {}

    def add(self, found: Found, key: Sequence[str]) -> None:
        for cells in found.cells:
            for kind in cells.counted():
                room = EXAMPLES - self._of.get(kind.value, 0)
                for place in np.flatnonzero(cells.kinds == KINDS.index(kind))[: max(0, room)]:
                    self._keep(_example(found, cells, int(place), kind, key))
        for kind, rows in ((Kind.ROW_MISSING, found.missing), (Kind.ROW_EXTRA, found.extra)):
            for row in rows.slice(0, EXAMPLES).to_pylist():
                if not self._full(kind):
                    self._keep(Example(kind=kind.value, key=_told(row, key)))

    def _full(self, kind: Kind) -> bool:
        return self._of.get(kind.value, 0) >= EXAMPLES

    def _keep(self, example: Example) -> None:
        self._of[example.kind] = self._of.get(example.kind, 0) + 1
        self.kept.append(example)


def _example(found: Found, cells: Cells, place: int, kind: Kind, key: Sequence[str]) -> Example:
    row = found.original.slice(int(cells.rows[place]), 1).to_pylist()[0]
    return Example(
        kind=kind.value, key=_told(row, key), column=cells.column,
        original=cells.original[place].as_py(), migrated=cells.migrated[place].as_py(),
    )  # fmt: skip


def _told(row: dict[str, str | None], key: Sequence[str]) -> str:
    return ", ".join("NULL" if row[name] is None else str(row[name]) for name in (key or row))
