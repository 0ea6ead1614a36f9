"""When things are due: pure arithmetic on nanoseconds, without clock, thread or sleep.

The load is an open schedule per user: a user's intended moments are fixed beforehand and do not move when the
tested system is slow, so that a stall shows in every response time it delayed (no coordinated omission). A user is
one session and does one thing at a time; what was due meanwhile is sent as soon as the session is free.
In the closed model a moment is not fixed: a user thinks for a while after each answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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


def varying(rng: Uniform, *, rate_per_s: float, shape: Sequence[float], seconds: float) -> Iterator[int]:
    """Like `arrivals`, where the rate is `shape[i]` times as high in the i-th equal part of every `seconds`.

    Thinning (Lewis and Shedler 1979): a stream at the highest rate, of which each moment is kept with the share that
    the rate has there.
    """
    highest = max(shape)
    part_ns = seconds * NS / len(shape)
    for due_ns in arrivals(rng, rate_per_s=rate_per_s * highest):
        if rng.random() * highest < shape[int(due_ns / part_ns) % len(shape)]:
            yield due_ns


def thinking(rng: Uniform, *, mean_s: float) -> Iterator[int]:
    """Endless pauses of one user in ns, exponentially distributed."""
    while True:
        yield int(-math.log(1.0 - rng.random()) * mean_s * NS)


def sendable(*, due_ns: int, elapsed_ns: int, seconds: float, grace_s: float) -> bool:
    """Whether an item may still be sent: it belongs to the block, and the backlog has not outlived its grace."""
    return due_ns < seconds * NS and elapsed_ns < (seconds + grace_s) * NS
