"""The folder of a comparison of two databases → what it comes to."""

from __future__ import annotations

from pathlib import Path

from harness.compare.conclusion_of_tables import conclude
from harness.compare.schemas import differences
from harness.data_result import TablesResult
from harness.execute.tables import log
from harness.tables.pairing import chosen


def concluded(folder: Path) -> TablesResult:
    """Schema and rows; raises RecordingBroken where the folder cannot be read."""
    settings, databases = log.settings_of(folder), log.databases_of(folder)
    sides = databases.original, databases.migrated
    wanted = {table.name.casefold() for side in sides for table in side.tables if chosen(table.name, settings)}
    return conclude(settings, databases, log.lines(folder), list(differences(*sides, wanted)), log.answers_of(folder))


def of_run(run_dir: Path) -> TablesResult | None:
    """Of a run that came to it."""
    folder = run_dir / "recordings" / log.FOLDER
    return concluded(folder) if (folder / log.DATABASES).exists() else None
