"""What the pipeline tells whoever listens (progress display, log): small frozen values, in order, nothing else.

The stream of a run always ends with `Ended`, unless a fault ends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Began(Event):
    """The run folder exists; `kept` recordings of an earlier, interrupted attempt are used as they are."""

    run_dir: Path
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Event):
    """A stage with a known amount of work begins."""

    name: str  # Chinese, for people
    total: float
    passing: bool = False  # one of very many: worth no line of its own once it is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Event):
    """How much of the current stage is done."""

    done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Live(Event):
    """How the load block that is running fares so far; for people who watch, kept nowhere."""

    pack: str
    level: str
    stack: str
    position: int
    done: int  # transactions
    per_s: float  # since the last look
    p95_ms: float  # response time
    lag_p99_ms: float
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Event):
    """A stack holds freshly loaded data of a pack and nothing has run on it yet."""

    stack: str
    pack: str
    purpose: str  # original-1 … or the block's folder name


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed(Event):
    """A recording is complete and will survive whatever comes."""

    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Event):
    """Something a person should know while it runs."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Event):
    """A line of a table that grows while it runs, or what it comes to."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """Everything planned was done."""

    run_dir: Path
