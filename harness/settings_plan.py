"""What a plan says, as frozen values: which clauses, how much data, which load, which limits and whose they are.

These dataclasses are the schema of a plan file: pydantic reads the annotations (`settings_check.py`), so a key exists
exactly once. Not here: reading files, or judging anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.model import Part, Scale
from harness.settings_consistency import ConsistencyPlan
from harness.settings_load import (
    LEVEL_NAME,
    ORDER,
    STRICT,
    CapacityPlan,
    Count,
    Level,
    LoadPlan,
    Metric,
    Positive,
    Share,
    Text,
    load_contradictions,
)

__all__ = [
    "PATTERNS",
    "STRICT",
    "AcceptedBehaviour",
    "BatteryPlan",
    "CapacityPlan",
    "CompatPlan",
    "DataPlan",
    "DurationLimit",
    "FunctionalPlan",
    "Level",
    "LimitsPlan",
    "LoadPlan",
    "PerformancePlan",
    "Plan",
    "RulesPlan",
    "ShareLimit",
    "Text",
    "WhenPlan",
    "contradictions",
]

PLAN_NAME = r"^[a-z0-9][a-z0-9_-]{0,31}$"
PATTERNS = {
    PLAN_NAME: "小写字母、数字、短横线或下划线组成的名称，最长 32 个字",
    LEVEL_NAME: "不含空白和斜杠的名称，最长 16 个字",
    ORDER: "由 A（原系统）和 B（迁移后系统）组成的顺序，如 ABBA",
}


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
    capacity: CapacityPlan = field(default_factory=CapacityPlan)
    consistency: ConsistencyPlan = field(default_factory=ConsistencyPlan)

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
        wanted = {
            Part.DATA: self.consistency.run,
            Part.FUNCTIONAL: True,
            Part.LOAD: True,
            Part.COMPAT: self.compat.run,
            Part.BATTERY: self.battery.run,
            Part.CAPACITY: self.capacity.run,
        }
        return tuple(part for part, runs in wanted.items() if runs)


def contradictions(plan: Plan) -> list[tuple[str, str]]:
    """What no single field can know: (key path, sentence without file and key) for each contradiction."""
    found = list(load_contradictions(plan.load, plan.capacity))
    named = {
        "load.levels": [level.name for level in plan.load.levels],
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
    found += [
        (f"consistency.checks[{number}]", f"{check.kind} {check.wrong}")
        for number, check in enumerate(plan.consistency.checks, 1)
        if check.wrong
    ]
    return found
