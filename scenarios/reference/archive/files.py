"""The objects themselves: a DICOM file each, below the archive's folder, named after their SOP Instance UID's hash.

Not here: which of them the index knows.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from harness.imaging import DicomObject
from scenarios.reference.archive.part10 import head_of, object_of


class Files:
    """Written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, item: DicomObject) -> None:
        file = self._file(item.sop_instance)
        file.parent.mkdir(exist_ok=True)
        fresh = file.with_name(f"{file.name}.{os.urandom(4).hex()}")
        with fresh.open("wb") as written:
            written.writelines((head_of(item), item.dataset))
        os.replace(fresh, file)

    def read(self, instance: str) -> DicomObject | None:
        """None where there is no such file."""
        try:
            return object_of(self._file(instance).read_bytes())
        except FileNotFoundError:
            return None

    def holds(self, instance: str) -> bool:
        return self._file(instance).exists()

    def remove(self, instance: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._file(instance).unlink()

    def every(self) -> Iterator[DicomObject]:
        for file in sorted(self._folder.glob("*/*.dcm")):
            yield object_of(file.read_bytes())

    def _file(self, instance: str) -> Path:
        name = hashlib.sha256(instance.encode()).hexdigest()[:32]
        return self._folder / name[:2] / f"{name}.dcm"
