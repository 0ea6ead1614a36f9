"""The objects of a study, one at a time: by C-GET, or by C-MOVE to our own receiver where the archive knows no C-GET.

Not here: listing what an archive holds (`archive.py`).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from drivers.messages.dicom import datasets
from drivers.messages.dicom.asked import Asked
from drivers.messages.dicom.association import Association
from drivers.messages.dicom.commands import RESPONSE, Field, Kind, number, text
from drivers.messages.dicom.exchange import converse
from drivers.messages.dicom.fetched import Fetched
from drivers.messages.dicom.incoming import Incoming
from drivers.messages.dicom.receiver import Receiver
from drivers.messages.dicom.services import IMPLICIT, NAMES, STUDY_GET, STUDY_MOVE, Context
from drivers.messages.dicom.statuses import PENDING, meaning
from drivers.messages.dicom.wire import NotDicom
from harness.imaging import DicomObject
from harness.model import ReplyKind

CONTEXTS = (Context(STUDY_GET, (IMPLICIT,)), Context(STUDY_MOVE, (IMPLICIT,)))
_AHEAD = 8  # objects that may be brought before they are taken
_LOOK_S = 0.5


class Declined(Exception):
    """The peer does not do what was asked; the text says what."""


def objects(association: Association, study: str, receiving: Callable[[], Receiver]) -> Iterator[DicomObject]:
    """The association proposed `CONTEXTS`; `receiving` is called where it takes no C-GET. Raises Declined, and what an
    association raises."""
    query = datasets.identifier(QueryRetrieveLevel="STUDY", StudyInstanceUID=study)
    if (STUDY_GET, IMPLICIT) in association.contexts:
        asked = Asked(kind=Kind.C_GET, abstract=STUDY_GET, syntax=IMPLICIT, instance="", dataset=query)
        for incoming in responses(association, asked):
            if number(incoming.command, Field.COMMAND) == Kind.C_STORE:
                yield Fetched.of(association, incoming).whole()
    else:
        asked = Asked(kind=Kind.C_MOVE, abstract=STUDY_MOVE, syntax=IMPLICIT, instance="", dataset=query)
        yield from _brought(association, asked, receiving())


def responses(
    association: Association,
    asked: Asked,
    *,
    message: int = 0,
    destination: str = "",
    progress: Callable[[], int] = lambda: 0,
) -> Iterator[Incoming]:
    """As `converse`, but a final response that is not good is raised: Declined."""
    context = association.contexts.get((asked.abstract, asked.syntax))
    if context is None:
        raise Declined(f"不接受 {NAMES.get(asked.abstract, asked.abstract)}")
    command = asked.command(message or association.number(), destination)
    for incoming in converse(association, context, command, asked.dataset, progress):
        code = number(incoming.command, Field.STATUS)
        if number(incoming.command, Field.COMMAND) & RESPONSE and code not in PENDING:
            told = meaning(code, asked.kind)
            if told.kind is not ReplyKind.OK:
                comment = text(incoming.command, Field.COMMENT) or told.text
                raise Declined(f"没有完成 {asked.kind.name.replace('_', '-')}：{code:04X}H {comment}")
        yield incoming


class _Handover:
    """Between the thread that receives and the one that takes: few objects, and the news of the end."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[DicomObject | Exception | None] = queue.Queue(_AHEAD)
        self._given_up = False
        self.taken = 0

    def put(self, each: DicomObject | Exception | None) -> None:
        """Wait until there is room; ConnectionAbortedError when nobody takes any more."""
        while not self._given_up:
            try:
                return self._waiting.put(each, timeout=_LOOK_S)
            except queue.Full:
                continue
        raise ConnectionAbortedError

    def take(self) -> Iterator[DicomObject]:
        try:
            while (each := self._waiting.get()) is not None:
                if isinstance(each, Exception):
                    raise each
                self.taken += 1
                yield each
        finally:
            self._given_up = True


def _brought(association: Association, asked: Asked, ours: Receiver) -> Iterator[DicomObject]:
    handover = _Handover()

    def move() -> None:
        try:
            with ours.retrieval(asked.dataset, asked.syntax, lambda item: handover.put(item.whole())) as key:
                for _ in responses(
                    association, asked, message=key, destination=ours.title, progress=lambda: handover.taken
                ):
                    pass
            handover.put(None)
        except (Declined, NotDicom, OSError) as trouble:
            _told(handover, trouble)

    threading.Thread(target=move, name=f"dicom-{ours.title}", daemon=True).start()
    yield from handover.take()


def _told(handover: _Handover, trouble: Exception) -> None:
    try:
        handover.put(trouble)
    except ConnectionAbortedError:
        return  # nobody listens
