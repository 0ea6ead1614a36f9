"""The sub-operations of C-GET and C-MOVE on the serving side: objects handed to whoever asked, or to a third party.

Not here: which objects (`provider.py` asks its counter).
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterable, Iterator, Sequence

from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from drivers.messages.dicom.association import Association, Rejected
from drivers.messages.dicom.commands import MEDIUM, SOME_DATASET, Field, Kind, number
from drivers.messages.dicom.datasets import read
from drivers.messages.dicom.negotiation import offer
from drivers.messages.dicom.services import EXPLICIT, IMPLICIT, LIMIT, Context
from drivers.messages.dicom.wire import NotDicom
from drivers.messages.line import Line
from harness.imaging import DicomObject

DONE, WITH_FAILURES, NOTHING_DONE, CANCELLED = 0x0000, 0xB000, 0xA702, 0xFE00
_PATIENCE_S = 60.0
_PLAIN = (EXPLICIT, IMPLICIT)
Told = dict[Field, str | int | bytes]


class Brought:
    """How the sub-operations went."""

    def __init__(self, instances: Sequence[str]) -> None:
        self._instances = instances
        self._statuses: list[int | None] = []

    def count(self, status: int | None) -> None:
        """The status of the next C-STORE; None: it was not even sent."""
        self._statuses.append(status)

    def told(self, *, ended: bool) -> Told:
        completed = sum(status == DONE for status in self._statuses)
        warned = sum(_is_warning(status) for status in self._statuses)
        told: Told = {
            Field.COMPLETED: completed,
            Field.FAILED: len(self._statuses) - completed - warned,
            Field.WARNING: warned,
        }
        left = len(self._instances) - len(self._statuses)
        return told if ended and not left else told | {Field.REMAINING: left}

    @property
    def status(self) -> int:
        if len(self._statuses) < len(self._instances):
            return CANCELLED
        failed = len(self._failed())
        return DONE if not failed else NOTHING_DONE if failed == len(self._instances) else WITH_FAILURES

    def failures(self, syntax: str) -> bytes:
        """The data set that lists them; nothing where there are none."""
        from harness.content.dicom import json_to_dataset

        failed = self._failed()
        model = {"00080058": {"vr": "UI", "Value": failed}}
        return bytes(json_to_dataset(model, charset="UTF-8", syntax=syntax)) if failed else b""

    def _failed(self) -> list[str]:
        pairs = zip(self._instances, self._statuses, strict=False)
        return [instance for instance, status in pairs if status != DONE and not _is_warning(status)]


def hand_back(objects: Iterable[DicomObject | None], association: Association) -> Iterator[int | None]:
    """Over the association that asked, until it cancels. Yields the status of each."""
    for item in objects:
        status = None if item is None else _stored(association, item, {})
        if status == CANCELLED:
            return
        yield status


def move(
    objects: Iterable[DicomObject | None],
    pairs: Sequence[tuple[str, str]],
    destination: str,
    originator: str,
    asked_by: int,
) -> Iterator[int | None]:
    """Over an association of our own to `TITLE@host:port`; `pairs` of SOP class and transfer syntax are proposed, which
    goes on in another association where they are too many. Yields the status of each."""
    title, _, address = destination.partition("@")
    host, _, port = address.rpartition(":")
    told: Told = {Field.ORIGINATOR: originator, Field.ORIGINATING_MESSAGE: asked_by}
    with contextlib.ExitStack() as opened:
        association: Association | None = None
        try:
            caller = socket.create_connection((host, int(port)), timeout=_PATIENCE_S)
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            contexts = [Context(abstract, (syntax,)) for abstract, syntax in pairs[:LIMIT]]
            association = Association.called(Line(caller, _PATIENCE_S), offer(title, originator, contexts))
            opened.callback(association.part)
            opened.callback(association.leave)
        except (OSError, NotDicom, Rejected):
            association = None
        for item in objects:
            status: int | None = None
            if association is not None and item is not None:
                try:
                    status = _stored(association, item, told)
                except (OSError, NotDicom):
                    association.close()
                    association = None
            yield status


def _stored(association: Association, item: DicomObject, more: Told) -> int | None:
    """Send one object and wait for the answer; None where the peer did not agree to such objects."""
    fitting = _agreed(association, item)
    if fitting is None:
        return None
    context, dataset = fitting
    command: Told = {
        Field.AFFECTED_CLASS: item.sop_class,
        Field.AFFECTED_INSTANCE: item.sop_instance,
        Field.COMMAND: Kind.C_STORE,
        Field.MESSAGE: association.number(),
        Field.PRIORITY: MEDIUM,
        Field.DATASET: SOME_DATASET,
    }
    association.send(context, command | more, dataset)
    came = association.receive(time.monotonic() + _PATIENCE_S).command
    if number(came, Field.COMMAND) == Kind.C_CANCEL:
        return CANCELLED
    return number(came, Field.STATUS)


def _agreed(association: Association, item: DicomObject) -> tuple[int, bytes] | None:
    """A context for the object and its data set for that: plain ones are written anew where the peer wants another
    plain syntax, as PS3.5 10.1 demands; others are handed out as they are or not at all."""
    context = association.contexts.get((item.sop_class, item.transfer_syntax))
    if context is not None:
        return context, item.dataset
    if item.transfer_syntax in _PLAIN:
        for syntax in _PLAIN:
            context = association.contexts.get((item.sop_class, syntax))
            if context is not None:
                return context, _rewritten(item, syntax)
    return None


def _rewritten(item: DicomObject, syntax: str) -> bytes:
    """The data set in another plain syntax. Raises NotDicom."""
    written = DicomBytesIO()
    written.is_implicit_VR, written.is_little_endian = syntax == IMPLICIT, True
    write_dataset(written, read(item.dataset, item.transfer_syntax))
    return bytes(written.getvalue())


def _is_warning(status: int | None) -> bool:
    return status is not None and status & 0xF000 == 0xB000
