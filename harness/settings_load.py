"""What a plan says about load, as frozen values: levels, a hospital's day, the capacity search.

These dataclasses are the schema, as in `settings_plan.py`. A level says its load in one of three ways: arrivals per
second, a hospital's day, or users who think. Not here: turning the latter two into arrivals (`hospital_day.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.model import Role
from harness.turns import Turns

# Nothing is guessed: "12" is not 12, an unknown key is an error, infinity is not a limit.
STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

LEVEL_NAME = r"^[^\s/\\]{1,16}$"  # becomes part of a file name
ORDER = r"^[AB]{2,64}$"
SIDES = {"A": Role.ORIGINAL, "B": Role.MIGRATED}
HOURS = 24

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Text = Annotated[str, Field(min_length=1)]
Metric = Literal["p50", "p90", "p95", "p99"]
LoadKind = Literal["load", "stress", "peak", "endurance"]
Side = Literal["original", "migrated"]
Hour = Literal[
    "peak", "typical", "trough", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
]  # fmt: skip


def _unsaid(value: object) -> bool:
    """A key that the file left out; it can be written neither by hand nor into a recording."""
    return not value


UnsaidCount = Annotated[int, Field(ge=1, exclude_if=_unsaid)]
UnsaidRate = Annotated[float, Field(gt=0, exclude_if=_unsaid)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One load level: so many users who together begin so many transactions per second.

    Open: the intended moments are fixed beforehand (`rate_per_s`, or a hospital's day that it follows from).
    Closed: a user thinks for `think_s` on average after each answer, so that a slow system is asked less.
    What a file leaves out is filled in by `hospital_day.settled`, which says in `derived` how it was found.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Annotated[str, Field(pattern=LEVEL_NAME)]
    users: UnsaidCount = 0
    rate_per_s: UnsaidRate = 0.0
    packs: tuple[Text, ...] = ()  # that are put under this load; none named: all
    kind: LoadKind = "load"  # 负载 压力 峰值 疲劳 (GB/T 39788-2021, 3.4)
    model: Literal["open", "closed"] = "open"
    think_s: Positive = 1.0
    seconds: Positive | None = None  # of its blocks, where not as the others
    sessions: Count | None = None  # shared by the users as a connection pool; none: a session for each user
    outpatients_per_day: UnsaidCount = 0
    inpatient_beds: UnsaidCount = 0  # occupied
    hour: Hour = "peak"  # of the day, that the level stands for
    burst: Annotated[float, Field(gt=1)] | None = None  # in the middle third of a block, so many times the rate
    follow_day: bool = False  # a block is the whole day, compressed
    derived: str = ""  # how the load follows from what the plan says, in one sentence
    shape: tuple[Annotated[float, Field(ge=0)], ...] = ()  # the rate's factor in equal parts of a block; none: steady


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """How a hospital's day becomes transactions per second; every figure is an assumption until a log confirms it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    curve: Literal["outpatient", "flat"] = "outpatient"  # how the day's work is spread over its hours
    hourly: Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=HOURS, max_length=HOURS)] | None = (
        None  # in place of a curve: visits (or shares) of the hours 0 … 23, as counted
    )
    transactions_per_visit: Positive | None = None  # none: what the pack says of itself
    transactions_per_bed_day: Positive | None = None
    source: str = ""  # where these figures come from


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """The load pass: every level runs through `order`, one block per letter; or by turns, one block per stack.

    `parallel`: the blocks of every two letters at the same moment, each stack on machines of its own.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    order: Annotated[str, Field(pattern=ORDER)] = "ABBA"  # A original, B migrated
    seconds: Positive  # one block, warm-up included
    warmup_seconds: Annotated[float, Field(ge=0)]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    day: DayPlan = DayPlan()
    processes: Count | None = None  # of the generator; none: as many as the calibration finds necessary
    calibrate: bool = True  # against a server of known service times, before the first block of a level
    turn_seconds: Annotated[float, Field(ge=0.25)] | None = None  # both stacks at once, by turns; none: block by block
    parallel: bool = False  # both stacks under load at once, each on machines of its own; refused where they share one
    rounds: Count = 1  # how often each level goes through `order` at most
    until_decided: bool = False  # stop a level as soon as every transaction is decided
    repeats: Annotated[int, Field(ge=0)] = 2  # of a block that the generator spoilt

    def levels_of(self, pack: str) -> tuple[Level, ...]:
        """The levels that a pack is put under."""
        return tuple(level for level in self.levels if not level.packs or pack in level.packs)

    def seconds_of(self, level: Level) -> float:
        """How long a level's blocks are."""
        return level.seconds or self.seconds

    @property
    def at_once(self) -> bool:
        """Two blocks run at the same time, one of each stack."""
        return self.parallel or self.turn_seconds is not None

    @property
    def blocks_a_round(self) -> int:
        return 2 if self.turn_seconds else len(self.order)

    def turns_of(self, role: Role) -> Turns | None:
        """When a stack has its turn within a block; none where blocks run one after another."""
        letter = next(letter for letter, side in SIDES.items() if side is role)
        return Turns.of(self.order, letter, self.turn_seconds) if self.turn_seconds else None

    @property
    def roles(self) -> tuple[Role, ...]:
        """The stacks in the order in which one level's blocks run."""
        return tuple(SIDES.values()) if self.turn_seconds else tuple(SIDES[letter] for letter in self.order)

    @property
    def measured_seconds(self) -> float:
        return self.seconds - self.warmup_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """The search for the highest load that a stack bears: up by `growth` until a limit is passed, then between."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    run: bool = False
    stacks: Annotated[tuple[Side, ...], Field(min_length=1)] = ("original", "migrated")
    packs: tuple[Text, ...] = ()  # that are searched; none named: all
    metric: Metric = "p95"
    limit_ms: Positive | None = None  # none: `limit_ratio` applies
    limit_ratio: Annotated[float, Field(gt=1)] = 5.0  # × the response time at the lowest rates
    start_per_s: Positive = 20.0
    growth: Annotated[float, Field(gt=1, le=10)] = 2.0
    resolution: Annotated[float, Field(ge=0.01, le=0.5)] = 0.05  # of the answer
    repeats: Annotated[int, Field(ge=1, le=5)] = 3  # outcomes alike that decide a rate near the limit
    step_seconds: Positive = 15.0  # warm-up included
    warmup_seconds: Annotated[float, Field(ge=0)] = 2.0
    users: Count = 64  # sessions, the same at every step
    most_steps: Count = 60  # of one stack
    source: Text = "信衡缺省值：最低负载时响应时间的 5 倍以内；正式验收须由院方确认或引用合同条款"


def load_contradictions(load: LoadPlan, capacity: CapacityPlan) -> Iterator[tuple[str, str]]:
    """What no single field can know: (key path, sentence without file and key) for each contradiction."""
    if load.order.count("A") != load.order.count("B"):
        yield "load.order", "A（原系统）与 B（迁移后系统）的块数不相等，两边样本不对等，请写成 ABBA 这样的对称顺序"
    elif load.parallel and any(load.order[i] == load.order[i + 1] for i in range(0, len(load.order), 2)):
        yield "load.order", "两侧同时施压（parallel）时，每两块须各属一侧，请写成 ABBA 或 ABAB"
    if load.parallel and load.turn_seconds:
        yield "load.parallel", "与 turn_seconds（两侧轮流）不能同用，请删去一个"
    if load.turn_seconds and load.turn_seconds > load.seconds - load.warmup_seconds:
        yield "load.turn_seconds", "一次轮流的时间长于整块可测的时间，请缩短（通常 1 秒），或加长 seconds"
    if load.warmup_seconds >= load.seconds:
        yield "load.warmup_seconds", "预热时间不短于整块时间，没有可测的部分，请让 warmup_seconds 小于 seconds"
    if capacity.warmup_seconds >= capacity.step_seconds:
        yield "capacity.warmup_seconds", "预热时间不短于一步的时间，请让 warmup_seconds 小于 step_seconds"
    day = load.day
    if (day.hourly or day.transactions_per_visit or day.transactions_per_bed_day) and not day.source:
        yield "load.day.source", "写了本院的数字，请同时写明出处，例如“2025 年 9 月挂号日志”"
    if day.hourly and not any(day.hourly):
        yield "load.day.hourly", "24 个数都是 0，请写每小时的就诊人次或占比"
    for number, level in enumerate(load.levels, 1):
        for key, sentence in _level_contradictions(level, load):
            yield f"load.levels[第 {number} 项]{key}", sentence


def _level_contradictions(level: Level, load: LoadPlan) -> Iterator[tuple[str, str]]:
    open_ways = [key for key in ("rate_per_s", "outpatients_per_day") if getattr(level, key)]
    if load.turn_seconds and (level.model == "closed" or level.burst or level.follow_day or level.kind == "endurance"):
        yield "", "turn_seconds（两侧轮流）只能与平稳的开放负载一起用，请从 [load] 删去它，或改这一级"
    if level.model == "closed":
        if open_ways:
            yield f".{open_ways[0]}", "封闭模型的负载由 users 与 think_s 决定，请删去这个键，或去掉 model"
        if not level.users:
            yield ".users", '封闭模型（model = "closed"）须写 users（用户数），think_s 为每次应答后的思考秒数'
        if level.burst or level.follow_day:
            yield ".model", "封闭模型的负载不随时间安排，请删去 burst 与 follow_day"
    elif len(open_ways) != 1:
        yield (
            "",
            "负载只能用一种方式写，请在 rate_per_s（每秒交易数）与 outpatients_per_day（日门诊量）中只留一个"
            if open_ways
            else "没有写负载，请写 rate_per_s（每秒交易数）或 outpatients_per_day（日门诊量），"
            '或写 model = "closed" 与 users、think_s',
        )
    if level.shape and not any(level.shape):
        yield ".shape", "全是 0，没有负载，请写各段时间的倍数"
    if level.derived:
        yield ".derived", "由信衡写入记录，说明负载怎样得来，请删去"
    if level.inpatient_beds and not level.outpatients_per_day:
        yield ".inpatient_beds", "只能与 outpatients_per_day 一起写，请补上日门诊量，或删去这个键"
    if level.inpatient_beds and not load.day.transactions_per_bed_day:
        yield ".inpatient_beds", "还须在 [load.day] 中写 transactions_per_bed_day（每床日的交易数）与 source（出处）"
    if level.burst and level.follow_day:
        yield ".burst", "burst（短时高峰）与 follow_day（压缩的一天）只能选一个，请删去其中一个"
    if level.seconds and level.seconds <= load.warmup_seconds:
        yield ".seconds", "不长于预热时间 load.warmup_seconds，没有可测的部分，请加长"
