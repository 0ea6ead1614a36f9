"""The master's side of a block: starts its workers on this host, their common clock, and keeps the books.

A worker's death is known from its process at once; the block goes on to its usual end without it. The workers' standard
input is held open here, so that they end when the master does, however that happens.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gevent
from locust.runners import MasterRunner

from harness.errors import Fault
from harness.execute.block_spec import ANSWER_FILE, BEGUN_FILE, ERROR_FILE, SPEC_FILE, BlockSpec
from harness.execute.workers.account import Begun, Came, Went, account, together
from harness.execute.workers.messages import ALIVE, HERE, READY, START, WENT, be_patient, hear, tell
from harness.execute.workers.share import give_up
from harness.execute.workers.starting import epoch
from harness.pacer import NS
from harness.recording import write_json

_START_AHEAD_NS = NS // 5  # for the word to reach every worker
_SILENT_S = 60.0  # that a worker may be silent while it gets ready: it may have much to read
_HUNG_S = 15.0  # when its block should be over
_EVERY_S = 0.02


class _Worker:
    """A worker as its master sees it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.address = ""
        self.came: Came | None = None
        self.self_test: dict[str, Any] | None = None
        self.went: Went | None = None
        self.heard = time.monotonic()

    @property
    def gone(self) -> bool:
        return self.process.poll() is not None


class BlockMaster:
    """Conducts a block that several processes carry out."""

    def __init__(self, spec: BlockSpec, locustfile: str, runner: MasterRunner) -> None:
        self._spec = spec
        self._runner = runner
        self._folder = Path(spec.folder)
        self._names: dict[str, list[str]] = {}
        be_patient()
        hear(runner, HERE, self._here)
        hear(runner, READY, self._ready)
        hear(runner, ALIVE, self._alive)
        hear(runner, WENT, self._went)
        self._workers = [self._start(number, locustfile) for number in range(spec.processes)]
        self._wait(lambda worker: worker.came is not None, silent_s=_SILENT_S)
        if any(worker.came is None for worker in self._workers):
            raise Fault("负载进程没有全部启动。", hint=f"请查看 {self._folder} 中的 worker-*.log。")
        gevent.spawn(self._conduct)

    def _start(self, number: int, locustfile: str) -> _Worker:
        command = [
            sys.executable, "-m", "locust", "-f", locustfile, "-L", "WARNING", "--worker", "--master-host", "127.0.0.1",
            "--master-port", str(self._runner.server.port), "--block", str(self._folder / SPEC_FILE),
            "--share", str(number),
        ]  # fmt: skip
        with (self._folder / f"worker-{number}.log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT)
        return _Worker(process)

    def _heard(self, content: dict[str, Any]) -> _Worker:
        worker = self._workers[int(content["number"])]
        worker.heard = time.monotonic()
        return worker

    def _alive(self, _: str, content: dict[str, Any]) -> None:
        self._heard(content)

    def _here(self, sender: str, content: dict[str, Any]) -> None:
        worker = self._heard(content)
        worker.address, worker.came = sender, Came(**content)

    def _ready(self, _: str, content: dict[str, Any]) -> None:
        self._heard(content).self_test = content["self_test"]
        self._names = content["names"]

    def _went(self, _: str, content: dict[str, Any]) -> None:
        worker = self._heard(content)
        worker.went = Went(
            done=content["done"],
            not_sent=content["not_sent"],
            watched=content["watched"],
            unsent=content["unsent"],
        )

    def _wait(self, reached: Callable[[_Worker], bool], *, silent_s: float, after: float = 0.0) -> None:
        """Until every worker has got there or is gone; one that is silent for too long, `after` a moment, is ended."""
        while not all(reached(worker) or worker.gone for worker in self._workers):
            if (self._folder / ERROR_FILE).exists():
                return
            now = time.monotonic()
            for worker in self._workers:
                if now > after and not reached(worker) and now - worker.heard > silent_s:
                    worker.process.kill()
            gevent.sleep(_EVERY_S)

    def _conduct(self) -> None:
        try:
            self._wait(lambda worker: worker.self_test is not None, silent_s=_SILENT_S)
            if not (self._folder / ERROR_FILE).exists():
                self._carry_out()
        except Fault as fault:
            give_up(self._runner.environment, self._folder, fault)
        self._runner.quit()

    def _carry_out(self) -> None:
        tests = [worker.self_test for worker in self._workers if worker.self_test is not None]
        if not tests:
            raise Fault("负载进程在开始之前全部消失。", hint=f"请查看 {self._folder} 中的 worker-*.log。")
        begun = Begun(
            epoch_ns=epoch(self._spec, ahead_ns=_START_AHEAD_NS),
            came=tuple(worker.came for worker in self._workers if worker.came is not None),
            self_test=together(tests),
            names=self._names,
        )
        write_json(self._folder / BEGUN_FILE, asdict(begun))
        for worker in self._workers:
            tell(self._runner, START, {"epoch_ns": begun.epoch_ns}, to=worker.address)
        end = begun.epoch_ns / NS + self._spec.wall_s
        self._wait(lambda worker: worker.went is not None, after=end + self._spec.grace_s, silent_s=_HUNG_S)
        if (self._folder / ERROR_FILE).exists():
            return
        gevent.sleep(max(0.0, end - time.monotonic()))  # the block ends at its usual time, whoever is left
        went = {number: worker.went for number, worker in enumerate(self._workers) if worker.went is not None}
        write_json(self._folder / ANSWER_FILE, account(self._spec, begun, went, time.monotonic_ns()))
