"""What the processes of one load block are told, and the names of the files through which they answer.

Not here: starting them (`block.py`), what they do (`workers/`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.message import MessageEndpoint
from harness.model import SqlEndpoint, Stack
from harness.recording import read_json
from harness.turns import Turns

GRACE_S = 3.0  # how long the backlog of a finished block is still sent
SPEC_FILE = "spec.json"
READY_FILE = "block-ready.json"  # of a block that does not begin by itself
START_FILE = "block-start.json"
BEGUN_FILE = "block-begun.json"
ANSWER_FILE = "block.json"
ERROR_FILE = "block-error.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSpec:
    """All that the load processes need to know; passed as a file. Secrets stay in the environment."""

    pack: str
    known_as: str  # what finds the pack: its name, or the folder of one that is described by files
    stack: str
    endpoint: dict[str, Any]
    endpoints: dict[str, dict[str, Any]]  # interface → where it answers
    level: str
    level_number: int
    position: int
    users: int
    seconds: float
    warmup_s: float
    workload: str  # path of the items file
    folder: str  # where samples go
    grace_s: float = GRACE_S
    at_once: bool = False  # the other stack's block runs at the same time, and begins at the same moment
    turns: dict[str, Any] | None = None  # `harness.turns.Turns`: by which the two alternate; none: both all the time
    kind: str = "load"
    model: str = "open"
    rate_per_s: float = 0.0
    think_s: float = 1.0
    sessions: int | None = None
    processes: int = 1
    attempt: int = 1

    @property
    def own_turns(self) -> Turns | None:
        return msgspec.convert(self.turns, Turns) if self.turns else None

    @property
    def wall_s(self) -> float:
        """How long the block takes: its `seconds`, and those of the other stack's turns between them."""
        return self.own_turns.wall_seconds(self.seconds) if self.own_turns else self.seconds

    @property
    def sql(self) -> SqlEndpoint:
        return SqlEndpoint(**self.endpoint)

    @property
    def message_endpoints(self) -> dict[str, MessageEndpoint]:
        return {name: MessageEndpoint(**endpoint) for name, endpoint in self.endpoints.items()}

    def users_of(self, process: int) -> range:
        """The numbers of the users that one process takes."""
        return range(process, self.users, self.processes)

    def sessions_of(self, process: int) -> int | None:
        """How many sessions the users of one process share; none: each has its own."""
        return None if self.sessions is None else max(1, len(range(process, self.sessions, self.processes)))

    @property
    def hatched(self) -> int:
        """How many users Locust starts, so that each process gets equally many; the surplus has nothing to do."""
        return self.processes * len(self.users_of(0))


def endpoints_of(stack: Stack, *, used: Collection[str] = ()) -> dict[str, Any]:
    """The two fields of a specification that say where a stack answers."""
    return {
        "endpoint": asdict(stack.sql),
        "endpoints": {name: asdict(endpoint) for name, endpoint in stack.endpoints.items() if name in used},
    }


def read_spec(path: Path) -> BlockSpec:
    return BlockSpec(**read_json(path))
