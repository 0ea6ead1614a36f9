"""A stack's image archive around a pass: brought to the pack's initial content before it, read as tables after it.

What the archive holds becomes two open tables, named as the interface: one of objects, a row each, a column per DICOM
attribute that any of them has; one of studies as the archive lists them. They are compared like tables of a database.
Only studies that the pack calls its own are read or removed. Not here: reading an object (`content/dicom`).
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.content import dicom
from harness.errors import BadInput, StackRefused
from harness.events import Event, Progress, Stage
from harness.execute.site import TITLES, Hospital, Job
from harness.imaging import StudyHeld
from harness.model import Item, ReplyKind, Role, Row, TableState
from harness.ports import Archive, ArchiveDriver

KEY = "SOPInstanceUID"
LISTED, RETRIEVED = "(listed)", "(retrieved)"  # how often the archive lists an object, how often it hands it out
TROUBLE = "(unreadable)"  # why an object could not be read whole
_FIRST = (KEY, "StudyInstanceUID", "SeriesInstanceUID", "SOPClassUID", "TransferSyntaxUID", LISTED, RETRIEVED, TROUBLE)
_STUDY = ("StudyInstanceUID", "PatientID", "StudyDate", "ModalitiesInStudy", "series", "instances")


def refuse_unremovable(job: Job) -> None:
    """What the harness stores in an archive, it must be able to take away again, or the next pass meets it."""
    for hospital in job.hospitals:
        use = hospital.pack.archive
        for role, stack in job.stacks.items():
            if use and use.interface in job.endpoints and not stack.endpoints[use.interface].removal:
                raise BadInput(
                    f"{TITLES[role]}的影像归档接口 {use.interface} 没有写明怎样删除测试影像（removal）。",
                    hint="每一遍比对之前要清除上一遍存入的测试影像（只删信衡自己的检查）；请在 stacks.toml 的 "
                    f'[stacks.{role}.endpoints.{use.interface}] 中写 removal = "dicomweb:http://…"、'
                    '"orthanc:http://…" 或 "command:程序"。',
                )


def refill(job: Job, role: Role, hospital: Hospital, items: Iterable[Item]) -> Iterator[Event]:
    """Bring the archive to the pack's initial content, without anything that these items will store. Nothing to do
    where the pack or the stack has no archive."""
    use = hospital.pack.archive
    with _opened(job, role, hospital) as archive:
        if use is None or archive is None:
            return
        yield Stage(name=f"装载影像：{TITLES[role]}", total=1)
        for study in present(archive, hospital, items)[1]:
            archive.remove(study)
        for done, item in enumerate(use.objects(hospital.world), 1):
            reply = archive.store(item)
            if reply.kind is not ReplyKind.OK:
                raise StackRefused(
                    f"{TITLES[role]}的影像归档（{use.interface}）没有收下预置的影像：{reply.message}。",
                    hint="请确认归档允许存储，SOP 类和传输语法齐全，且没有残留的同号影像。",
                )
            if done % 20 == 0:
                yield Progress(done=1)


def tables(job: Job, role: Role, hospital: Hospital, items: Iterable[Item]) -> Iterator[TableState]:
    """What the archive holds now of the pack's studies, and of those that the items name."""
    use = hospital.pack.archive
    with _opened(job, role, hospital) as archive:
        if use is None or archive is None:
            return
        listed, studies = present(archive, hospital, items)
        yield _listed(use.interface, listed)
        yield objects_table(use.interface, archive, studies)


@contextlib.contextmanager
def counting(job: Job, role: Role, hospital: Hospital) -> Iterator[Callable[[], Mapping[str, int]]]:
    """How many objects of the pack's studies the archive lists, by the interface's name, whenever it is asked."""
    use = hospital.pack.archive
    with _opened(job, role, hospital) as archive:
        if use is None or archive is None:
            yield dict
            return
        asked = archive

        def count() -> dict[str, int]:
            held = _ours(asked, hospital)
            known = [study.instances for study in held if study.instances is not None]
            unknown = [study.study for study in held if study.instances is None]
            return {use.interface: sum(known) + sum(sum(1 for _ in asked.instances(study)) for study in unknown)}

        yield count


@contextlib.contextmanager
def _opened(job: Job, role: Role, hospital: Hospital) -> Iterator[Archive | None]:
    use = hospital.pack.archive
    if use is None or use.interface not in job.endpoints:
        yield None
        return
    driver = job.message_drivers(role, hospital.pack)[use.interface]
    if not isinstance(driver, ArchiveDriver):
        raise BadInput(f"接口 {use.interface} 的种类是 {driver.kind}，不是影像归档。", hint="请写 dicom 或 dicomweb。")
    with contextlib.closing(driver.archive()) as archive:
        yield archive


def present(archive: Archive, hospital: Hospital, items: Iterable[Item]) -> tuple[list[StudyHeld], list[str]]:
    """Our studies as the archive lists them by date, and all of ours that it has: one whose date was changed behind
    our back is not among the first, and must neither be called lost nor be left for the next pass."""
    use = hospital.pack.archive
    assert use is not None
    listed = sorted(_ours(archive, hospital), key=lambda held: held.study)
    known = {held.study for held in listed}
    named = {uid for item in items for uid in _texts(item.params) if use.ours(uid)} - known
    beside = [uid for uid in named if next(iter(archive.instances(uid)), None) is not None]
    return listed, sorted((*known, *beside))


def _texts(value: Any) -> Iterator[str]:
    """Every text in the parameters of an item."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts(inner)


def _ours(archive: Archive, hospital: Hospital) -> list[StudyHeld]:
    use = hospital.pack.archive
    assert use is not None
    first, last = use.dates(hospital.world)
    found = {held.study: held for held in archive.studies(first, last) if use.ours(held.study)}
    return list(found.values())


def _listed(interface: str, studies: Iterable[StudyHeld]) -> TableState:
    rows = (
        (held.study, held.patient, held.date, "\\".join(sorted(held.modalities)), held.series, held.instances)
        for held in studies
    )
    return TableState(table=f"{interface}_studies", columns=_STUDY, key=_STUDY[:1], rows=tuple(rows), open=True)


def objects_table(name: str, archive: Archive, studies: Iterable[str]) -> TableState:
    """Every object of these studies: as it is listed, as it is handed out."""
    objects: dict[str, dict[str, Any]] = {}
    listed: Counter[str] = Counter()
    retrieved: Counter[str] = Counter()
    for study in studies:
        for held in archive.instances(study):
            listed[held.instance] += 1
            objects.setdefault(
                held.instance, {KEY: held.instance, "StudyInstanceUID": study, "SeriesInstanceUID": held.series}
            )
        for item in archive.objects(study):
            seen = dicom.read(item)
            retrieved[item.sop_instance] += 1
            known = objects.setdefault(item.sop_instance, {KEY: item.sop_instance})
            known |= seen.attributes
            known |= {"SOPClassUID": item.sop_class, "TransferSyntaxUID": item.transfer_syntax}
            known |= {"PixelData": seen.pixels} if seen.pixels else {}
            known |= {TROUBLE: seen.trouble} if seen.trouble else {}
    for instance, known in objects.items():
        known |= {LISTED: listed[instance], RETRIEVED: retrieved[instance]}
    columns = _columns(objects.values())
    rows: list[Row] = [tuple(objects[uid].get(name) for name in columns) for uid in sorted(objects)]
    return TableState(table=name, columns=columns, key=(KEY,), rows=tuple(rows), open=True)


def _columns(objects: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What every object has, then the rest by name."""
    names = {name for each in objects for name in each}
    return (*_FIRST, *sorted(names.difference(_FIRST)))
