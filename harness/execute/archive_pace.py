"""How fast archives are asked: objects and listed images, of all workers together, and the word to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from harness.errors import Interrupted

T = TypeVar("T")


class Pace:
    """Counts what archives hand out and lets no more through than `per_second`; 0: as fast as they can."""

    def __init__(self, per_second: float = 0.0) -> None:
        self._step = 1 / per_second if per_second else 0.0
        self._next = time.monotonic()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.count = 0

    def stop(self) -> None:
        self._stopped.set()

    def each(self, items: Iterable[T]) -> Iterator[T]:
        for item in items:
            with self._lock:
                self.count += 1
                self._next = max(self._next, time.monotonic() - self._step) + self._step
                wait = self._next - time.monotonic()
            if self._stopped.wait(wait) if wait > 0 and self._step else self._stopped.is_set():
                raise Interrupted("比对已中断。")
            yield item
