"""What lies in an image archive: listed by C-FIND, fetched (`fetching.py`), filled, cleared.

Not here: what is the same and what is not, which the harness decides.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping

from drivers.messages.dicom import datasets, fetching, services
from drivers.messages.dicom.asked import Asked
from drivers.messages.dicom.association import Association, Rejected
from drivers.messages.dicom.commands import NO_DATASET, Field, Kind
from drivers.messages.dicom.receiver import Receiver
from drivers.messages.dicom.removal import remove
from drivers.messages.dicom.services import IMPLICIT, STUDY_FIND
from drivers.messages.dicom.session import DicomSession
from drivers.messages.dicom.wire import NotDicom
from drivers.messages.line import one_line
from harness.errors import StackRefused, StackUnreachable
from harness.imaging import DicomObject, InstanceHeld, StudyHeld
from harness.message import MessageEndpoint, Outgoing
from harness.model import Reply, ReplyKind

_LISTING = services.Context(STUDY_FIND, (IMPLICIT,))

Associate = Callable[[tuple[services.Context, ...]], Association]


class DicomArchive:
    """An archive over associations of its own."""

    def __init__(self, endpoint: MessageEndpoint, session: DicomSession, associate: Associate) -> None:
        self._endpoint = endpoint
        self._session = session  # what is stored, and the images of one study listed, goes over its association
        self._associate = associate  # all studies are listed, and each is fetched, over one of its own

    def studies(self, first: dt.date | None = None, last: dt.date | None = None) -> Iterator[StudyHeld]:
        """As they come: there may be millions, and other things may be asked between two of them."""
        wanted = {
            "QueryRetrieveLevel": "STUDY",
            "StudyInstanceUID": "",
            "StudyDate": f"{_day(first)}-{_day(last)}" if first or last else "",
            "PatientID": "",
            "ModalitiesInStudy": "",
            "NumberOfStudyRelatedSeries": "",
            "NumberOfStudyRelatedInstances": "",
        }
        with self._associated((_LISTING,)) as association:
            for found in _matches(association, wanted):
                yield StudyHeld(
                    study=found["StudyInstanceUID"],
                    patient=found["PatientID"],
                    date=found["StudyDate"],
                    modalities=tuple(filter(None, found["ModalitiesInStudy"].split("\\"))),
                    series=_count(found["NumberOfStudyRelatedSeries"]),
                    instances=_count(found["NumberOfStudyRelatedInstances"]),
                )

    def instances(self, study: str) -> Iterator[InstanceHeld]:
        listed = self._found(QueryRetrieveLevel="SERIES", StudyInstanceUID=study, SeriesInstanceUID="")
        for series in [found["SeriesInstanceUID"] for found in listed]:
            for found in self._found(
                QueryRetrieveLevel="IMAGE",
                StudyInstanceUID=study,
                SeriesInstanceUID=series,
                SOPInstanceUID="",
                SOPClassUID="",
            ):
                yield InstanceHeld(series=series, instance=found["SOPInstanceUID"], sop_class=found["SOPClassUID"])

    def objects(self, study: str) -> Iterator[DicomObject]:
        classes = frozenset(each.sop_class for each in self.instances(study))
        if not classes:
            return
        returned = services.returning_classes(classes - {""}, services.LIMIT - len(fetching.CONTEXTS))
        with self._associated((*fetching.CONTEXTS, *returned)) as association:
            yield from fetching.objects(association, study, self._receiving)

    def store(self, item: DicomObject, /) -> Reply:
        headers = {"syntax": item.transfer_syntax, "sop": item.sop_instance}
        return self._session.send(Outgoing(body=item.dataset, path=item.sop_class, method="C-STORE", headers=headers))

    def remove(self, study: str) -> None:
        reply = remove(self._endpoint, study)
        if reply.kind > ReplyKind.FAILED:
            raise StackUnreachable(f"{self._endpoint.removal} 没有应答：{one_line(reply.message)}。")
        if reply.kind is not ReplyKind.OK:
            raise StackRefused(f"检查 {study} 没有删去：{one_line(reply.message)}。")

    def close(self) -> None:
        self._session.close()

    def _found(self, **wanted: str) -> list[dict[str, str]]:
        """The matches of a query that has few."""
        with self._faults():
            return list(_matches(self._session.prepare((_LISTING,)), wanted))

    @contextlib.contextmanager
    def _associated(self, contexts: tuple[services.Context, ...]) -> Iterator[Association]:
        """For one question, however long it takes to be answered and whatever is asked elsewhere meanwhile."""
        association = self._associate(contexts)
        done = False
        try:
            with self._faults():
                yield association
            done = True
        finally:
            # One that is given up half way is of no use to anybody.
            (association.leave if done else association.abort)()
        association.part()

    def _receiving(self) -> Receiver:
        if not self._endpoint.receive_at:
            raise StackRefused(
                f"{self._endpoint.url} 不接受 C-GET，而该端点没有写 receive_at，取不到影像。",
                hint='请写 receive_at = "本机地址:端口"，并在对端登记。',
            )
        return self._session.receiving()

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (Rejected, fetching.Declined) as declined:
            raise StackRefused(f"{self._endpoint.url} {one_line(declined)}。") from None
        except TimeoutError:
            raise StackUnreachable(f"{self._endpoint.url} 在 {self._endpoint.timeout_s:g} 秒内没有应答。") from None
        except (NotDicom, OSError) as error:
            raise StackUnreachable(f"{self._endpoint.url} 的应答中断或有误：{one_line(error)}。") from None


def _matches(association: Association, wanted: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What a query finds, each with what was asked for."""
    asked = Asked(
        kind=Kind.C_FIND, abstract=STUDY_FIND, syntax=IMPLICIT, instance="", dataset=datasets.identifier(**wanted)
    )
    for incoming in fetching.responses(association, asked):
        if incoming.command[Field.DATASET] != NO_DATASET:
            match = datasets.read(incoming.dataset, association.syntax(incoming.context))
            yield {keyword: datasets.value(match, keyword) for keyword in wanted}


def _day(day: dt.date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
