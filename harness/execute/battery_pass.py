"""The error-handling battery of the interfaces (PV-INTF-4): every case on both stacks, amid the same business.

Leaves a sealed recording per pack and stack: the transactions that ran, what became of each case, all stored data at
the end. The stacks work at the same time unless they are one server. Not here: a case (`battery_trials.py`).
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.events import Event, Loaded, Progress, Sealed, Stage
from harness.execute import archives
from harness.execute.battery_items import Tape, drawn
from harness.execute.battery_rows import RowCounts
from harness.execute.battery_trials import TalkOnTrial, Trials, wanted
from harness.execute.conversation import lost, perform
from harness.execute.lanes import Tell, Told, listen
from harness.execute.peers import connected, hang_up
from harness.execute.sequential import rendered_statements
from harness.execute.site import Hospital, Job, fill
from harness.message import Outgoing
from harness.model import CaseRecord, Item, Part, Reply, Role
from harness.recording import Recording, case_line, disk, read_items, write_items, write_state

ITEMS, CASES, STATE = "items.jsonl", "cases.jsonl", "state-after.jsonl"

Items = Callable[[Trials], Iterator[Item]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """One stack's work in the pass, and where its transactions come from."""

    job: Job
    hospital: Hospital
    role: Role
    recording: Recording
    items: Items
    tape: Tape
    leads: bool  # whether the other one follows


def battery_pass(job: Job, hospital: Hospital) -> Iterator[Event]:
    """Both recordings; those already sealed are left as they are, and say which transactions the other one runs."""
    messages = wanted(hospital.pack, job.endpoints)
    if not messages:
        return
    lanes = _lanes(job, Hospital(pack=hospital.pack, world=hospital.pack.world(job.plan.battery_scale)))
    if not lanes:
        return
    told: Told = queue.SimpleQueue()
    stop = threading.Event()
    one_server = len({stack.sql.url for stack in job.stacks.values()}) == 1
    yield Stage(name=f"接口异常用例：{hospital.pack.title}", total=len(messages) * len(lanes))
    with ThreadPoolExecutor(max_workers=1 if one_server else len(lanes)) as working:
        running = [working.submit(_record, lane, told.put, stop) for lane in lanes]
        try:
            yield from listen(running, told)
        finally:
            stop.set()


def _lanes(job: Job, hospital: Hospital) -> list[_Lane]:
    folder = job.run_dir / "recordings" / hospital.pack.name / Part.BATTERY
    recordings = {role: Recording(folder / role.value) for role in Role}
    missing = [role for role, recording in recordings.items() if not recording.sealed]
    sealed = next((recording for recording in recordings.values() if recording.sealed), None)
    tape = Tape()

    def first(trials: Trials) -> Iterator[Item]:
        pack, world, seed = hospital.pack, hospital.world, job.plan.data.seed
        return tape.noting(drawn(pack, world, seed=seed, endpoints=job.endpoints, trials=trials))

    def following(_: Trials) -> Iterator[Item]:
        return tape.follow()

    def again(_: Trials) -> Iterator[Item]:
        assert sealed is not None
        return tape.noting(read_items(sealed.folder / ITEMS))

    sources: list[Items] = [again] if sealed else [first, following]
    return [
        _Lane(
            job=job, hospital=hospital, role=role, recording=recordings[role], items=items, tape=tape, leads=leads
        )
        for role, items, leads in zip(missing, sources, (True, False), strict=False)
    ]  # fmt: skip


def _record(lane: _Lane, tell: Tell, stop: threading.Event) -> None:
    try:
        _record_alone(lane, tell, stop)
    finally:
        if lane.leads:
            lane.tape.end()


def _record_alone(lane: _Lane, tell: Tell, stop: threading.Event) -> None:
    pack, driver, folder = lane.hospital.pack, lane.job.drivers[lane.role], lane.recording.folder
    lane.recording.begin()
    for event in fill(lane.job, lane.role, lane.hospital, afresh=False):
        if not isinstance(event, Stage | Progress):  # two stages at once would be one too many to show
            tell(event)
    for _ in archives.refill(lane.job, lane.role, lane.hospital, ()):
        pass
    tell(Loaded(stack=lane.role.value, pack=pack.name, purpose=Part.BATTERY))
    items: list[Item] = []
    path = folder / CASES
    with disk(path), path.open("wb") as out:
        for item in _carried_out(lane, lambda case: out.write(case_line(case)), tell):
            items.append(item)
            if stop.is_set():
                return
    if not lane.tape.whole:
        return  # the stack that went first broke off
    write_items(folder / ITEMS, items)
    write_state(folder / STATE, driver.state(pack.metadata))
    lane.recording.seal({"kind": Part.BATTERY, "pack": pack.name, "stack": lane.role.value, "items": len(items)})
    tell(Sealed(folder=folder))


def _carried_out(lane: _Lane, note: Callable[[CaseRecord], object], tell: Tell) -> Iterator[Item]:
    """The lane's transactions, each with the cases of its messages; yielded when it is done."""
    pack, driver = lane.hospital.pack, lane.job.drivers[lane.role]
    drivers = lane.job.message_drivers(lane.role, pack)
    transactions = {t.name: t for t in pack.transactions}
    rendered = rendered_statements(pack, driver)
    with contextlib.ExitStack() as opened:
        images = opened.enter_context(archives.counting(lane.job, lane.role, lane.hospital))
        counts = RowCounts(pack, driver, images)
        opened.callback(counts.close)
        peers = connected(drivers)
        opened.callback(hang_up, peers)
        messages = wanted(pack, lane.job.endpoints)
        trials = Trials(messages, drivers, lane.job.tools.message_driver_for, counts, note)
        session = driver.connect()
        left = trials.open()
        try:
            for item in lane.items(trials):
                trials.item = item
                talk = TalkOnTrial(session, rendered, _unheard, peers, trials)
                outcome, _ = perform(transactions[item.transaction], item.params, talk)
                if lost(outcome):  # message sessions open again by themselves
                    session.close()
                    session = driver.connect()
                for _ in left - trials.open():
                    tell(None)
                left &= trials.open()
                yield item
        finally:
            session.close()
        trials.give_up()


def _unheard(step: str, reply: Reply, sent: int, answered: int, message: Outgoing | None) -> None:
    """What the transactions themselves are answered is compared in the functional pass."""
