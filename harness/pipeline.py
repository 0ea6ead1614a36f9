"""The story of a run on one screen: identify, write the workload, watch the hosts, execute, leave recordings.

It yields typed events to whoever listens and knows nobody who does. It ends with recordings; what they mean is
computed from the run folder alone (`assess.py`), on this machine or another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from harness import runfile
from harness.assess.decide import decided
from harness.doctor.common import FACTS
from harness.errors import BadInput
from harness.events import Began, Ended, Event, Note, Stage
from harness.execute.apart import refuse_shared
from harness.execute.archives import refuse_unremovable
from harness.execute.battery_pass import battery_pass
from harness.execute.capacity_pass import capacity_pass
from harness.execute.compat_pass import compat_pass
from harness.execute.functional_pass import functional_pass
from harness.execute.load_pass import load_pass
from harness.execute.site import (
    TITLES,
    Hospital,
    Job,
    Tools,
    possible_parts,
    refuse_foreign,
    refuse_protected,
    refuse_unreachable,
    refuse_without_database,
)
from harness.execute.tables_pass import tables_pass
from harness.execute.watching import facts_of, watching
from harness.execute.workloads import draw_workloads, functional_file, load_files
from harness.hospital_day import settled
from harness.model import Pack, Part, Role, Stack
from harness.ports import Driver
from harness.recording import read_items, sealed_recordings, write_json
from harness.result import StackFacts
from harness.settings import Plan, plan_as_dict


def run(
    run_dir: Path,
    *,
    plan: Plan,
    stacks: Mapping[Role, Stack],
    packs: Sequence[Pack],
    tools: Tools,
    parts: Sequence[Part] = (),
) -> Iterator[Event]:
    """A new run, or the rest of the one that `run_dir` holds. `parts`: what it consists of, where not as planned."""
    refuse_protected(stacks)
    refuse_without_database(stacks, packs)
    refuse_unreachable(runfile.used_endpoints(stacks.values()), packs)
    plan = settled(plan, packs)
    chosen = possible_parts(stacks, planned=plan.parts, named=parts)
    job = Job(
        run_dir=run_dir,
        plan=plan,
        stacks=stacks,
        drivers={role: tools.driver_for(stack.sql) for role, stack in stacks.items()},
        hospitals=tuple(Hospital(pack=pack, world=pack.world(plan.data.scale)) for pack in packs),
        tools=tools,
        parts=chosen,
        probes=tools.probes() if Part.COMPAT in chosen else (),
        resumed=(run_dir / runfile.RUN).exists(),
        decided=partial(decided, run_dir),
    )
    refuse_unremovable(job)
    if plan.load.parallel and Part.LOAD in chosen:
        refuse_shared(stacks)
    yield Stage(name="生成医院数据与负载", total=1)
    _identify(job)
    _open_run(job)
    yield Began(run_dir=run_dir, kept=sealed_recordings(run_dir))
    yield from _left_out(job)
    for role, stack in stacks.items():
        if not stack.hosts:
            yield Note(text=f"{TITLES[role]}没有配置主机（hosts），将没有资源读数，PV-PERF-2 无法判定。")
    with watching(run_dir, stacks.items()) as watch:
        for event in _execute(job):
            yield event
            yield from watch.told()
    yield Ended(run_dir=run_dir)


def _execute(job: Job) -> Iterator[Event]:
    """The parts of the run, one after the other."""
    if Part.DATA in job.parts:
        yield from tables_pass(job)
    for hospital in job.hospitals if Part.FUNCTIONAL in job.parts else ():
        yield from functional_pass(job, hospital, list(read_items(functional_file(job, hospital))))
    for hospital in job.hospitals if Part.BATTERY in job.parts else ():
        yield from battery_pass(job, hospital)
    for hospital in job.hospitals if Part.LOAD in job.parts else ():
        yield from load_pass(job, hospital, load_files(job, hospital))
    if Part.COMPAT in job.parts:
        yield from compat_pass(job)
    for hospital in job.hospitals if Part.CAPACITY in job.parts else ():
        yield from capacity_pass(job, hospital)


def _identify(job: Job) -> None:
    """Who answers on each side; a stack that cannot be reached stops the run before anything is written."""
    answers = {}
    interfaces = {role.value: _interfaces_answering(job, role) for role in job.stacks}
    for role, driver in job.drivers.items():
        stack = job.stacks[role]
        answers[role] = replace(_answering(driver), title=stack.title, host=facts_of(stack))
        for hospital in job.hospitals:
            if not job.keeps_data(role):
                refuse_foreign(job, role, hospital.pack)
    for role, facts in answers.items():
        write_json(job.run_dir / "facts" / f"{role.value}.json", asdict(facts))
    write_json(job.run_dir / "facts" / "interfaces.json", interfaces)


def _interfaces_answering(job: Job, role: Role) -> dict[str, dict[str, str]]:
    """Interface → what answers there. One that cannot be reached stops the run like a database that cannot."""
    return {
        name: driver.identify()
        for hospital in job.hospitals
        for name, driver in job.message_drivers(role, hospital.pack).items()
    }


def _left_out(job: Job) -> Iterator[Note]:
    """What cannot be done for want of an address: databases that are not known, interfaces without an endpoint."""
    without = [TITLES[role] for role, stack in job.stacks.items() if not stack.sql.url]
    if without:
        yield Note(
            text=f"{'、'.join(without)}没有写数据库地址：只比对应答，不比对存储的数据；各遍之间信衡不能恢复被测系统的数据，"
            "请让它在每一遍之前都是同样的状态，或只发送重复办理也无妨的报文。"
        )
    for hospital in job.hospitals:
        missing = [i for i in hospital.pack.interfaces if i.name not in job.endpoints]
        if missing:
            shown = "、".join(f"{i.title}（{i.name}）" for i in missing)
            yield Note(
                text=f"{hospital.pack.title}：两边没有都配置接口 {shown}，经这些接口的业务不执行；"
                "在 stacks.toml 中用 [stacks.….endpoints.名称] 写出它们的地址。"
            )


def _answering(driver: Driver) -> StackFacts:
    """What answers, with the facts that every product has a word for first, so that two products stand side by side."""
    seen = driver.examine()
    common = {fact.title: fact.shown(seen.common[name]) for name, fact in FACTS.items() if name in seen.common}
    fixed = {f"{each.name}（建成后不能更改）": each.value for each in seen.fixed}
    own = {name: value for name, value in seen.facts.settings.items() if name not in {each.name for each in seen.fixed}}
    return replace(seen.facts, settings={**common, **fixed, **own})


def _open_run(job: Job) -> None:
    """Write the workload and `run.json`, or make sure that a resumed run still is the same work."""
    drawn = draw_workloads(job, write=not job.resumed)
    if job.resumed:
        before = runfile.read_run(job.run_dir)
        if before["plan"] != plan_as_dict(job.plan) or before["packs_digest"] != drawn.digest:
            raise BadInput(
                f"{job.run_dir} 是用另一份方案或另一版场景包开始的，不能继续。",
                hint="请用开始时的方案和场景包继续，或换一个 --out 目录重新运行。",
            )
        return
    packs = [h.pack for h in job.hospitals]
    run = runfile.describe(plan=job.plan, stacks=job.stacks, packs=packs, packs_digest=drawn.digest)
    run |= {"parts": list(job.parts), "probes": [runfile.probe_as_dict(probe) for probe in job.probes]}
    for hospital in job.hospitals:
        _keep_documents(job, hospital.pack)
        run["packs"][hospital.pack.name]["workload"] = drawn.planned[hospital.pack.name]
    runfile.write_run(job.run_dir, run)


def _keep_documents(job: Job, pack: Pack) -> None:
    """The interface documents as they are now: the traffic is held against them whenever the run is assessed."""
    for interface in pack.interfaces:
        if interface.document is not None:
            kept = job.run_dir / "interfaces" / pack.name / interface.document.name
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(interface.document.read_bytes())
