"""The recordings of the database compatibility suite → its behaviours.

Not here: what two observations mean together (`compare/behaviours.py`), other recordings (`run.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

from harness.compare.behaviours import Sides, behaviour
from harness.model import Role
from harness.observation import Observation
from harness.recording import Recording, read_observations
from harness.result import Behaviour, BehaviourClass
from harness.runfile import probes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Compat:
    """What the suite yields."""

    behaviours: tuple[Behaviour, ...] = ()
    prelude: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_compat(run_dir: Path, run: Mapping[str, Any], accepted: Mapping[str, str]) -> Compat:
    """All or nothing: a suite that is not through says nothing, because nobody would see which probes are missing."""
    first, second, third = (_Round(run_dir, number) for number in (1, 2, 3))
    if not first.sealed:
        return Compat(notes=("数据库兼容性用例没有做完，没有比对。",))
    probes = probes_of(run)
    asked = {probe.id: [first.of(probe.id)] for probe in probes}
    doubtful = [name for name, ((original, migrated),) in asked.items() if not original.agrees(migrated)]
    wavering: list[str] = []
    if doubtful and second.sealed:
        for name in doubtful:
            asked[name].append(second.of(name))
        wavering = [name for name in doubtful if any(not a.agrees(b) for a, b in zip(*asked[name], strict=True))]
    if (doubtful and not second.sealed) or (wavering and not third.sealed):
        return Compat(notes=("有差异的数据库兼容性用例没有复核完，没有比对。",))
    for name in wavering:
        asked[name].append(third.of(name))
    behaviours = tuple(behaviour(probe, _sides(asked[probe.id]), accepted) for probe in probes)
    unknown = sum(1 for b in behaviours if b.outcome is BehaviourClass.ERROR)
    idle = [b.id for b in behaviours if b.id in accepted and not b.accepted]
    notes = {
        f"{unknown} 个数据库兼容性用例没有得出结果。": unknown,
        f"方案接受的 {len(idle)} 个兼容性差异没有出现，可从方案中删去：{'、'.join(idle[:5])}。": len(idle),
    }
    return Compat(
        behaviours=behaviours,
        prelude=first.prelude,
        notes=tuple(note for note, n in notes.items() if n),
    )


def _sides(asked: Sequence[tuple[Observation, Observation]]) -> Sides:
    """Of each stack the answers that it gave twice; where it never did, the first two."""
    originals, migrateds = ([pair[side] for pair in asked] for side in (0, 1))
    (original, original_again), (migrated, migrated_again) = _twice(originals), _twice(migrateds)
    return Sides(original, migrated, original_again, migrated_again)


def _twice(answers: Sequence[Observation]) -> tuple[Observation, Observation]:
    agreeing = ((a, b) for a, b in combinations(answers, 2) if a.agrees(b))
    return next(agreeing, (answers[0], answers[1] if len(answers) > 1 else answers[0]))


class _Round:
    """The recordings of one round."""

    def __init__(self, run_dir: Path, number: int) -> None:
        folder = run_dir / "recordings" / "dbcompat"
        self._recordings = [Recording(folder / f"{role.value}-{number}") for role in Role]

    @property
    def sealed(self) -> bool:
        return all(recording.sealed for recording in self._recordings)

    @property
    def prelude(self) -> tuple[str, ...]:
        return tuple(line for line in self._recordings[-1].facts()["prelude"] if line)

    @cached_property
    def _seen(self) -> list[dict[str, Observation]]:
        return [read_observations(recording.folder / "observations.jsonl") for recording in self._recordings]

    def of(self, probe: str) -> tuple[Observation, Observation]:
        """Original, migrated."""
        nothing = Observation(probe=probe, seen=(), trouble="没有这个用例的记录。")
        original, migrated = (seen.get(probe, nothing) for seen in self._seen)
        return original, migrated
