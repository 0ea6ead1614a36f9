"""The data pass: what the two databases hold, held against each other before anything of the run is written to them.

Tables that the run itself fills are left out, unless a migration tool filled them. Not here: the comparison
(`tables/`), what it comes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.data_result import Check, CheckKind, TablesSettings
from harness.events import Event, Progress, Sealed, Stage
from harness.execute.site import Job
from harness.execute.tables import log
from harness.execute.tables.pace import Pace
from harness.execute.tables.sides import Sides
from harness.execute.tables.whole import whole
from harness.model import Role, Stack
from harness.recording import Recording, set_aside
from harness.settings_consistency import ConsistencyPlan

OWN = "xinheng_*"


def tables_pass(job: Job) -> Iterator[Event]:
    """One sealed recording; one that was interrupted is continued where its settings are still the same."""
    recording = Recording(job.run_dir / "recordings" / log.FOLDER)
    if recording.sealed:
        return
    settings = _settings(job)
    if not (recording.folder / log.SETTINGS).exists() or log.settings_of(recording.folder) != settings:
        if recording.folder.exists():
            set_aside(recording.folder)
        log.begin(recording.folder, settings)
    original, migrated = (job.drivers[role] for role in Role)
    opened = Sides.opened(
        lambda: original.table_reader(zone=settings.zone), lambda: migrated.table_reader(zone=settings.zone)
    )
    with opened as sides:
        begun = False
        for step in whole(recording.folder, settings, sides, Pace()):
            if not begun:
                yield Stage(name="数据一致性：逐表逐行比对", total=step.tables[1])
                begun = True
            yield Progress(done=step.tables[0])
    recording.seal({"tables": list(settings.tables), "exclude": list(settings.exclude)})
    yield Sealed(folder=recording.folder)


def _settings(job: Job) -> TablesSettings:
    kept = job.keeps_data(Role.MIGRATED)
    mine = [table.name for hospital in job.hospitals for table in hospital.pack.metadata.sorted_tables]
    return settings_of(job.plan.consistency, job.stacks, exclude=(OWN, *(() if kept else mine)))


def settings_of(plan: ConsistencyPlan, stacks: Mapping[Role, Stack], exclude: Sequence[str] = ()) -> TablesSettings:
    """What a plan and two stacks ask for. `exclude`: tables beyond those that the plan excludes."""
    sides = {role.value: {"title": stack.title, "url": stack.sql.url} for role, stack in stacks.items()}
    return TablesSettings(
        original=sides["original"],
        migrated=sides["migrated"],
        tables=plan.tables,
        exclude=(*plan.exclude, *exclude),
        where=dict(plan.where),
        accept=tuple(plan.reasons),
        zone=plan.zone,
        checks=tuple(
            Check(kind=CheckKind(c.kind), table=c.table, columns=c.columns, by=c.by, month=c.month, to=c.to)
            for c in plan.checks
        ),
    )
