"""What the load pass concludes about the load itself, as frozen values inside `result.json` and `series.json`.

How well the generator did its part, what was lost on the way, what a transaction costs, what was used up first, how
much the system can take. Not here: the verdicts and estimates (`result.py`), or computing any of it (`assess/`).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorProcess:
    """One process that generated load during a block."""

    name: str  # main, or the worker's number
    host: str
    pid: int
    users: int
    cpu: float  # share of one core, 0..1
    loop_delay_p99_ms: float
    loop_delay_max_ms: float
    collections: int  # of Python's garbage collector
    collecting_ms: float
    clock_offset_ms: float = 0.0  # its clock minus ours, already taken off its samples
    clock_uncertainty_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of time for which something was not recorded, and what it means."""

    what: str  # worker | agent
    name: str
    host: str
    stack: str
    block: str  # pack/folder of the block, or "" where it concerns the whole run
    start_s: float  # since the block's epoch, or since the run began
    end_s: float
    lost: str  # one Chinese sentence: whose, from when to when, how much


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The generator against a server whose service times are known, at the planned load of a level.

    Errors are (what the generator reported ÷ what the server itself measured) − 1, by percentile name.
    """

    pack: str
    level: str
    family: str  # what the reference server spoke: http postgresql mysql
    rate_per_s: float  # steps per second
    users: int
    processes: int
    n: int
    service_error: dict[str, float]  # p50 p95 p99
    response_error: dict[str, float]
    cpu: float  # of the busiest process, share of one core
    holds: bool
    reason: str = ""  # why it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionCost:
    """What one transaction costs the stack's hosts, on average over a level's blocks; None where it is not known."""

    pack: str
    transaction: str  # "*": all of the level's mix together
    level: str  # "*": all levels together, for a transaction by itself
    stack: str
    n: int  # transactions that the figures rest on
    cpu_s: float | None
    read_bytes: float | None
    write_bytes: float | None
    net_bytes: float | None
    cpu_s_low: float | None = None  # 95 % interval of cpu_s
    cpu_s_high: float | None = None
    architecture: str = ""  # x86_64, aarch64 …
    basis: str = ""  # process tree | whole host


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """The resource that was used up first, and the evidence."""

    pack: str
    stack: str
    level: str
    host: str
    resource: str  # cpu core memory swap disk network connections generator none
    value: float
    limit: float
    unit: str
    rate_per_s: float  # the load at which it was reached
    at_s: float  # seconds since the run began
    evidence: str  # one Chinese sentence with the figures


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityStep:
    """One step of a capacity search."""

    rate_per_s: float  # intended
    achieved_per_s: float
    users: int
    seconds: float
    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    not_run: int
    sustained: bool  # within every limit
    valid: bool  # the generator was not what gave way
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The highest load that a stack bears under the plan's limits."""

    pack: str
    stack: str
    metric: str  # p95
    limit_ms: float
    sustained_per_s: float  # highest rate within every limit
    refused_per_s: float  # lowest rate beyond one; 0 where none was reached
    knee_per_s: float  # where the response time leaves its flat part
    users: int  # sessions at the sustained rate
    steps: tuple[CapacityStep, ...]
    limited_by: str  # one Chinese sentence: which limit, which resource
    outpatients_per_day: int = 0  # what the sustained rate means in hospital terms, 0 where the plan does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileAtLoad:
    """One point of percentile against load."""

    pack: str
    transaction: str
    stack: str
    level: str
    rate_per_s: float
    metric: str  # p50 p90 p95 p99
    milliseconds: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Response times of a pack on one stack over time: how many fell into each cell."""

    pack: str
    stack: str
    t: tuple[float, ...]  # left edges in seconds since the run began; blocks stand one after the other
    milliseconds: tuple[float, ...]  # lower edges, logarithmic
    counts: tuple[tuple[int, ...], ...]  # counts[i][j]: at t[i], in milliseconds[j]
    blocks: tuple[str, ...] = field(default=())  # for every t the block's folder
