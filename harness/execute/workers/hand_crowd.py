"""The users of a load run by hand, in one process: they come and go as Locust says, each with an endless stream.

Where both stacks are under load, users take turns between them, and the pair has the same work. Not here: the run
folder (`hand_books.py`), who says which user is which (`hand_alone.py`, `hand_worker.py`).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from locust.env import Environment

from harness.execute.live_statistics import tell_locust
from harness.execute.loop_watch import LoopWatch
from harness.execute.peers import message_drivers
from harness.execute.self_test import refuse_serial, self_test
from harness.execute.site import TITLES
from harness.execute.users import Crowd, Manner, User
from harness.execute.workers.hand_asked import Asked
from harness.execute.workers.share import DriversFor
from harness.execute.workers.visit import Visit
from harness.model import Item, Role
from harness.workload import Draw, stream

SELF_TEST_USERS = 8


class HandCrowds:
    """A crowd for each stack that is under load."""

    def __init__(
        self, asked: Asked, drivers_for: DriversFor, environment: Environment, samples: Mapping[Role, Path]
    ) -> None:
        self._asked = asked
        self._world = asked.pack.world(asked.plan.data.scale)
        self._pools = asked.pack.pools(self._world)
        self.users = dict.fromkeys(asked.roles, 0)  # that came so far
        self.crowds: dict[Role, Crowd] = {}
        self.tested: dict[Role, dict[str, Any]] = {}
        for role in asked.roles:
            self.crowds[role] = self._crowd(role, drivers_for, environment, samples[role])
        for role, crowd in self.crowds.items():
            self.tested[role] = self._self_test(crowd)
        self._watch = LoopWatch(self.crowds[asked.roles[0]].clock)

    def _crowd(self, role: Role, drivers_for: DriversFor, environment: Environment, samples: Path) -> Crowd:
        stack, pack = self._asked.stacks[role], self._asked.pack
        driver = drivers_for[0](stack.sql)
        interfaces = message_drivers(pack, stack.endpoints, drivers_for[1])
        driver.make_green()
        for interface in interfaces.values():
            interface.make_green()
        kind = TITLES[role] if len(self._asked.roles) > 1 else "业务"
        told = tell_locust(environment, kind)
        level = self._asked.level
        return Crowd(
            pack=pack,
            driver=driver,
            interfaces=interfaces,
            samples=samples,
            told=told,
            manner=Manner(sessions=level.sessions, closed=level.model == "closed"),
        )

    @staticmethod
    def _self_test(crowd: Crowd) -> dict[str, Any]:
        users = [User(crowd, number) for number in range(SELF_TEST_USERS)]
        try:
            tested = self_test(users, crowd.driver)
        finally:
            for user in users:
                user.close()
        refuse_serial(tested)
        return tested

    def start(self, epoch_ns: int) -> None:
        for crowd in self.crowds.values():
            crowd.start(epoch_ns)

    def visit(self, number: int, users: int) -> Visit:
        """The user of this number among so many; both the same in every process."""
        roles = self._asked.roles
        role = roles[number % len(roles)]
        self.users[role] += 1
        crowd = self.crowds[role]
        items = self._items(role, number // len(roles), users // len(roles))
        return Visit(crowd=crowd, user=User(crowd, number), items=items)

    def _items(self, role: Role, number: int, users: int) -> Iterator[Item]:
        asked = self._asked
        rng = random.Random(f"{asked.plan.data.seed}/{asked.pack.name}/by-hand/{number}")
        drawing = Draw(world=self._world, pools=self._pools, rng=rng, user=number, users=max(users, number + 1))
        level, crowd = asked.level, self.crowds[role]
        seconds, endpoints = asked.plan.load.seconds_of(level), asked.stacks[role].endpoints
        items = stream(asked.pack, drawing, level, seconds=seconds, endpoints=endpoints)
        if level.model == "closed":
            return items
        arrived = time.monotonic_ns() - crowd.epoch_ns
        return (replace(item, due_ns=item.due_ns + arrived) for item in items)

    @property
    def names(self) -> dict[str, dict[str, list[str]]]:
        """Stack → the index tables of its samples."""
        return {
            role.value: {name: list(words) for name, words in crowd.names.items()}
            for role, crowd in self.crowds.items()
        }

    @property
    def did(self) -> dict[str, dict[str, int]]:
        """Stack → users that came, transactions done."""
        return {role.value: {"users": self.users[role], "done": crowd.done} for role, crowd in self.crowds.items()}

    def end(self) -> dict[str, float]:
        """Close the books of this process; what it did to its own measurement."""
        for crowd in self.crowds.values():
            crowd.file.close()
        return self._watch.end()
