"""A program of our own that serves interfaces on top of a database: started, found again, stopped.

It is told its folder and the database, and writes `endpoints.json` there once everything listens, and its pid into
`application.pid`. Not here: which program it is (handed in), what it answers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from drivers.servers import process
from harness.errors import Fault

_START_S = 60.0
_STOP_S = 10.0

Endpoints = Mapping[str, Mapping[str, str]]


class ProgramServer:
    """`harness.ports.Application`. `command`: without the arguments that every such program takes; `roots`: where it
    finds its packages."""

    def __init__(self, home: Path, command: Sequence[str], roots: Sequence[Path] = ()) -> None:
        self.home = home.resolve()
        self._command = tuple(command)
        self._roots = os.pathsep.join(map(str, roots))
        self._log = self.home / "program.log"
        self._endpoints = self.home / "endpoints.json"

    @property
    def pid_file(self) -> Path:
        return self.home / "application.pid"

    def running(self) -> bool:
        return process.is_ours(process.read_pid(self.pid_file), str(self.home))

    def start(self, sql: Mapping[str, str], /) -> Endpoints:
        with process.alone(self.home):
            told = ("--home", str(self.home), "--sql-url", sql["url"], "--product", sql["product"])
            command = (*self._command, *told)
            if not self._runs_as(command):
                self._end()
                self._launch(command)
            endpoints: Endpoints = json.loads(self._endpoints.read_text(encoding="utf-8"))
        return endpoints

    def stop(self) -> None:
        with process.alone(self.home):
            self._end()

    def discard(self) -> None:
        """Stop it and delete what it wrote."""
        self.stop()
        shutil.rmtree(self.home)

    # ------------------------------------------------------------------

    def _runs_as(self, command: Sequence[str]) -> bool:
        """Whether it runs, and was started the way it would be now."""
        if not self.running():
            return False
        try:
            return psutil.Process(process.read_pid(self.pid_file)).cmdline() == list(command)
        except psutil.Error:
            return False

    def _end(self) -> None:
        pid = process.read_pid(self.pid_file)
        if pid is not None:
            process.terminate(pid, str(self.home), patience_s=_STOP_S)
        self.pid_file.unlink(missing_ok=True)

    def _launch(self, command: Sequence[str]) -> None:
        before = self._written()
        # Through a shell that ends at once, so that the program is no child of ours and outlives us.
        started = subprocess.run(
            ["/bin/sh", "-c", '"$@" >>"$0" 2>&1 </dev/null & echo $!', str(self._log), *command],
            check=True,
            stdout=subprocess.PIPE,
            env=process.quiet_environment() | ({"PYTHONPATH": self._roots} if self._roots else {}),
            cwd=self.home,
            start_new_session=True,
        )
        pid = int(started.stdout)
        deadline = time.monotonic() + _START_S
        while self._written() == before:
            # Not asked by its arguments: in the moment in which the shell becomes the program it has none.
            if not process.lives(pid) or time.monotonic() > deadline:
                process.terminate(pid, str(self.home), patience_s=0)
                raise Fault(
                    f"参考应用没有启动成功：{process.tail(self._log)}", hint=f"日志在 {self._log}；数据库没有受影响。"
                )
            time.sleep(0.02)

    def _written(self) -> tuple[int, int] | None:
        """Changes whenever endpoints.json is written anew."""
        try:
            found = self._endpoints.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns
