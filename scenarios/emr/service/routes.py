"""Which of its routes a request takes, by its method and the steps of its path. Not here: what happens there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from scenarios.reference.service import Desk
from scenarios.rest import Body, Problem

LONGEST_STEP = 24


class Route(NamedTuple):
    """One address: `records/{record_id}/draft`."""

    method: str
    pattern: str
    status: int  # of a good answer
    act: Callable[[Body, Desk], Any]

    def steps(self, path: Sequence[str]) -> dict[str, str] | None:
        """What stands in the path for the names in the pattern; None where it is another address."""
        names = self.pattern.split("/")
        if len(names) != len(path):
            return None
        pairs = list(zip(names, path, strict=True))
        if any(name != step for name, step in pairs if not name.startswith("{")):
            return None
        return {name.strip("{}"): step for name, step in pairs if name.startswith("{")}


def routed(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Raises `Problem`."""
    steps = path.strip("/").split("/")
    found = [(route, taken) for route in routes if (taken := route.steps(steps)) is not None]
    if not found or not all(0 < len(step) <= LONGEST_STEP for step in steps):
        raise Problem(404, "没有这个地址")
    for route, taken in found:
        if route.method == method:
            return route, taken
    raise Problem(405, "这个地址不接受这种方法")
