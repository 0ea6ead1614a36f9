"""The capacity search: one short block after the other on a stack, each telling how much the next one asks.

Every step starts from freshly loaded data, like every load block: the same numbers, beds and stocks would otherwise be
used up by the step before, and what is refused quickly looks fast. A sealed step is never repeated, so an interrupted
search goes on. Not here: where to look next (`seeking.py`), what it means (`assess/capacity.py`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.capacity_step import INVARIANTS, measured, steps_of
from harness.events import Event, Loaded, Note, Progress, Said, Sealed, Stage
from harness.execute import archives
from harness.execute.block import run_block
from harness.execute.block_spec import ANSWER_FILE, BlockSpec, endpoints_of
from harness.execute.load_pass import SETTLE_S
from harness.execute.sequential import check_invariants
from harness.execute.site import TITLES, Hospital, Job, fill, tables_not_ours
from harness.model import Item, Role
from harness.recording import Recording, read_items, read_json, write_items, write_json
from harness.runfile import known_as
from harness.samples import seal_samples
from harness.seeking import Ask, Bounds, Found, Seen, conclude, next_step
from harness.settings_plan import Level
from harness.workload import load

LEVEL = "容量"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The search on one stack for one pack."""

    job: Job
    hospital: Hospital
    role: Role

    @property
    def folder(self) -> Path:
        return self.job.run_dir / "recordings" / self.hospital.pack.name / "capacity" / self.role.value

    @property
    def bounds(self) -> Bounds:
        plan = self.job.plan
        return Bounds(
            plan=plan.capacity,
            error_rate=plan.limits.error_rate.value,
            most_processes=min(os.cpu_count() or 1, plan.capacity.users),
        )

    def history(self) -> list[Seen]:
        return [measured(recording, self.job.plan.limits) for recording in steps_of(self.folder)]


def capacity_pass(job: Job, hospital: Hospital) -> Iterator[Event]:
    """The search on every stack that the plan names, one after the other."""
    wanted = job.plan.capacity
    for role in job.stacks:
        if role.value not in wanted.stacks or (wanted.packs and hospital.pack.name not in wanted.packs):
            continue
        if tables_not_ours(job, role, hospital.pack):
            yield Note(text="迁移后系统的表由迁移工具建立；容量测试每一步都要清空重装，为保护这些数据没有执行。")
            continue
        yield from _search(_Search(job=job, hospital=hospital, role=role))


def _search(search: _Search) -> Iterator[Event]:
    bounds, history = search.bounds, search.history()
    yield Said(text=_heading(search))
    for seen in history:
        yield Said(text=_line(seen, history, bounds))
    while (ask := next_step(history, bounds)) is not None:
        recording = Recording(search.folder / f"{len(history) + 1:02d}")
        for event in _step(search, ask, recording):
            yield replace(event, passing=True) if isinstance(event, Stage) else event
        history.append(measured(recording, search.job.plan.limits))
        yield Said(text=_line(history[-1], history, bounds))
    yield Said(text=_answer(search, conclude(history, bounds)))


def _step(search: _Search, ask: Ask, recording: Recording) -> Iterator[Event]:
    job, hospital, role, plan = search.job, search.hospital, search.role, search.job.plan.capacity
    recording.begin()
    workload = recording.folder / "items.jsonl"
    write_items(workload, _items(search, ask))
    yield from fill(job, role, hospital, afresh=False)
    yield from archives.refill(job, role, hospital, read_items(workload))
    yield Loaded(stack=role.value, pack=hospital.pack.name, purpose=f"capacity-{recording.folder.name}")
    time.sleep(SETTLE_S)
    spec = BlockSpec(
        pack=hospital.pack.name,
        known_as=known_as(hospital.pack),
        stack=role.value,
        **endpoints_of(job.stacks[role], used=job.endpoints),
        level=LEVEL,
        level_number=0,
        position=int(recording.folder.name),
        users=plan.users,
        seconds=plan.step_seconds,
        warmup_s=plan.warmup_seconds,
        workload=str(workload),
        folder=str(recording.folder),
        kind="capacity",
        rate_per_s=ask.rate_per_s,
        processes=ask.processes,
    )
    yield Stage(name=f"容量 {TITLES[role]}：每秒 {ask.rate_per_s:.1f} 笔", total=plan.step_seconds)
    for gone in run_block(spec, locustfile=job.tools.locustfile(spec.pack)):
        yield Progress(done=min(gone, plan.step_seconds))
    write_json(recording.folder / INVARIANTS, check_invariants(hospital.pack, job.drivers[role]))
    seal_samples(recording.folder)
    recording.seal(read_json(recording.folder / ANSWER_FILE))
    yield Sealed(folder=recording.folder)


def _items(search: _Search, ask: Ask) -> Iterator[Item]:
    """The same on both stacks for the same rate, and at every repetition of it."""
    job, plan = search.job, search.job.plan.capacity
    return load(
        search.hospital.pack,
        search.hospital.world,
        Level(name=LEVEL, users=plan.users, rate_per_s=ask.rate_per_s),
        seconds=plan.step_seconds,
        seed=f"{job.plan.data.seed}/{LEVEL}/{ask.rate_per_s!r}",
        endpoints=job.endpoints,
    )


# --------------------------------------------------------------------------- the table that a person sees grow


def _heading(search: _Search) -> str:
    plan = search.job.plan.capacity
    limit = f"{plan.limit_ms:g} ms" if plan.limit_ms else f"最低负载时的 {plan.limit_ratio:g} 倍"
    return (
        f"容量搜索：{TITLES[search.role]}，{search.hospital.pack.title}，{plan.users} 个会话，"
        f"{plan.metric.upper()} 不超过{limit}\n"
        f"{'步':>3}{'要求/s':>10}{'完成/s':>10}{'P50 ms':>11}{'P95 ms':>11}{'P99 ms':>11}  结果"
    )


def _line(seen: Seen, history: list[Seen], bounds: Bounds) -> str:
    number = history.index(seen) + 1
    times = "".join(f"{seen.milliseconds.get(name, float('nan')):>11.1f}" for name in ("p50", "p95", "p99"))
    limit_ms = bounds.limit_ms(history)
    spoilt = bounds.spoilt(seen, limit_ms)
    result = f"作废：{spoilt}" if spoilt else bounds.why_refused(seen, limit_ms) or "承受"
    return f"{number:>4}{seen.rate_per_s:>12.1f}{seen.achieved_per_s:>12.1f}{times}  {result}"


def _answer(search: _Search, found: Found) -> str:
    who = TITLES[search.role]
    if found.generator_gave_way:
        return f"{who}：压测机先到极限（{found.generator_gave_way}），至少能承受每秒 {found.sustained_per_s:.1f} 笔。"
    if not found.sustained_per_s:
        return f"{who}：最低一步每秒 {found.refused_per_s:.1f} 笔也没有承受住（{found.why}）。"
    beyond = f"每秒 {found.refused_per_s:.1f} 笔时{found.why}" if found.refused_per_s else "步数用完，没有到极限"
    return f"{who}：最高可持续每秒 {found.sustained_per_s:.1f} 笔；{beyond}。"
