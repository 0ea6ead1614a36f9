"""How far another host's monotonic clock is from ours, by sending it messages and looking when they come back.

Christian's estimate: the shortest of several round trips bounds the error by half of itself. On one host there is one
monotonic clock and nothing to measure. Not here: what is done with the offset.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_BOOT, _SHIFTED = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/timens_offsets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """Their clock minus ours."""

    ns: int
    uncertainty_ns: int

    def and_later(self, later: Offset) -> Offset:
        """Clocks drift: what was found later widens what is known, it does not replace it."""
        apart = abs(later.ns - self.ns) + later.uncertainty_ns
        return Offset(ns=self.ns, uncertainty_ns=max(self.uncertainty_ns, apart))


SAME_CLOCK = Offset(ns=0, uncertainty_ns=0)


def offset_of(exchanges: Iterable[tuple[int, int, int]]) -> Offset:
    """From (sent by us, read there, back with us) of at least one exchange."""
    sent, there, back = min(exchanges, key=lambda exchange: exchange[2] - exchange[0])
    return Offset(ns=there - (sent + back) // 2, uncertainty_ns=(back - sent + 1) // 2)


def clock_name() -> str:
    """Equal in two processes only where they read the same monotonic clock."""
    parts = [socket.gethostname(), *(path.read_text().strip() for path in (_BOOT, _SHIFTED) if path.exists())]
    return "|".join(parts)
