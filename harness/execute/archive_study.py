"""One study in two archives: listed, fetched where it is chosen, compared object by object as they arrive.

Objects wait for their counterparts as they came, up to a bound; beyond it only their digests do, so that the memory
needed does not depend on the size of a study. Not here: which studies there are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TypeVar

from harness.archive_result import AttributeDifference, Depth, Held, ObjectDifference, ObjectError, StudyLine
from harness.content.dicom import attribute_differences, same, summary
from harness.execute.archive_masking import shown
from harness.execute.archive_pace import Pace
from harness.imaging import DicomObject, StudyHeld
from harness.ports import Archive

HELD_BYTES = 64 << 20  # waiting for their counterparts, per study
MOST_COLUMNS = 20
RETRIEVAL = "取回"  # in place of a column
UNREADABLE = "!"  # the column that harness.content.dicom gives to what it cannot read

T = TypeVar("T")
Waiting = DicomObject | dict[str, str]  # as it came, or its digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How one study is looked into."""

    depth: Depth
    chosen: bool  # its images are fetched
    original: StudyHeld | None  # as listed
    migrated: StudyHeld | None
    doubtful: tuple[bool, bool] = (False, False)  # whether the listing it was not in may have been cut short


class Sides:
    """Connections to both archives, asked at the same time."""

    def __init__(self, original: Archive, migrated: Archive, helper: Executor) -> None:
        self.archives = (original, migrated)
        self._helper = helper

    def both(self, ask: Callable[[Archive, int], T]) -> tuple[T, T]:
        other = self._helper.submit(ask, self.archives[1], 1)
        try:
            mine = ask(self.archives[0], 0)
        finally:
            other.exception()  # nobody may use the connection while it is being asked
        return mine, other.result()

    def close(self) -> None:
        for archive in self.archives:
            archive.close()


def check(sides: Sides, asked: Asked, pace: Pace) -> StudyLine:
    """Everything about one study. Raises StackUnreachable and StackRefused like an archive."""
    a, b = asked.original, asked.migrated
    held = a or b
    assert held is not None
    uids: tuple[set[str], set[str]] | None = None
    unlisted = ""
    if a is None or b is None or asked.depth is not Depth.COUNTS or not _same_counts(a, b):
        uids = sides.both(lambda archive, _: {each.instance for each in pace.each(archive.instances(held.study))})
    if (a is None or b is None) and uids is not None and all(uids) and not asked.doubtful[a is not None]:
        unlisted = "original" if a is None else "migrated"
    there = (a is not None or bool(uids and uids[0]), b is not None or bool(uids and uids[1]))
    found = _Compared()
    if asked.chosen and all(there):
        sides.both(lambda archive, side: found.take(archive, held.study, side, pace))
        uids = (uids[0] | found.came[0], uids[1] | found.came[1]) if uids else found.came
        found.leftover(uids[0] & uids[1])
    return StudyLine(
        study=held.study,
        date=held.date,
        modalities=tuple(sorted(held.modalities)),
        original=_held(a, uids[0] if uids else None) if there[0] else None,
        migrated=_held(b, uids[1] if uids else None) if there[1] else None,
        unlisted=unlisted,
        listed=_listed(a, b) if a and b else (),
        missing=tuple(sorted(uids[0] - uids[1])) if uids and all(there) else (),
        extra=tuple(sorted(uids[1] - uids[0])) if uids and all(there) else (),
        chosen=asked.chosen and all(there),
        equal=found.equal,
        recoded=found.recoded,
        different=tuple(sorted(found.different, key=lambda each: each.instance)),
        errors=tuple(sorted(found.errors, key=lambda each: each.instance)),
        trouble=_cut(a, b, uids),
    )


def _same_counts(a: StudyHeld, b: StudyHeld) -> bool:
    """Numbers that neither archive gives are no agreement."""
    return a.instances is not None and (a.instances, a.series) == (b.instances, b.series)


def _held(listed: StudyHeld | None, uids: set[str] | None) -> Held:
    own = listed.instances if listed and listed.instances is not None else None
    return Held(series=listed.series if listed else None, instances=len(uids) if uids is not None else own)


def _cut(a: StudyHeld | None, b: StudyHeld | None, uids: tuple[set[str], set[str]] | None) -> str:
    """An archive that lists fewer images than it says it has keeps back what would have to be compared."""
    told = []
    for side, held, own in zip(("原系统", "迁移后系统"), (a, b), uids or (), strict=False):
        if held is not None and held.instances is not None and held.instances > len(own):
            told.append(f"{side}自报 {held.instances} 幅影像，只列出 {len(own)} 幅")
    return "；".join(told)


def _listed(a: StudyHeld, b: StudyHeld) -> tuple[AttributeDifference, ...]:
    pairs = [("StudyDate", a.date, b.date), ("PatientID", a.patient, b.patient)]
    if a.modalities and b.modalities:  # not every archive tells
        pairs.append(("ModalitiesInStudy", "\\".join(sorted(a.modalities)), "\\".join(sorted(b.modalities))))
    if a.series is not None and b.series is not None:
        pairs.append(("NumberOfStudyRelatedSeries", str(a.series), str(b.series)))
    return tuple(
        AttributeDifference(column=column, original=shown(column, x), migrated=shown(column, y))
        for column, x, y in pairs
        if x != y
    )


@dataclass(slots=True)
class _Compared:
    """The objects of one study as they arrive from two sides in whatever order."""

    equal: int = 0
    recoded: int = 0
    different: list[ObjectDifference] = field(default_factory=list)
    errors: list[ObjectError] = field(default_factory=list)
    came: tuple[set[str], set[str]] = field(default_factory=lambda: (set(), set()))  # SOP Instance UIDs
    _waiting: tuple[dict[str, Waiting], dict[str, Waiting]] = field(default_factory=lambda: ({}, {}))
    _done: set[str] = field(default_factory=set)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, archive: Archive, study: str, side: int, pace: Pace) -> None:
        """All objects of one side; called for both sides at once."""
        for item in pace.each(archive.objects(study)):
            uid = item.sop_instance
            with self._lock:
                self.came[side].add(uid)
                other = self._waiting[1 - side].pop(uid, None)
                if other is None:
                    full = self._bytes + len(item.dataset) > HELD_BYTES
                    self._waiting[side][uid] = summary(item) if full else item
                    self._bytes += 0 if full else len(item.dataset)
                    continue
                self._bytes -= len(other.dataset) if isinstance(other, DicomObject) else 0
            self._hold(uid, *((other, item) if side else (item, other)))

    def leftover(self, listed: set[str]) -> None:
        """What both archives list, and not both have handed out. Lost is what the migrated one alone keeps back."""
        for uid in listed - self._done:
            if uid in self.came[0]:
                lost = AttributeDifference(column=RETRIEVAL, original="已取回", migrated="列出了，取回时没有给出")
                self.different.append(ObjectDifference(instance=uid, columns=(lost,)))
            else:
                who = "原系统" if uid in self.came[1] else "两侧"
                self.errors.append(ObjectError(instance=uid, why=f"{who}列出了它，取回时没有给出"))

    def _hold(self, uid: str, a: Waiting, b: Waiting) -> None:
        columns = _columns(a, b)
        syntaxes = {x.transfer_syntax if isinstance(x, DicomObject) else x["syntax"] for x in (a, b)}
        with self._lock:
            if uid in self._done:
                return
            self._done.add(uid)
            if not columns:
                self.equal += len(syntaxes) == 1
                self.recoded += len(syntaxes) == 2
            elif columns[0].column == UNREADABLE:
                self.errors.append(ObjectError(instance=uid, why=columns[0].original or columns[0].migrated))
            else:
                more = max(0, len(columns) - MOST_COLUMNS)
                self.different.append(ObjectDifference(instance=uid, columns=columns[:MOST_COLUMNS], more=more))


def _columns(a: Waiting, b: Waiting) -> tuple[AttributeDifference, ...]:
    if isinstance(a, DicomObject) and isinstance(b, DicomObject):
        if same(a, b):
            return ()
        return tuple(
            AttributeDifference(column=column, original=shown(column, x), migrated=shown(column, y))
            for column, x, y in attribute_differences(a, b)
        )
    x, y = (summary(side) if isinstance(side, DicomObject) else side for side in (a, b))
    return tuple(
        AttributeDifference(column=column, original=x[key], migrated=y[key])
        for key, column in (("attributes", "（属性的摘要）"), ("pixels", "PixelData"))
        if x[key] != y[key]
    )
