"""Samples of a worker that does not see the run folder: appended to a spool there, and copied from it byte by byte.

The receiver says how much it has, the sender goes on from there; whatever is lost on the way is simply sent again, so a
link that breaks for a while costs nothing. Not here: Locust, or who the two are.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.recording import disk

CHUNK = 1 << 18  # bytes in one message
AGAIN_S = 3.0  # until what was not confirmed is sent again


class Spool:
    """The sender's side: one file that grows."""

    def __init__(self, path: Path, name: str, send: Callable[[Mapping[str, Any]], None]) -> None:
        self.path = path
        self._name = name
        self._send = send
        self._there = 0
        self._asked = 0.0

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def left(self) -> int:
        """Bytes that the receiver has not confirmed."""
        return self.size - self._there

    def confirmed(self, size: int) -> None:
        """The receiver has so many bytes."""
        self._there, self._asked = size, 0.0
        self.ship()

    def ship(self) -> None:
        """Send what is new, unless an answer is still awaited."""
        now = time.monotonic()
        if not self.left or now - self._asked < AGAIN_S:
            return
        with self.path.open("rb") as file:
            file.seek(self._there)
            content = file.read(CHUNK)
        self._asked = now
        self._send({"name": self._name, "offset": self._there, "content": content})


def receive(path: Path, message: Mapping[str, Any]) -> int:
    """The receiver's side: append what continues the file; its size afterwards."""
    with disk(path), path.open("ab") as file:
        size = os.fstat(file.fileno()).st_size
        if message["offset"] == size:
            file.write(message["content"])
            size += len(message["content"])
    return size
