"""What was found on the two sides, as frozen values: all that the rules may look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.result import Examination

TITLES = {"original": "原系统", "migrated": "迁移后系统", "endpoint": "端点", "both": "两侧", "here": "本机"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something could not be examined: a fault's sentence and what to do."""

    says: str
    todo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One configured host, seen through its agent."""

    name: str
    agent: str  # "local" or an address
    problem: Problem | None = None  # the agent does not do its work
    version: str = ""  # of the agent
    facts: dict[str, str] = field(default_factory=dict)
    clock_offset_s: float | None = None  # that host − this machine; None where it is this machine
    disk_free_mib: int | None = None  # where the database's files lie, if that can be seen
    pid_file_missing: str = ""  # the path that was configured


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One side, as far as it could be examined."""

    side: str  # a key of TITLES: original, migrated, or endpoint for a single one
    title: str
    url: str  # without secrets
    jdbc: bool = False
    production: bool = False
    seconds: float = 0.0  # that the database took to tell everything
    found: Examination | None = None
    problems: tuple[Problem, ...] = ()  # why `found` is missing
    machines: tuple[Machine, ...] = ()

    def common(self, fact: str) -> str | None:
        """A common fact as the server answered it."""
        return self.found.common.get(fact) if self.found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """This machine, from which everything will run."""

    version: str  # of Xinheng
    folder: str  # where run folders would lie
    disk_free_mib: int | None
    users: int = 0  # the most users of the plan at once; 0 where no plan was named
