"""The archive with faults: it stands before the real one. Not here: which faults there are (`faults/imaging.py`)."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence

from harness.imaging import DicomObject
from scenarios.reference.archive.archive import FULL, SUCCESS, Archive
from scenarios.reference.archive.entry import Entry, Model, Unfit, entry_of
from scenarios.reference.archive.files import Files
from scenarios.reference.archive.index import Index
from scenarios.reference.archive.part10 import UNREADABLE, read, written
from scenarios.reference.archive.query import asks_for_several
from scenarios.reference.faults.imaging import ImagingFault, Neglect
from scenarios.reference.faults.switches import Switched, Switches

_AT_ONCE_S = 0.5  # who stored so short a time ago is still storing

On = Sequence[tuple[Switched, ImagingFault]]


class CarelessArchive(Archive):
    """`at=` of a fault: only objects of that study, series, SOP instance, SOP class or modality."""

    def __init__(
        self, index: Index, files: Files, say: Callable[[str], None], *, switches: Switches, interface: str
    ) -> None:
        super().__init__(index, files, say)
        self._switches = switches
        self._interface = interface
        self._stored: dict[str, float] = {}  # sender → when last

    def store(self, item: DicomObject, sender: str) -> int:
        on = self._on()
        if not on:
            return super().store(item, sender)
        try:
            entry = entry_of(item)
        except Unfit as unfit:
            return unfit.status
        on = [each for each in on if _is_about(each[0].at, entry)]
        if self._too_many(on, sender):
            return FULL
        self._wait(on)
        for switched, fault in on:
            if fault.neglect is Neglect.NOT_STORED:
                self._note(switched, entry.instance)
                return SUCCESS
        item = self._arrived(on, item)
        status = super().store(item, sender)
        if status == SUCCESS:
            self._forget(on, item.sop_instance)
        return status

    def put(self, item: DicomObject, entry: Entry) -> None:
        for switched, fault in self._on():
            if fault.listed is not None and _is_about(switched.at, entry):
                where = fault.listed(entry.levels)
                entry = dataclasses.replace(entry, study_date=_date(entry))
                self._note(switched, where)
        super().put(item, entry)

    def find(self, level: str, keys: Model) -> Sequence[Model]:
        found = list(super().find(level, keys))
        for switched, fault in self._on():
            if fault.finds is not None and not fault.worklist:
                self._note(switched, fault.finds(asks_for_several(keys), found))
        return found

    def objects(self, instances: Sequence[str]) -> Iterator[DicomObject | None]:
        on = [(switched, fault) for switched, fault in self._on() if fault.leaves is not None]
        for item in super().objects(instances):
            for switched, fault in on:
                if item is not None and fault.leaves is not None and self._wanted(switched.at, item):
                    dataset, where = fault.leaves(item.dataset)
                    item = dataclasses.replace(item, dataset=dataset)
                    self._note(switched, where)
            yield item

    def remove(self, study: str) -> bool:
        for switched, fault in self._on():
            if fault.neglect is Neglect.NOT_REMOVED and switched.at in ("", study):
                self._note(switched, study)
                return True
        return super().remove(study)

    def _on(self) -> On:
        return [
            (each, each.fault) for each in self._switches.on(self._interface) if isinstance(each.fault, ImagingFault)
        ]

    def _note(self, switched: Switched, where: str) -> None:
        if where:
            self._switches.note(switched, where, "", "")

    def _wanted(self, at: str, item: DicomObject) -> bool:
        try:
            return not at or _is_about(at, entry_of(item))
        except Unfit:
            return False

    def _too_many(self, on: On, sender: str) -> bool:
        now = time.monotonic()
        self._stored = {name: at for name, at in self._stored.items() if now - at < _AT_ONCE_S} | {sender: now}
        for switched, fault in on:
            if fault.senders and len(self._stored) >= fault.senders:
                self._note(switched, sender)
                return True
        return False

    def _wait(self, on: On) -> None:
        for switched, fault in on:
            if fault.milliseconds:
                self._note(switched, "slow")
                time.sleep((switched.milliseconds or fault.milliseconds) / 1000)

    def _arrived(self, on: On, item: DicomObject) -> DicomObject:
        for switched, fault in on:
            if fault.arrives is None:
                continue
            try:
                dataset = read(item)
                where = fault.arrives(dataset)
                item = written(dataset, item) if where else item
            except UNREADABLE:
                continue
            self._note(switched, where)
        return item

    def _forget(self, on: On, instance: str) -> None:
        for switched, fault in on:
            if fault.neglect is Neglect.FILE_GONE:
                self.files.remove(instance)
                self._note(switched, instance)
            elif fault.neglect is Neglect.ROW_GONE:
                self.index.forget(instance)
                self._note(switched, instance)


def _is_about(at: str, entry: Entry) -> bool:
    modality = entry.levels["SERIES"].get("00080060", {}).get("Value") or [""]
    return at in ("", entry.study, entry.series, entry.instance, entry.sop_class, *modality)


def _date(entry: Entry) -> str:
    values = entry.levels["STUDY"].get("00080020", {}).get("Value") or [""]
    return str(values[0])[:8]
