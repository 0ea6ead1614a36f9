"""MariaDB from the Debian package `mariadb-server-core`, on a Unix socket only.

The package holds the programs and no system service. The socket lies in a folder that only its owner may enter, so
root needs no password. Not here: speaking SQL to it beyond creating the database.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from drivers.servers import process
from harness.errors import DriverMissing, Fault

PACKAGE = "mariadb-server-core"
_SOCKET = "sql.sock"
_START_S = 60.0
_STOP_S = 60.0
_SCRIPTS = (
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "mysql_sys_schema.sql",
)
_SETTINGS = """\
# Written by Xinheng's simulation environment. Durability stays as MariaDB has it.
[mariadbd]
skip-networking
character-set-server = utf8mb4
collation-server = utf8mb4_unicode_ci
default-time-zone = +08:00
max_allowed_packet = 64M
max_connections = 200
innodb_buffer_pool_size = 256M
"""


class MariadbServer:
    """One MariaDB with its data under `home`."""

    product_id = "mariadb"

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self._data = self.home / "data"
        self._run = self.home / "run"
        self._temporary = self.home / "tmp"  # another server, as it starts, would clear ours out of the common one
        self._settings = self.home / "my.cnf"
        self._log = self.home / "server.log"
        self._argument = f"--datadir={self._data}"

    @property
    def pid_file(self) -> Path:
        return self._run / "mariadbd.pid"

    def running(self) -> bool:
        return process.is_ours(process.read_pid(self.pid_file), self._argument)

    def start(self) -> Mapping[str, str]:
        with process.alone(self.home):
            sock = process.reachable_socket(self.home, process.private_folder(self._run), _SOCKET)
            if not self.running():
                self._initialise()
                self._launch(sock)
            self._wait(sock)
        return {
            "url": f"mysql+pymysql://root@/{process.DATABASE}?unix_socket={sock}",
            "product": self.product_id,
            "pid_file": str(self.pid_file),
        }

    def stop(self) -> None:
        with process.alone(self.home):
            self._end()
            process.forget_socket(self.home)

    def discard(self) -> None:
        """Stop it and delete its data; without the seconds that it takes to save them."""
        with process.alone(self.home):
            self._end(patience_s=0)
            process.forget_socket(self.home)
            self._forget_attempts()
            for folder in (self._data, self._run, self._temporary):
                shutil.rmtree(folder, ignore_errors=True)
            for file in (self._settings, self._log):
                file.unlink(missing_ok=True)

    # ------------------------------------------------------------------

    def _end(self, patience_s: float = _STOP_S) -> None:
        pid = process.read_pid(self.pid_file)
        if pid is not None:
            process.terminate(pid, self._argument, patience_s=patience_s)

    def _initialise(self) -> None:
        self._settings.write_text(_SETTINGS)
        self._temporary.mkdir(mode=0o700, exist_ok=True)
        if self._data.exists():
            return
        self._forget_attempts()
        # Takes its name when complete: what was killed in the middle leaves nothing that counts.
        fresh = self.home / f"data.new-{os.getpid()}-{time.monotonic_ns()}"
        fresh.mkdir(mode=0o700)
        server = _program()
        # By the server's own bootstrap mode: mariadb-install-db, which wraps it, also changes the owner of files of the
        # system when root calls it.
        made = subprocess.run(
            [*self._command(server, fresh), "--bootstrap", "--log-warnings=0"],
            check=False,
            input=_system_tables(server),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=process.quiet_environment(),
            cwd=self.home,
            start_new_session=True,
        )
        if made.returncode != 0:
            said = " ".join(made.stdout.decode(errors="replace").split())[-500:]
            raise Fault(f"MariaDB 没能建立系统库：{said}", hint=f"可删除 {self.home} 后重试。")
        fresh.rename(self._data)

    def _command(self, server: Path, data: Path) -> list[str]:
        # MariaDB runs as root only when root is named.
        places = [f"--defaults-file={self._settings}", f"--datadir={data}", f"--tmpdir={self._temporary}"]
        return [str(server), *places, f"--user={_ourselves()}"]

    def _forget_attempts(self) -> None:
        for attempt in self.home.glob("data.new*"):
            shutil.rmtree(attempt, ignore_errors=True)

    def _launch(self, sock: Path) -> None:
        for stale in (self.pid_file, self._run / _SOCKET):
            stale.unlink(missing_ok=True)
        arguments = [*self._command(_program(), self._data), f"--socket={sock}", f"--pid-file={self.pid_file}"]
        # Through a shell that ends at once, so that the server is no child of ours: it outlives this process, and
        # whoever stops it need not be the one who started it.
        subprocess.run(
            ["/bin/sh", "-c", '"$@" >>"$0" 2>&1 </dev/null &', str(self._log), *arguments],
            check=True,
            env=process.quiet_environment(),
            cwd=self.home,
            start_new_session=True,
        )

    def _wait(self, sock: Path) -> None:
        import pymysql  # not needed to stop the server or to look at it

        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            pid = process.read_pid(self.pid_file)
            if pid is not None and process.listener(sock) == pid:
                with (
                    contextlib.closing(pymysql.connect(unix_socket=str(sock), user="root")) as made,
                    made.cursor() as cursor,
                ):
                    cursor.execute(f"CREATE DATABASE IF NOT EXISTS {process.DATABASE}")
                return
            time.sleep(0.05)
        self._end()
        said = process.tail(self._log)
        raise Fault(f"MariaDB 没有启动成功：{said}", hint=f"日志在 {self._log}；可删除 {self.home} 后重试。")


def _ourselves() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def _program() -> Path:
    # Debian puts the server where an ordinary user's PATH does not look.
    found = shutil.which("mariadbd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise DriverMissing(
            "仿真环境的 MariaDB 需要程序 mariadbd，本机没有。", hint=f"请由管理员执行 apt-get install {PACKAGE}。"
        )
    return Path(found).resolve()


def _system_tables(server: Path) -> bytes:
    """What makes an empty folder a database: the scripts that lie beside the server."""
    folders = [server.parents[1] / "share" / name for name in ("mysql", "mariadb")]
    scripts = next(
        ([folder / name for name in _SCRIPTS] for folder in folders if (folder / _SCRIPTS[0]).exists()), None
    )
    if scripts is None:
        raise DriverMissing(
            f"找不到 {server} 的系统库脚本 {_SCRIPTS[0]}。", hint=f"请由管理员重新安装 Debian 软件包 {PACKAGE}。"
        )
    # NULL: root logs in without a password, through a socket that only its owner reaches.
    head = b"CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n"
    return head + b"\n".join(script.read_bytes() for script in scripts)
