"""The doors of the application: each interface gets one, where it can at the port of the last time.

What was written down elsewhere stays true so. Not here: the protocols (`__main__.py` hands the listeners in).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from harness.errors import BadInput
from scenarios.reference.dicom import Counter, DicomCounter
from scenarios.reference.log import Log
from scenarios.reference.reception import Reception
from scenarios.reference.service import Request
from scenarios.reference.web import Web

if TYPE_CHECKING:
    from scenarios.reference.archive.archive import Archive

ARCHIVE_TITLE, OTHER_TITLE = "XHPACS", "XHRIS"
CALLING = "XINHENG"
_WEB = ("http", "soap", "dicomweb")
_ADDRESS = re.compile(rb"(address\b[^>]*\blocation\s*=\s*[\"'])[^\"']*")
_PORT = re.compile(r":(\d+)(?:/|$)")

MllpHandle = Callable[[bytes], bytes | tuple[bytes, ...] | None]
Endpoint = dict[str, str]


class Door(Protocol):
    """Something that listens on a port."""

    port: int

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """What the doors are made of; port 0 is any."""

    mllp: Callable[[MllpHandle, int, str], Door]  # (handle, port, charset)
    dicom: Callable[[Counter, int, str, Mapping[str, str]], Door]  # (counter, port, charset, AE title → host:port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """An interface that somebody answers; the archive, where that is who."""

    reception: Reception
    archive: Archive | None = None


class House:
    """Opens the doors and says where they are."""

    def __init__(self, endpoints: Path, charset: str, listeners: Listeners, log: Log) -> None:
        self._home = endpoints.parent
        self._charset = charset
        self._listeners = listeners
        self._log = log
        self._before = _noted(endpoints)

    def open(self, staffed: Sequence[Staffed], opened: contextlib.ExitStack) -> dict[str, Endpoint]:
        endpoints: dict[str, Endpoint] = {}
        for each in staffed:
            if each.reception.interface.kind == "mllp":
                endpoints[each.reception.interface.name] = self._open_mllp(each.reception, opened)
        endpoints |= self._open_web({each.reception.interface.name: each.reception for each in staffed}, opened)
        webs = (each.reception.interface.name for each in staffed if each.reception.interface.kind == "dicomweb")
        removal = next((f"dicomweb:{endpoints[name]['url']}" for name in webs), "")
        for each in staffed:
            name = each.reception.interface.name
            if each.reception.interface.kind == "dicom":
                endpoints[name] = self._open_dicom(each, opened)
            if each.archive is not None and removal:
                endpoints[name]["removal"] = removal
        return endpoints

    def _open_mllp(self, reception: Reception, opened: contextlib.ExitStack) -> Endpoint:
        charset = self._charset

        def handle(message: bytes) -> bytes | tuple[bytes, ...] | None:
            delivery = reception.take(Request(body=message, charset=charset))
            if delivery.hangs_up:
                raise ConnectionAbortedError
            return None if delivery.answer is None else (delivery.answer.body,) * delivery.times

        door = self._at_a_port(reception.interface.name, lambda port: self._listeners.mllp(handle, port, charset))
        opened.callback(door.close)
        return self._endpoint(reception.interface.kind, f"mllp://127.0.0.1:{door.port}")

    def _open_web(self, receptions: Mapping[str, Reception], opened: contextlib.ExitStack) -> dict[str, Endpoint]:
        behind = {name: each for name, each in receptions.items() if each.interface.kind in _WEB}
        if not behind:
            return {}
        documents: dict[str, bytes] = {}
        web: Any = self._at_a_port(next(iter(behind)), lambda port: Web(behind, documents, self._log, port))
        opened.callback(web.close)
        endpoints = {}
        for name, reception in behind.items():
            url = f"http://127.0.0.1:{web.port}/{name}"
            endpoints[name] = self._endpoint(reception.interface.kind, url)
            document = reception.interface.document
            if reception.interface.kind == "soap" and document is not None and document.suffix == ".wsdl":
                documents[name] = _ADDRESS.sub(rb"\g<1>" + url.encode(), document.read_bytes())
                endpoints[name]["wsdl"] = str(write(self._home / f"{name}.wsdl", documents[name]))
        return endpoints

    def _open_dicom(self, staffed: Staffed, opened: contextlib.ExitStack) -> Endpoint:
        interface = staffed.reception.interface
        counter = DicomCounter(staffed.reception, staffed.archive)
        title = OTHER_TITLE if staffed.archive is None else ARCHIVE_TITLE
        receive_at = "" if staffed.archive is None else self._receive_at(interface.name)
        charset, destinations = self._charset, {"*": receive_at} if receive_at else {}
        door = self._at_a_port(interface.name, lambda port: self._listeners.dicom(counter, port, charset, destinations))
        opened.callback(door.close)
        told = self._endpoint("dicom", f"dicom://127.0.0.1:{door.port}") | {"called": title, "calling": CALLING}
        return told | {"receive_at": receive_at} if receive_at else told

    def _receive_at(self, name: str) -> str:
        """Where the archive brings objects that are to be moved to us: a port that nobody listens on yet."""
        before = self._before.get(name, {}).get("receive_at", "")
        if before:
            return before
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            return f"127.0.0.1:{reserved.getsockname()[1]}"

    def _endpoint(self, kind: str, url: str) -> Endpoint:
        return {"kind": kind, "url": url, "charset": self._charset}

    def _at_a_port(self, name: str, door: Callable[[int], Door]) -> Door:
        found = _PORT.search(self._before.get(name, {}).get("url", ""))
        if found:
            with contextlib.suppress(BadInput, OSError):
                return door(int(found[1]))
        return door(0)


def _noted(file: Path) -> dict[str, dict[str, str]]:
    """What endpoints.json said the last time."""
    try:
        noted = json.loads(file.read_text(encoding="utf-8"))
        return {name: {key: str(value) for key, value in each.items()} for name, each in noted.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write(file: Path, content: bytes) -> Path:
    """Whole or not at all."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(content)
    os.replace(fresh, file)
    return file
