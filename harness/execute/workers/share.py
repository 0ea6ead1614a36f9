"""One generator process and its share of a block's users, from their arrival to their last answer.

Not here: who starts the clock and who keeps the books (`alone.py`, `block_worker.py`).
"""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment

from harness.errors import Fault
from harness.execute.block_spec import ERROR_FILE, BlockSpec
from harness.execute.live_statistics import tell_locust
from harness.execute.loop_watch import LoopWatch
from harness.execute.peers import MessageDriverFor, message_drivers
from harness.execute.self_test import refuse_serial, self_test
from harness.execute.users import Crowd, Manner, User
from harness.execute.workers.account import Came, Went
from harness.execute.workers.visit import Visit
from harness.model import Item, Pack, SqlEndpoint
from harness.pacer import NS
from harness.ports import Driver
from harness.recording import ItemsByUser, read_items, write_json
from harness.samples import appended_by

DriverFor = Callable[[SqlEndpoint], Driver]
DriversFor = tuple[DriverFor, MessageDriverFor]


class Share:
    """The users of one process; a subclass says what surrounds their work."""

    def __init__(
        self, spec: BlockSpec, number: int, pack: Pack, drivers_for: DriversFor, environment: Environment
    ) -> None:
        self.spec = spec
        self.number = number
        self.environment = environment
        self.folder = Path(spec.folder)
        self.driver = drivers_for[0](spec.sql)
        interfaces = message_drivers(pack, spec.message_endpoints, drivers_for[1])
        self.driver.make_green()
        for interface in interfaces.values():
            interface.make_green()
        self.crowd = Crowd(
            pack=pack,
            driver=self.driver,
            interfaces=interfaces,
            samples=appended_by(self.folder, number),
            told=tell_locust(environment),
            manner=Manner(sessions=spec.sessions_of(number), closed=spec.model == "closed"),
        )
        numbers = spec.users_of(number)
        self.items = ItemsByUser(Path(spec.workload), numbers)
        if pack.archive is not None:
            for item in read_items(Path(spec.workload)):
                if item.user in numbers:
                    pack.archive.prepare(item.params)
        self._awaited = iter(numbers)
        self.users: list[User] = []
        self._working = len(numbers)
        self._over = Event()
        gevent.spawn(self._conduct)

    @property
    def came(self) -> Came:
        return Came(
            number=self.number,
            host=socket.gethostname(),
            pid=os.getpid(),
            users=len(self.spec.users_of(self.number)),
            planned=len(self.items),
        )

    def come(self) -> Visit | None:
        """A Locust user arrives: a session and its items, or nothing where everybody is here already."""
        number = next(self._awaited, None)
        if number is None:
            return None
        user = User(self.crowd, number)
        self.users.append(user)
        return Visit(
            crowd=self.crowd,
            user=user,
            items=self._planned(number),
            seconds=self.spec.wall_s,
            grace_s=self.spec.grace_s,
        )

    def _planned(self, number: int) -> Iterator[Item]:
        """A user's items, at moments of the block."""
        turns = self.spec.own_turns
        items = self.items.of(number)
        return (replace(item, due_ns=turns.wall(item.due_ns)) for item in items) if turns else items

    def left(self) -> None:
        """A user has done all it had to do."""
        self._working -= 1
        if not self._working:
            self._over.set()

    def refuse(self, fault: Fault) -> None:
        """A user cannot go on: the block is no measurement; end the process."""
        give_up(self.environment, self.folder, fault)
        self.environment.runner.quit()  # type: ignore[union-attr]

    def around(self, tested: Mapping[str, Any], work: Callable[[], Went]) -> None:
        """Start the clock, let `work` be done, and hand on what came of it."""
        raise NotImplementedError

    def _conduct(self) -> None:
        try:
            while len(self.users) < self.came.users:
                gevent.sleep(0.01)
            tested = self_test(self.users, self.driver)
            refuse_serial(tested)
            gc.collect()
            gc.freeze()  # the workload is long-lived; do not walk it during the block
            self.around(tested, self._work)
        except Fault as fault:
            self.refuse(fault)

    def _work(self) -> Went:
        watch = LoopWatch(self.crowd.clock)
        self._over.wait()
        if self.spec.at_once:  # nor is the end of the other stack's block disturbed
            self.crowd.clock.until(self.crowd.epoch_ns + int(self.spec.wall_s * NS))
        watched = watch.end()
        watched["cpu"] *= self.spec.wall_s / self.spec.seconds  # all of it was used in our own turns
        self.crowd.file.close()
        self.items.close()
        planned, done, not_sent = self.came.planned, self.crowd.done, self.crowd.not_sent
        if done + not_sent != planned:
            raise Fault(
                f"负载块的账不平：计划 {planned} 笔，完成 {done}，未发 {not_sent}。",
                hint=f"负载进程内部出错，请查看 {self.folder} 中的日志。",
            )
        return Went(done=done, not_sent=not_sent, watched=watched, unsent=dict(self.crowd.unsent))


def give_up(environment: Environment, folder: Path, fault: Fault) -> None:
    """Leave the fault for the runner and end this process with its code."""
    write_json(folder / ERROR_FILE, {"message": fault.message, "hint": fault.hint})
    environment.process_exit_code = fault.exit_code
