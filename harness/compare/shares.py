"""What a sample says of the whole: the exact upper bound of a share (Clopper and Pearson 1934).

With none found among n it is 1 − (1 − confidence)^(1/n), near 3/n at 95 %: the rule of three (Hanley and
Lippman-Hand 1983). Drawing without replacement only makes it more cautious. Not here: drawing the sample.
"""

from __future__ import annotations

import math


def share_at_most(found: int, n: int, confidence: float) -> float | None:
    """The largest share with which so few would still be found; None where nothing was looked at."""
    if n == 0:
        return None
    if found >= n:
        return 1.0
    low, high = found / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(found, n, middle) > 1 - confidence else (low, middle)
    return high


def _at_most(found: int, n: int, share: float) -> float:
    """Probability of `found` or fewer among n, summed from its largest term downwards."""
    if share >= 1:
        return 0.0
    if share <= 0:
        return 1.0
    term = _log_choose(n, found) + found * math.log(share) + (n - found) * math.log1p(-share)
    total, relative = 0.0, 1.0
    for k in range(found, -1, -1):
        total += relative
        relative *= k * (1 - share) / ((n - k + 1) * share)
        if relative < total * 1e-15:
            break
    return min(1.0, math.exp(term + math.log(total)))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
