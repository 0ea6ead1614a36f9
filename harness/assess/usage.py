"""How much of a resource a host used between two moments, and how many transactions a block completed meanwhile.

Both are running totals that are read off between any two moments, so readings and chunks need not share a grid. Where
nothing is known the total stands still and the covered time with it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from harness.agent.reading import Reading
from harness.agent.summary import Window
from harness.assess.blocks import NS, Block

Floats = np.ndarray[Any, np.dtype[np.float64]]
Rate = Callable[[Reading], float | None]  # per second


def measured(block: Block) -> Window:
    """The part of a block's window that counts."""
    begin = block.window[0]
    return begin + int(block.summary.warmup_s * NS), begin + int(block.summary.seconds * NS)


class Flow:
    """One resource of one host over the whole run."""

    def __init__(self, readings: Iterable[Reading], rate: Rate) -> None:
        known = [(r.mono_ns, r.gap_s, value) for r in readings if (value := rate(r)) is not None]
        known.sort()
        ends = np.array([end for end, _, _ in known], dtype=np.float64)
        begins = ends - np.array([gap for _, gap, _ in known]) * NS
        if len(ends) > 1:
            begins[1:] = np.maximum(begins[1:], ends[:-1])  # clocks of another host are corrected as we go
        lengths = (ends - begins) / NS
        self.ends = ends
        self._edges = np.column_stack((begins, ends)).ravel()
        self._amount = _running(lengths * np.array([value for _, _, value in known]))
        self._covered = _running(lengths)

    def between(self, begin: Floats, end: Floats) -> Floats:
        """The amount used; what lies outside all readings adds nothing."""
        return self._read(self._amount, begin, end)

    def covered(self, begin: Floats, end: Floats) -> Floats:
        """For how many of the seconds that is known."""
        return self._read(self._covered, begin, end)

    def _read(self, total: Floats, begin: Floats, end: Floats) -> Floats:
        if not len(self._edges):
            return np.zeros_like(begin)
        found: Floats = np.interp(end, self._edges, total) - np.interp(begin, self._edges, total)
        return found


def _running(steps: Floats) -> Floats:
    """What stands at every beginning and end."""
    after = np.cumsum(steps)
    return np.column_stack((after - steps, after)).ravel()


def tree_cpu(reading: Reading) -> float | None:
    """CPU seconds per second of the watched process tree."""
    return None if reading.process is None or reading.process.cpu is None else reading.process.cpu / 100


def host_cpu(reading: Reading) -> float | None:
    """CPU seconds per second of the whole host."""
    return None if reading.cpu is None else reading.cpu.busy / 100 * len(reading.cpu.cores)


def completed(block: Block, transaction: str, moments: Floats) -> Floats:
    """How many of a transaction the measured part of a block had seen by each moment; within a chunk evenly."""
    found = block.completed.get(transaction)
    if found is None:
        return np.zeros_like(moments)
    return _spread(block, np.bincount(found.chunk, minlength=found.chunks), moments)


def throughput(blocks: Sequence[Block], moments: Floats) -> Floats:
    """How many transactions of all the blocks' measured parts were answered by each moment."""
    return sum((_spread(block, block.throughput, moments) for block in blocks), np.zeros_like(moments))


def pace(blocks: Sequence[Block], epoch_ns: int, t: Sequence[float]) -> tuple[float, ...]:
    """Transactions completed per second in the time before each point of an axis in seconds, the warm-up included.

    What became due in the warm-up counts as completed evenly over it: when exactly it was answered is not kept.
    """
    if len(t) < 2:
        return (0.0,) * len(t)
    seconds = np.array([2 * t[0] - t[1], *t])
    moments = epoch_ns + seconds * NS
    total = throughput(blocks, moments)
    for block in blocks:
        begin, measured_from = block.window[0], measured(block)[0]
        stretches = begin + np.arange(len(block.strip.counts) + 1) * float(block.strip.width_ns)
        warm = np.interp(measured_from, stretches, _running_from_zero(block.strip.counts.sum(axis=1)))
        total += np.interp(moments, (begin, max(measured_from, begin + 1)), (0.0, warm))
    return tuple(float(rate) for rate in np.diff(total) / np.diff(seconds))


def _spread(block: Block, counts: np.ndarray[Any, np.dtype[np.int64]], moments: Floats) -> Floats:
    begin, end = measured(block)
    spread: Floats = np.interp(moments, np.linspace(begin, end, len(counts) + 1), _running_from_zero(counts))
    return spread


def _running_from_zero(counts: np.ndarray[Any, Any]) -> Floats:
    return np.concatenate(([0.0], np.cumsum(counts, dtype=np.float64)))
