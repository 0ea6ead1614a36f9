"""What a plan says, as frozen values: which clauses, how much data, which load, which limits and whose they are.

These dataclasses are the schema of a plan file: pydantic reads the annotations (`settings_check.py`), so a key exists
exactly once. Not here: reading files, or judging anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.model import Part, Role, Scale

# Nothing is guessed: "12" is not 12, an unknown key is an error, infinity is not a limit.
STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

PLAN_NAME = r"^[a-z0-9][a-z0-9_-]{0,31}$"
LEVEL_NAME = r"^[^\s/\\]{1,16}$"  # becomes part of a file name
ORDER = r"^[AB]{2,64}$"
PATTERNS = {
    PLAN_NAME: "小写字母、数字、短横线或下划线组成的名称，最长 32 个字",
    LEVEL_NAME: "不含空白和斜杠的名称，最长 16 个字",
    ORDER: "由 A（原系统）和 B（迁移后系统）组成的顺序，如 ABBA",
}

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Text = Annotated[str, Field(min_length=1)]
Metric = Literal["p50", "p90", "p95", "p99"]
LoadKind = Literal["load", "stress", "peak", "endurance"]

SIDES = {"A": Role.ORIGINAL, "B": Role.MIGRATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """What both stacks contain before the first transaction."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    mode: Literal["load", "keep"] = "load"  # keep: the migrated stack holds what the migration tool put there
    seed: Annotated[int, Field(ge=0)] = 20260101
    outpatients_per_day: Count
    days: Count
    image_share: Annotated[float, Field(gt=0, le=10)] = 1.0

    @property
    def scale(self) -> Scale:
        return Scale(
            outpatients_per_day=self.outpatients_per_day, days=self.days, seed=self.seed, image_share=self.image_share
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionalPlan:
    """The sequential pass whose every result is compared."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    transactions: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One load level: so many users who together begin so many transactions per second.

    Open: the intended moments are fixed beforehand (`rate_per_s`, or a hospital's day that it follows from).
    Closed: a user thinks for `think_s` on average after each answer, so that a slow system is asked less.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Annotated[str, Field(pattern=LEVEL_NAME)]
    users: Count
    rate_per_s: Positive
    packs: tuple[Text, ...] = ()  # that are put under this load; none named: all
    kind: LoadKind = "load"  # 负载 压力 峰值 疲劳 (GB/T 39788-2021, 3.4)
    model: Literal["open", "closed"] = "open"
    think_s: Positive = 1.0
    seconds: Positive | None = None  # of its blocks, where not as the others
    sessions: Count | None = None  # shared by the users as a connection pool; none: a session for each user


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """The load pass: every level runs once through `order`, one block per letter."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    order: Annotated[str, Field(pattern=ORDER)] = "ABBA"  # A original, B migrated
    seconds: Positive  # one block, warm-up included
    warmup_seconds: Annotated[float, Field(ge=0)]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    processes: Count | None = None  # of the generator; none: as many as the calibration finds necessary
    calibrate: bool = True  # against a server of known service times, before the first block of a level
    rounds: Count = 1  # how often each level goes through `order` at most
    until_decided: bool = False  # stop a level as soon as every transaction is decided
    repeats: Annotated[int, Field(ge=0)] = 2  # of a block that the generator spoilt

    def levels_of(self, pack: str) -> tuple[Level, ...]:
        """The levels that a pack is put under."""
        return tuple(level for level in self.levels if not level.packs or pack in level.packs)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The stacks in the order in which one level's blocks run."""
        return tuple(SIDES[letter] for letter in self.order)

    @property
    def measured_seconds(self) -> float:
        return self.seconds - self.warmup_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformancePlan:
    """When the migrated stack counts as no slower: metric(migrated) / metric(original) ≤ 1 + margin."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    metric: Metric = "p95"
    margin: Annotated[float, Field(gt=0, le=10)]
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.95
    min_samples: Annotated[int, Field(ge=20)]  # per transaction, level and stack; a P95 of fewer than 20 is its maximum
    source: Text  # who says that this margin is the right one


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLimit:
    """A limit on a share, 0..1, with the place it comes from."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    value: Share
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationLimit:
    """A limit in milliseconds with the place it comes from."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    value: Positive
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsPlan:
    """The two generator limits decide whether a block is valid at all; the others decide verdicts."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    error_rate: ShareLimit  # failed + timed out + unreachable, of all answered
    lag_p99_ms: DurationLimit  # our own lateness
    generator_cpu: ShareLimit  # of one core
    cpu_busy: ShareLimit  # mean over the load windows, of the whole host
    memory_used: ShareLimit  # highest reading, of the whole host
    reading_coverage: ShareLimit  # least share of load seconds with a reading


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPlan:
    """Which of a pack's declared rules may explain a difference: ids, or "*" for all."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    accept: tuple[Text, ...] = ()

    def accepts(self, rule_id: str) -> bool:
        return "*" in self.accept or rule_id in self.accept


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedBehaviour:
    """A difference between the databases that somebody has looked at and can live with."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    probe: Text
    reason: Text  # who decided it and why it does no harm


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatPlan:
    """The database compatibility suite: whether a run includes it, and which differences do not fail it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    run: bool = False
    accept: tuple[AcceptedBehaviour, ...] = ()

    @property
    def reasons(self) -> dict[str, str]:
        """Probe → why its difference is accepted."""
        return {accepted.probe: accepted.reason for accepted in self.accept}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryPlan:
    """The error-handling battery of the interfaces: whether a run includes it, and in how small a hospital.

    Every table is counted before and after each case, so size costs time and shows nothing.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    run: bool = False
    outpatients_per_day: Count = 120
    days: Count = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenPlan:
    """Clauses that count, too, where the packs of a run have what they are about."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    interfaces: tuple[Text, ...] = ()
    journeys: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan file."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Annotated[str, Field(pattern=PLAN_NAME)]
    title: Text
    clauses: Annotated[tuple[Text, ...], Field(min_length=1)]  # the verdicts that count for the exit code
    when: WhenPlan = WhenPlan()
    data: DataPlan
    functional: FunctionalPlan
    load: LoadPlan
    performance: PerformancePlan
    limits: LimitsPlan
    rules: RulesPlan = RulesPlan()
    compat: CompatPlan = CompatPlan()
    battery: BatteryPlan = BatteryPlan()

    @property
    def battery_scale(self) -> Scale:
        """The hospital of the error-handling battery: never larger than the one of the other parts."""
        return Scale(
            outpatients_per_day=min(self.battery.outpatients_per_day, self.data.outpatients_per_day),
            days=min(self.battery.days, self.data.days),
            seed=self.data.seed,
            image_share=self.data.image_share,
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """What a run of this plan consists of where nobody asks for less."""
        wanted = {Part.FUNCTIONAL: True, Part.LOAD: True, Part.COMPAT: self.compat.run, Part.BATTERY: self.battery.run}
        return tuple(part for part, runs in wanted.items() if runs)


def contradictions(plan: Plan) -> list[tuple[str, str]]:
    """What no single field can know: (key path, sentence without file and key) for each contradiction."""
    found = []
    load = plan.load
    if load.order.count("A") != load.order.count("B"):
        found.append(
            ("load.order", "A（原系统）与 B（迁移后系统）的块数不相等，两边样本不对等，请写成 ABBA 这样的对称顺序")
        )
    if load.warmup_seconds >= load.seconds:
        found.append(
            ("load.warmup_seconds", "预热时间不短于整块时间，没有可测的部分，请让 warmup_seconds 小于 seconds")
        )
    named = {
        "load.levels": [level.name for level in load.levels],
        "clauses": list(plan.clauses),
        "when": [*dict.fromkeys(plan.clauses), *plan.when.interfaces, *plan.when.journeys],
        "compat.accept": [accepted.probe for accepted in plan.compat.accept],
    }
    for key, names in named.items():
        twice = [name for name, n in Counter(names).items() if n > 1]
        if twice:
            found.append((key, f"“{'、'.join(twice)}”出现了不止一次，请只保留一个"))
    if "*" in plan.rules.accept and len(plan.rules.accept) > 1:
        found.append(("rules.accept", "“*”已表示接受全部规则，请不要再与规则编号混写"))
    return found
