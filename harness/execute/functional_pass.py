"""The functional pass: the same sequential workload on the original, the original again, and the migrated stack.

Leaves one sealed recording each: every reply, all stored data before and after, the invariants; and of every message a
few exchanges as files of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from harness.errors import BadInput
from harness.events import Event, Loaded, Progress, Sealed, Stage
from harness.execute import archives
from harness.execute.exchanges import keep_samples
from harness.execute.sequential import check_invariants, execute
from harness.execute.site import TITLES, Hospital, Job, fill
from harness.model import Item, Role, TableState
from harness.recording import Recording, set_aside, write_json, write_state

PASSES = (("original-1", Role.ORIGINAL), ("original-2", Role.ORIGINAL), ("migrated-1", Role.MIGRATED))


def functional_pass(job: Job, hospital: Hospital, items: Sequence[Item]) -> Iterator[Event]:
    """All three recordings; those already sealed are left as they are."""
    for name, role in PASSES:
        recording = Recording(job.run_dir / "recordings" / hospital.pack.name / "functional" / name)
        if not recording.sealed:
            yield from _record(job, hospital, items, recording, role)
    keep_samples(job.run_dir, hospital.pack)


def _record(job: Job, hospital: Hospital, items: Sequence[Item], recording: Recording, role: Role) -> Iterator[Event]:
    pack, driver, folder = hospital.pack, job.drivers[role], recording.folder
    if job.keeps_data(role) and folder.exists():
        set_aside(folder)
        raise BadInput(
            "迁移后系统的数据已被上次中断的功能比对改动，不能接着用。",
            hint=f"请让迁移工具重新装入数据，再用 xinheng run --resume {job.run_dir} 继续。",
        )
    recording.begin()
    if not job.keeps_data(role):
        yield from fill(job, role, hospital, afresh=folder.name != "original-2")
    yield from archives.refill(job, role, hospital, items)
    yield Loaded(stack=role.value, pack=pack.name, purpose=folder.name)
    stored = partial(_stored, job, role, hospital, items)
    write_state(folder / "state-before.jsonl", stored())
    yield Stage(name=f"功能比对：{TITLES[role]}（{folder.name}）", total=len(items))
    executed = execute(
        pack,
        items,
        driver,
        folder / "transactions.jsonl",
        trusted=role is Role.ORIGINAL,
        interfaces=job.message_drivers(role, pack),
    )
    for done, _ in enumerate(executed, 1):
        if done % 20 == 0 or done == len(items):
            yield Progress(done=done)
    write_state(folder / "state-after.jsonl", stored())
    write_json(folder / "invariants.json", check_invariants(pack, driver))
    recording.seal({"kind": "functional", "pack": pack.name, "stack": role.value, "items": len(items)})
    yield Sealed(folder=folder)


def _stored(job: Job, role: Role, hospital: Hospital, items: Sequence[Item]) -> Iterator[TableState]:
    """All that the stack has stored: its tables, and its image archive."""
    yield from job.drivers[role].state(hospital.pack.metadata)
    yield from archives.tables(job, role, hospital, items)
