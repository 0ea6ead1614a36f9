"""What can be wrong with a real archive: defects that are planted in an Orthanc, or in a gate before it.

Behind its back, by its own REST interface or in its index: `remove`, `replace`, `retell`. By its own script, switched
by a file: slow or forgetful storing. By a gate that we wrote and that otherwise passes everything on: objects for which
there is said to be no room while others are being stored, removals that are confirmed and not carried out.
Not here: which of them a run must find as what (`test_planted.py`).
"""

from __future__ import annotations

import contextlib
import io
import socket
import socketserver
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pydicom
from sqlalchemy import create_engine, make_url, text

from drivers.servers.orthanc import DATABASE
from harness.message import MessageEndpoint
from tests.e2e.imaging.orthancs import ARCHIVE, Orthanc

# --------------------------------------------------------------------------- behind its back


def identifier(orthanc: Orthanc, instance: str) -> str:
    """Its own identifier of the object with this SOP Instance UID."""
    (found,) = orthanc.ask("/tools/lookup", instance)
    return str(found["ID"])


def wipe(orthanc: Orthanc) -> None:
    """Nothing is left in it."""
    for study in orthanc.ask("/studies"):
        orthanc.ask(f"/studies/{study}", method="DELETE")


def remove(orthanc: Orthanc, instance: str) -> None:
    orthanc.ask(f"/instances/{identifier(orthanc, instance)}", method="DELETE")


def change(orthanc: Orthanc, instance: str, how: Callable[[bytes], bytes]) -> None:
    """The file of an object is another one from now on, under the same UIDs."""
    ours = identifier(orthanc, instance)
    file = orthanc.read(f"/instances/{ours}/file")
    changed = how(file)
    assert changed != file, "this object has nothing in it that could be spoilt so"
    orthanc.ask(f"/instances/{ours}", method="DELETE")
    assert orthanc.ask("/instances", changed)["Status"] == "Success"


def in_latin(file: bytes) -> bytes:
    """The same texts under another character set."""
    return file.replace(b"ISO_IR 192", b"ISO_IR 100", 1)


def without_private(file: bytes) -> bytes:
    read = pydicom.dcmread(io.BytesIO(file))
    read.remove_private_tags()
    out = io.BytesIO()
    read.save_as(out)
    return out.getvalue()


def retell(orthanc: Orthanc, study: str, tag: tuple[int, int], value: str) -> None:
    """Its index says something else of a study, while the files stay as they are."""
    place = make_url(orthanc.sql["url"]).set(database=DATABASE)
    engine = create_engine(place)
    statement = text(
        "UPDATE MainDicomTags SET value = :value WHERE tagGroup = :g AND tagElement = :e AND id = "
        "(SELECT internalId FROM Resources WHERE resourceType = 1 AND publicId = :study)"
    )
    (found,) = orthanc.ask("/tools/lookup", study)
    with engine.begin() as connection:
        done = connection.execute(statement, {"value": value, "g": tag[0], "e": tag[1], "study": found["ID"]})
        assert done.rowcount == 1
    engine.dispose()


# --------------------------------------------------------------------------- by its own script

_SCRIPT = """
function ReceivedInstanceFilter(dicom, origin, info)
  local file = io.open("{switch}", "r")
  if file == nil then return true end
  local told = file:read("*a")
  file:close()
  local pause = told:match("slow ([0-9.]+)")
  if pause then os.execute("sleep " .. pause) end
  return told:match("forgetful") == nil
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Told to Orthanc when it starts; does nothing until it is switched."""

    folder: Path

    def settings(self) -> dict[str, Any]:
        self.folder.mkdir(parents=True, exist_ok=True)
        script = self.folder / "defects.lua"
        script.write_text(_SCRIPT.replace("{switch}", str(self._switch)))
        return {"LuaScripts": [str(script)]}

    @property
    def _switch(self) -> Path:
        return self.folder / "defects"

    @contextlib.contextmanager
    def told(self, line: str) -> Iterator[None]:
        """`slow 0.1`: every object takes so many seconds more · `forgetful`: success, and nothing is stored."""
        self._switch.write_text(line)
        try:
            yield
        finally:
            self._switch.unlink()


# --------------------------------------------------------------------------- by a gate before it

# Command field (0000,0100) of C-STORE and of its response; status (0000,0900): success, out of resources (PS3.4 B.2.3).
_STORE, _STORED = (bytes.fromhex(f"00000001 02000000 {field}") for field in ("0100", "0180"))
_SUCCESS, _NO_ROOM = (bytes.fromhex(f"00000009 02000000 {status}") for status in ("0000", "00a7"))
_PIECE = 1 << 18


class _DicomGate(socketserver.ThreadingTCPServer):
    """Passes associations on. `most`: so many objects are taken at once; for more there is said to be no room."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Association)
        self.behind = port
        self.most = 1 << 30
        self.asked = 0  # now
        self.refused = 0  # until now
        self.counting = threading.Lock()


class _Association(socketserver.BaseRequestHandler):
    """One object is under way at a time: from the piece that holds its command to the one that holds the response."""

    server: _DicomGate

    def setup(self) -> None:
        self.open = self.too_much = False

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.behind)) as inner:
            for end in (self.request, inner):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_pump, args=(inner, self.request, self._answered), daemon=True)
            back.start()
            _pump(self.request, inner, self._asked)
            back.join()

    def finish(self) -> None:
        with self.server.counting:
            self.server.asked -= self.open

    def _asked(self, data: bytes) -> bytes:
        if _STORE in data and not self.open:
            with self.server.counting:
                self.open = True
                self.server.asked += 1
                self.too_much = self.server.asked > self.server.most
        return data

    def _answered(self, data: bytes) -> bytes:
        if _STORED not in data or not self.open:
            return data
        with self.server.counting:
            self.open = False
            self.server.asked -= 1
            self.server.refused += self.too_much
        return data.replace(_SUCCESS, _NO_ROOM) if self.too_much else data


def _pump(source: socket.socket, sink: socket.socket, seen: Callable[[bytes], bytes]) -> None:
    """Pass everything on; when one side hangs up, so does the other."""
    with contextlib.suppress(OSError):
        while data := source.recv(_PIECE):
            sink.sendall(seen(data))
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class _RestGate(ThreadingHTTPServer):
    """Passes requests on. `deaf`: a DELETE is answered as if it had been carried out."""

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.behind = behind
        self.deaf = False


class _Request(BaseHTTPRequestHandler):
    server: _RestGate
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "DELETE" and self.server.deaf:
            return self._answer(200, b"{}", "application/json")
        ask = urllib.request.Request(self.server.behind + self.path, data=body or None, method=self.command)
        for name in ("Accept", "Content-Type"):
            if name in self.headers:
                ask.add_header(name, self.headers[name])
        try:
            with urllib.request.urlopen(ask, timeout=60) as said:
                status, data, kind = said.status, said.read(), said.headers.get("Content-Type", "")
        except urllib.error.HTTPError as refused:
            with refused:
                status, data, kind = refused.code, refused.read(), refused.headers.get("Content-Type", "")
        return self._answer(status, data, kind)

    def _answer(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - the names that the base class looks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """Both gates before one Orthanc, and the endpoints that lead through them."""

    dicom: _DicomGate
    rest: _RestGate
    endpoints: Mapping[str, MessageEndpoint] = field(default_factory=dict)

    @contextlib.contextmanager
    def at_most(self, senders: int) -> Iterator[None]:
        self.dicom.most = senders
        try:
            yield
        finally:
            self.dicom.most = 1 << 30

    @contextlib.contextmanager
    def deaf_to_removals(self) -> Iterator[None]:
        self.rest.deaf = True
        try:
            yield
        finally:
            self.rest.deaf = False


@contextlib.contextmanager
def gates(orthanc: Orthanc, *, counting: bool) -> Iterator[Gates]:
    """`counting`: objects, too, go through a gate. It costs time, for it shares an interpreter with whoever sends."""
    with _DicomGate(orthanc.dicom_port) as dicom, _RestGate(orthanc.rest) as rest:
        serving = [
            threading.Thread(target=each.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
            for each in (dicom, rest)
        ]
        for each in serving:
            each.start()
        removal = f"orthanc:http://127.0.0.1:{rest.server_address[1]}"
        endpoints = {name: replace(each, removal=removal) for name, each in orthanc.endpoints.items()}
        if counting:
            endpoints[ARCHIVE] = replace(endpoints[ARCHIVE], url=f"dicom://127.0.0.1:{dicom.server_address[1]}")
        try:
            yield Gates(dicom=dicom, rest=rest, endpoints=endpoints)
        finally:
            for gate in (dicom, rest):
                gate.shutdown()
            for each in serving:
                each.join()
