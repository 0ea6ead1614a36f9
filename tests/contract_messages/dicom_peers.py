"""Application entities that nobody here wrote, and objects to send them: dcmtk, Orthanc with an index of its own.

Not here: Orthanc on a hospital's database (`drivers/servers/orthanc.py`).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import CTImageStorage

from drivers.messages.dicom.services import EXPLICIT, IMPLICIT
from harness.message import Outgoing

STUDY = "2.25.4711"
_READY_S = 20.0


def encoded(dataset: Dataset, syntax: str = IMPLICIT) -> bytes:
    written = DicomBytesIO()
    written.is_implicit_VR, written.is_little_endian = syntax == IMPLICIT, True
    write_dataset(written, dataset)
    return written.getvalue()


def ct(
    number: int = 1, *, study: str = STUDY, side: int = 64, syntax: str = EXPLICIT, name: str = "王^小明"
) -> Outgoing:
    """A slice with a Chinese name in GB18030."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "GB18030"
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, f"{study}.1.{number}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, f"{study}.1"
    dataset.StudyDate, dataset.Modality, dataset.InstanceNumber = "20260102", "CT", number
    dataset.PatientName, dataset.PatientID = f"Wang^Xiaoming={name}", "XH0001"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = side
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.add_new(0x7FE00010, "OW", (number % 251).to_bytes(2, "little") * (side * side))
    headers = {"syntax": syntax, "sop": str(dataset.SOPInstanceUID), "study": study}
    return Outgoing(body=encoded(dataset, syntax), path=str(CTImageStorage), method="C-STORE", headers=headers)


def query(method: str = "C-FIND", path: str = "", headers: dict[str, str] | None = None, **attributes: Any) -> Outgoing:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return Outgoing(body=encoded(dataset), path=path, method=method, headers=headers or {})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    return port


@contextlib.contextmanager
def running(command: Sequence[str | Path], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server, from when its port takes callers until it is stopped."""
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said, cwd=log.parent) as process:
        try:
            deadline = time.monotonic() + _READY_S
            while True:
                assert process.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < deadline, f"{command[0]} does not listen"
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Store:
    """dcmtk's storescp: where it listens, what it wrote, what it said."""

    port: int
    folder: Path
    log: Path

    def files(self) -> list[Path]:
        return sorted(each for each in self.folder.iterdir() if each.is_file())


@contextlib.contextmanager
def storescp(home: Path, *options: str) -> Iterator[Store]:
    port, folder, log = free_port(), home / "stored", home / "storescp.log"
    folder.mkdir()
    with running(["storescp", "-v", *options, "-od", str(folder), str(port)], port, log):
        yield Store(port, folder, log)


@dataclass(frozen=True, slots=True)
class Orthanc:
    """An archive and the port at which it looks for us."""

    dicom: int
    web: int
    ours: int


@contextlib.contextmanager
def orthanc(home: Path) -> Iterator[Orthanc]:
    told = Orthanc(free_port(), free_port(), free_port())
    settings = {
        "StorageDirectory": str(home / "images"),
        "IndexDirectory": str(home / "images"),
        "HttpPort": told.web,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomPort": told.dicom,
        "DicomAet": "ORTHANC",
        "DicomCheckCalledAet": True,
        "DefaultEncoding": "Utf8",
        "DicomModalities": {
            "xinheng": {"AET": "XINHENG", "Host": "127.0.0.1", "Port": told.ours, "AllowStorageCommitment": True}
        },
    }
    file = home / "orthanc.json"
    file.write_text(json.dumps(settings))
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    with running([shutil.which("Orthanc", path=path) or "Orthanc", str(file)], told.dicom, home / "orthanc.log"):
        yield told
