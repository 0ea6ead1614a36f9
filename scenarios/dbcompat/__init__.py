"""The database compatibility suite: behaviours that applications rely on, each asked of both stacks by the same script.

The rows of the behaviour catalogue (BD-…) as probes, in the four groups of PV-COMP-2. A probe says nothing about what is
right: the original's answer is. Not here: running a script (`harness/execute`), what a difference leads to
(`harness/judge`).
"""

from __future__ import annotations

from harness.model import Probe
from scenarios.dbcompat import (
    characters,
    connection,
    dates,
    isolation,
    lobs,
    locks,
    names,
    numbers,
    queries,
    sequences,
    texts,
    transactions,
)

PROBES: tuple[Probe, ...] = (
    *connection.PROBES,
    *texts.PROBES,
    *characters.PROBES,
    *numbers.PROBES,
    *dates.PROBES,
    *lobs.PROBES,
    *names.PROBES,
    *queries.PROBES,
    *transactions.PROBES,
    *isolation.PROBES,
    *locks.PROBES,
    *sequences.PROBES,
)
