"""Orthanc, a real image archive, from the Debian packages `orthanc*`; its index in a database that already runs.

On loopback: Orthanc has no setting for the address that it listens on, so it is told whom to serve. HTTP answers this
machine only, DICOM only the AE titles named here and only from 127.0.0.1. Not here: speaking DICOM or REST to it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from drivers.servers import process
from drivers.servers.program import Endpoints
from harness.errors import BadInput, DriverMissing, Fault

PACKAGES = "orthanc orthanc-dicomweb orthanc-postgresql orthanc-mysql"
DATABASE = "orthanc"  # made beside the hospital's own, so that neither's tables are in the other's way
CALLED, CALLING = "ORTHANC", "XINHENG"
_HERE = "127.0.0.1"
_START_S = 30.0
_STOP_S = 30.0
_ATTEMPTS = 3  # somebody may take a free port before Orthanc does
_PLUGINS = Path("/usr/share/orthanc/plugins")
_ENCODINGS = {"UTF-8": "Utf8", "GB18030": "Chinese", "GBK": "Chinese"}
_SETTINGS: Mapping[str, Any] = {
    "DicomAet": CALLED,
    "DicomCheckCalledAet": True,
    # Whoever is served without being named would be served from anywhere.
    **{f"DicomAlwaysAllow{service}": False for service in ("Echo", "Store", "Find", "FindWorklist", "Get", "Move")},
    "DicomCheckModalityHost": True,
    "DicomThreadsCount": 64,  # an association more than that waits until another ends
    "RemoteAccessAllowed": False,
    "AuthenticationEnabled": False,
    "OrthancExplorerEnabled": False,
    "WebDavEnabled": False,
    "HttpDescribeErrors": True,
    "SaveJobs": False,
}


class OrthancServer:
    """`harness.ports.Application`: one Orthanc with its images under `home`.

    `names`: what its two interfaces are called (dicom, dicomweb). `settings`: further ones of Orthanc, or instead.
    """

    def __init__(
        self,
        home: Path,
        names: tuple[str, str] = ("dicom", "dicomweb"),
        *,
        charset: str = "UTF-8",
        calling: Sequence[str] = (CALLING,),
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.home = home.resolve()
        self._names = names
        self._charset = charset
        self._calling = tuple(calling)
        self._settings = dict(settings or {})
        self._file = self.home / "orthanc.json"
        self._log = self.home / "server.log"
        self._images = self.home / "images"

    @property
    def pid_file(self) -> Path:
        return self.home / "orthanc.pid"

    def running(self) -> bool:
        return process.is_ours(process.read_pid(self.pid_file), str(self._file))

    def start(self, sql: Mapping[str, str], /) -> Endpoints:
        """Start it (or find it running) with its index on the database server that `sql` speaks of."""
        with process.alone(self.home):
            for _ in range(_ATTEMPTS):
                if self.running() or self._launched(sql):
                    return self._endpoints()
            raise Fault(
                f"Orthanc 没有启动成功：{process.tail(self._log)}",
                hint=f"日志在 {self._log}；可删除 {self.home} 后重试。",
            )

    def stop(self) -> None:
        with process.alone(self.home):
            self._end()

    def discard(self) -> None:
        """Stop it and delete its images; without the seconds that its threads take to end. The index goes with its
        database server."""
        with process.alone(self.home):
            self._end(patience_s=0)
            shutil.rmtree(self._images, ignore_errors=True)
            for file in (self._file, self._log):
                file.unlink(missing_ok=True)

    # ------------------------------------------------------------------

    def _end(self, patience_s: float = _STOP_S) -> None:
        pid = process.read_pid(self.pid_file)
        if pid is not None:
            process.terminate(pid, str(self._file), patience_s=patience_s)
        self.pid_file.unlink(missing_ok=True)

    def _endpoints(self) -> Endpoints:
        told = json.loads(self._file.read_text(encoding="utf-8"))
        web = f"http://{_HERE}:{told['HttpPort']}"
        removal = f"orthanc:{web}"
        dicom = {
            "kind": "dicom",
            "url": f"dicom://{_HERE}:{told['DicomPort']}",
            "charset": self._charset,
            "called": told["DicomAet"],
            "calling": self._calling[0],
            "receive_at": f"{_HERE}:{told['DicomModalities'][self._calling[0]]['Port']}",
            "removal": removal,
        }
        dicomweb = {"kind": "dicomweb", "url": web + told["DicomWeb"]["Root"].rstrip("/"), "removal": removal}
        return dict(zip(self._names, (dicom, dicomweb), strict=True))

    def _launched(self, sql: Mapping[str, str]) -> bool:
        ports = self._ports()
        program, index = _program(), _index(sql["url"])
        settings = {
            **_SETTINGS,
            "Name": self.home.name,
            "StorageDirectory": str(self._images),
            "IndexDirectory": str(self._images),
            "Plugins": [_plugin(name) for name in (index["plugin"], "OrthancDicomWeb")],
            index["section"]: index["settings"],
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "EnableWado": True, "WadoRoot": "/dicom-web/wado"},
            "DefaultEncoding": _ENCODINGS[self._charset],
            "DicomPort": ports[0],
            "HttpPort": ports[1],
            "DicomModalities": {
                name: {"AET": name, "Host": _HERE, "Port": ports[2], "AllowStorageCommitment": True}
                for name in self._calling
            },
            **self._settings,
        }
        self._file.write_text(json.dumps(settings, ensure_ascii=False, indent=1), encoding="utf-8")
        # Through a shell that ends at once, so that the server is no child of ours and outlives us.
        subprocess.run(
            [
                "/bin/sh",
                "-c",
                '"$@" >>"$0" 2>&1 </dev/null & echo $! >"$PID_FILE"',
                str(self._log),
                program,
                self._file,
            ],
            check=True,
            env=process.quiet_environment() | {"PID_FILE": str(self.pid_file)},
            cwd=self.home,
            start_new_session=True,
        )
        return self._answers(ports[1])

    def _ports(self) -> tuple[int, int, int]:
        """DICOM, HTTP, and where C-MOVE finds us: those of the last start if they are still free, so that what was
        written down about it stays true."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            told = json.loads(self._file.read_text(encoding="utf-8"))
            known = (told["DicomPort"], told["HttpPort"])
            with contextlib.ExitStack() as held:
                for port in known:
                    held.enter_context(socket.create_server((_HERE, port)))
            return (*known, told["DicomModalities"][self._calling[0]]["Port"])
        with contextlib.ExitStack() as held:
            free = [held.enter_context(socket.create_server((_HERE, 0))) for _ in range(3)]
            dicom, http, ours = (each.getsockname()[1] for each in free)
            return dicom, http, ours

    def _answers(self, port: int) -> bool:
        pid = process.read_pid(self.pid_file)
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and pid is not None and process.lives(pid):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{_HERE}:{port}/system", timeout=5):
                return self.running()
            time.sleep(0.02)
        self._end()
        return False


def _index(url: str) -> Mapping[str, Any]:
    """Which plugin keeps the index there, and what it is told; the database is made when it is missing."""
    from sqlalchemy import make_url

    place = make_url(url)
    if place.get_backend_name() == "postgresql":
        _make_on_postgresql(str(place.query["host"]), place.username or "postgres")
        uri = f"postgresql://{place.username}@/{DATABASE}?host={place.query['host']}"
        settings: Mapping[str, Any] = {"EnableIndex": True, "EnableStorage": False, "ConnectionUri": uri}
        return {"plugin": "OrthancPostgreSQLIndex", "section": "PostgreSQL", "settings": settings}
    if place.get_backend_name() == "mysql":
        where = str(place.query["unix_socket"])
        _make_on_mysql(where, place.username or "root")
        settings = {
            "EnableIndex": True,
            "EnableStorage": False,
            "Host": "localhost",
            "UnixSocket": where,
            "Username": place.username,
            "Password": "",
            "Database": DATABASE,
            "EnableSsl": False,
        }
        return {"plugin": "OrthancMySQLIndex", "section": "MySQL", "settings": settings}
    raise BadInput(f"Orthanc 不能把索引放在 {place.get_backend_name()} 里。", hint="请用 PostgreSQL 或 MariaDB。")


def _make_on_postgresql(folder: str, user: str) -> None:
    import psycopg2

    with contextlib.closing(psycopg2.connect(host=folder, user=user, dbname=process.DATABASE)) as made:
        made.autocommit = True
        with made.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")


def _make_on_mysql(sock: str, user: str) -> None:
    import pymysql

    with contextlib.closing(pymysql.connect(unix_socket=sock, user=user)) as made, made.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")


def _program() -> str:
    # Debian puts the server where an ordinary user's PATH does not look.
    found = shutil.which("Orthanc", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None:
        raise DriverMissing("需要程序 Orthanc，本机没有。", hint=f"请由管理员执行 apt-get install {PACKAGES}。")
    return found


def _plugin(name: str) -> str:
    file = _PLUGINS / f"lib{name}.so"
    if not file.exists():
        raise DriverMissing(f"找不到 Orthanc 的插件 {file}。", hint=f"请由管理员执行 apt-get install {PACKAGES}。")
    return str(file)
