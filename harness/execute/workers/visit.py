"""A Locust user and what it has to do here: the seam between Locust's users and ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from harness.errors import Fault
from harness.execute.users import Crowd, User
from harness.model import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One user with its items, as long as Locust keeps it."""

    crowd: Crowd
    user: User
    items: Iterator[Item]
    seconds: float = float("inf")  # until when items may be sent
    grace_s: float = 0.0

    def work(self) -> None:
        """Wait for the clock to start, then do everything in its time."""
        self.crowd.go.wait()
        self.user.work(self.items, seconds=self.seconds, grace_s=self.grace_s, epoch_ns=self.crowd.epoch_ns)


class Host(Protocol):
    """What receives Locust's users in this process."""

    def come(self) -> Visit | None:
        """A Locust user arrives; None where nothing is left to do."""

    def left(self) -> None:
        """A user has done all it had to do."""

    def refuse(self, fault: Fault) -> None:
        """A user cannot go on."""
