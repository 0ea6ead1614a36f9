"""When things are due: pure arithmetic on nanoseconds, without clock, thread or sleep.

The load is an open schedule per user: a user's intended moments are fixed beforehand and do not move when the
tested system is slow, so that a stall shows in every response time it delayed (no coordinated omission). A user is
one session and does one thing at a time; what was due meanwhile is sent as soon as the session is free.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol

NS = 1_000_000_000


class Uniform(Protocol):
    """The one method of `random.Random` that pacing needs."""

    def random(self) -> float: ...


def arrivals(rng: Uniform, *, rate_per_s: float) -> Iterator[int]:
    """Endless intended moments of one user in ns from the start: a Poisson stream of the given rate."""
    t = 0.0
    while True:
        t += -math.log(1.0 - rng.random()) / rate_per_s
        yield int(t * NS)


def sendable(*, due_ns: int, elapsed_ns: int, seconds: float, grace_s: float) -> bool:
    """Whether an item may still be sent: it belongs to the block, and the backlog has not outlived its grace."""
    return due_ns < seconds * NS and elapsed_ns < (seconds + grace_s) * NS


def interleaved(order: str, levels: int) -> Iterator[tuple[int, int, str]]:
    """(position from 1, level index, letter) of every load block: the whole order, level after level.

    Interleaving A B B A cancels a linear drift of the machine between the two sides.
    """
    position = 0
    for level in range(levels):
        for letter in order:
            position += 1
            yield position, level, letter
