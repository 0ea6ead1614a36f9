"""The load pass: every level's blocks in interleaved rounds, each on freshly loaded data, each sealed by itself.

Because a block starts from the same data on both stacks and depends on no other block, a killed run loses at most
the block that was running, and a resumed one goes on with the next. A block that the generator itself spoilt is set
aside and repeated, together with the other stack's where both run at the same time.
Not here: one block (`block.py`), or whether a level is decided (`assess/`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from harness.events import Event, Loaded, Note, Progress, Sealed, Stage
from harness.execute import archives
from harness.execute.block import run_blocks
from harness.execute.block_spec import ANSWER_FILE, BlockSpec, endpoints_of
from harness.execute.calibration import calibrate, to_calibrate
from harness.execute.live import Tail
from harness.execute.load_level import LevelBlocks, OneBlock
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
        for blocks in at.blocks.of(round_):
            if all(block.recording.sealed for block in blocks):
                processes = max(processes, *(int(b.recording.facts().get("processes", 1)) for b in blocks))
                continue
            if not processes:
                wanted = to_calibrate(at.job, at.hospital.pack, at.level, at.workload, _most(at))
                processes = yield from calibrate(at.job, wanted)
            processes = yield from _record(at, [_specification(at, block, processes) for block in blocks])
        if because := at.blocks.stop(round_):
            yield Note(text=f"{at.hospital.pack.title}，{at.level.name}：第 {round_ + 1} 轮后不再继续：{because}")
            return


def _most(at: _Level) -> int:
    """A process needs a core, a user and a session; and only one can listen where an interface calls back."""
    named = [interface.name for interface in at.hospital.pack.interfaces]
    known = [endpoint for stack in at.job.stacks.values() for endpoint in stack.endpoints.items()]
    if any(name in named and endpoint.receive_at for name, endpoint in known):
        return 1
    cores = (os.cpu_count() or 1) // (2 if at.job.plan.load.parallel else 1)
    return min(max(1, cores), at.level.users, at.level.sessions or at.level.users)


def _specification(at: _Level, block: OneBlock, processes: int) -> BlockSpec:
    job, pack, level = at.job, at.hospital.pack, at.level
    turns = job.plan.load.turns_of(block.role)
    return BlockSpec(
        pack=pack.name,
        known_as=known_as(pack),
        stack=block.role.value,
        **endpoints_of(job.stacks[block.role], used=job.endpoints),
        level=level.name,
        level_number=at.blocks.index + 1,
        position=block.position,
        users=level.users,
        seconds=job.plan.load.seconds_of(level),
        warmup_s=job.plan.load.warmup_seconds,
        at_once=job.plan.load.at_once,
        turns=asdict(turns) if turns else None,
        workload=str(at.workload),
        folder=str(block.recording.folder),
        kind=level.kind,
        model=level.model,
        rate_per_s=begun_per_s(pack, level, job.endpoints),
        think_s=level.think_s,
        sessions=level.sessions,
        processes=processes,
    )


def _record(at: _Level, specs: Sequence[BlockSpec]) -> Generator[Event, None, int]:
    """A block, or two at the same time, repeated while the generator itself spoils one; how many processes it took."""
    repeats = at.job.plan.load.repeats
    while True:
        facts = yield from _attempt(at, specs)
        spoils = [spoilt(Path(spec.folder), said, at.job.plan.limits) for spec, said in zip(specs, facts, strict=True)]
        reasons = "；".join(dict.fromkeys(reason for each in spoils for reason in each.reasons))
        name, spec = _named(specs), specs[0]
        if not reasons or spec.attempt > repeats:
            break
        more = any(each.too_busy for each in spoils) and spec.processes < _most(at)
        attempt, processes = spec.attempt + 1, spec.processes + more
        specs = [replace(each, attempt=attempt, processes=processes) for each in specs]
        yield Note(text=f"负载块 {name} 作废重做（第 {attempt} 次，{processes} 个压测进程）：{reasons}。")
    if reasons:
        yield Note(text=f"负载块 {name} 做了 {spec.attempt} 次仍然无效，不用于性能判定：{reasons}。")
    for spec in specs:
        seal_samples(Path(spec.folder))
    for spec, said in zip(specs, facts, strict=True):
        Recording(Path(spec.folder)).seal(said)
        yield Sealed(folder=Path(spec.folder))
    return specs[0].processes


def _named(specs: Sequence[BlockSpec]) -> str:
    return "、".join(Path(spec.folder).name for spec in specs)


def _attempt(at: _Level, specs: Sequence[BlockSpec]) -> Generator[Event, None, list[dict[str, Any]]]:
    """One attempt; an earlier one is set aside beside it. Returns what each `block.json` says."""
    job, hospital = at.job, at.hospital
    for spec in specs:
        role = Role(spec.stack)
        Recording(Path(spec.folder)).begin()
        yield from fill(job, role, hospital, afresh=False)
        yield from archives.refill(job, role, hospital, read_items(Path(spec.workload)))
        yield Loaded(stack=spec.stack, pack=spec.pack, purpose=Path(spec.folder).name)
    time.sleep(SETTLE_S)
    first, seconds = specs[0], max(spec.wall_s for spec in specs)
    load = job.plan.load
    total = load.blocks_a_round * load.rounds * len(load.levels_of(first.pack))
    who = TITLES[Role(first.stack)] if not first.at_once else "两侧轮流" if first.turns else "两侧同时"
    yield Stage(name=f"负载 {specs[-1].position}/{total}：{first.level} {first.users} 用户，{who}", total=seconds)
    tails = [Tail(spec) for spec in specs]
    for gone in run_blocks(specs, locustfile=job.tools.locustfile(first.pack)):
        yield Progress(done=min(gone, seconds))
        for tail in tails:
            yield from tail.look(gone)
    for spec in specs:
        checked = check_invariants(hospital.pack, job.drivers[Role(spec.stack)])
        write_json(Path(spec.folder) / "invariants.json", checked)
    return [read_json(Path(spec.folder) / ANSWER_FILE) for spec in specs]
