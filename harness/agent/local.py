"""The agent of this machine as a child process: started, watched and ended by the pipeline.

A process of its own, because readings must go on while the pipeline is busy, and must not cost it anything.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from harness.agent.collector import boot_id
from harness.errors import Fault
from harness.facts import host_facts
from harness.model import Host

START_WITHIN_S = 15.0
STOP_WITHIN_S = 5.0
# Nothing else of our environment is handed on: it may hold the passwords of the stacks.
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT", "PYTHONPATH")


class LocalAgent:
    """One child process; see `agents.Agent`."""

    def __init__(self, host: Host, out: Path, interval_s: float = 1.0) -> None:
        self.host = host
        self._out = out
        self._interval_s = interval_s
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the child, 0 before the first start."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start it and wait for its header; does nothing while it lives."""
        if self.alive():
            return
        self.stop()
        self._out.parent.mkdir(parents=True, exist_ok=True)
        size = self._out.stat().st_size if self._out.exists() else 0
        root = str(Path(__file__).resolve().parents[2])
        environment = {k: os.environ[k] for k in KEPT_ENVIRONMENT if k in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH", ""))))
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed in stop()
        command = [sys.executable, "-m", "harness.agent", "--out", str(self._out), "--name", self.host.name]
        command += ["--interval", str(self._interval_s), "--pid-file", self.host.pid_file]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the pipeline, which then closes the lifeline
        )
        self._wait_for_header(size)

    def _wait_for_header(self, size: int) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            # more than one byte: the first may be the newline that closes a torn line
            if self._out.exists() and self._out.stat().st_size > size + 1:
                return
            if not self.alive():
                break
            time.sleep(0.02)
        words = self.last_words()
        self.stop()
        raise Fault(
            f"主机 {self.host.name} 的本机探针未能启动：{words or f'{START_WITHIN_S:.0f} 秒内没有写出读数'}",
            hint=f"请检查目录 {self._out.parent} 是否可写、磁盘是否已满。",
        )

    def stop(self) -> None:
        """Close the lifeline, wait, and insist if need be."""
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            for insist in (None, signal.SIGTERM, signal.SIGKILL):
                if insist is not None:
                    process.send_signal(insist)
                try:
                    process.wait(STOP_WITHIN_S)
                    break
                except subprocess.TimeoutExpired:
                    continue
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def alive(self) -> bool:
        """Whether the child runs."""
        return self._process is not None and self._process.poll() is None

    def last_words(self) -> str:
        """What the child said before it ended, for the note in the result."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace").strip()

    def facts(self) -> dict[str, str]:
        """Of this machine."""
        return host_facts()

    def machine(self) -> str:
        """This one's."""
        return boot_id()


def start_local(host: Host, out: Path, interval_s: float = 1.0) -> LocalAgent:
    """A running agent of this machine."""
    agent = LocalAgent(host, out, interval_s)
    agent.start()
    return agent
