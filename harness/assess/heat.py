"""Where the response times of a pack lay over time: how many fell into each cell of seconds × logarithmic bins.

Each block is counted finely while its samples are there (`strip`); a heat map then joins neighbouring seconds and bins
until it is of a size that can be looked at. Both stacks of a pack share their bins. Not here: drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.load_result import HeatMap
from harness.stats import BINS, Ints, bin_of, lower_edge

NS = 1_000_000_000
MOST_COLUMNS, MOST_ROWS = 600, 40
_LEAST_COLUMNS, _LEAST_S = 12, 0.25
_FINE = 32  # of the statistics' bins: four to a doubling

Counts = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One block: how many transactions due in each stretch took how long."""

    stack: str
    block: str  # its folder
    start_ns: int  # monotonic
    width_ns: int
    counts: Counts  # (stretches, fine bins)


def strip(*, stack: str, block: str, start_ns: int, seconds: float, due_ns: Ints, took_ns: Ints) -> Strip:
    """Of the completed transactions of a block, warm-up included."""
    columns = max(1, min(MOST_COLUMNS, max(round(seconds), min(_LEAST_COLUMNS, int(seconds / _LEAST_S)))))
    width_ns = max(1, int(seconds * NS / columns))
    rows = -(-BINS // _FINE)
    cells = np.clip(due_ns // width_ns, 0, columns - 1) * rows + bin_of(took_ns) // _FINE
    counts = np.bincount(cells, minlength=columns * rows).reshape(columns, rows).astype(np.uint32)
    return Strip(stack=stack, block=block, start_ns=start_ns, width_ns=width_ns, counts=counts)


def heat_maps(pack: str, strips: Sequence[Strip], epoch_ns: int) -> Iterator[HeatMap]:
    """One per stack, blocks one after the other in the order of time; `epoch_ns`: when the run began, monotonic."""
    used = np.flatnonzero(sum((each.counts.sum(axis=0) for each in strips), np.zeros(1)))
    if not len(used):
        return
    step = -(-(int(used[-1]) - int(used[0]) + 1) // MOST_ROWS)
    begins = np.arange(used[0], used[-1] + 1, step)
    edges = tuple(round(float(edge) / 1e6, 4) for edge in lower_edge(begins * _FINE))
    for stack in dict.fromkeys(each.stack for each in strips):
        own = sorted((each for each in strips if each.stack == stack), key=lambda each: each.start_ns)
        joined = _joined(own)
        cells = [
            (each, start, np.add.reduceat(column, begins) if step > 1 else column[begins])
            for each in own
            for start, column in _columns(each, joined, int(used[-1]) + 1)
        ]
        yield HeatMap(
            pack=pack,
            stack=stack,
            t=tuple(round((start - epoch_ns) / NS, 3) for _, start, _ in cells),
            milliseconds=edges,
            counts=tuple(tuple(int(n) for n in column) for _, _, column in cells),
            blocks=tuple(each.block for each, _, _ in cells),
        )


def _joined(strips: Sequence[Strip]) -> int:
    """How many neighbouring stretches become a column."""
    joined = 1
    while sum(-(-len(each.counts) // joined) for each in strips) > max(MOST_COLUMNS, len(strips)):
        joined += 1
    return joined


def _columns(each: Strip, joined: int, rows: int) -> Iterator[tuple[int, Counts]]:
    """(when it begins, its counts up to `rows`) of each column of a block."""
    for begin in range(0, len(each.counts), joined):
        column: Counts = each.counts[begin : begin + joined, :rows].sum(axis=0, dtype=np.uint32)
        yield each.start_ns + begin * each.width_ns, column
