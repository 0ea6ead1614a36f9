"""The clocks of a load process: waiting for the intended moment, and when an answer was there.

Everything is `time.monotonic_ns()`. Not here: the arithmetic of pacing (`pacer.py`).
"""

from __future__ import annotations

import time
from typing import Protocol

import gevent

from harness.pacer import NS


class Clock(Protocol):
    """How the users of a crowd read the time."""

    def until(self, moment_ns: int) -> None:
        """Come back at a moment, or at once where it has passed."""

    def arrived(self, sent_ns: int) -> int:
        """When the answer that was just read had arrived, for something that was sent at `sent_ns`."""


class PlainClock:
    """What gevent and the interpreter offer by themselves; for sessions that wait in threads, too."""

    def until(self, moment_ns: int) -> None:
        left = moment_ns - time.monotonic_ns()
        gevent.sleep(max(0, left) / NS)

    def arrived(self, sent_ns: int) -> int:
        return time.monotonic_ns()
