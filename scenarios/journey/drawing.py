"""Drawing for one system of a journey with that system's own draw functions.

Whatever they hand on from one step to the next (a tube, a record in writing) stays within this one journey, so that
each step finds what the step before it left and nothing else. Not here: what a journey consists of (`whole.py`).
"""

from __future__ import annotations

from collections import deque
from typing import Any

from harness.model import Drawing


class Of:
    """`harness.model.Drawing` of one system for one journey. `world`: the system's, as this journey sees it."""

    def __init__(self, drawing: Drawing, world: Any) -> None:
        self.rng = drawing.rng
        self.world = world
        self.user = drawing.user
        self.users = drawing.users
        self._whole = drawing
        self._pools: dict[str, deque[Any]] = {}

    def take(self, pool: str) -> Any | None:
        entities = self._pools.get(pool)
        return entities.popleft() if entities else None

    def peek(self, pool: str) -> Any | None:
        entities = self._pools.get(pool)
        return entities[0] if entities else None

    def put(self, pool: str, entity: Any) -> None:
        self._pools.setdefault(pool, deque()).append(entity)

    def number(self, prefix: str) -> str:
        return self._whole.number(prefix)
