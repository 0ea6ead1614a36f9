"""What a generator process did to its own measurement: CPU taken, how late its event loop was, garbage collected.

Not here: the limits on them (`assess/blocks.py`), or the clock that the users go by (`clocks.py`).
"""

from __future__ import annotations

import gc
import time
from collections import Counter

import gevent

from harness.execute.clocks import Clock
from harness.pacer import NS

_EVERY_NS = NS // 20
_GRAIN_NS = 10_000  # delays are counted by their hundredths of a millisecond, so that memory does not grow with time


class LoopWatch:
    """Looks at this process from the moment it is made until `end`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._delays: Counter[int] = Counter()
        self._greenlet = gevent.spawn(self._watch)
        self._collections = 0
        self._collecting_ns = self._collecting_since = 0
        gc.callbacks.append(self._collected)
        self._cpu = time.process_time()
        self._wall = time.monotonic()

    def _watch(self) -> None:
        while True:
            due = time.monotonic_ns() + _EVERY_NS
            self._clock.until(due)
            self._delays[max(0, time.monotonic_ns() - due) // _GRAIN_NS] += 1

    def _collected(self, phase: str, _: dict[str, int]) -> None:
        now = time.monotonic_ns()
        if phase == "start":
            self._collecting_since = now
        else:
            self._collections += 1
            self._collecting_ns += now - self._collecting_since

    def end(self) -> dict[str, float]:
        """The fields of `GeneratorProcess` by their names."""
        self._greenlet.kill()
        gc.callbacks.remove(self._collected)
        elapsed = time.monotonic() - self._wall
        return {
            "cpu": (time.process_time() - self._cpu) / elapsed if elapsed else 0.0,
            "loop_delay_p99_ms": self._delay_ms(0.99),
            "loop_delay_max_ms": self._delay_ms(1.0),
            "collections": self._collections,
            "collecting_ms": self._collecting_ns / 1e6,
        }

    def _delay_ms(self, share: float) -> float:
        left = share * self._delays.total()
        for delay in sorted(self._delays):
            left -= self._delays[delay]
            if left <= 0:
                return delay * _GRAIN_NS / 1e6
        return 0.0
