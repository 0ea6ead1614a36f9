"""The load pass: every level's blocks in interleaved rounds, each on freshly loaded data, each sealed by itself.

Because a block starts from the same data on both stacks and depends on no other block, a killed run loses at most
the block that was running, and a resumed one goes on with the next. A block that the generator itself spoilt is set
aside and repeated. Not here: one block (`block.py`), or whether a level is decided (`assess/`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.events import Event, Loaded, Note, Progress, Sealed, Stage
from harness.execute import archives
from harness.execute.block import run_block
from harness.execute.block_spec import ANSWER_FILE, BlockSpec, endpoints_of
from harness.execute.calibration import calibrate, to_calibrate
from harness.execute.live import Tail
from harness.execute.load_level import LevelBlocks
from harness.execute.sequential import check_invariants
from harness.execute.site import TITLES, Hospital, Job, fill, tables_not_ours
from harness.execute.spoilt import spoilt
from harness.model import Role
from harness.recording import Recording, read_items, read_json, write_json
from harness.runfile import known_as
from harness.samples import seal_samples
from harness.settings_load import Level
from harness.workload import begun_per_s

SETTLE_S = 0.3  # after loading, before the first transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One level of one pack."""

    job: Job
    hospital: Hospital
    workload: Path
    blocks: LevelBlocks

    @property
    def level(self) -> Level:
        return self.blocks.level


def load_pass(job: Job, hospital: Hospital, workloads: Sequence[Path]) -> Iterator[Event]:
    """All load blocks of a pack; `workloads[i]` is the items file of level i. Sealed blocks are left as they are."""
    if tables_not_ours(job, Role.MIGRATED, hospital.pack):
        yield Note(
            text="迁移后系统的表由迁移工具建立；负载阶段每块都要清空重装，为保护这些数据没有执行，性能与并发条款未测。"
        )
        return
    load, pack = job.plan.load, hospital.pack.name
    for index, level in enumerate(load.levels_of(pack)):
        blocks = LevelBlocks(run_dir=job.run_dir, pack=pack, load=load, level=level, index=index, decided=job.decided)
        yield from _rounds(_Level(job=job, hospital=hospital, workload=workloads[index], blocks=blocks))


def _rounds(at: _Level) -> Iterator[Event]:
    """A level's rounds, until they are over or the level is decided."""
    processes = 0
    for round_ in at.blocks.rounds:
        for position, role, recording in at.blocks.of(round_):
            if recording.sealed:
                processes = max(processes, int(recording.facts().get("processes", 1)))
                continue
            if not processes:
                wanted = to_calibrate(at.job, at.hospital.pack, at.level, at.workload, _most(at))
                processes = yield from calibrate(at.job, wanted)
            spec = _specification(at, position, role, recording, processes)
            processes = yield from _record(at, spec, role, recording)
        if because := at.blocks.stop(round_):
            yield Note(text=f"{at.hospital.pack.title}，{at.level.name}：第 {round_ + 1} 轮后不再继续：{because}")
            return


def _most(at: _Level) -> int:
    """A process needs a core, a user and a session; and only one can listen where an interface calls back."""
    named = [interface.name for interface in at.hospital.pack.interfaces]
    known = [endpoint for stack in at.job.stacks.values() for endpoint in stack.endpoints.items()]
    if any(name in named and endpoint.receive_at for name, endpoint in known):
        return 1
    return min(os.cpu_count() or 1, at.level.users, at.level.sessions or at.level.users)


def _specification(at: _Level, position: int, role: Role, recording: Recording, processes: int) -> BlockSpec:
    job, pack, level = at.job, at.hospital.pack, at.level
    return BlockSpec(
        pack=pack.name,
        known_as=known_as(pack),
        stack=role.value,
        **endpoints_of(job.stacks[role], used=job.endpoints),
        level=level.name,
        level_number=at.blocks.index + 1,
        position=position,
        users=level.users,
        seconds=job.plan.load.seconds_of(level),
        warmup_s=job.plan.load.warmup_seconds,
        workload=str(at.workload),
        folder=str(recording.folder),
        kind=level.kind,
        model=level.model,
        rate_per_s=begun_per_s(pack, level, job.endpoints),
        think_s=level.think_s,
        sessions=level.sessions,
        processes=processes,
    )


def _record(at: _Level, spec: BlockSpec, role: Role, recording: Recording) -> Generator[Event, None, int]:
    """A block, repeated while the generator itself spoils it; returns how many processes it took in the end."""
    repeats = at.job.plan.load.repeats
    while True:
        facts = yield from _attempt(at, spec, role, recording)
        spoils = spoilt(recording.folder, facts, at.job.plan.limits)
        if not spoils.reasons or spec.attempt > repeats:
            break
        more = spoils.too_busy and spec.processes < _most(at)
        spec = replace(spec, attempt=spec.attempt + 1, processes=spec.processes + more)
        yield Note(
            text=f"负载块 {recording.folder.name} 作废重做（第 {spec.attempt} 次，{spec.processes} 个压测进程）："
            f"{'；'.join(spoils.reasons)}。"
        )
    if spoils.reasons:
        yield Note(
            text=f"负载块 {recording.folder.name} 做了 {spec.attempt} 次仍然无效，不用于性能判定："
            f"{'；'.join(spoils.reasons)}。"
        )
    seal_samples(recording.folder)
    recording.seal(facts)
    yield Sealed(folder=recording.folder)
    return spec.processes


def _attempt(at: _Level, spec: BlockSpec, role: Role, recording: Recording) -> Generator[Event, None, dict[str, Any]]:
    """One attempt at a block; an earlier one is set aside beside it. Returns what `block.json` says."""
    job, hospital = at.job, at.hospital
    recording.begin()
    yield from fill(job, role, hospital, afresh=False)
    yield from archives.refill(job, role, hospital, read_items(Path(spec.workload)))
    yield Loaded(stack=role.value, pack=spec.pack, purpose=recording.folder.name)
    time.sleep(SETTLE_S)
    load = job.plan.load
    total = len(load.order) * load.rounds * len(load.levels_of(spec.pack))
    yield Stage(
        name=f"负载 {spec.position}/{total}：{spec.level} {spec.users} 用户，{TITLES[role]}", total=spec.seconds
    )
    tail = Tail(spec)
    for gone in run_block(spec, locustfile=job.tools.locustfile(spec.pack)):
        yield Progress(done=min(gone, spec.seconds))
        yield from tail.look(gone)
    write_json(recording.folder / "invariants.json", check_invariants(hospital.pack, job.drivers[role]))
    facts: dict[str, Any] = read_json(recording.folder / ANSWER_FILE)
    return facts
