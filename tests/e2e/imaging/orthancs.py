"""Orthanc on a database of its own, ready to be asked: `orthanc(folder, "postgresql")`.

Not here: what is done to it (`defective.py`), what is sent (the pack `pacs`).
"""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drivers.messages import driver_for as message_driver_for
from drivers.servers import server_for
from drivers.servers.orthanc import OrthancServer
from harness.message import MessageEndpoint
from harness.ports import Archive, ArchiveDriver

ARCHIVE, WEB = "pacs_archive", "pacs_web"
NEEDED = [
    pytest.mark.needs_apt("orthanc"),
    pytest.mark.needs_apt("orthanc-dicomweb"),
    pytest.mark.needs_apt("orthanc-postgresql"),
    pytest.mark.needs_apt("orthanc-mysql"),
    pytest.mark.needs_apt("mariadb-server-core"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orthanc:
    """One running Orthanc, its database server, and how to reach both."""

    server: OrthancServer
    sql: Mapping[str, str]  # url and product of the server on which its index lies
    endpoints: Mapping[str, MessageEndpoint]

    def archive(self, interface: str = ARCHIVE) -> Archive:
        driver = message_driver_for(self.endpoints[interface])
        assert isinstance(driver, ArchiveDriver)
        return driver.archive()

    @property
    def rest(self) -> str:
        """Where its own REST interface answers."""
        return self.endpoints[ARCHIVE].removal.partition(":")[2]

    @property
    def dicom_port(self) -> int:
        return int(self.endpoints[ARCHIVE].url.rpartition(":")[2])

    def ask(self, path: str, body: Any = None, method: str = "") -> Any:
        """One request to its REST interface: text, bytes or JSON in, JSON out."""
        return json.loads(self.read(path, body, method) or "null")

    def read(self, path: str, body: Any = None, method: str = "") -> bytes:
        data = body.encode() if isinstance(body, str) else body
        if data is not None and not isinstance(data, bytes):
            data = json.dumps(data).encode()
        method = method or ("GET" if data is None else "POST")
        with urllib.request.urlopen(
            urllib.request.Request(self.rest + path, data=data, method=method), timeout=20
        ) as said:
            answer: bytes = said.read()
        return answer


def started(server: OrthancServer, sql: Mapping[str, str]) -> Orthanc:
    tables: Mapping[str, Any] = server.start(sql)
    return Orthanc(server=server, sql=sql, endpoints={name: MessageEndpoint(**table) for name, table in tables.items()})


@contextlib.contextmanager
def orthanc(folder: Path, index: str, **settings: Any) -> Iterator[Orthanc]:
    """Orthanc below `folder`, with its index on a server of this product that is started there, too."""
    database, server = server_for(index, folder / index), OrthancServer(folder / "orthanc", (ARCHIVE, WEB), **settings)
    try:
        yield started(server, database.start())
    finally:
        server.discard()
        database.discard()
