"""A worker of a load run by hand, on the master's host or another: its users, and how their samples reach the master.

Where it can write into the run folder it does. Elsewhere samples go to a spool here and are shipped about once a
second; what cannot be shipped stays in the spool, and is named.
"""

from __future__ import annotations

import itertools
import os
import socket
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import gevent
from gevent.event import AsyncResult
from locust.runners import WorkerRunner

from harness.errors import BadInput, Fault
from harness.execute.workers.clock_offset import clock_name
from harness.execute.workers.hand_asked import Asked
from harness.execute.workers.hand_crowd import HandCrowds
from harness.execute.workers.messages import (
    ALIVE,
    FAREWELL,
    FAULT,
    HAVE,
    HERE,
    LAST,
    NUMBER,
    PING,
    PONG,
    READY,
    SAMPLES,
    WELCOME,
    hear,
    tell,
)
from harness.execute.workers.share import DriversFor
from harness.execute.workers.shipping import Spool
from harness.execute.workers.visit import Visit
from harness.model import Role
from harness.samples import appended_by

_EVERY_S = 1.0
_NUMBER_S = 30.0
_FAREWELL_S = 20.0  # of silence


class HandWorker:
    """Receives the users that Locust gives to this process."""

    def __init__(self, options: Namespace, asked: Asked, drivers_for: DriversFor, runner: WorkerRunner) -> None:
        self._runner = runner
        self._welcome: AsyncResult[dict[str, Any]] = AsyncResult()
        self._asking: dict[int, AsyncResult[dict[str, Any]]] = {}
        self._questions = itertools.count()
        self._heard = time.monotonic()
        self._dismissed = False
        hear(runner, WELCOME, lambda _, content: self._welcome.set(content))
        hear(runner, PING, self._pong)
        hear(runner, NUMBER, lambda _, content: self._asking.pop(content["question"]).set(content))
        hear(runner, HAVE, self._have)
        hear(runner, FAREWELL, lambda *_: self._bye())
        welcome = self._introduce()
        if welcome["digest"] != asked.digest:
            raise BadInput(
                "这个从进程与主进程的方案、场景包或压测对象不一致。", hint="请用同一份方案文件和相同的参数启动。"
            )
        self._number = int(welcome["number"])
        self._spools: dict[str, Spool] = {}
        places = {role: self._place(options, role, welcome) for role in asked.roles}
        self._crowds = HandCrowds(asked, drivers_for, runner.environment, places)
        self._crowds.start(int(welcome["epoch_ns"]))
        self._tell(READY, names=self._crowds.names, self_test={r.value: t for r, t in self._crowds.tested.items()})
        gevent.spawn(self._report)
        runner.environment.events.quitting.add_listener(self._end)

    def _introduce(self) -> dict[str, Any]:
        """Until the master has time for us: it may still be loading data."""
        me = {"host": socket.gethostname(), "pid": os.getpid(), "clock": clock_name()}
        while not self._welcome.ready():
            if not self._runner.greenlet:
                raise Fault("主进程在压测开始之前退出了。", hint="原因见主进程的输出。")
            tell(self._runner, HERE, me)
            self._welcome.wait(timeout=_EVERY_S)
        welcome: dict[str, Any] = self._welcome.get()
        return welcome

    def _place(self, options: Namespace, role: Role, welcome: dict[str, Any]) -> Path:
        """Where samples of a stack are appended: the run folder, or a spool."""
        folder = Path(welcome["folders"][role.value])
        if welcome["shared"] and folder.is_dir() and not options.spool:
            return appended_by(folder, self._number)
        spool = Path(options.spool or "out/spool") / welcome["run"] / role.value
        spool.mkdir(parents=True, exist_ok=True)
        path = appended_by(spool, self._number)
        self._spools[role.value] = Spool(path, role.value, lambda content: self._tell(SAMPLES, **content))
        return path

    def _tell(self, word: str, **content: Any) -> None:
        tell(self._runner, word, {"number": self._number, **content})

    def _pong(self, _: str, content: dict[str, Any]) -> None:
        tell(self._runner, PONG, {**content, "there": time.monotonic_ns()})

    def _have(self, _: str, content: dict[str, Any]) -> None:
        self._heard = time.monotonic()
        self._spools[content["name"]].confirmed(int(content["size"]))

    def _bye(self) -> None:
        self._dismissed = True

    def come(self) -> Visit:
        """A Locust user arrives; the master knows which one it is."""
        question = next(self._questions)
        answer = self._asking[question] = AsyncResult()
        self._tell(NUMBER, question=question)
        try:
            content = answer.get(timeout=_NUMBER_S)
        except gevent.Timeout:
            raise Fault("主进程没有应答。", hint="请检查到主进程的网络。") from None
        return self._crowds.visit(int(content["user"]), int(content["users"]))

    def left(self) -> None:
        """Nobody leaves before Locust says so."""

    def refuse(self, fault: Fault) -> None:
        """A user cannot go on: say so, here and at the master, and end."""
        sys.stderr.write(f"{fault}\n")
        self._tell(FAULT, message=str(fault))
        self._runner.environment.process_exit_code = fault.exit_code
        gevent.spawn(self._runner.quit)

    def _report(self) -> None:
        while True:
            gevent.sleep(_EVERY_S)
            self._tell(ALIVE, did=self._crowds.did)
            self._ship()

    def _ship(self) -> None:
        for spool in self._spools.values():
            spool.ship()

    def _end(self, **_: Any) -> None:
        """Locust quits: its users are gone and nobody receives its messages any more, so that is done here."""
        receiving = gevent.spawn(self._runner.worker)
        watched = self._crowds.end()
        self._heard = time.monotonic()
        while not self._dismissed and time.monotonic() - self._heard < _FAREWELL_S:
            self._ship()
            sizes = {name: spool.size for name, spool in self._spools.items()}
            self._tell(LAST, did=self._crowds.did, watched=watched, sizes=sizes)
            gevent.sleep(_EVERY_S / 10)
        receiving.kill()
        for spool in self._spools.values():
            if not spool.left:
                spool.path.unlink(missing_ok=True)
            else:
                sys.stderr.write(f"还有 {spool.left} 字节样本没有送到主进程，留在 {spool.path}。\n")
