"""The database compatibility suite arranged for the report: by group, what is not the same first.

Not here: any judgement on a behaviour, words, HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model import Group
from harness.result import Behaviour, BehaviourClass, Exchange, Result

OUTCOMES = tuple(BehaviourClass)
REPRODUCED = (BehaviourClass.DIFFERENT, BehaviourClass.UNSUPPORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOfBehaviours:
    """One group of PV-COMP-2."""

    name: str
    counts: tuple[int, ...]  # per outcome, in the order of OUTCOMES
    accepted: int
    unsame: tuple[Behaviour, ...]  # what is accepted stands last
    same: tuple[Behaviour, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def grouped(result: Result) -> tuple[GroupOfBehaviours, ...]:
    """Every group that was asked about."""
    names = dict.fromkeys([*(group.value for group in Group), *(b.group for b in result.behaviours)])
    by_name = {name: [b for b in result.behaviours if b.group == name] for name in names}
    return tuple(_group(name, own) for name, own in by_name.items() if own)


def _group(name: str, own: Sequence[Behaviour]) -> GroupOfBehaviours:
    unsame = [b for b in own if b.outcome is not BehaviourClass.SAME]
    return GroupOfBehaviours(
        name=name,
        counts=tuple(sum(b.outcome is outcome for b in own) for outcome in OUTCOMES),
        accepted=sum(bool(b.accepted) for b in own),
        unsame=tuple(sorted(unsame, key=lambda b: bool(b.accepted))),
        same=tuple(b for b in own if b.outcome is BehaviourClass.SAME),
    )


def open_differences(result: Result) -> int:
    """How many behaviours speak against the migrated stack and are not accepted."""
    return sum(b.outcome in REPRODUCED and not b.accepted for b in result.behaviours)


def differing(behaviour: Behaviour) -> list[tuple[int, Exchange]]:
    """The steps that were answered differently, with their number from 1."""
    return [(n, e) for n, e in enumerate(behaviour.script, 1) if e.original != e.migrated]


def script_path(behaviour: Behaviour) -> str:
    """Where the reproduction script of a behaviour lies in the run folder."""
    return f"dbcompat/{behaviour.id}.sql"
