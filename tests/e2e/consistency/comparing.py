"""Two databases filled with the battery, compared by the product's own walk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from drivers.sql import driver_for
from harness.assess.consistency import concluded
from harness.data_result import TablesResult, TablesSettings
from harness.execute.tables import log
from harness.execute.tables.pace import Pace
from harness.execute.tables.sides import Sides
from harness.execute.tables.whole import whole
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
    with Sides.opened(original.table_reader, migrated.table_reader) as sides:
        for _ in whole(folder, settings, sides, Pace()):
            pass
    return concluded(folder)


def reported(result: TablesResult) -> dict[str, dict[str, int]]:
    """Table → kind → values or rows."""
    found = {}
    for table in result.tables:
        counts = table.counts
        kinds = {**counts.explained, **counts.unexplained}
        kinds |= {kind: n for kind, n in (("row_missing", counts.missing), ("row_extra", counts.extra)) if n}
        found[table.table.lower()] = kinds
    return found
