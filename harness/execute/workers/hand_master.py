"""The master of a load run by hand: knows its workers, numbers their users, gathers their samples, keeps the books.

Workers may stand on several hosts and come at any time. What one recorded reaches the recording byte for byte; what one
took with it is named. Not here: Locust's own distribution of users, which this rests on.
"""

from __future__ import annotations

import itertools
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from locust.runners import MasterRunner

from harness.execute.workers.account import Came, Went, generator, recorded, together
from harness.execute.workers.clock_offset import SAME_CLOCK, Offset, clock_name, offset_of
from harness.execute.workers.hand_asked import Asked
from harness.execute.workers.hand_books import Books, Ended
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
    be_patient,
    hear,
    tell,
)
from harness.execute.workers.share import DriversFor
from harness.execute.workers.shipping import receive
from harness.load_result import Gap
from harness.model import Role
from harness.pacer import NS
from harness.samples import appended_by

_PINGS, _PING_S = 15, 1.0
_AGAIN_S = 30.0  # until a clock is looked at again
_SILENT_S = 10.0  # at the end, until a worker is given up
_EVERY_S = 0.05


class _Worker:
    """A worker as its master knows it."""

    def __init__(self, number: int, address: str, content: dict[str, Any]) -> None:
        self.number = number
        self.address = address
        self.host, self.pid = str(content["host"]), int(content["pid"])
        self.shares_clock = content["clock"] == clock_name()
        self.offset: Offset = SAME_CLOCK
        self.heard = time.monotonic()
        self.self_test: dict[str, dict[str, Any]] = {}
        self.did: dict[str, dict[str, int]] = {}
        self.watched: dict[str, float] | None = None
        self.sizes: dict[str, int] = {}


class HandMaster:
    """Conducts a load run by hand over several processes."""

    def __init__(self, options: Namespace, asked: Asked, drivers_for: DriversFor, runner: MasterRunner) -> None:
        self._asked, self._runner = asked, runner
        self._workers: dict[str, _Worker] = {}
        self._users = itertools.count()
        self._pongs: dict[int, int] = {}
        self._names: dict[str, dict[str, list[str]]] = {}
        self._begun, self._over = Event(), Event()
        self._ended_ns = 0
        be_patient()
        hear(runner, HERE, self._here)
        hear(runner, READY, self._ready)
        hear(runner, ALIVE, self._alive)
        hear(runner, NUMBER, self._numbered)
        hear(runner, SAMPLES, self._samples)
        hear(runner, PONG, self._pong)
        hear(runner, LAST, self._last)
        hear(runner, FAULT, self._fault)
        self._books = Books(options, asked, drivers_for)
        self._epoch_ns = self._books.begin()
        self._begun.set()
        gevent.spawn(self._look_at_clocks)
        runner.environment.events.quitting.add_listener(self._end)

    # ----------------------------------------------------------------------- while it runs

    def _here(self, sender: str, content: dict[str, Any]) -> None:
        if sender not in self._workers:
            self._workers[sender] = _Worker(len(self._workers), sender, content)
            gevent.spawn(self._receive, self._workers[sender])  # its clock is looked at by more messages

    def _receive(self, worker: _Worker) -> None:
        self._begun.wait()
        if not worker.shares_clock:
            worker.offset = self._measured(worker)
        self._tell(
            worker,
            WELCOME,
            number=worker.number,
            digest=self._asked.digest,
            run=self._books.run_dir.name,
            folders=self._books.folders(),
            shared=worker.shares_clock,
            epoch_ns=self._epoch_ns + worker.offset.ns,
        )

    def _tell(self, worker: _Worker, word: str, **content: Any) -> None:
        tell(self._runner, word, content, to=worker.address)

    def _heard(self, sender: str) -> _Worker:
        worker = self._workers[sender]
        worker.heard = time.monotonic()
        return worker

    def _ready(self, sender: str, content: dict[str, Any]) -> None:
        self._heard(sender).self_test = content["self_test"]
        self._names = content["names"]

    def _alive(self, sender: str, content: dict[str, Any]) -> None:
        self._heard(sender).did = content["did"]

    def _numbered(self, sender: str, content: dict[str, Any]) -> None:
        user = next(self._users)
        users = max(self._runner.target_user_count, user + 1)
        self._tell(self._heard(sender), NUMBER, question=content["question"], user=user, users=users)

    def _pong(self, _: str, content: dict[str, Any]) -> None:
        self._pongs[content["sent"]] = content["there"]

    def _fault(self, _: str, content: dict[str, Any]) -> None:
        sys.stderr.write(f"压测进程 {content['number']}：{content['message']}\n")

    def _samples(self, sender: str, content: dict[str, Any]) -> None:
        worker = self._heard(sender)
        size = receive(self._file(content["name"], worker), content)
        self._tell(worker, HAVE, name=content["name"], size=size)

    def _file(self, stack: str, worker: _Worker) -> Path:
        return appended_by(self._books.recordings[Role(stack)].folder, worker.number)

    def _measured(self, worker: _Worker) -> Offset:
        """Their clock against ours; messages that do not come back tell nothing."""
        exchanges = []
        for _ in range(_PINGS):
            sent = time.monotonic_ns()
            self._tell(worker, PING, sent=sent)
            while sent not in self._pongs and time.monotonic_ns() - sent < _PING_S * NS:
                gevent.sleep(0.001)
            if sent in self._pongs:
                exchanges.append((sent, self._pongs.pop(sent), time.monotonic_ns()))
        return offset_of(exchanges) if exchanges else worker.offset

    def _look_at_clocks(self) -> None:
        while True:
            gevent.sleep(_AGAIN_S)
            for worker in self._workers.values():
                if not worker.shares_clock and worker.watched is None:
                    worker.offset = worker.offset.and_later(self._measured(worker))

    # ----------------------------------------------------------------------- at the end

    def _last(self, sender: str, content: dict[str, Any]) -> None:
        worker = self._heard(sender)
        worker.did, worker.watched, worker.sizes = content["did"], content["watched"], content["sizes"]
        if self._complete(worker):
            self._tell(worker, FAREWELL)

    def _complete(self, worker: _Worker) -> bool:
        """Whether a worker has ended and everything it recorded is here."""
        if worker.watched is None:
            return False
        files = {stack: self._file(stack, worker) for stack in worker.sizes}
        return all(size == (files[s].stat().st_size if files[s].exists() else 0) for s, size in worker.sizes.items())

    def _end(self, **_: Any) -> None:
        """Locust quits: its workers are told to, and what they still have to say is received here."""
        if self._ended_ns:  # a signal and Locust's own end lead here, and neither may leave before it is done
            self._over.wait()
            return
        self._ended_ns = time.monotonic_ns()
        self._runner.quit()
        receiving = gevent.spawn(self._runner.client_listener)
        workers = self._workers.values()
        since = time.monotonic()
        while any(
            not self._complete(each) and time.monotonic() - max(since, each.heard) < _SILENT_S for each in workers
        ):
            gevent.sleep(_EVERY_S)
        receiving.kill()
        self._books.close({role: self._ended(role) for role in self._asked.roles}, self._ended_ns)
        self._over.set()

    def _ended(self, role: Role) -> Ended:
        folder = self._books.recordings[role].folder
        generators, gaps, users, done = [], [], 0, 0
        for worker in self._workers.values():
            took = worker.did.get(role.value, {"users": 0, "done": 0})
            here, last_s = recorded(folder, worker.number)
            users, done = users + took["users"], done + here
            came = Came(
                number=worker.number,
                host=worker.host,
                pid=worker.pid,
                users=took["users"],
                planned=here,
                clock_offset_ms=worker.offset.ns / 1e6,
                clock_uncertainty_ms=worker.offset.uncertainty_ns / 1e6,
            )
            went = Went(done=here, not_sent=0, watched=worker.watched) if worker.watched is not None else None
            generators.append(generator(came, went))
            if not self._complete(worker):
                gaps.append(self._gap(role, came, last_s))
        tests = [each.self_test[role.value] for each in self._workers.values() if each.self_test]
        names = self._names.get(role.value, {"transactions": [], "steps": [], "errors": []})
        return Ended(users=users, done=done, generators=generators, self_test=together(tests), names=names, gaps=gaps)

    def _gap(self, role: Role, lost: Came, last_s: float) -> Gap:
        end_s = (self._ended_ns - self._epoch_ns) / NS
        return Gap(
            what="worker",
            name=str(lost.number),
            host=lost.host,
            stack=role.value,
            block=self._books.recordings[role].folder.name,
            start_s=last_s,
            end_s=end_s,
            lost=f"压测进程 {lost.number}（主机 {lost.host}，进程号 {lost.pid}）失去联系：第 {last_s:.1f} 秒到"
            f"第 {end_s:.1f} 秒没有它的样本，它的 {lost.users} 个用户这段时间所做的业务没有记下来；"
            "若那台主机的缓存目录（--spool）还在，样本留在那里",
        )
