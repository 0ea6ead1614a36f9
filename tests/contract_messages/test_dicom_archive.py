"""DICOM against Orthanc: queries, both ways of retrieving, commitment, and what an archive is to the harness."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from drivers.messages.dicom import answers, fetching
from drivers.messages.dicom.driver import DicomDriver
from harness.errors import BadInput, StackRefused
from harness.imaging import DicomObject
from harness.message import MessageEndpoint, Outgoing
from harness.model import ErrorClass, ReplyKind
from harness.ports import ArchiveDriver
from tests.contract_messages.dicom_peers import STUDY, Orthanc, ct, orthanc, query

pytestmark = pytest.mark.needs_apt("orthanc")
WHOLE = {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": STUDY}
SENT = [ct(number) for number in range(1, 8)]


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    home: Path = tmp_path_factory.mktemp("orthanc")
    with orthanc(home) as running:
        with contextlib.closing(_driver(running).connect()) as session:
            assert [session.send(each).status for each in SENT] == ["success"] * len(SENT)
        yield running


def _driver(peer: Orthanc, **told: Any) -> DicomDriver:
    told = {
        "called": "ORTHANC",
        "receive_at": f"127.0.0.1:{peer.ours}",
        "removal": f"orthanc:http://127.0.0.1:{peer.web}",
        "timeout_s": 20.0,
        **told,
    }
    return DicomDriver(MessageEndpoint(kind="dicom", url=f"dicom://127.0.0.1:{peer.dicom}", **told))


def test_a_wrong_title_is_refused(peer: Orthanc) -> None:
    with pytest.raises(StackRefused, match="被叫 AE 标题"):
        _driver(peer, called="SOMEBODY").connect()


def test_matches_come_as_json(peer: Orthanc) -> None:
    with contextlib.closing(_driver(peer).connect()) as session:
        study = session.send(query(**WHOLE, PatientName="", NumberOfStudyRelatedInstances=""))
        images = session.send(
            query(**{**WHOLE, "QueryRetrieveLevel": "IMAGE"}, SeriesInstanceUID="", SOPInstanceUID="")
        )
        none = session.send(query(QueryRetrieveLevel="STUDY", StudyInstanceUID="1.2.3"))
    ((found,), every) = (json.loads(each.body) for each in (study, images))
    assert found["00100010"]["Value"] == [{"Alphabetic": "Wang^Xiaoming", "Ideographic": "王^小明"}]
    assert found["00201208"]["Value"] == [len(SENT)]
    assert {each["00080018"]["Value"][0] for each in every} == {each.headers["sop"] for each in SENT}
    assert (none.status, none.body) == ("success", b"[]")


@pytest.mark.parametrize("method", ["C-MOVE", "C-GET"])
def test_a_study_is_retrieved(peer: Orthanc, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.closing(_driver(peer).connect()) as session:
        reply = session.send(query(method, **WHOLE))
        monkeypatch.setattr(answers, "HELD", 3 * len(SENT[0].body))
        bounded = session.send(query(method, **WHOLE))
        nothing = session.send(query(method, QueryRetrieveLevel="STUDY", StudyInstanceUID="1.2.3"))
    told = json.loads(reply.body)
    assert (reply.kind, reply.status) == (ReplyKind.OK, "success")
    assert [each["instance"] for each in told["objects"]] == sorted(each.headers["sop"] for each in SENT)
    assert (told["completed"], told["failed"], told["warning"]) == (len(SENT), 0, 0)
    assert len({each["pixels"] for each in told["objects"]}) == len(SENT)
    assert bounded.body == reply.body, "what was reduced as it came is told in the same words"
    assert json.loads(nothing.body)["objects"] == []


def test_who_retrieves_at_once_gets_his_own(peer: Orthanc) -> None:
    driver, told = _driver(peer), {}

    def user(number: int) -> None:
        with contextlib.closing(driver.connect()) as session:
            uid = SENT[number].headers["sop"]
            told[uid] = session.send(
                query(
                    "C-MOVE",
                    **{**WHOLE, "QueryRetrieveLevel": "IMAGE"},
                    SeriesInstanceUID=f"{STUDY}.1",
                    SOPInstanceUID=uid,
                )
            ).body

    users = [threading.Thread(target=user, args=(number,)) for number in range(4)]
    for each in users:
        each.start()
    for each in users:
        each.join(30)
    got = {uid: [each["instance"] for each in json.loads(body)["objects"]] for uid, body in told.items()}
    assert got == {each.headers["sop"]: [each.headers["sop"]] for each in SENT[:4]}


def test_an_unknown_destination(peer: Orthanc) -> None:
    with contextlib.closing(_driver(peer, receive_at="").connect()) as session:
        assert session.send(query("C-MOVE", headers={"destination": "NOBODY"}, **WHOLE)).kind is ReplyKind.REFUSED
        assert session.send(query("C-MOVE", **WHOLE)).error_class is ErrorClass.BAD_VALUE


@pytest.mark.parametrize(("also", "status"), [((), "success"), (("1.2.3",), "failure")])
def test_commitment(peer: Orthanc, also: tuple[str, ...], status: str) -> None:
    """Orthanc reports over an association that it opens to us."""
    items = []
    for uid in (SENT[0].headers["sop"], *also):
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = SENT[0].path, uid
        items.append(item)
    message = query("N-ACTION", TransactionUID=f"2.25.5{len(also)}", ReferencedSOPSequence=items)
    with contextlib.closing(_driver(peer).connect()) as session:
        reply = session.send(message)
    assert reply.status == status, reply.message
    assert all(uid.encode() in reply.body for uid in also)


@pytest.mark.parametrize("contexts", [fetching.CONTEXTS, fetching.CONTEXTS[1:]], ids=["get", "move"])
def test_what_the_archive_holds(peer: Orthanc, contexts: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "CONTEXTS", contexts)
    driver = _driver(peer)
    assert isinstance(driver, ArchiveDriver)
    with contextlib.closing(driver.archive()) as archive:
        (held,) = archive.studies()
        assert (held.study, held.patient, held.date) == (STUDY, "XH0001", "20260102")
        assert (held.modalities, held.series, held.instances) == (("CT",), 1, len(SENT))
        day = dt.date(2026, 1, 2)
        assert list(archive.studies(day, day)) == [held]
        assert list(archive.studies(day + dt.timedelta(1))) == []
        assert {each.instance for each in archive.instances(STUDY)} == {each.headers["sop"] for each in SENT}
        assert list(archive.instances("1.2.3")) == list(archive.objects("1.2.3")) == []
        next(archive.objects(STUDY))  # given up half way
        found = {each.sop_instance: each for each in archive.objects(STUDY)}
    assert {uid: each.dataset for uid, each in found.items()} == {each.headers["sop"]: each.body for each in SENT}


def test_a_study_comes_and_goes(peer: Orthanc) -> None:
    study = f"{STUDY}.9"
    item = ct(1, study=study)
    stored = DicomObject(
        sop_class=item.path,
        sop_instance=item.headers["sop"],
        transfer_syntax=item.headers["syntax"],
        dataset=item.body,
    )
    gone = Outgoing(body=b"", method="REMOVE", headers={"study": study})
    driver = _driver(peer)
    with contextlib.closing(driver.archive()) as archive, contextlib.closing(driver.connect()) as session:
        assert archive.store(stored).status == "success"
        archive.remove(study)
        assert list(archive.instances(study)) == []
        with pytest.raises(StackRefused):
            archive.remove(study)
        archive.store(stored)
        assert session.send(gone).status == "success"
        assert session.send(gone).kind is ReplyKind.REFUSED
    with contextlib.closing(_driver(peer, removal="").archive()) as archive, pytest.raises(BadInput, match="没有写明"):
        archive.remove(study)


@pytest.mark.parametrize(
    ("removal", "kind"),
    [("command:true", ReplyKind.OK), ("command:false", ReplyKind.FAILED), ("command:/nowhere", ReplyKind.UNREACHABLE)],
)
def test_a_program_that_removes(peer: Orthanc, removal: str, kind: ReplyKind) -> None:
    with contextlib.closing(_driver(peer, removal=removal).connect()) as session:
        assert session.send(Outgoing(body=b"", method="REMOVE", headers={"study": STUDY})).kind is kind
