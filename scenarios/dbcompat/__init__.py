"""The database compatibility suite: behaviours that applications rely on, each asked of both stacks by the same script.

The rows of the behaviour catalogue (BD-…) as probes, in the four groups of PV-COMP-2. A probe says nothing about what
is right: the original's answer is. Not here: running a script (`harness/execute`), what a difference leads to
(`harness/judge`).
"""

from __future__ import annotations

from harness.model import Probe
from scenarios.dbcompat import (
    casts,
    characters,
    connection,
    constraints,
    date_arithmetic,
    dates,
    functions,
    isolation,
    lobs,
    locks,
    names,
    numbers,
    objects,
    paging,
    queries,
    sequences,
    text_functions,
    texts,
    transactions,
    writes,
)

PROBES: tuple[Probe, ...] = (
    *connection.PROBES,
    *texts.PROBES,
    *text_functions.PROBES,
    *characters.PROBES,
    *numbers.PROBES,
    *casts.PROBES,
    *dates.PROBES,
    *date_arithmetic.PROBES,
    *lobs.PROBES,
    *names.PROBES,
    *objects.PROBES,
    *queries.PROBES,
    *paging.PROBES,
    *writes.PROBES,
    *functions.PROBES,
    *transactions.PROBES,
    *constraints.PROBES,
    *isolation.PROBES,
    *locks.PROBES,
    *sequences.PROBES,
)
