"""All advice on what was examined, worst first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from harness.doctor import databases, machines, pairs
from harness.doctor.advice import Advice, Severity
from harness.doctor.examined import Examined, Here


def advise(original: Examined, migrated: Examined | None, here: Here) -> tuple[Advice, ...]:
    """With one side only, nothing is compared."""
    found: list[Advice] = []
    for side in (original, migrated):
        if side is not None:
            found += [*databases.of_one(side, here), *machines.of_one(side, here)]
    if migrated is not None:
        found += databases.of_both(original, migrated)
        found += pairs.of_both(original, migrated)
        found += machines.of_both(original, migrated)
    found += machines.of_here(here)
    order = list(Severity)
    return tuple(sorted(found, key=lambda each: order.index(each.severity)))


def ready(advice: Sequence[Advice]) -> bool:
    """Whether nothing stands in the way of a run."""
    return all(each.severity is not Severity.BLOCK for each in advice)
