"""Two real image archives for all tests of this folder: Orthanc with its index on PostgreSQL, and on MariaDB."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.imaging.defective import Script
from tests.e2e.imaging.orthancs import Orthanc, orthanc

# After an object that breaks off, Orthanc says nothing for so long and then gives up the association; by itself, 30 s.
_SILENT_S = {"DicomScpTimeout": 1}


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    with orthanc(tmp_path_factory.mktemp("original"), "postgresql", settings=_SILENT_S) as made:
        yield made


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Script:
    """What the second archive is told to do wrong."""
    return Script(folder=tmp_path_factory.mktemp("script"))


@pytest.fixture(scope="session")
def on_mariadb(tmp_path_factory: pytest.TempPathFactory, script: Script) -> Iterator[Orthanc]:
    settings = {**_SILENT_S, **script.settings()}
    with orthanc(tmp_path_factory.mktemp("migrated"), "mariadb", settings=settings) as made:
        yield made
