"""Two databases, from what they say of themselves to the last row of the last table, into one folder.

Not here: what the folder comes to (`assess/consistency.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.data_result import Databases, TablesSettings
from harness.errors import BadInput
from harness.execute.tables import log
from harness.execute.tables.checks import answered
from harness.execute.tables.pace import Pace
from harness.execute.tables.settle import Settling, settle
from harness.execute.tables.sides import Sides
from harness.execute.tables.walk import Step, Walk, walk
from harness.tables.pairing import chosen


def whole(
    folder: Path, settings: TablesSettings, sides: Sides, pace: Pace, settling: Settling | None = None
) -> Iterator[Step]:
    """Everything that is left to be done in a folder that was begun with these settings."""
    with log.Log(folder) as kept:
        original, migrated = sides.both(lambda reader: reader.catalogue(), lambda reader: reader.catalogue())
        if not any(chosen(table.name, settings) for side in (original, migrated) for table in side.tables):
            raise BadInput("没有一张表符合要求。", hint="请核对 --tables、--exclude、方案与技术栈文件中的库名。")
        moments = {"original": sides.original.moment, "migrated": sides.migrated.moment}
        log.keep_databases(folder, Databases(original=original, migrated=migrated, moments=moments))
        job = Walk(settings=settings, original=original, migrated=migrated, sides=sides, log=kept, pace=pace)
        yield from walk(job)
        if settling is not None:
            yield from settle(job, settling)
        if settings.checks:
            answers = answered(settings.checks, (original, migrated), sides, lambda: pace.wait(sides))
            log.keep_answers(folder, list(answers))
