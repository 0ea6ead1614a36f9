"""Two stacks under load by turns: a stack's own time, and the time of the clock on the wall. Pure.

A machine that is shared with others changes its speed from second to second, by far more than a margin. Where the
stacks take turns of about a second, each turn is held against the other stack's turn right beside it, and what moves
slower than that cancels. A stack's own time is the time of its turns put together: its workload is planned in it, and
its block is assessed in it; between them lies this arithmetic. Not here: starting two blocks at once (`execute/`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NS = 1_000_000_000

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """When one stack has its turn: at these places in a cycle of so many turns, again and again."""

    places: tuple[int, ...]
    cycle: int
    turn_ns: int

    @classmethod
    def of(cls, order: str, letter: str, seconds: float) -> Turns:
        """`order` is one cycle, as ABBA; `letter` the stack's."""
        places = tuple(place for place, each in enumerate(order) if each == letter)
        return cls(places=places, cycle=len(order), turn_ns=round(seconds * NS))

    def wall(self, own_ns: int) -> int:
        """The moment of the block at which a moment of the stack's own time falls; later moments fall later."""
        turn, within = divmod(own_ns, self.turn_ns)
        cycle, number = divmod(turn, len(self.places))
        return (cycle * self.cycle + self.places[number]) * self.turn_ns + within

    def walls(self, own_ns: Ints) -> Ints:
        """`wall` of many moments."""
        turn, within = np.divmod(own_ns, self.turn_ns)
        cycle, number = np.divmod(turn, len(self.places))
        found: Ints = (cycle * self.cycle + np.asarray(self.places)[number]) * self.turn_ns + within
        return found

    def owns(self, wall_ns: Ints) -> Ints:
        """The inverse of `walls`."""
        number = np.zeros(self.cycle, dtype=np.int64)
        number[list(self.places)] = np.arange(len(self.places))
        turn, within = np.divmod(wall_ns, self.turn_ns)
        cycle, place = np.divmod(turn, self.cycle)
        found: Ints = (cycle * len(self.places) + number[place]) * self.turn_ns + within
        return found

    def wall_seconds(self, seconds: float) -> float:
        """How long a block takes that has so many seconds of the stack's own time: whole cycles, so that the two blocks
        end together and nobody packs up while the other has its last turn.
        """
        return math.ceil(round(seconds * NS) / self.turn_ns / len(self.places)) * self.cycle * self.turn_ns / NS
