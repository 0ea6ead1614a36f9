"""One DICOM interface of the application: what its door asks, answered by a handler, and by the archive if it is one.

Not here: the protocol (the door), the handlers (the packs, `archive/services.py`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from harness.imaging import DicomObject
from scenarios.reference.faults.imaging import ImagingFault
from scenarios.reference.reception import STUMBLES, Reception
from scenarios.reference.service import Request

if TYPE_CHECKING:
    from scenarios.reference.archive.archive import Archive

Model = Mapping[str, Any]  # a data set as DICOM JSON

VERIFICATION, COMMITMENT = "1.2.840.10008.1.1", "1.2.840.10008.1.20.1"
_OF_WORKLISTS = frozenset((VERIFICATION, "1.2.840.10008.5.1.4.31", "1.2.840.10008.3.1.2.3.3"))
_OF_ARCHIVES = frozenset(
    (VERIFICATION, COMMITMENT, *(f"1.2.840.10008.5.1.4.1.2.{root}.{kind}" for root in (1, 2) for kind in (1, 2, 3)))
)
SUCCESS, CLASS_NOT_SUPPORTED, BAD_IDENTIFIER, UNABLE_TO_PROCESS = 0x0000, 0x0122, 0xA900, 0xC000


class Counter(Protocol):
    """What a DICOM door asks. Whoever raises ConnectionAbortedError wants the association aborted."""

    def serves(self, abstract: str) -> bool:
        """Whether it accepts presentation contexts of an abstract syntax."""

    def ask(self, method: str, sop_class: str, instance: str, model: Model) -> tuple[int, Sequence[Model]] | None:
        """C-FIND, N-CREATE, N-SET, N-ACTION: status and data sets; None to stay silent."""

    def report(self, model: Model) -> tuple[int, Model] | None:
        """What is reported on an N-ACTION that succeeded: event type and attributes."""

    def store(self, item: DicomObject, sender: str) -> int: ...

    def retrieve(self, model: Model) -> tuple[int, Sequence[tuple[str, str, str]]]:
        """Status, and the objects that are to be handed out: SOP instance, SOP class, transfer syntax."""

    def objects(self, instances: Sequence[str]) -> Iterator[DicomObject | None]: ...


class DicomCounter:
    """`Counter`."""

    def __init__(self, reception: Reception, archive: Archive | None) -> None:
        self._reception = reception
        self._archive = archive

    def serves(self, abstract: str) -> bool:
        if self._archive is None:
            return abstract in _OF_WORKLISTS
        return abstract in _OF_ARCHIVES or _is_storage(abstract)

    def ask(self, method: str, sop_class: str, instance: str, model: Model) -> tuple[int, Sequence[Model]] | None:
        request = Request(
            body=json.dumps(model, ensure_ascii=False).encode(),
            charset=self._reception.charset,
            method=method,
            path=sop_class,
            headers={"sop": instance},
        )
        delivery = self._reception.take(request)
        if delivery.hangs_up:
            raise ConnectionAbortedError
        if delivery.answer is None:
            return None
        found: list[dict[str, Any]] = json.loads(delivery.answer.body or b"[]")
        if method == "C-FIND" and self._archive is None:
            self._spoil(found)
        return delivery.answer.status, found

    def report(self, model: Model) -> tuple[int, Model] | None:
        try:
            return None if self._archive is None else self._archive.commit(dict(model))
        except STUMBLES as error:
            self._stumbled(error)
            return None

    def store(self, item: DicomObject, sender: str) -> int:
        return CLASS_NOT_SUPPORTED if self._archive is None else self._archive.store(item, sender)

    def retrieve(self, model: Model) -> tuple[int, Sequence[tuple[str, str, str]]]:
        if self._archive is None:
            return CLASS_NOT_SUPPORTED, ()
        try:
            wanted = self._archive.wanted(dict(model))
        except STUMBLES as error:
            self._stumbled(error)
            return UNABLE_TO_PROCESS, ()
        return (BAD_IDENTIFIER, ()) if wanted is None else (SUCCESS, wanted)

    def objects(self, instances: Sequence[str]) -> Iterator[DicomObject | None]:
        return iter(()) if self._archive is None else self._archive.objects(instances)

    def _stumbled(self, error: Exception) -> None:
        self._reception.log.say(f"{self._reception.interface.name}：影像库出错：{type(error).__name__}: {error}")

    def _spoil(self, found: list[dict[str, Any]]) -> None:
        for each in self._reception.on():
            if isinstance(each.fault, ImagingFault) and each.fault.worklist and each.fault.finds is not None:
                where = each.fault.finds(False, found)
                if where:
                    self._reception.switches.note(each, where, "", "")


@functools.cache
def _is_storage(abstract: str) -> bool:
    """Whether the standard knows it as a class of objects that are kept."""
    from pydicom.uid import UID

    uid = UID(abstract)
    return not uid.is_private and uid.type == "SOP Class" and "Storage" in uid.name and "Commitment" not in uid.name
