"""The reference archive as a process on real databases: by our own drivers, by dcmtk, by HTTP; and its faults."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from drivers.messages import driver_for as message_driver_for
from drivers.servers.program import ProgramServer
from drivers.sql import driver_for
from harness.content.dicom import json_to_dataset, part10
from harness.imaging import DicomObject
from harness.message import MessageEndpoint, Outgoing
from harness.model import Rendered, Reply, ReplyKind, Stack
from scenarios.reference.archive import tables
from scenarios.reference.faults.imaging import IMAGING
from tests import tiny_archive as tiny
from tests.tiny_images import image

pytestmark = pytest.mark.e2e

ROOT = Path(tiny.__file__).parents[1]
COMMAND = (sys.executable, "-m", "scenarios.reference", "--packs", "tests.tiny_archive", "--charset", "GB18030")
FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{kind}" for kind in (1, 2, 3))
COMMITMENT, WORKLIST, PERFORMED_STEP = "1.2.840.10008.1.20.1", "1.2.840.10008.5.1.4.31", "1.2.840.10008.3.1.2.3.3"
STUDY, OTHER = "2.25.100", "2.25.200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One that runs, and the database below it."""

    server: ProgramServer
    stack: Stack
    endpoints: dict[str, MessageEndpoint] = field(default_factory=dict)

    @contextlib.contextmanager
    def asking(self, interface: str = "tiny_archive") -> Iterator[Callable[..., Reply]]:
        """`ask(method, sop class, body, **headers)` over one association."""
        session = message_driver_for(self.endpoints[interface]).connect()

        def ask(method: str, sop_class: str = "", body: bytes = b"", **headers: str) -> Reply:
            headers = {"syntax": ExplicitVRLittleEndian, **headers}
            return session.send(Outgoing(body=body, path=sop_class, method=method, headers=headers))

        try:
            yield ask
        finally:
            session.close()

    def ask(self, method: str, sop_class: str = "", body: bytes = b"", **headers: str) -> Reply:
        with self.asking() as ask:
            return ask(method, sop_class, body, **headers)

    def store(self, *items: DicomObject) -> list[Reply]:
        with self.asking() as ask:
            return [
                ask("C-STORE", each.sop_class, each.dataset, sop=each.sop_instance, syntax=each.transfer_syntax)
                for each in items
            ]

    def find(self, level: str = "STUDY", **keys: str) -> list[dict[str, Any]]:
        reply = self.ask("C-FIND", FIND, identifier(level, **keys))
        assert reply.kind is ReplyKind.OK
        found: list[dict[str, Any]] = json.loads(reply.body)
        return found

    def retrieved(self, method: str = "C-GET") -> dict[str, Any]:
        reply = self.ask(method, GET if method == "C-GET" else MOVE, identifier("STUDY", StudyInstanceUID=STUDY))
        told: dict[str, Any] = json.loads(reply.body)
        return told | {"status": reply.status}

    def web(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.endpoints['tiny_web'].url}/{path}"
        asked = urllib.request.Request(url, data=body, method=method, headers=named)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def switch(self, *lines: str) -> None:
        (self.server.home / "faults.jsonl").unlink(missing_ok=True)
        (self.server.home / "faults").write_text("\n".join(lines), encoding="utf-8")

    def noted(self) -> set[str]:
        file = self.server.home / "faults.jsonl"
        return {json.loads(line)["fault"] for line in file.read_text("utf-8").splitlines()} if file.exists() else set()

    def do(self, *statements: str) -> None:
        """In the database, behind the application's back."""
        session = driver_for(self.stack.sql).connect()
        for text in statements:
            reply = session.execute(Rendered(name="do", sql=text, order=(), returns_rows=False), [])
            assert reply.kind is ReplyKind.OK, reply.message
        session.commit()
        session.close()

    def start(self) -> None:
        started = self.server.start({"url": self.stack.sql.url, "product": self.stack.sql.product})
        for name, keys in started.items():
            told: dict[str, Any] = dict(keys)
            self.endpoints[name] = MessageEndpoint(timeout_s=10, **told)


@contextlib.contextmanager
def application_on(stack: Stack, home: Path) -> Iterator[Application]:
    driver_for(stack.sql).create(tiny.metadata, mark="xinheng:tiny_archive")
    application = Application(server=ProgramServer(home, COMMAND, roots=[ROOT]), stack=stack)
    try:
        application.start()
        yield application
    finally:
        application.server.discard()


@pytest.fixture(scope="module", params=["original", "seekdb"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application_on(request.getfixturevalue(request.param), tmp_path_factory.mktemp("archive")) as application:
        yield application


@pytest.fixture
def archive(running: Application) -> Iterator[Application]:
    """Empty."""
    yield running
    running.switch()
    for study in (STUDY, OTHER):
        running.web(f"studies/{study}", method="DELETE")


def identifier(level: str, **keys: str) -> bytes:
    model = {"QueryRetrieveLevel": {"vr": "CS", "Value": [level]}}
    for name, value in keys.items():
        wanted: Any = {"Alphabetic": value} if name == "PatientName" else value
        model[name] = {"Value": [wanted]} if value else {}
    return json_to_dataset(model, charset="GB18030", syntax=ExplicitVRLittleEndian)


def uids(found: Sequence[Mapping[str, Any]], tag: str = "0020000D") -> list[str]:
    return [each[tag]["Value"][0] for each in found]


def test_what_is_stored_is_found_and_handed_out_as_it_was(archive: Application) -> None:
    items = [image(STUDY, number, series=1 + number % 2) for number in range(4)]
    items.append(image(STUDY, 9, syntax=ImplicitVRLittleEndian))
    assert {reply.kind for reply in archive.store(*items, image(OTHER, 1, name="Li^Si=李^四"))} == {ReplyKind.OK}
    for name in ("wang*", "王*", "Wang^XiaoDong", "王^小?"):
        assert uids(archive.find(PatientName=name, StudyInstanceUID="")) == [STUDY]
    assert uids(archive.find(StudyDate="20260101-20261231")) == [STUDY, OTHER]
    assert archive.find(StudyDate="-20260301") == []
    counted = archive.find(StudyInstanceUID=STUDY, NumberOfStudyRelatedInstances="", ModalitiesInStudy="")[0]
    assert (counted["00201208"]["Value"], counted["00080061"]["Value"]) == ([5], ["CT"])
    assert len(archive.find("SERIES", StudyInstanceUID=STUDY, SeriesInstanceUID="")) == 2
    assert len(archive.find("IMAGE", StudyInstanceUID=STUDY, SOPInstanceUID="")) == 5
    got, moved = archive.retrieved(), archive.retrieved("C-MOVE")
    assert [told(each) for each in got["objects"]] == [told(each) for each in moved["objects"]]
    assert (got["status"], got["completed"], len(got["objects"])) == ("success", 5, 5)
    assert {each["instance"] for each in got["objects"]} == {each.sop_instance for each in items}


def told(row: Mapping[str, str]) -> tuple[str, str]:
    """What does not depend on the transfer syntax: what is plain is handed out as the peer likes it."""
    return row["instance"], row["pixels"]


def test_the_same_object_twice_is_one_and_another_of_its_name_is_not_taken(archive: Application) -> None:
    first, again, other = archive.store(image(STUDY, 1), image(STUDY, 1), image(STUDY, 1, description="另一份"))
    assert (first.status, again.status, other.status) == ("success", "success", "warning")
    assert uids(archive.find(StudyInstanceUID=STUDY, StudyDescription=""), "00081030") == ["头颅平扫"]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (image("", 1), "C000"),
        (image(STUDY, 1, sent_as="2.25.1"), "A900"),
        (DicomObject(sop_class=CTImageStorage, sop_instance="2.25.1", transfer_syntax=ExplicitVRLittleEndian,
                     dataset=b"\x08\x00\x18\x00UI\xff\xff"), "C000"),
    ],
    ids=["without a study", "of another instance", "unreadable"],
)  # fmt: skip
def test_what_is_no_object_is_not_taken(archive: Application, item: DicomObject, code: str) -> None:
    reply = archive.store(item)[0]
    assert reply.kind is ReplyKind.REFUSED
    assert code in reply.message
    assert archive.find(StudyInstanceUID="") == []


def test_an_unknown_class_is_not_agreed_on(archive: Application) -> None:
    reply = archive.ask("C-STORE", "2.25.12345", image(STUDY, 1).dataset, sop="2.25.1")
    assert (reply.kind, reply.status) == (ReplyKind.REFUSED, "not-accepted")


def commitment(*items: DicomObject) -> bytes:
    listed = [
        {
            "ReferencedSOPClassUID": {"Value": [each.sop_class]},
            "ReferencedSOPInstanceUID": {"Value": [each.sop_instance]},
        }
        for each in items
    ]
    model = {"TransactionUID": {"Value": ["2.25.7"]}, "ReferencedSOPSequence": {"Value": listed}}
    return json_to_dataset(model, syntax=ExplicitVRLittleEndian)


def test_commitment_is_given_for_what_is_held(archive: Application) -> None:
    items = [image(STUDY, number) for number in range(3)]
    archive.store(*items[:2])
    good = json.loads(archive.ask("N-ACTION", COMMITMENT, commitment(*items[:2])).body)[0]
    mixed = json.loads(archive.ask("N-ACTION", COMMITMENT, commitment(*items)).body)[0]
    assert len(good["00081199"]["Value"]) == 2
    assert "00081198" not in good
    assert uids(mixed["00081198"]["Value"], "00081155") == [items[2].sop_instance]


def test_a_removed_study_is_gone(archive: Application) -> None:
    archive.store(image(STUDY, 1), image(OTHER, 1))
    assert archive.ask("REMOVE", study=STUDY).kind is ReplyKind.OK
    assert uids(archive.find(StudyInstanceUID="")) == [OTHER]
    assert archive.web(f"studies/{STUDY}")[0] == archive.web(f"studies/{STUDY}", method="DELETE")[0] == 404


def test_dicomweb_gives_what_dicom_took_and_the_other_way_round(archive: Application) -> None:
    archive.store(image(STUDY, 1))
    item = image(STUDY, 2)
    body = b"--B\r\nContent-Type: application/dicom\r\n\r\n" + part10(item) + b"\r\n--B--\r\n"
    kind = 'multipart/related; type="application/dicom"; boundary=B'
    assert archive.web("studies", method="POST", body=body, Content_Type=kind)[0] == 200
    status, listed = archive.web("studies?PatientName=%E7%8E%8B*&includefield=StudyDescription")
    assert (status, uids(json.loads(listed))) == (200, [STUDY])
    one = f"studies/{STUDY}/series/{STUDY}.1/instances/{item.sop_instance}"
    assert item.dataset in archive.web(one)[1]
    assert item.dataset[-64 * 64 * 2 :] in archive.web(f"{one}/frames/1")[1]
    assert json.loads(archive.web(f"{one}/metadata")[1])[0]["00100020"]["Value"] == ["XH0001"]
    assert archive.web(f"{one}/rendered", Accept="image/png")[1].startswith(b"\x89PNG")
    assert archive.web(f"?requestType=WADO&objectUID={item.sop_instance}")[1].startswith(b"\xff\xd8")
    assert archive.retrieved()["completed"] == 2


def test_the_work_list_is_told_in_the_charset_of_the_stack(archive: Application) -> None:
    with archive.asking("tiny_worklist") as ask:
        reply = ask("C-FIND", WORKLIST, json_to_dataset({"PatientName": {}}, syntax=ExplicitVRLittleEndian))
        steps = json.loads(reply.body)
        created = [ask("N-CREATE", PERFORMED_STEP, identifier("STUDY"), sop="2.25.5").kind for _ in range(2)]
    assert [each["00080005"]["Value"] for each in steps] == [["GB18030"]] * 3
    assert steps[0]["00100010"]["Value"] == [{"Alphabetic": "Wang^XiaoDong", "Ideographic": "王^小东"}]
    assert created == [ReplyKind.OK, ReplyKind.REFUSED]


def test_the_index_is_made_anew_from_the_files(archive: Application) -> None:
    archive.store(image(STUDY, 1), image(STUDY, 2))
    before = dict(archive.endpoints)
    archive.server.stop()
    archive.do(*(f"DROP TABLE {table.name}" for table in reversed(tables.metadata.sorted_tables)))
    archive.start()
    assert archive.endpoints == before
    assert archive.find(StudyInstanceUID=STUDY, NumberOfStudyRelatedInstances="")[0]["00201208"]["Value"] == [2]


@pytest.mark.needs_apt("dcmtk")
def test_dcmtk_gets_back_what_it_stored(archive: Application, tmp_path: Path) -> None:
    sent, got, moved = (tmp_path / name for name in ("sent", "got", "moved"))
    for folder in (sent, got, moved):
        folder.mkdir()
    items = [image(STUDY, number) for number in range(3)]
    for each in items:
        (sent / each.sop_instance).write_bytes(part10(each))
    endpoint = archive.endpoints["tiny_archive"]
    peer = ["-aec", "XHPACS", "127.0.0.1", endpoint.url.rpartition(":")[2]]
    asked = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={STUDY}"]
    port = endpoint.receive_at.rpartition(":")[2]
    for command in (
        ["storescu", "+sd", *peer, str(sent)],
        ["getscu", *asked, "-od", str(got), *peer],
        ["movescu", *asked, "-aet", "XINHENG", "-aem", "XINHENG", "+P", port, "-od", str(moved), *peer],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    for folder in (got, moved):
        files = {str(found.SOPInstanceUID): found for found in map(dcmread, folder.iterdir())}
        assert len(files) == 3
        assert all(files[each.sop_instance] == dcmread(sent / each.sop_instance) for each in items)


# --------------------------------------------------------------------------- faults


# Where each of them shows: in answers to storing, in what is found, in what is handed out, in the work list.
SHOWS = {
    "image_lost": "got", "image_removed": "got", "image_unlisted": "got", "index_name_changed": "found",
    "index_date_changed": "found", "tag_changed": "got", "charset_wrong": "got", "private_dropped": "got",
    "pixels_lossy": "got", "series_merged": "got", "uid_rewritten": "got", "count_wrong": "found",
    "find_misses": "found", "slow_store": "", "refused_parallel": "stored", "delete_fails": "found",
    "worklist_misses": "steps", "mpps_ignored": "performed",
}  # fmt: skip


def shown(archive: Application) -> Mapping[str, Any]:
    """Everything that shows of two studies that were stored and a third that was removed."""
    removed = "2.25.300"
    with contextlib.ExitStack() as several:
        senders = [several.enter_context(archive.asking()) for _ in range(4)]
        items = [image(STUDY, number, series=1 + number % 2) for number in range(4)]
        stored = [
            ask("C-STORE", each.sop_class, each.dataset, sop=each.sop_instance).status
            for ask, each in zip(senders, items, strict=True)
        ]
    archive.store(image(OTHER, 1), image(removed, 1))
    archive.web(f"studies/{removed}", method="DELETE")
    found = archive.find(PatientName="Wang*", StudyDate="", NumberOfStudyRelatedInstances="", StudyInstanceUID="")
    with archive.asking("tiny_worklist") as ask:
        steps = json.loads(ask("C-FIND", WORKLIST, json_to_dataset({"PatientName": {}})).body)
        performed = [ask("N-CREATE", PERFORMED_STEP, identifier("STUDY"), sop="2.25.5").kind for _ in range(2)]
    got = archive.retrieved()["objects"]
    noted = archive.noted()
    archive.switch()
    for study in (STUDY, OTHER, removed):
        archive.web(f"studies/{study}", method="DELETE")
    archive.do("DELETE FROM tiny_step")
    return {"stored": stored, "found": found, "got": got, "steps": steps, "performed": performed, "noted": noted}


def test_every_fault_of_the_archive_shows_where_it_should(archive: Application) -> None:
    archive.do("DELETE FROM tiny_step")
    good = shown(archive)
    assert good["noted"] == set()
    assert (len(good["found"]), len(good["got"]), len(good["steps"])) == (2, 4, 3)
    for fault in IMAGING:
        archive.switch(f"{fault.name}{' ms=1' if fault.name == 'slow_store' else ''}")
        bad = shown(archive)
        assert bad["noted"] == {fault.name}
        other = {name for name in good if bad[name] != good[name]}
        assert (SHOWS[fault.name] or "noted") in other, fault.name
        assert SHOWS[fault.name] or other == {"noted"}


def test_a_fault_keeps_to_what_it_is_told(archive: Application) -> None:
    archive.switch(f"image_lost at={STUDY}.4", f"pixels_lossy at={OTHER}")
    archive.store(*(image(STUDY, number) for number in range(1, 6)))
    assert len(archive.retrieved()["objects"]) == 4
    assert archive.noted() == {"image_lost"}
