"""Two databases filled with the battery, compared by the product's own walk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from drivers.sql import driver_for
from harness.compare.conclusion_of_tables import conclude
from harness.compare.schemas import differences
from harness.data_result import TablesResult, TablesSettings
from harness.execute.tables import log
from harness.execute.tables.pace import Pace
from harness.execute.tables.sides import Sides
from harness.execute.tables.walk import Walk, walk
from harness.model import SqlEndpoint
from tests.e2e.consistency.battery import ZONE, Planted, metadata


def fill(endpoint: SqlEndpoint, planted: Sequence[Planted], *, migrated: bool) -> Any:
    """The battery's tables with their rows; the driver that holds them."""
    driver = driver_for(endpoint)
    made = metadata(planted, migrated=migrated)
    driver.create(made, mark="battery")
    for each in planted:
        rows = each.migrated_rows() if migrated else each.original_rows()
        if driver.family == "mysql":  # not every product of the family reads an offset; the session's zone is the same
            rows = [tuple(map(_naive, row)) for row in rows]
        driver.load(each.name, [str(c.name) for c in each.columns()], rows)
    return driver


def _naive(value: Any) -> Any:
    aware = isinstance(value, dt.datetime) and value.tzinfo is not None
    return value.astimezone(ZONE).replace(tzinfo=None) if aware else value


def compared(original: Any, migrated: Any, folder: Path, settings: TablesSettings | None = None) -> TablesResult:
    """What `xinheng data` finds between two drivers' databases."""
    settings = settings or TablesSettings(original={}, migrated={}, exclude=("xinheng_mark",))
    if not (folder / log.SETTINGS).exists():
        log.begin(folder, settings)
    sides = Sides.opened(original.table_reader, migrated.table_reader)
    with sides, log.Log(folder) as kept:
        catalogues = sides.both(lambda reader: reader.catalogue(), lambda reader: reader.catalogue())
        job = Walk(
            settings=settings, original=catalogues[0], migrated=catalogues[1], sides=sides, log=kept, pace=Pace()
        )
        for _ in walk(job):
            pass
        moments = {"original": sides.original.moment, "migrated": sides.migrated.moment}
        return conclude(settings, catalogues, log.lines(folder), list(differences(*catalogues)), moments)


def reported(result: TablesResult) -> dict[str, dict[str, int]]:
    """Table → kind → values or rows."""
    found = {}
    for table in result.tables:
        counts = table.counts
        kinds = {**counts.explained, **counts.unexplained}
        kinds |= {kind: n for kind, n in (("row_missing", counts.missing), ("row_extra", counts.extra)) if n}
        found[table.table.lower()] = kinds
    return found
