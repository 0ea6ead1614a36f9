"""How long a load block took to settle: found in its response times, not guessed. Pure.

The cut follows MSER (White 1997, Simulation 69:323): of all beginnings that could be left out, the one that leaves the
mean of the rest best known. It is taken only where what it leaves out was clearly slower than the rest, because by
itself MSER also cuts off chance. It works on the median of every second over all transactions, each relative to its
own transaction's median, and never cuts more than half a block.
A cut depends on time alone and, by `common`, is the same for all blocks of a level on both stacks. So a system that
begins every block slowly is not flattered in secret: how long it took is shown with each block.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from harness.stats import Floats, Ints

NS = 1_000_000_000
LONGEST = 0.5  # share of a block
FEWEST_SECONDS = 8  # of a block, for anything to be seen
CLEARLY = 4.0  # standard errors
AS_GOOD = 1.2  # the shortest of the cuts that are as good as the best: where little is gained, chance picks the best
LEAST = 0.1  # of the logarithm: what is hardly slower need not be cut


def detected(due_ns: Ints, response_ns: Ints, transaction: Ints, *, least_ns: int, block_ns: int) -> int:
    """The warm-up of one block in ns, from its completed transactions; at least what the plan says.

    `transaction` tells of what kind each was, so that a changing mix is not taken for a changing system.
    """
    most = max(least_ns, int(block_ns * LONGEST))
    seconds = block_ns // NS
    inside = (due_ns >= 0) & (due_ns < seconds * NS)
    if seconds < FEWEST_SECONDS or not inside.any():
        return least_ns
    medians = _second_medians(due_ns[inside], _relative(response_ns[inside], transaction[inside]), int(seconds))
    return min(most, max(least_ns, settled_after(medians) * NS))


def common(original_ns: Sequence[int], migrated_ns: Sequence[int]) -> int:
    """The one warm-up of a level's blocks: the usual one of the stack that usually takes longer."""
    return max(int(np.median(side)) if len(side) else 0 for side in (original_ns, migrated_ns))


def settled_after(medians: Sequence[float] | Floats) -> int:
    """After how many seconds a series of logarithms has settled; NaN is a second in which nothing was due."""
    series = np.asarray(medians, dtype=np.float64)
    places = np.flatnonzero(np.isfinite(series))
    known = series[places]
    n = len(known)
    if n < FEWEST_SECONDS:
        return 0
    unsure = np.array([np.var(known[c:]) / (n - c) for c in range(int(n * LONGEST) + 1)])
    cut = int(np.argmax(unsure <= unsure.min() * AS_GOOD))
    if not cut or not _slower(known[:cut], known[cut:]):
        return 0
    return int(places[cut])


def _slower(begin: Floats, rest: Floats) -> bool:
    """Whether the beginning was slower by more than neighbouring seconds, alike as they are, make likely."""
    spread = np.diff(rest)  # of neighbours: a slow drift is not noise
    alike = float(np.clip(np.corrcoef(rest[1:], rest[:-1])[0, 1], 0, 0.9)) if np.ptp(rest) > 0 else 0.0
    noise = max(float(np.std(rest)), float(np.std(spread)) / math.sqrt(2))
    error = noise * math.sqrt((1 + alike) / (1 - alike) * (1 / len(begin) + 1 / len(rest)))
    return float(begin.mean() - rest.mean()) > max(LEAST, CLEARLY * error)


def _relative(response_ns: Ints, transaction: Ints) -> Floats:
    """Logarithms, less the median of each transaction."""
    logs = np.log(np.maximum(response_ns, 1).astype(np.float64))
    _, which = np.unique(transaction, return_inverse=True)
    order = np.lexsort((logs, which))
    ends = np.cumsum(np.bincount(which))
    begins = np.concatenate(([0], ends[:-1]))
    centre: Floats = logs[order][(begins + ends - 1) // 2]
    return logs - centre[which]


def _second_medians(due_ns: Ints, values: Floats, seconds: int) -> Floats:
    """The median of every second; NaN where there is none."""
    second = due_ns // NS
    order = np.lexsort((values, second))
    counted = np.bincount(second, minlength=seconds)
    ends = np.cumsum(counted)
    middle = np.where(counted > 0, ends - counted + (counted - 1) // 2, 0)
    return np.where(counted > 0, values[order][middle], np.nan)
