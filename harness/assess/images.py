"""Image archives after the functional pass: how much each holds, and whether anything that it took is gone.

Differences between the two archives are found where all stored data is compared; here each is held against what it was
sent, so that a loss that both share is seen, too. Not here: reading an archive (`execute/archives.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.compare.functional import Recordings
from harness.compare.silent_loss import acknowledged, removed
from harness.compare.stored import Observed
from harness.interface_result import ImagesHeld
from harness.model import TableState

UNKNOWN = "?"  # of an object that is gone before anybody could read its modality
_EXAMPLES = 3


@dataclass(slots=True)
class _Held:
    """One modality while it is counted."""

    studies: set[str] = field(default_factory=set)
    series: set[str] = field(default_factory=set)
    objects: int = 0
    acknowledged: int = 0
    twice: int = 0
    unreadable: int = 0
    lost: list[str] = field(default_factory=list)


def images_held(pack: str, recordings: Recordings) -> Iterator[ImagesHeld]:
    """Of the original and of the migrated stack; nothing where a pack has no archive."""
    sides = {"original": recordings.original_1, "migrated": recordings.migrated}
    tables = {stack: table for stack, observed in sides.items() if (table := _objects(observed))}
    modalities = {uid: m for table in tables.values() for uid, m in _modalities(table)}
    for stack, table in tables.items():
        counted = _counted(table, sides[stack], modalities)
        for modality in sorted(counted):
            held = counted[modality]
            yield ImagesHeld(
                pack=pack,
                interface=table.table,
                stack=stack,
                modality=modality,
                studies=len(held.studies),
                series=len(held.series),
                objects=held.objects,
                acknowledged=held.acknowledged,
                lost=len(held.lost),
                twice=held.twice,
                unreadable=held.unreadable,
                lost_examples=tuple(sorted(held.lost)[:_EXAMPLES]),
            )


def _objects(observed: Observed) -> TableState | None:
    """The open table with a row per object."""
    for name in observed.after:
        if f"{name}_studies" in observed.after:
            return observed.after[name]
    return None


def _modalities(table: TableState) -> Iterator[tuple[str, str]]:
    for row in _rows(table):
        if row.get("Modality"):
            yield row["SOPInstanceUID"], str(row["Modality"])


def _rows(table: TableState) -> Iterable[Mapping[str, Any]]:
    return (dict(zip(table.columns, row, strict=True)) for row in table.rows)


def _counted(table: TableState, observed: Observed, modalities: Mapping[str, str]) -> dict[str, _Held]:
    counted: dict[str, _Held] = defaultdict(_Held)
    there = set()
    for row in _rows(table):
        uid = row["SOPInstanceUID"]
        held = counted[modalities.get(uid, UNKNOWN)]
        held.studies.add(row["StudyInstanceUID"])
        held.series.add(row["SeriesInstanceUID"])
        held.objects += 1
        held.twice += max(row["(listed)"], row["(retrieved)"]) > 1
        held.unreadable += bool(row["(unreadable)"])
        if row["(listed)"] and row["(retrieved)"]:
            there.add(uid)
    gone = removed(observed.transactions)
    for uid, study in acknowledged(observed.transactions).items():
        held = counted[modalities.get(uid, UNKNOWN)]
        held.acknowledged += 1
        if uid not in there and study not in gone:
            held.lost.append(uid)
    return dict(counted)
