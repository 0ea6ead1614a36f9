"""Everything that a judgement may rest on, gathered; what was not measured is empty or None, never assumed.

Not here: gathering it (`assess.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from harness.data_result import TablesResult
from harness.interface_result import (
    DocumentCheck,
    ExchangeTimes,
    HandledCase,
    ImagesHeld,
    InterfaceUse,
    StoredFields,
)
from harness.load_result import Bottleneck, Capacity, Gap
from harness.model import Part
from harness.result import (
    Behaviour,
    Estimate,
    Finding,
    InvariantResult,
    Judgement,
    Ledger,
    LoadBlock,
    ReadingSummary,
    StackFacts,
)
from harness.settings_plan import LoadPlan, Plan

STACKS = ("original", "migrated")
STACK_TITLES = {"original": "原系统", "migrated": "迁移后系统"}
DECISIVE = frozenset({"load", "peak"})  # kinds of levels at which no transaction may be slower; others are shown


def round_of(load: LoadPlan, position: int) -> int:
    """Which time through `order`, from 1, a block belongs to; every level has room for all its rounds."""
    each = load.blocks_a_round
    return (position - 1) % (load.rounds * each) // each + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PackMaterial:
    """What is known of one pack's functional pass and of what was to be done."""

    title: str
    loaded: tuple[str, ...]  # transactions of the load mix
    bulk: frozenset[str]  # those of them that process large amounts of data
    titles: Mapping[str, str]
    ledger: Ledger | None = None
    tables: Ledger | None = None
    noise_known: bool = False
    agreed: frozenset[str] = frozenset()
    failed_alike: int = 0
    journeys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # transactions with legs → leg → 中文


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One run."""

    plan: Plan
    stacks: Mapping[str, StackFacts]
    packs: Mapping[str, PackMaterial]
    findings: tuple[Finding, ...] = ()
    invariants: tuple[InvariantResult, ...] = ()
    load: tuple[LoadBlock, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    readings: Mapping[str, Mapping[str, ReadingSummary]] = field(default_factory=dict)
    self_test: Mapping[str, bool] = field(default_factory=dict)  # stack → whether all its self-tests passed
    untested: Mapping[str, str] = field(default_factory=dict)  # stack → why its self-test could not be done
    shared_host: bool | None = None
    behaviours: tuple[Behaviour, ...] = ()
    interfaces: tuple[InterfaceUse, ...] = ()  # of all packs, whether both stacks answer there or not
    stored_fields: tuple[StoredFields, ...] = ()
    exchange_times: tuple[ExchangeTimes, ...] = ()
    consistency: TablesResult | None = None
    documents: tuple[DocumentCheck, ...] = ()
    battery: tuple[HandledCase, ...] = ()
    images: tuple[ImagesHeld, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    gaps: tuple[Gap, ...] = ()
    bottlenecks: tuple[Bottleneck, ...] = ()
    parts: frozenset[Part] = frozenset(Part)  # what the run consists of
    stopped: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (pack, level) → decided after so many rounds

    @property
    def roots(self) -> tuple[Finding, ...]:
        """The differences that nothing explains and that follow from nothing."""
        return tuple(f for f in self.findings if not f.explained_by and not f.consequence_of)

    def blocks_missing(self, levels: Collection[str] | None = None) -> list[str]:
        """Which of the planned load blocks have no recording, readable; of the named levels only."""
        missing = []
        for pack in self.packs:
            for level in self.plan.load.levels_of(pack):
                if levels is not None and level.name not in levels:
                    continue
                rounds = self.stopped.get((pack, level.name), self.plan.load.rounds)
                each = rounds * self.plan.load.blocks_a_round // 2
                for stack in STACKS:
                    found = sum(1 for b in self.load if (b.pack, b.level, b.stack) == (pack, level.name, stack))
                    if found < each:
                        missing.append(f"{level.name}/{STACK_TITLES[stack]}缺 {each - found} 块")
        return missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A verdict before it has a clause."""

    verdict: Judgement
    reason: str
    evidence: tuple[str, ...] = ()


def passed(reason: str, *evidence: str) -> Opinion:
    return Opinion(verdict=Judgement.PASS, reason=reason, evidence=evidence)


def failed(reason: str, *evidence: str) -> Opinion:
    return Opinion(verdict=Judgement.FAIL, reason=reason, evidence=evidence)


def inconclusive(reason: str, *evidence: str) -> Opinion:
    return Opinion(verdict=Judgement.INCONCLUSIVE, reason=reason, evidence=evidence)


def not_run(reason: str) -> Opinion:
    return Opinion(verdict=Judgement.NOT_RUN, reason=reason)


def listed(names: list[str], *, most: int = 3) -> str:
    """A few names and the number of the rest."""
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等 {len(names)} 项"
