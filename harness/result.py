"""What a comparison concludes, as frozen values: this is `result.json`, and all that `reports/` may read.

Every figure a document prints stands here or in `Series`; documents compute nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from harness.data_result import TablesResult
from harness.interface_result import (
    DocumentCheck,
    ExchangeTimes,
    HandledCase,
    ImagesHeld,
    InterfaceUse,
    JourneyLeg,
    StoredFields,
)
from harness.judgement import Judgement as Judgement
from harness.load_result import (
    Bottleneck,
    Calibration,
    Capacity,
    Gap,
    GeneratorProcess,
    HeatMap,
    PercentileAtLoad,
    TransactionCost,
)

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement on one clause of the norm."""

    clause: str  # PV-FUNC-1
    title: str  # 功能测试
    verdict: Judgement
    reason: str  # one or two Chinese sentences with the deciding figures
    evidence: tuple[str, ...] = ()  # paths inside the run folder, or JSON pointers into result.json
    asked: bool = True  # the plan asks for it: counts for the exit code


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFacts:
    """What answered, not what was configured."""

    title: str
    product: str  # PostgreSQL, OceanBase
    product_id: str  # postgresql, oceanbase
    version: str
    banner: str
    settings: dict[str, str] = field(default_factory=dict)  # charset, collation, time zone, isolation …
    host: dict[str, str] = field(default_factory=dict)  # cpu, os, kernel, memory … with the raw texts
    driver: str = ""  # psycopg2 2.9.13


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedParameter:
    """A parameter that cannot be changed after the database was made."""

    name: str
    value: str
    breaks: str  # what a wrong value breaks for an application


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What a driver found out about its endpoint for `xinheng doctor`, in a session that it told nothing."""

    facts: StackFacts
    common: dict[str, str]  # common name (charset, collation, isolation, utc_offset …) → the server's own answer
    round_trip_ms: float  # median round trip of the smallest statement
    clock_offset_s: float | None  # server − this machine; None where the product cannot say
    privileges: dict[str, bool]  # needed right, in Chinese → granted
    fixed: tuple[FixedParameter, ...] = ()
    quirks: tuple[tuple[str, str], ...] = ()  # (row of the behaviour catalogue, sentence)
    domestic: bool = False  # a 信创 product


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Where every item ended. `total` is the sum of the others, or the run is a fault."""

    total: int
    equal: int
    equal_by_rule: int
    different: int
    error: int
    not_run: int

    @property
    def balanced(self) -> bool:
        return self.total == self.equal + self.equal_by_rule + self.different + self.error + self.not_run


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOf:
    """The ledger of one transaction, or of one table's rows at one moment."""

    pack: str
    name: str
    ledger: Ledger
    when: str = ""  # before | after, for a table
    steps: tuple[str, ...] = ()  # of a transaction, as the original went through them the first time
    failed_alike: int = 0  # of those equal: failed on both stacks with the same error, so that nothing was verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One occurrence of a finding."""

    seq: int  # workload item, or -1 for a table row
    key: str  # the row's key or the transaction's parameters, readable
    original: str
    migrated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One class of difference."""

    id: str  # F1, F2 …
    pack: str
    transaction: str  # transaction name, or "table:<name>" for stored data
    step: str  # statement name, or "before" / "after" for stored data
    column: str  # "" where the difference is not in one column
    kind: str  # see harness/compare/kinds.py
    count: int
    explained_by: str = ""  # "" unexplained · rule id · "noise"
    consequence_of: str = ""  # id of the finding that it follows from; such a finding is reported under it
    examples: tuple[Example, ...] = ()  # at most three
    meaning: str = ""  # what it may do to the application, and what to look at


class BehaviourClass(enum.StrEnum):
    """How a behaviour probe turned out."""

    SAME = "same"
    DIFFERENT = "different"
    UNSUPPORTED = "unsupported"  # the original can do it, the migrated stack says that it has no such thing
    ERROR = "error"  # the probe could not be carried through on one side: nothing is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One line of a probe's script as both sides met it."""

    session: str  # A, B, C
    sql: str  # in the migrated product's words, or the directive
    original: str  # what was observed, canonical
    migrated: str
    original_sql: str = ""  # in the original product's words, where they differ
    original_said: str = ""  # the product's own words to an error
    migrated_said: str = ""
    bound: tuple[tuple[str, str], ...] = ()  # parameters of the line: name, canonical value


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One behaviour probe on both stacks."""

    id: str
    title: str
    group: str  # connection storage query transaction
    source: str  # row of the behaviour catalogue (BD-60), or where else the difference is described
    outcome: BehaviourClass
    meaning: str  # what a difference means for an application, and what to do
    reason: str = ""  # why nothing is known, or what else a reader must know of the outcome
    accepted: str = ""  # the reason that the plan gives for accepting it
    script: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvariantResult:
    """Whether an invariant held on a stack at one moment."""

    pack: str
    name: str
    title: str
    stack: str  # original | migrated
    when: str  # "functional", or the block's id
    holds: bool
    violations: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBlock:
    """One load block on one stack."""

    stack: str
    pack: str
    level: str  # 低谷 典型 高峰
    position: int  # place in the A B B A order over the whole run
    users: int
    seconds: float
    planned: int  # transactions of the workload
    done: int  # answered, whatever the reply
    not_run: int  # planned but not sent before the block ended
    throughput_per_s: float  # ok transactions per second of the measured window
    errors: int  # failed + timed_out + unreachable
    refused: int
    lag_p99_ms: float
    generator_cpu: float  # share of one core, 0..1
    valid: bool
    invalid_reason: str = ""
    replies: dict[str, int] = field(default_factory=dict)
    error_classes: dict[str, int] = field(default_factory=dict)
    kind: str = "load"  # or: stress peak endurance (GB/T 39788)
    model: str = "open"  # or: closed
    rate_per_s: float = 0.0  # transactions that the plan begins per second
    warmup_s: float = 0.0  # what the beginning of the block was left out of the figures
    attempt: int = 1  # how often this block was begun
    generators: tuple[GeneratorProcess, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its uncertainty."""

    pack: str
    transaction: str
    level: str
    metric: str  # p95_ratio, p50_ratio, throughput_ratio
    value: float  # migrated / original
    low: float
    high: float
    n: int  # samples on the smaller side
    method: str
    confidence: float = 0.95
    original: float = 0.0  # ms or per second
    migrated: float = 0.0
    low_adjusted: float = 0.0  # the interval after correction for the number of transactions judged
    high_adjusted: float = 0.0
    scope: str = "transaction"  # or: message, leg (`transaction` is then the message's name, or journey/leg)
    excluded: str = ""  # why it does not count (function differs, too few samples …)
    blocks_needed: int = 0  # further blocks per stack that would decide, 0 where decided
    verdict: Judgement | None = None  # of the judged metric, where it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSummary:
    """One resource of one stack over the load windows."""

    mean: float
    p95: float
    maximum: float
    unit: str
    n: int
    coverage: float  # share of load seconds with a reading, 0..1
    details: dict[str, float] = field(default_factory=dict)
    host: str = ""  # of several the one that was worst off


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`result.json`."""

    format: int
    run_id: str
    created: str  # ISO 8601 with offset
    harness: dict[str, str]  # name → version of the harness, Python and each library that matters
    plan: dict[str, Any]
    stacks: dict[str, StackFacts]
    ledger: dict[str, Ledger]  # per pack: transactions of the functional pass
    tables: dict[str, Ledger]  # per pack: rows of stored data, before and after
    findings: tuple[Finding, ...]
    noise: dict[str, tuple[str, ...]]  # per pack: what moved between two runs of the original
    invariants: tuple[InvariantResult, ...]
    load: tuple[LoadBlock, ...]
    estimates: tuple[Estimate, ...]
    readings: dict[str, dict[str, ReadingSummary]]  # stack → cpu memory disk network process_cpu process_memory
    verdicts: tuple[Verdict, ...]
    rules: tuple[dict[str, Any], ...]  # declared rules with the number of values each explained
    titles: dict[str, str]  # transaction name → 中文
    pack_titles: dict[str, str] = field(default_factory=dict)  # pack → 中文
    notes: tuple[str, ...] = ()  # what weakens the measurement, in plain sentences
    behaviours: tuple[Behaviour, ...] = ()  # the database compatibility suite
    interfaces: tuple[InterfaceUse, ...] = ()
    stored_fields: tuple[StoredFields, ...] = ()
    exchange_times: tuple[ExchangeTimes, ...] = ()
    journey_legs: tuple[JourneyLeg, ...] = ()
    documents: tuple[DocumentCheck, ...] = ()
    battery: tuple[HandledCase, ...] = ()
    images: tuple[ImagesHeld, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    gaps: tuple[Gap, ...] = ()
    costs: tuple[TransactionCost, ...] = ()
    bottlenecks: tuple[Bottleneck, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    consistency: TablesResult | None = None  # of the two databases' contents, row by row
    host_readings: dict[str, dict[str, dict[str, ReadingSummary]]] = field(default_factory=dict)  # stack → host → …
    by_transaction: tuple[LedgerOf, ...] = ()
    by_table: tuple[LedgerOf, ...] = ()
    prelude: tuple[str, ...] = ()  # what a session of the migrated product is told before a script is reproduced


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Response times of one transaction on one stack at one level; `seconds[i]` is the quantile `quantiles[i]`."""

    pack: str
    transaction: str
    level: str
    stack: str
    n: int
    quantiles: tuple[float, ...]
    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Resource values of one stack's host over the run. `t` are seconds since the run began."""

    stack: str
    t: tuple[float, ...]
    values: dict[str, tuple[float, ...]]  # cpu, iowait, memory, disk_read, disk_write, net_recv, net_sent, throughput …
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a block ran, on the timeline's axis."""

    stack: str
    level: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`series.json`: what the charts draw."""

    distributions: tuple[Distribution, ...]
    timelines: tuple[Timeline, ...]
    windows: tuple[Window, ...]
    percentiles: tuple[PercentileAtLoad, ...] = ()
    heat_maps: tuple[HeatMap, ...] = ()
