"""What holding two runs of one plan against each other leaves: `comparison.json`, and all that its page may read.

Run A is the reference, run B is held against it: every ratio is B ÷ A. Where an `Estimate` stands here, its `original`
is run A and its `migrated` is run B. Not here: computing any of it (`assess/between_runs`), or showing it (`reports/`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from harness.data_result import TableState
from harness.judgement import Judgement
from harness.load_result import TransactionCost
from harness.result import BehaviourClass, Estimate, ReadingSummary

FORMAT = 1


class Change(enum.StrEnum):
    """What a ratio of times says of run B."""

    FASTER = "faster"  # surely below 1
    NO_WORSE = "no_worse"  # surely within the margin
    SLOWER = "slower"  # surely beyond the margin
    OPEN = "inconclusive"
    NOT_COUNTED = "not_counted"  # the function differs, or the level is one that decides nothing


class Move(enum.StrEnum):
    """What became of a verdict, a finding, a behaviour or a table."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"  # there in both, but not alike
    UNTESTED = "untested"  # examined in one run only


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIdentity:
    """One of the two runs."""

    folder: str
    run_id: str
    created: str
    plan: str
    parts: tuple[str, ...]
    products: dict[str, str]  # stack → product and version


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One thing that both runs know of themselves."""

    stack: str  # original, migrated; "" for the plan and the tools
    group: str  # product settings host plan tools
    name: str
    a: str
    b: str

    @property
    def differs(self) -> bool:
        return self.a != self.b


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """One clause in both runs."""

    clause: str
    title: str
    asked: bool
    a: Judgement
    b: Judgement
    reason_a: str
    reason_b: str
    move: Move


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """One class of difference between the stacks, in both runs."""

    pack: str
    transaction: str
    step: str
    column: str
    kind: str
    count_a: int
    count_b: int
    explained_a: str  # "" unexplained · rule id · "noise"
    explained_b: str
    root: bool  # nothing explains it in run B, and it follows from nothing
    move: Move


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourChange:
    """One behaviour probe in both runs; None: not asked in that run."""

    id: str
    title: str
    a: BehaviourClass | None
    b: BehaviourClass | None
    accepted: bool  # in run B
    move: Move


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """One table of the databases' contents in both runs."""

    table: str
    a: TableState | None
    b: TableState | None
    unexplained_a: int
    unexplained_b: int
    move: Move


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeChange:
    """Response times of one transaction at one level: three ratios, and which of them decides."""

    pack: str
    transaction: str
    level: str
    metric: str  # p95_ratio
    direct: Estimate  # the compared stack, B ÷ A: what its users felt
    control: Estimate  # the other stack, B ÷ A: what moved without it
    corrected: Estimate  # (compared ÷ other in B) ÷ (compared ÷ other in A): what the compared stack did to it
    by: str  # direct | corrected: which of them decided
    change: Change
    judged: bool  # of the metric that the plan judges by


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """Completed transactions of one level, B ÷ A."""

    direct: Estimate
    control: Estimate
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """One pack under one load level, in both runs."""

    pack: str
    level: str
    kind: str
    users: int
    rate_per_s: float
    blocks_a: int  # that count, of the compared stack
    blocks_b: int
    moved: tuple[str, ...]  # transactions whose control ratio is surely not 1
    throughput: Throughput
    times: tuple[TimeChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChange:
    """One resource of one stack; None: no readings in that run."""

    stack: str
    resource: str
    a: ReadingSummary | None
    b: ReadingSummary | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostChange:
    """What a transaction costs in both runs."""

    a: TransactionCost
    b: TransactionCost


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityChange:
    """How much a stack bore in both runs, in transactions per second."""

    pack: str
    stack: str
    sustained_a: float
    sustained_b: float
    knee_a: float
    knee_b: float
    limited_a: str
    limited_b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason of the conclusion. `kind` is a word of the catalogue."""

    kind: str
    against: Judgement  # what it pulls the conclusion down to
    n: int
    names: tuple[str, ...]  # of the first few


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """`comparison.json`."""

    format: int
    a: RunIdentity
    b: RunIdentity
    stack: str  # that is compared
    other: str  # whose ratio is the control
    metric: str  # p95
    margin: float
    confidence: float  # in what is concluded of a level's times as a whole
    interval: float  # of each ratio: more, for part of the error is spent on which ratio decides
    comparisons: int  # accusations that must hold together
    same_other: bool  # the control is the same system in both runs, as far as the facts tell
    conclusion: Judgement
    grounds: tuple[Ground, ...]
    identity: tuple[Pair, ...]
    verdicts: tuple[VerdictChange, ...]
    findings: tuple[FindingChange, ...]
    behaviours: tuple[BehaviourChange, ...]
    levels: tuple[LevelChange, ...]
    readings: tuple[ReadingChange, ...]
    costs: tuple[CostChange, ...]
    capacities: tuple[CapacityChange, ...]
    tables: tuple[TableChange, ...]
    titles: dict[str, str]
    pack_titles: dict[str, str]
    notes_a: tuple[str, ...]
    notes_b: tuple[str, ...]

    @property
    def limit(self) -> float:
        """The ratio that may not be exceeded."""
        return 1 + self.margin
