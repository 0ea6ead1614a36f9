"""How far the generator's percentiles are from what the reference server itself measured. Pure.

Both sides speak of the same numbered requests, so no chance is left between them: the service times of the server are
its own, and from them follows what every response time should have been. A user sends when something is due and it is
free, and is free again when the last step was answered (Lindley 1952); a generator without error would find exactly
these times. Not here: the limits (`calibration.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.model import Item
from harness.pacer import NS

PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Times in ns of the same requests and transactions, as found and as they were; after the warm-up."""

    service: Ints
    service_known: Ints
    response: Ints
    response_known: Ints


def compared(items: Sequence[Item], samples: Any, records: Ints, *, step: int, warm_up_s: float) -> Compared:
    """`samples`: of the block (dtype READ); `step`: index of the numbered one; `records`: the server's own."""
    counts = np.array([len(item.params["numbers"]) for item in items])
    first = np.concatenate(([0], np.cumsum(counts)))  # number of each item's first step; seq counts from 1
    known = np.full(first[-1], -1, dtype=np.int64)
    known[records[:, 0]] = records[:, 2] - records[:, 1]

    asked = samples[samples["step"] == step]
    asked = asked[np.lexsort((asked["sent"], asked["item"]))]
    place = asked["item"].astype(np.int64) - 1
    begins = np.flatnonzero(np.diff(place, prepend=-1))
    within = np.arange(len(asked)) - np.repeat(begins, np.diff(begins, append=len(asked)))
    numbers = first[place] + within
    due = np.array([item.due_ns for item in items])
    late = due[place] >= warm_up_s * NS
    answered = known[numbers] >= 0

    whole = np.bincount(place[answered], minlength=len(items)) == counts
    ended = np.zeros(len(items), dtype=np.int64)
    np.maximum.at(ended, place, asked["answered"])
    counting = whole & (due >= warm_up_s * NS)
    return Compared(
        service=(asked["answered"] - asked["sent"])[late & answered],
        service_known=known[numbers][late & answered],
        response=(ended - due)[counting],
        response_known=(responses(items, known, first) - due)[counting],
    )


def responses(items: Sequence[Item], known: Ints, first: Ints) -> Ints:
    """When each item's last step is answered where nobody is late but the server."""
    free: dict[int, int] = {}
    ended = np.zeros(len(items), dtype=np.int64)
    for place, item in enumerate(items):
        takes = int(np.maximum(known[first[place] : first[place + 1]], 0).sum())
        ended[place] = free[item.user] = max(item.due_ns, free.get(item.user, 0)) + takes
    return ended


def errors(found: npt.NDArray[Any], known: npt.NDArray[Any]) -> Mapping[str, float]:
    """found ÷ known − 1, by percentile."""
    return {
        name: float(np.quantile(found, share) / np.quantile(known, share) - 1.0) for name, share in PERCENTILES.items()
    }
