"""A case before it has a number and evidence; where the recordings of a pass lie. Not here: any one kind of case."""

from __future__ import annotations

from dataclasses import dataclass

from harness.dossier import Case
from harness.filing.evidence import By, Reference
from harness.result import Judgement, Ledger

ORIGINAL, MIGRATED = "original-1", "migrated-1"
RESULT = "result.json"
_STATES = ("total", "equal", "equal_by_rule", "different", "error", "not_run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`references` become the case's evidence."""

    case: Case
    references: tuple[Reference, ...] = ()


def recording(pack: str, name: str, file: str) -> str:
    """A file of the functional pass."""
    return f"recordings/{pack}/functional/{name}/{file}"


def both(pack: str, file: str, by: By, value: str, *, shown: bool) -> tuple[Reference, ...]:
    """The same rows of both stacks' recordings."""
    return tuple(Reference(recording(pack, name, file), by, value, shown) for name in (ORIGINAL, MIGRATED))


def pointer(path: str) -> Reference:
    return Reference(RESULT, By.POINTER, path)


def by_ledger(ledger: Ledger) -> Judgement:
    """Rule 3 of the design: passed means that nothing unexplained is left, and that everything was looked at."""
    if ledger.different or ledger.error:
        return Judgement.FAIL
    if ledger.not_run:
        return Judgement.NOT_RUN if ledger.not_run == ledger.total else Judgement.INCONCLUSIVE
    return Judgement.PASS if ledger.total else Judgement.NOT_RUN


def figures(ledger: Ledger) -> dict[str, float | int | str]:
    return {
        name: getattr(ledger, name) for name in ("total", "equal", "equal_by_rule", "different", "error", "not_run")
    }
