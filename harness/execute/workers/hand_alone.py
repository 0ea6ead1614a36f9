"""A load run by hand in one process."""

from __future__ import annotations

import itertools
import os
import socket
import sys
import time
from argparse import Namespace
from typing import Any

import gevent
from locust.env import Environment

from harness.errors import Fault
from harness.execute.workers.account import Came, Went, generator
from harness.execute.workers.hand_asked import Asked
from harness.execute.workers.hand_books import Books, Ended
from harness.execute.workers.hand_crowd import HandCrowds
from harness.execute.workers.share import DriversFor
from harness.execute.workers.visit import Visit
from harness.samples import appended_by


class HandAlone:
    """Receives Locust's users and keeps the books."""

    def __init__(self, options: Namespace, asked: Asked, drivers_for: DriversFor, environment: Environment) -> None:
        self._asked, self._environment = asked, environment
        self._books = Books(options, asked, drivers_for)
        samples = {role: appended_by(recording.folder, 0) for role, recording in self._books.recordings.items()}
        self._crowds = HandCrowds(asked, drivers_for, environment, samples)
        self._coming = itertools.count()
        self._crowds.start(self._books.begin())
        environment.events.quitting.add_listener(self._end)

    def come(self) -> Visit:
        """A Locust user arrives: a session, and an endless stream due from now on."""
        users = self._environment.runner.target_user_count  # type: ignore[union-attr]
        return self._crowds.visit(next(self._coming), users)

    def left(self) -> None:
        """Nobody leaves before Locust says so."""

    def refuse(self, fault: Fault) -> None:
        """A user cannot go on: say so and end."""
        sys.stderr.write(f"{fault}\n")
        self._environment.process_exit_code = fault.exit_code
        gevent.spawn(self._environment.runner.quit)  # type: ignore[union-attr]

    def _end(self, **_: Any) -> None:
        at_ns = time.monotonic_ns()
        watched = self._crowds.end()
        ended = {}
        for role, crowd in self._crowds.crowds.items():
            came = Came(
                number=0,
                host=socket.gethostname(),
                pid=os.getpid(),
                users=self._crowds.users[role],
                planned=crowd.done,
            )
            went = Went(done=crowd.done, not_sent=0, watched=watched)
            ended[role] = Ended(
                users=came.users,
                done=crowd.done,
                generators=[generator(came, went)],
                self_test=self._crowds.tested[role],
                names=self._crowds.names[role.value],
            )
        self._books.close(ended, at_ns)
