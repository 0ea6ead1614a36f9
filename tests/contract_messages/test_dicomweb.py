"""The DICOMweb driver against a real Orthanc: what is stored comes back, by every way that the standard has."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.data import get_testdata_file

from drivers.messages import driver_for
from drivers.messages.dicomweb import archive as archives
from drivers.messages.dicomweb import keeping
from drivers.servers import server_for
from drivers.servers.orthanc import OrthancServer
from harness.content.dicom import from_part10, part10, summary
from harness.content.dicom_multipart import build
from harness.errors import BadInput, StackRefused
from harness.imaging import DicomObject
from harness.message import MessageEndpoint, Misbehaviour, Outgoing
from harness.model import ErrorClass, Reply, ReplyKind
from harness.ports import Archive, ArchiveDriver, MessageDriver
from tests.contract_messages.slices import slices_of

pytestmark = [
    pytest.mark.needs_apt("orthanc"),
    pytest.mark.needs_apt("orthanc-dicomweb"),
    pytest.mark.needs_apt("orthanc-postgresql"),
]

STUDY, SERIES, PLACE = "2.25.1000", "2.25.1000.1", "studies/2.25.1000"
SLICES = 5


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MessageEndpoint]:
    home: Path = tmp_path_factory.mktemp("dicomweb")
    (home / "orthanc").mkdir()
    database, orthanc = server_for("postgresql", home / "index"), OrthancServer(home / "orthanc")
    try:
        yield MessageEndpoint(**orthanc.start(database.start())["dicomweb"])
    finally:
        orthanc.discard()
        database.discard()


@pytest.fixture(scope="module")
def driver(endpoint: MessageEndpoint) -> MessageDriver:
    return driver_for(endpoint)


@pytest.fixture(scope="module")
def archive(driver: MessageDriver) -> Iterator[Archive]:
    assert isinstance(driver, ArchiveDriver)
    with contextlib.closing(driver.archive()) as opened:
        yield opened


@pytest.fixture(scope="module")
def study(archive: Archive) -> dict[str, DicomObject]:
    """A study that is there: by SOP Instance UID."""
    items = {item.sop_instance: item for item in slices_of(STUDY, SLICES, side=128)}
    assert [archive.store(item).kind for item in items.values()] == [ReplyKind.OK] * SLICES
    return items


def get(driver: MessageDriver, path: str, **headers: str) -> Reply:
    with contextlib.closing(driver.connect()) as session:
        return session.send(Outgoing(body=b"", method="GET", path=path, headers=headers))


def stow(driver: MessageDriver, *files: bytes) -> Reply:
    kind, body = build(files)
    with contextlib.closing(driver.connect()) as session:
        return session.send(Outgoing(body=body, path="studies", headers={"Content-Type": kind}))


def shipped(name: str) -> DicomObject:
    return from_part10(Path(str(get_testdata_file(name, download=False))).read_bytes())


# ------------------------------------------------------------------ retrieving


@pytest.mark.parametrize("path", [PLACE, f"{PLACE}/series/{SERIES}"])
def test_a_study_comes_back_as_it_was_stored(driver: MessageDriver, study: dict[str, DicomObject], path: str) -> None:
    reply = get(driver, path)
    assert (reply.kind, reply.status) == (ReplyKind.OK, "200 multipart/related")
    assert "boundary" not in reply.message
    told = json.loads(reply.body)
    assert told["objects"] == [summary(study[uid]) for uid in sorted(study)]
    assert (told["completed"], told["failed"], told["warning"]) == (SLICES, 0, 0)
    assert reply.body == reply.body


def test_an_object_by_either_service(driver: MessageDriver, study: dict[str, DicomObject]) -> None:
    uid = f"{SERIES}.1"
    query = f"wado?requestType=WADO&studyUID={STUDY}&seriesUID={SERIES}&objectUID={uid}&contentType=application/dicom"
    for path in (f"{PLACE}/series/{SERIES}/instances/{uid}", query):
        assert json.loads(get(driver, path).body)["objects"] == [summary(study[uid])]


def test_what_memory_has_no_room_for_is_told_all_the_same(
    driver: MessageDriver, study: dict[str, DicomObject], monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [get(driver, PLACE).body]
    for memory, file in ((40_000, 4 << 30), (0, 4 << 30), (40_000, 40_000), (0, 0)):
        monkeypatch.setattr(keeping, "IN_MEMORY", memory)
        monkeypatch.setattr(keeping, "IN_FILE", file)
        bodies.append(get(driver, PLACE).body)
    assert len(json.loads(bodies[0])["objects"]) == SLICES
    assert set(bodies) == {bodies[0]}


def test_a_full_disk_loses_nothing(
    driver: MessageDriver, study: dict[str, DicomObject], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(keeping, "IN_MEMORY", 0)
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    monkeypatch.setattr(keeping, "_nameless", lambda: os.open(full, os.O_RDWR))
    assert len(json.loads(get(driver, PLACE).body)["objects"]) == SLICES


def test_frames_and_pictures(driver: MessageDriver, study: dict[str, DicomObject]) -> None:
    uid = f"{SERIES}.1"
    place = f"{PLACE}/series/{SERIES}/instances/{uid}"
    pixels = pydicom.dcmread(pydicom.filebase.DicomBytesIO(part10(study[uid]))).PixelData
    (frame,) = json.loads(get(driver, f"{place}/frames/1").body)["frames"]
    assert frame["type"].startswith("application/octet-stream")
    assert (frame["bytes"], frame["sha256"]) == (len(pixels), hashlib.sha256(pixels).hexdigest())
    for kind in ("image/jpeg", "image/png"):
        (picture,) = json.loads(get(driver, f"{place}/rendered", Accept=kind).body)["frames"]
        assert (picture["type"], picture["width"], picture["height"]) == (kind, 128, 128)


def test_lists_and_metadata_say_nothing_of_the_machine(driver: MessageDriver, study: dict[str, DicomObject]) -> None:
    for path, count in ((f"studies?StudyInstanceUID={STUDY}", 1), (f"{PLACE}/metadata", SLICES)):
        reply = get(driver, path)
        assert (reply.kind, reply.status) == (ReplyKind.OK, "200 application/dicom+json")
        found = json.loads(reply.body)
        assert [each["0020000D"]["Value"] for each in found] == [[STUDY]] * count
        assert found[0]["00100010"]["Value"][0]["Ideographic"] == "王^小明"
        assert b"127.0.0.1" not in reply.body
    assert json.loads(get(driver, f"studies?StudyInstanceUID={STUDY}").body)[0]["00081190"]["Value"] == [f"/{PLACE}"]


@pytest.mark.parametrize("path", ["studies/1.2.3", "studies/1.2.3/metadata", "studies/1.2.3/series/1"])
def test_what_is_not_there(driver: MessageDriver, path: str) -> None:
    reply = get(driver, path)
    assert (reply.kind, reply.error_class) == (ReplyKind.REFUSED, ErrorClass.UNKNOWN_OBJECT)


# ------------------------------------------------------------------ storing


def test_what_is_stored_is_named(driver: MessageDriver) -> None:
    item = shipped("SC_rgb_jpeg_dcmtk.dcm")
    reply = stow(driver, part10(item))
    assert (reply.kind, reply.status) == (ReplyKind.OK, "200 application/dicom+json")
    (kept,) = json.loads(reply.body)["00081199"]["Value"]
    assert kept["00081155"]["Value"] == [item.sop_instance]
    assert b"127.0.0.1" not in reply.body


def test_garbage_is_refused(driver: MessageDriver) -> None:
    reply = stow(driver, b"no image")
    assert (reply.kind, reply.error_class) == (ReplyKind.REFUSED, ErrorClass.BAD_VALUE)


# ------------------------------------------------------------------ the archive


def test_an_archive_is_read(archive: Archive, study: dict[str, DicomObject]) -> None:
    (held,) = [each for each in archive.studies() if each.study == STUDY]
    assert (held.patient, held.date, held.modalities, held.series, held.instances) == (
        "XH300",
        "20040119",
        ("CT",),
        1,
        SLICES,
    )
    listed = {each.instance: each for each in archive.instances(STUDY)}
    assert {each.series for each in listed.values()} == {SERIES}
    assert {uid: each.sop_class for uid, each in listed.items()} == {uid: i.sop_class for uid, i in study.items()}
    objects = {item.sop_instance: item for item in archive.objects(STUDY)}
    assert {uid: summary(item) for uid, item in objects.items()} == {uid: summary(i) for uid, i in study.items()}


def test_an_archive_is_asked_by_date(archive: Archive, study: dict[str, DicomObject]) -> None:
    day = dt.date(2004, 1, 19)
    before, after = day - dt.timedelta(days=1), day + dt.timedelta(days=1)
    for first, last, there in ((day, day, True), (day, None, True), (None, before, False), (after, None, False)):
        assert (STUDY in {held.study for held in archive.studies(first, last)}) is there


@pytest.mark.parametrize("page", [1, 2, 5, 6])
def test_every_page_is_read(
    archive: Archive, study: dict[str, DicomObject], page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "PAGE", page)
    assert sorted(each.instance for each in archive.instances(STUDY)) == sorted(study)


def test_questions_between_objects_and_objects_that_nobody_wants(
    archive: Archive, study: dict[str, DicomObject]
) -> None:
    objects = archive.objects(STUDY)
    next(objects)
    assert len(list(archive.instances(STUDY))) == SLICES
    objects.close()
    assert len(list(archive.objects(STUDY))) == SLICES


def test_a_compressed_object_stays_as_it_is(archive: Archive) -> None:
    item = shipped("JPEG2000.dcm")
    assert archive.store(item).kind is ReplyKind.OK
    (back,) = archive.objects("1.3.6.1.4.1.5962.1.2.8.20040826185059.5457")
    assert back.transfer_syntax == item.transfer_syntax
    assert summary(back) == summary(item)


def test_a_study_is_taken_away(archive: Archive, endpoint: MessageEndpoint) -> None:
    (item,) = slices_of("2.25.1001", 1, side=128)
    assert archive.store(item).kind is ReplyKind.OK
    archive.remove("2.25.1001")
    assert not list(archive.instances("2.25.1001"))
    assert not list(archive.objects("2.25.1001"))
    with pytest.raises(StackRefused):
        archive.remove("2.25.1001")
    silent: Any = driver_for(MessageEndpoint(kind="dicomweb", url=endpoint.url))
    with contextlib.closing(silent.archive()) as another, pytest.raises(BadInput):
        another.remove("2.25.1001")


# ------------------------------------------------------------------ the driver


def test_who_answers(driver: MessageDriver) -> None:
    found = driver.identify()
    assert found["protocol"] == "DICOMweb（HTTP/1.1）"
    assert found["status"] == "QIDO-RS 200 OK (application/dicom+json)"


def test_bad_lines(driver: MessageDriver, study: dict[str, DicomObject]) -> None:
    question = Outgoing(body=b"", method="GET", path=PLACE)
    (reply,) = driver.misbehave(Misbehaviour.SLOW, question)
    assert len(json.loads(reply.body)["objects"]) == SLICES
    assert driver.misbehave(Misbehaviour.GONE, question) == ()
    first, second = driver.misbehave(Misbehaviour.PIPELINED, Outgoing(body=b"", method="GET", path="studies?limit=1"))
    assert (first.kind, second.kind) == (ReplyKind.OK, ReplyKind.OK)
