"""DICOM against dcmtk's tools, and against peers that do what these seldom do."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset

from drivers.messages.dicom import receiver
from drivers.messages.dicom.driver import DicomDriver
from drivers.messages.dicom.fetched import Fetched
from drivers.messages.dicom.services import EXPLICIT, IMPLICIT, WORKLIST
from harness.errors import StackRefused, StackUnreachable
from harness.message import MessageEndpoint, Misbehaviour, Outgoing
from harness.model import ErrorClass, ReplyKind
from tests.contract_messages.authority import Authority, Identity
from tests.contract_messages.dicom_peers import STUDY, ct, free_port, query, running, storescp

dcmtk = pytest.mark.needs_apt("dcmtk")
ECHO = Outgoing(body=b"", method="C-ECHO")


def driver(port: int, **told: Any) -> DicomDriver:
    told = {"url": f"dicom://127.0.0.1:{port}", "timeout_s": 5.0, **told}
    return DicomDriver(MessageEndpoint(kind="dicom", **told))


def dataset_of(file: Path) -> bytes:
    """Of a file, what stands behind the file meta information."""
    meta = pydicom.filereader.read_file_meta_info(file)
    return file.read_bytes()[132 + 12 + meta.FileMetaInformationGroupLength :]


# ------------------------------------------------------------------ dcmtk


@dcmtk
@pytest.mark.parametrize("longest", ["4096", "16384", "131072"])
def test_what_is_stored_is_what_was_sent(tmp_path: Path, longest: str) -> None:
    messages = [ct(number, side=side) for number, side in enumerate((1, 64, 400), 1)]
    with storescp(tmp_path, "--max-pdu", longest) as store:
        peer = driver(store.port)
        assert peer.identify()["max_pdu"] == longest
        with contextlib.closing(peer.connect()) as session:
            for each in (ECHO, *messages):
                reply = session.send(each)
                assert (reply.kind, reply.status, reply.body) == (ReplyKind.OK, "success", b"")
        written = {pydicom.dcmread(file).SOPInstanceUID: file for file in store.files()}
    for each in messages:
        assert dataset_of(written[each.headers["sop"]]) == each.body
    assert pydicom.dcmread(store.files()[0]).PatientName.ideographic == "王^小明"


@dcmtk
def test_what_the_peer_does_not_take_is_refused(tmp_path: Path) -> None:
    with storescp(tmp_path, "+xi") as store, contextlib.closing(driver(store.port).connect()) as session:
        reply = session.send(ct(1, syntax=EXPLICIT))
        assert (reply.kind, reply.status) == (ReplyKind.REFUSED, "not-accepted")
        assert session.send(ct(1, syntax=IMPLICIT)).kind is ReplyKind.OK
        assert session.send(query(StudyInstanceUID="")).status == "not-accepted"


@dcmtk
@pytest.mark.parametrize(("persistent", "most"), [(True, 3), (False, 6)])
def test_associations_as_modalities_open_them(tmp_path: Path, persistent: bool, most: int) -> None:
    """One to see that the peer is there; then all in one, anew for a new class, or one for each study and message."""
    other = f"{STUDY}.2"
    sent = [ECHO, ct(1), ct(2), ct(3, study=other), ct(4, study=other), ECHO, ct(5)]
    with storescp(tmp_path) as store:
        with contextlib.closing(driver(store.port, persistent=persistent).connect()) as session:
            assert [session.send(each).kind for each in sent] == [ReplyKind.OK] * len(sent)
        time.sleep(0.1)
        said = store.log.read_text()
    assert said.count("Association Acknowledged") == most - (1 if persistent else 0)
    assert "Abort" not in said
    assert said.count("Association Release") == said.count("Association Acknowledged")


@dcmtk
def test_a_peer_that_aborts(tmp_path: Path) -> None:
    with storescp(tmp_path, "--abort-during") as store, contextlib.closing(driver(store.port).connect()) as session:
        for _ in range(2):
            reply = session.send(ct(1, side=300))
            assert (reply.kind, reply.error_class) == (ReplyKind.UNREACHABLE, ErrorClass.CONNECTION_LOST)
        assert session.send(ECHO).kind is ReplyKind.OK


@dcmtk
def test_a_peer_that_wants_no_association(tmp_path: Path) -> None:
    with storescp(tmp_path, "--refuse") as store, pytest.raises(StackRefused, match="拒绝关联"):
        driver(store.port).connect()


@dcmtk
def test_tls(tmp_path: Path, authority: Authority, identity: Identity) -> None:
    options = ("+tls", str(identity.key), str(identity.certificate), "-ic")
    with storescp(tmp_path, *options) as store:
        peer = driver(store.port, url=f"dicoms://127.0.0.1:{store.port}", ca=str(authority.ca))
        assert peer.identify()["tls"].startswith("TLS")
        with contextlib.closing(peer.connect()) as session:
            assert session.send(ct(1, side=400)).status == "success"
        assert dataset_of(store.files()[0]) == ct(1, side=400).body
        with pytest.raises(StackUnreachable):
            driver(store.port).connect()


@dcmtk
@pytest.mark.parametrize("how", [Misbehaviour.HALF_OPEN, Misbehaviour.RESET, Misbehaviour.SLOW, Misbehaviour.GONE])
def test_misbehaving(tmp_path: Path, how: Misbehaviour) -> None:
    """Half an object is never stored; the peer takes the next one well."""
    with storescp(tmp_path) as store:
        peer = driver(store.port)
        assert how in peer.misbehaviours
        answers = peer.misbehave(how, ct(1, side=300))
        expected = {Misbehaviour.SLOW: [ReplyKind.OK], Misbehaviour.HALF_OPEN: [ReplyKind.TIMED_OUT]}
        assert [each.kind for each in answers] == expected.get(how, [])
        with contextlib.closing(peer.connect()) as session:
            assert session.send(ct(2)).kind is ReplyKind.OK
        whole = {dataset_of(each) for each in store.files()}
    assert whole <= {ct(1, side=300).body, ct(2).body}
    assert how is not Misbehaviour.SLOW or len(whole) == 2


@dcmtk
def test_a_worklist(tmp_path: Path) -> None:
    folder = tmp_path / "WORKLIST"
    folder.mkdir()
    (folder / "lockfile").touch()
    for number, modality in enumerate(("CT", "MR", "CT")):
        step = Dataset()
        step.Modality, step.ScheduledProcedureStepStartDate = modality, "20260102"
        step.ScheduledStationAETitle, step.ScheduledProcedureStepID = "CT1", f"S{number}"
        item = Dataset()
        item.SpecificCharacterSet, item.PatientName, item.PatientID = "ISO_IR 192", f"王^{number}", f"XH{number}"
        item.AccessionNumber, item.StudyInstanceUID, item.ScheduledProcedureStepSequence = f"A{number}", STUDY, [step]
        item.file_meta = pydicom.dataset.FileMetaDataset()
        item.file_meta.TransferSyntaxUID = EXPLICIT
        item.file_meta.MediaStorageSOPClassUID, item.file_meta.MediaStorageSOPInstanceUID = WORKLIST, f"1.2.{number}"
        item.save_as(folder / f"{number}.wl", enforce_file_format=True)
    wanted = Dataset()
    wanted.Modality = "CT"
    port = free_port()
    asked = query(
        path=WORKLIST, SpecificCharacterSet="", PatientName="", PatientID="", ScheduledProcedureStepSequence=[wanted]
    )
    with (
        running(["wlmscpfs", "-dfr", "-csk", "-dfp", str(tmp_path), str(port)], port, tmp_path / "wlmscpfs.log"),
        contextlib.closing(driver(port, called="WORKLIST").connect()) as session,
    ):
        reply = session.send(asked)
    assert (reply.kind, reply.status) == (ReplyKind.OK, "success"), reply.message
    assert reply.body.count(b'"00100020"') == 2
    assert "王^2".encode() in reply.body


@dcmtk
def test_what_others_bring_to_us(tmp_path: Path) -> None:
    """A C-MOVE whose sub-operations dcmtk's storescu does, which names no message that it was asked by."""
    taken: list[Fetched] = []
    message, file = ct(1, side=300), tmp_path / "ct.dcm"
    stored = pydicom.dcmread(pydicom.filebase.DicomBytesIO(message.body), force=True)
    stored.file_meta = pydicom.dataset.FileMetaDataset()
    stored.file_meta.TransferSyntaxUID = EXPLICIT
    stored.save_as(file, implicit_vr=False, little_endian=True, enforce_file_format=True)
    place = f"127.0.0.1:{free_port()}"
    ours, again = receiver.opened(place, "XINHENG"), receiver.opened(place, "XINHENG")
    assert ours is again
    command = ["storescu", "127.0.0.1", str(ours.port), str(file)]
    with ours.retrieval(query(StudyInstanceUID=STUDY).body, IMPLICIT, taken.append):
        subprocess.run(command, check=True, timeout=20)
    assert [(each.sop_instance, each.whole().dataset) for each in taken] == [(message.headers["sop"], message.body)]
    assert subprocess.run(command, timeout=20, capture_output=True).returncode, "nobody waits for it any more"
    receiver.hand_back(place)
    assert subprocess.run(["echoscu", "127.0.0.1", str(ours.port)], timeout=20).returncode == 0
    receiver.hand_back(place)
    assert subprocess.run(["echoscu", "127.0.0.1", str(ours.port)], timeout=20, capture_output=True).returncode


GREEN = """
from gevent import monkey; monkey.patch_all()
import sys, gevent
from tests.contract_messages.dicom_peers import ct
from tests.contract_messages.test_dicom import driver, ECHO
def user(number):
    session = driver(int(sys.argv[1])).connect()
    kinds = [session.send(ct(n, study=f"2.25.{number}", side=200)).kind for n in range(10)] + [session.send(ECHO).kind]
    session.close()
    return kinds
users = [gevent.spawn(user, number) for number in range(1, 13)]
gevent.joinall(users, raise_error=True)
print(sum(kind == 0 for each in users for kind in each.value))
"""


@dcmtk
def test_many_greenlets(tmp_path: Path) -> None:
    with storescp(tmp_path, "--fork") as store:
        done = subprocess.run(
            [sys.executable, "-c", GREEN, str(store.port)], capture_output=True, text=True, timeout=60
        )
        assert done.stdout.split() == ["132"], done.stderr
        assert len(store.files()) == 120
