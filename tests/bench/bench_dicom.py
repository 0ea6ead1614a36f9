"""DICOM objects per second: CT slices of 0.5 MB over one association, against dcmtk's storescu and against pynetdicom.

Targets (issue 5), each in one run on one machine: to a null peer (`storescp --ignore`) ≥ 0.8 × storescu and ≥ 3 ×
pynetdicom; to Orthanc ≥ 0.95 × storescu; a study of 300 slices by C-MOVE with our processor time ≤ 25 % of the wall
time. storescp answers in two writes; with Nagle on its side that costs whoever does not acknowledge at once 40 ms, so
that both settings are measured. Run: `python -m tests.bench.bench_dicom [slices]`
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO

from drivers.messages.dicom.driver import DicomDriver
from harness.message import MessageEndpoint, Outgoing
from tests.contract_messages.dicom_peers import STUDY, ct, orthanc, query, storescp

OF_STORESCU, OF_PYNETDICOM, OF_STORESCU_TO_ORTHANC, MOST_CPU = 0.8, 3.0, 0.95, 0.25
SIDE = 512
ROUNDS = 5
ITS_SLICES = 60  # of pynetdicom, which is slow

Rate = Callable[[], float]


def slices(count: int, folder: Path) -> list[Outgoing]:
    """The same objects in memory and as files for the others."""
    messages = [ct(number, side=SIDE) for number in range(1, count + 1)]
    for number, each in enumerate(messages):
        dataset = pydicom.dcmread(DicomBytesIO(each.body), force=True)
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = each.headers["syntax"]
        dataset.save_as(folder / f"{number:04}.dcm", implicit_vr=False, little_endian=True, enforce_file_format=True)
    return messages


def _timed(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def ours(driver: DicomDriver, messages: list[Outgoing]) -> float:
    with contextlib.closing(driver.connect()) as session:
        session.send(messages[0])  # which proposes its class

        def send() -> None:
            for each in messages:
                assert session.send(each).status == "success"

        return _timed(len(messages), send)


def storescu(port: int, called: str, folder: Path) -> float:
    command = ["storescu", "+sd", "-aet", "XINHENG", "-aec", called, "127.0.0.1", str(port), str(folder)]
    count = len(list(folder.iterdir()))
    return _timed(count, lambda: subprocess.run(command, check=True, capture_output=True))


def pynetdicom(port: int, folder: Path) -> float:
    """As its documentation shows it, data sets read beforehand; up to the first response that it loses, if it does."""
    from pynetdicom import AE

    entity = AE(ae_title="XINHENG")
    datasets = [pydicom.dcmread(each) for each in sorted(folder.iterdir())[:ITS_SLICES]]
    entity.add_requested_context(datasets[0].SOPClassUID, datasets[0].file_meta.TransferSyntaxUID)
    association = entity.associate("127.0.0.1", port)
    assert association.is_established
    began, ended, done = time.perf_counter(), 0.0, 0
    for each in datasets:
        if "Status" not in association.send_c_store(each):
            break
        done, ended = done + 1, time.perf_counter()
    association.release()
    return done / (ended - began) if done else 0.0


def medians(times: int, **rates: Rate) -> dict[str, float]:
    """In turn, so that a busy moment meets them all."""
    rounds: dict[str, list[float]] = {name: [] for name in rates}
    for _ in range(times):
        for name, rate in rates.items():
            rounds[name].append(rate())
    return {name: round(statistics.median(found), 1) for name, found in rounds.items()}


@contextlib.contextmanager
def _environment(**told: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(told)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def to_nobody(home: Path, folder: Path, messages: list[Outgoing], *, rounds: int = ROUNDS) -> dict[str, Any]:
    home.mkdir()
    with storescp(home, "--ignore") as store:
        driver = DicomDriver(MessageEndpoint(kind="dicom", url=f"dicom://127.0.0.1:{store.port}"))
        return medians(
            rounds,
            ours=lambda: ours(driver, messages),
            storescu=lambda: storescu(store.port, "ANY-SCP", folder),
            pynetdicom=lambda: pynetdicom(store.port, folder),
        )


def to_orthanc(home: Path, folder: Path, messages: list[Outgoing]) -> dict[str, Any]:
    home.mkdir()
    with orthanc(home) as peer:
        driver = DicomDriver(
            MessageEndpoint(
                kind="dicom",
                url=f"dicom://127.0.0.1:{peer.dicom}",
                called="ORTHANC",
                receive_at=f"127.0.0.1:{peer.ours}",
                removal=f"orthanc:http://127.0.0.1:{peer.web}",
            )
        )
        gone = Outgoing(body=b"", method="REMOVE", headers={"study": STUDY})
        with contextlib.closing(driver.connect()) as session:

            def afresh(rate: Rate) -> Rate:
                def measured() -> float:
                    session.send(gone)
                    return rate()

                return measured

            figures: dict[str, Any] = medians(
                ROUNDS,
                storescu=afresh(lambda: storescu(peer.dicom, "ORTHANC", folder)),
                ours=afresh(lambda: ours(driver, messages)),
            )
            study = query("C-MOVE", QueryRetrieveLevel="STUDY", StudyInstanceUID=STUDY)
            session.send(study)  # so that our memory has grown, as that of a workstation
            began, spent = time.perf_counter(), time.process_time()
            reply = session.send(study)
            took, spent = time.perf_counter() - began, time.process_time() - spent
            assert len(json.loads(reply.body)["objects"]) == len(messages)
    each = {"move_s": round(took, 2), "move_cpu_ms_per_slice": round(1000 * spent / len(messages), 2)}
    return {**figures, **each, "move_cpu_share": round(spent / took, 2)}


def main(count: int) -> int:
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        folder = home / "files"
        folder.mkdir()
        messages = slices(count, folder)
        figures = {"bytes": len(messages[0].body), "slices": count}
        figures["null"] = to_nobody(home / "default", folder, messages, rounds=1)
        with _environment(TCP_NODELAY="1"):
            quick = figures["null_nodelay"] = to_nobody(home / "nodelay", folder, messages)
            archive = figures["orthanc_nodelay"] = to_orthanc(home / "archive", folder, messages)
    ratios = {
        "of_storescu": (quick["ours"] / quick["storescu"], OF_STORESCU),
        "of_pynetdicom": (quick["ours"] / max(quick["pynetdicom"], 0.1), OF_PYNETDICOM),
        "of_storescu_to_orthanc": (archive["ours"] / archive["storescu"], OF_STORESCU_TO_ORTHANC),
        "move_cpu_most": (-archive["move_cpu_share"], -MOST_CPU),
    }
    print(json.dumps({**figures, "reached": {name: [round(a, 2), b] for name, (a, b) in ratios.items()}}))
    return 0 if all(reached >= least for reached, least in ratios.values()) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
