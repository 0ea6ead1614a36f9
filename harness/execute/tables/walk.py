"""Every table of two databases, one after the other, from where an earlier attempt had got to.

A table that cannot be compared says why and the walk goes on; nothing is left out without a word. Not here: how one
table is compared (`one_table.py`), what the lines come to (`compare/conclusion_of_tables.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.catalogue import Catalogue
from harness.data_result import Counts, TableLine, TablesSettings, TableState
from harness.errors import Fault, StackUnreachable
from harness.execute.tables import repair
from harness.execute.tables.differences import Differences
from harness.execute.tables.log import Log
from harness.execute.tables.one_table import OneTable
from harness.execute.tables.pace import Pace
from harness.execute.tables.sides import Sides
from harness.tables.explained import state_of
from harness.tables.pairing import TablePair, chosen, pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One comparison of two databases."""

    settings: TablesSettings
    original: Catalogue
    migrated: Catalogue
    sides: Sides
    log: Log
    pace: Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far it is."""

    table: str
    tables: tuple[int, int]  # finished, all
    rows: int  # of this table, done
    of: int


def walk(job: Walk) -> Iterator[Step]:
    """Compare what is left; every finished stretch and table is in the log."""
    there = {table.name.casefold(): table for table in job.migrated.tables}
    names = [table.name for table in job.original.tables]
    for number, table in enumerate(job.original.tables):
        if table.name in job.log.tables:
            continue
        other = there.get(table.name.casefold())
        if not chosen(table.name, job.settings):
            job.log.table(TableLine(table=table.name, state=TableState.LEFT_OUT))
        elif other is None:
            job.log.table(TableLine(table=table.name, state=TableState.MISSING))
        else:
            yield from _table(job, pair(table, other, job.settings), (number, len(names)))
    mine = {name.casefold() for name in names}
    for table in job.migrated.tables:
        if table.name.casefold() not in mine and table.name not in job.log.tables:
            state = TableState.EXTRA if chosen(table.name, job.settings) else TableState.LEFT_OUT
            job.log.table(TableLine(table=table.name, state=state))


def _table(job: Walk, tables: TablePair, place: tuple[int, int]) -> Iterator[Step]:
    began = time.monotonic()
    done = job.log.stretches.get(tables.name, [])
    differences = Differences(job.log.folder, tables.name, tables.names, tables.key)
    differences.cut(done[-1].files if done else {})
    one = OneTable(pair=tables, sides=job.sides, differences=differences, rest=lambda: job.pace.wait(job.sides))
    counts = sum((line.counts for line in done), Counts())
    line = TableLine(table=tables.name, state=TableState.ERROR, keyed=tables.key, uncompared=tables.uncompared)
    try:
        if not tables.forms:
            job.log.table(replace(line, trouble="两侧没有同名的列"))
            return
        extents = one.extents()
        rows = max(each.rows for each in extents)
        yield Step(table=tables.name, tables=place, rows=counts.rows_original, of=rows)
        for stretch in one.stretches(extents, done):
            job.log.stretch(stretch)
            counts += stretch.counts
            yield Step(table=tables.name, tables=place, rows=counts.rows_original, of=rows)
    except StackUnreachable:
        raise
    except Fault as fault:
        seconds = round(time.monotonic() - began, 3)
        job.log.table(replace(line, trouble=fault.message, seconds=seconds))
        return
    repair.write(job.log.folder, tables, job.sides.original, job.sides.migrated)
    spent = sum(each.seconds for each in done) + time.monotonic() - began
    job.log.table(replace(line, state=state_of(counts, job.settings.accept), seconds=round(spent, 3)))
