"""OceanBase's single-node engine seekdb from the wheel `pylibseekdb`, on a Unix socket only.

It runs in its embedded mode because that mode opens no TCP port at all: nothing is exposed, hence root needs no
password. Not here: speaking SQL to it beyond creating the database.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from drivers.servers import process
from harness.errors import BadInput, DriverMissing, Fault

_NEEDED_BYTES = 5 << 30  # 2 GiB data and 2 GiB log are reserved at the first start
_START_S = 60.0
_STOP_S = 30.0
_PARAMETERS = (
    "memory_budget=2G",
    "datafile_size=2G",
    "datafile_maxsize=2G",
    "log_disk_size=2G",
    # cpu_count stays as it is found: the product is measured as its default makes it, bounded workers included.
)


class SeekdbServer:
    """One seekdb with its data under `home`."""

    product_id = "oceanbase"

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self._argument = f"--base-dir={self.home}"
        self._run = self.home / "run"
        self._complete = self.home / "initialised"

    @property
    def pid_file(self) -> Path:
        return self._run / "seekdb.pid"

    def running(self) -> bool:
        return process.is_ours(process.read_pid(self.pid_file), self._argument)

    def start(self) -> Mapping[str, str]:
        with process.alone(self.home):
            if not self.running():
                self._launch()
            sock = process.reachable_socket(self.home, self._run, "sql.sock")
            self._wait(sock)
            self._complete.touch()
            self._refuse_telemetry()
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
            self._wipe()

    # ------------------------------------------------------------------

    def _end(self, patience_s: float = _STOP_S) -> None:
        pid = process.read_pid(self.pid_file)
        if pid is not None:
            process.terminate(pid, self._argument, patience_s=patience_s)

    def _launch(self) -> None:
        binary = self._binary()
        if not self._complete.exists():  # never started well: an earlier start was killed in the middle
            self._wipe()
            free = shutil.disk_usage(self.home).free
            if free < _NEEDED_BYTES:
                raise BadInput(
                    f"{self.home} 所在磁盘只剩 {free / 2**30:.1f} GiB，OceanBase 需要 {_NEEDED_BYTES >> 30} GiB。",
                    hint="请清理磁盘，或用 --dir 指到更大的磁盘。",
                )
        process.private_folder(self._run)
        for stale in (self.pid_file, self._run / "sql.sock"):
            stale.unlink(missing_ok=True)
        # In embedded mode the server ends when nobody holds a shared lock on this file. The lock belongs to the open
        # file, not to a process: handed to the server itself, it is held exactly as long as the server lives.
        clients = os.open(self._run / "seekdb.clients", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(clients, fcntl.LOCK_SH)
            arguments = [str(binary), self._argument, "--embedded", "--nodaemon"]
            for parameter in _PARAMETERS:
                arguments += ["--parameter", parameter]
            # Through a shell that ends at once, so that the server is no child of ours: it outlives this process,
            # and whoever stops it need not be the one who started it.
            subprocess.run(
                ["/bin/sh", "-c", '"$@" >>"$0" 2>&1 </dev/null &', str(self.home / "server.log"), *arguments],
                check=True,
                pass_fds=[clients],
                env=process.quiet_environment(),
                cwd=self.home,
                start_new_session=True,
            )
        finally:
            os.close(clients)

    def _wait(self, sock: Path) -> None:
        import pymysql  # the wheel of another product's driver must not be needed to stop or look

        deadline = time.monotonic() + _START_S
        seen = False
        while time.monotonic() < deadline:
            pid = process.read_pid(self.pid_file)
            ours = process.is_ours(pid, self._argument)
            if seen and not ours:
                break
            seen = seen or ours
            if ours and process.listener(sock) == pid:
                with contextlib.suppress(pymysql.Error):
                    with (
                        contextlib.closing(
                            pymysql.connect(unix_socket=str(sock), user="root", read_timeout=30)
                        ) as made,
                        made.cursor() as cursor,
                    ):
                        cursor.execute(f"CREATE DATABASE IF NOT EXISTS {process.DATABASE}")
                    return
            time.sleep(0.05)
        self._end()
        said = process.tail(self.home / "server.log")
        raise Fault(
            f"OceanBase (seekdb) 没有启动成功：{said}", hint=f"日志在 {self.home / 'log'}；可删除 {self.home} 后重试。"
        )

    def _refuse_telemetry(self) -> None:
        """The environment switches it off; what the server itself notes down is believed more."""
        try:
            noted = json.loads((self._run / "telemetry.json").read_text())
        except (OSError, ValueError):
            return
        if noted.get("sent"):
            self._end()
            raise Fault(
                "OceanBase (seekdb) 记录了一次遥测上报，已将其停止。", hint=f"见 {self._run / 'telemetry.json'}。"
            )

    def _wipe(self) -> None:
        for name in ("run", "etc", "log", "store"):
            shutil.rmtree(self.home / name, ignore_errors=True)
        self._complete.unlink(missing_ok=True)

    @staticmethod
    def _binary() -> Path:
        # The package is only located, not imported: importing it loads the whole engine into this process.
        found = importlib.util.find_spec("pylibseekdb")
        if found is None or found.origin is None:
            raise DriverMissing(
                "仿真环境的 OceanBase 需要 Python 包 pylibseekdb。", hint="请执行 pip install 'xinheng[sim]'。"
            )
        return Path(found.origin).parent / "seekdb"
