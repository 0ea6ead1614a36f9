"""The compatibility pass: every probe on both stacks, then every probe with a difference once more on both.

A difference counts only if both sides show it twice; what is alike needs no second look, and a probe that a stack
answers in two ways is asked a third time. Leaves a sealed recording per stack and round. The stacks are asked at the
same time unless they are one server, because probes measure no durations and do not see each other. Not here: running
a probe (`lab.py`).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from harness.events import Event, Note, Sealed, Stage
from harness.execute.lab import Lab
from harness.execute.lanes import Tell, Told, listen
from harness.execute.scratch import Scratch
from harness.execute.site import TITLES, Job
from harness.model import Probe, Role
from harness.observation import Observation, cuts_connection
from harness.recording import Recording, disk, observation_line, read_observations
from harness.runfile import read_run

FOLDER = "dbcompat"
FILE = "observations.jsonl"
AT_ONCE = 2  # probes on a stack at the same time: most of them wait for locks and time-outs

Probes = Sequence[Probe]
Missing = tuple[Recording, Role]


def compat_pass(job: Job) -> Iterator[Event]:
    """All rounds that are wanted; recordings already sealed are left as they are."""
    yield from _round(job, 1, job.probes, "数据库兼容性用例")
    first = _observations(job, 1)
    differing = [p for p in job.probes if not first[Role.ORIGINAL][p.id].agrees(first[Role.MIGRATED][p.id])]
    if not differing:
        return
    yield from _round(job, 2, differing, "复核有差异的用例")
    second = _observations(job, 2)
    wavering = [p for p in differing if any(not first[role][p.id].agrees(second[role][p.id]) for role in Role)]
    if wavering:
        yield from _round(job, 3, wavering, "再问一遍前后应答不一的用例")


def _observations(job: Job, number: int) -> dict[Role, dict[str, Observation]]:
    return {role: read_observations(_recording(job, role, number).folder / FILE) for role in Role}


def _recording(job: Job, role: Role, number: int) -> Recording:
    return Recording(job.run_dir / "recordings" / FOLDER / f"{role.value}-{number}")


def _round(job: Job, number: int, probes: Probes, title: str) -> Iterator[Event]:
    known = [(_recording(job, role, number), role) for role in Role]
    missing = [(recording, role) for recording, role in known if not recording.sealed]
    if not missing:
        return
    yield Stage(name=f"{title}（{len(probes)} 个）", total=len(probes) * len(missing))
    told: Told = queue.SimpleQueue()
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=2) as lanes:
        running = [lanes.submit(_record_all, job, lane, probes, told.put, stop) for lane in _lanes(job, missing)]
        try:
            yield from listen(running, told)
        finally:
            stop.set()


def _lanes(job: Job, missing: Sequence[Missing]) -> list[list[Missing]]:
    """What may run at the same time: one lane per stack, a single one where both stacks are the same endpoint."""
    if len({stack.sql.url for stack in job.stacks.values()}) == 1:
        return [list(missing)]
    return [lane for role in Role if (lane := [each for each in missing if each[1] is role])]


def _record_all(job: Job, lane: Sequence[Missing], probes: Probes, tell: Tell, stop: threading.Event) -> None:
    for recording, role in lane:
        if not stop.is_set():
            _record(job, (recording, role), probes, tell, stop)


def _record(job: Job, missing: Missing, probes: Probes, tell: Tell, stop: threading.Event) -> None:
    recording, role = missing
    driver, again = job.drivers[role], job.resumed and recording.folder.exists()
    recording.begin()
    token = read_run(job.run_dir)["run_id"].rpartition("-")[2]
    scratch = Scratch(
        driver, f"xinheng_dbcompat_{token}_{role.value[0]}{recording.folder.name[-1]}", title=TITLES[role]
    )
    scratch.make(job.probes, again=again)
    if not scratch.own_schema:
        tell(Note(text=f"{TITLES[role]}不能建临时模式，兼容性用例在当前模式中以 xhc_ 开头的名称执行，用后删除。"))
    try:
        lab = Lab(driver, scratch, stop)
        path = recording.folder / FILE
        with disk(path), path.open("wb") as out, ThreadPoolExecutor(max_workers=AT_ONCE) as probing:
            for observation in probing.map(lambda probe: _observed(lab, probe), probes):
                out.write(observation_line(observation))
                tell(None)
    finally:
        scratch.clear()
    if stop.is_set():
        return
    recording.seal({"kind": FOLDER, "stack": role.value, "probes": len(probes), "prelude": lab.prelude})
    tell(Sealed(folder=recording.folder))


def _observed(lab: Lab, probe: Probe) -> Observation:
    """A probe that got into trouble or lost its connection is run once more: what comes twice is the stack's own."""
    if lab.stop.is_set():
        return Observation(probe=probe.id, seen=(), trouble="已中断。")
    first = lab.observe(probe)
    odd = bool(first.trouble) or (first.lost and not cuts_connection(probe))
    if not odd or lab.stop.is_set():
        return first
    lab.driver.connect().close()  # a server that is gone ends the run, instead of failing every probe that is left
    lab.forget(first)
    second = lab.observe(probe)
    return replace(second, repeated=first.lost and second.lost)
