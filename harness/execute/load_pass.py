"""The load pass: every level's blocks in interleaved order, each on freshly loaded data, each sealed by itself.

Because a block starts from the same data on both stacks and depends on no other block, a killed run loses at most
the block that was running, and a resumed one goes on with the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.events import Event, Loaded, Note, Progress, Sealed, Stage
from harness.execute import archives
from harness.execute.block import ANSWER_FILE, BlockSpec, endpoints_of, run_block
from harness.execute.sequential import check_invariants
from harness.execute.site import TITLES, Hospital, Job, fill
from harness.model import Role
from harness.pacer import interleaved
from harness.recording import Recording, read_items, read_json, write_json
from harness.runfile import known_as

SETTLE_S = 0.3  # after loading, before the first transaction


def load_pass(job: Job, hospital: Hospital, workloads: Sequence[Path]) -> Iterator[Event]:
    """All load blocks of a pack; `workloads[i]` is the items file of level i. Sealed blocks are left as they are."""
    load = job.plan.load
    if _not_ours(job, hospital):
        yield Note(
            text="迁移后系统的表由迁移工具建立；负载阶段每块都要清空重装，为保护这些数据没有执行，性能与并发条款未测。"
        )
        return
    levels = load.levels_of(hospital.pack.name)
    for position, level_index, letter in interleaved(load.order, len(levels)):
        role = Role.ORIGINAL if letter == "A" else Role.MIGRATED
        folder = job.run_dir / "recordings" / hospital.pack.name / "load" / f"{position:02d}-{role.value}"
        recording = Recording(folder)
        if recording.sealed:
            continue
        level = levels[level_index]
        spec = BlockSpec(
            pack=hospital.pack.name,
            known_as=known_as(hospital.pack),
            stack=role.value,
            **endpoints_of(job.stacks[role], used=job.endpoints),
            level=level.name,
            level_number=level_index + 1,
            position=position,
            users=level.users,
            seconds=load.seconds,
            warmup_s=load.warmup_seconds,
            workload=str(workloads[level_index]),
            folder=str(folder),
        )
        yield from _record(job, hospital, spec, recording, role)


def _not_ours(job: Job, hospital: Hospital) -> bool:
    """Whether the migrated stack's tables were kept and are not ours to empty."""
    tables = [table.name for table in hospital.pack.metadata.sorted_tables]
    return job.keeps_data(Role.MIGRATED) and bool(job.drivers[Role.MIGRATED].foreign_tables(tables))


def _record(job: Job, hospital: Hospital, spec: BlockSpec, recording: Recording, role: Role) -> Iterator[Event]:
    recording.begin()
    yield from fill(job, role, hospital, afresh=False)
    yield from archives.refill(job, role, hospital, read_items(Path(spec.workload)))
    yield Loaded(stack=role.value, pack=spec.pack, purpose=recording.folder.name)
    time.sleep(SETTLE_S)
    total = len(job.plan.load.order) * len(job.plan.load.levels_of(spec.pack))
    yield Stage(
        name=f"负载 {spec.position}/{total}：{spec.level} {spec.users} 用户，{TITLES[role]}", total=spec.seconds
    )
    for gone in run_block(spec, locustfile=job.tools.locustfile(spec.pack)):
        yield Progress(done=min(gone, spec.seconds))
    write_json(recording.folder / "invariants.json", check_invariants(hospital.pack, job.drivers[role]))
    facts = read_json(recording.folder / ANSWER_FILE)
    recording.seal(facts)
    yield Sealed(folder=recording.folder)
