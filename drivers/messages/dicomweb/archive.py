"""What lies in an archive, by DICOMweb: studies and instances by QIDO-RS, objects by WADO-RS, stored by STOW-RS.

Not here: how a study is taken away (`dicom/removal.py`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from drivers.messages.dicomweb.accepting import accepting
from drivers.messages.dicomweb.answers import stored
from drivers.messages.dicomweb.retrieved import Passing
from drivers.messages.http.driver import HttpDriver
from drivers.messages.http.session import HttpSession
from drivers.messages.line import one_line
from harness.content.dicom_multipart import DICOM, Part, build
from harness.errors import StackRefused, StackUnreachable
from harness.imaging import DicomObject, InstanceHeld, StudyHeld
from harness.message import MessageEndpoint, Outgoing
from harness.model import Reply, ReplyKind

PAGE = 500
_STUDY_UID, _SERIES_UID, _INSTANCE_UID, _SOP_CLASS = "0020000D", "0020000E", "00080018", "00080016"
_PATIENT_ID, _STUDY_DATE, _MODALITIES = "00100020", "00080020", "00080061"
_SERIES_COUNT, _INSTANCE_COUNT = "00201206", "00201208"

Match = Mapping[str, Any]


class DicomwebArchive:
    """`harness.ports.Archive`. Objects come over a connection of their own, one study at a time, so that questions can
    be asked in between.
    """

    def __init__(self, endpoint: MessageEndpoint, driver: HttpDriver) -> None:
        self._endpoint = endpoint
        self._driver = driver
        self._asking = driver.connect()
        self._retrieving: HttpSession | None = None

    def studies(self, first: dt.date | None = None, last: dt.date | None = None) -> Iterator[StudyHeld]:
        dates = "-".join(f"{day:%Y%m%d}" if day else "" for day in (first, last)) if first or last else ""
        fields = ",".join((_PATIENT_ID, _STUDY_DATE, _MODALITIES, _SERIES_COUNT, _INSTANCE_COUNT))
        query = f"includefield={fields}" + (f"&StudyDate={dates}" if dates else "")
        for match in self._pages("studies", query):
            yield StudyHeld(
                study=_text(match, _STUDY_UID),
                patient=_text(match, _PATIENT_ID),
                date=_text(match, _STUDY_DATE),
                modalities=tuple(str(each) for each in _values(match, _MODALITIES)),
                series=_count(match, _SERIES_COUNT),
                instances=_count(match, _INSTANCE_COUNT),
            )

    def instances(self, study: str) -> Iterator[InstanceHeld]:
        query = f"includefield={_SERIES_UID},{_SOP_CLASS}"
        for match in self._pages(f"studies/{study}/instances", query):
            yield InstanceHeld(
                series=_text(match, _SERIES_UID),
                instance=_text(match, _INSTANCE_UID),
                sop_class=_text(match, _SOP_CLASS),
            )

    def objects(self, study: str) -> Iterator[DicomObject]:
        from harness.content.dicom import Unreadable, from_part10

        if self._retrieving is None:
            self._retrieving = self._driver.connect()
        question = accepting(Outgoing(body=b"", method="GET", path=f"studies/{study}"))
        where = f"{self._endpoint.url} 中的检查 {study}"
        for part in _arriving(self._retrieving, question, where):
            try:
                yield from_part10(part.data)
            except Unreadable as error:
                raise StackRefused(f"{where} 中有读不出的对象：{one_line(error)}。") from None

    def store(self, item: DicomObject, /) -> Reply:
        from harness.content.dicom import part10

        kind, body = build([part10(item)], DICOM)
        message = Outgoing(body=body, path="studies", headers={"Content-Type": kind})
        reply, answer = self._asking.asked(accepting(message))
        return reply if answer is None else stored(reply)

    def remove(self, study: str) -> None:
        from drivers.messages.dicom.removal import remove

        _must(remove(self._endpoint, study), f"检查 {study} 没有从 {self._endpoint.url} 删去")

    def close(self) -> None:
        self._asking.close()
        if self._retrieving is not None:
            self._retrieving.close()

    def _pages(self, path: str, query: str) -> Iterator[Match]:
        """All matches. A page that is short is not the last one: archives have limits of their own."""
        seen: set[str] = set()
        offset = 0
        while True:
            page = self._page(f"{path}?{query}&limit={PAGE}&offset={offset}")
            known, seen = seen, {json.dumps(match, sort_keys=True) for match in page}
            if seen <= known:  # nothing more, or an archive that knows no offset
                return
            yield from page
            if len(page) > PAGE:  # nor a limit: this was everything
                return
            offset += len(page)

    def _page(self, path: str) -> list[Match]:
        reply, answer = self._asking.asked(accepting(Outgoing(body=b"", method="GET", path=path)))
        if answer is not None and answer.status_code == HTTPStatus.NOT_FOUND:
            return []
        _must(reply, f"{self._endpoint.url} 没有应答查询")
        try:
            found = json.loads(reply.body or b"[]")
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(match, dict) for match in found):
            raise StackUnreachable(f"{self._endpoint.url} 对查询的应答不是 DICOM JSON：{one_line(reply.message)}。")
        return found


def _arriving(session: HttpSession, question: Outgoing, where: str) -> Iterator[Part]:
    """The parts of an answer as they come; none where there is nothing of that name."""
    passing = Passing()
    steps = session.growing(question, passing.sink)
    with contextlib.closing(steps):
        while True:
            try:
                next(steps)
            except StopIteration as ended:
                reply, answer = ended.value
                break
            yield from passing.parts()
    if answer is not None and answer.status_code == HTTPStatus.NOT_FOUND:
        return
    _must(reply, f"{where} 没有取到")
    if passing.body is None:
        raise StackUnreachable(f"{where} 的应答不是影像：{one_line(reply.message)}。")
    passing.body.finish()
    yield from passing.parts()
    if passing.body.trouble:
        raise StackUnreachable(f"{where} 的应答有误：{passing.body.trouble}。")


def _must(reply: Reply, what: str) -> None:
    if reply.kind is ReplyKind.OK:
        return
    fault = StackRefused if reply.kind <= ReplyKind.FAILED else StackUnreachable
    raise fault(f"{what}：{one_line(reply.message)}。", hint="请确认归档的 DICOMweb 服务正常，账号有相应的权限。")


def _values(match: Match, tag: str) -> list[Any]:
    attribute = match.get(tag)
    found = attribute.get("Value") if isinstance(attribute, dict) else None
    return found if isinstance(found, list) else []


def _text(match: Match, tag: str) -> str:
    return str(next(iter(_values(match, tag)), ""))


def _count(match: Match, tag: str) -> int | None:
    told = _text(match, tag)
    return int(told) if told.isdecimal() else None
