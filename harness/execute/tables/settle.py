"""Differences looked at again, until replication has caught up or the time for it is over.

Only stretches that differed are compared again, from another moment of both databases; each round replaces what the log
knows of the table. Not here: the first comparison (`walk.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from harness.data_result import Counts, RoundLine, StretchLine, TableState
from harness.execute.tables import repair
from harness.execute.tables.differences import Differences
from harness.execute.tables.one_table import OneTable
from harness.execute.tables.walk import Step, Walk
from harness.tables.explained import state_of
from harness.tables.pairing import TablePair, pairs

PAUSE_S = 2.0  # between two rounds
ASIDE = "settling"  # where the files of a round are written
_OPEN = (TableState.DIFFERENT, TableState.RULE_OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """For how long, and how time passes."""

    seconds: float
    sleep: Callable[[float], None] = time.sleep


def settle(job: Walk, settling: Settling) -> Iterator[Step]:
    """Rounds over the tables that still differ."""
    until = time.monotonic() + settling.seconds
    known = {each.name: each for each in pairs(job.original, job.migrated, job.settings)}
    while (left := [n for n, line in job.log.tables.items() if line.state in _OPEN and n in known]) and (
        remaining := until - time.monotonic()
    ) > 0:
        settling.sleep(min(PAUSE_S, remaining))
        job.sides.both(lambda reader: reader.renew(), lambda reader: reader.renew())
        for number, name in enumerate(left):
            counts = _round(job, known[name])
            yield Step(table=name, tables=(number, len(left)), rows=counts.rows_original, of=counts.rows_original)


def _round(job: Walk, tables: TablePair) -> Counts:
    before = job.log.stretches[tables.name]
    aside = Differences(job.log.folder / ASIDE, tables.name, tables.names, tables.key)
    aside.cut({})
    one = OneTable(pair=tables, sides=job.sides, differences=aside, rest=lambda: job.pace.wait(job.sides))
    lines = tuple(one.again(line) if _differs(line) else replace(line, files=aside.sizes()) for line in before)
    aside.move_to(Differences(job.log.folder, tables.name, tables.names, tables.key))
    counts = sum((line.counts for line in lines), Counts())
    finished = replace(job.log.tables[tables.name], state=state_of(counts, job.settings.accept))
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    job.log.round(RoundLine(table=finished, at=now, stretches=lines))
    repair.write(job.log.folder, tables, job.sides.original, job.sides.migrated)
    return counts


def _differs(line: StretchLine) -> bool:
    counts = line.counts
    return bool(counts.differing_rows or counts.explained)
