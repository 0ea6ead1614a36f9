"""A run folder with its result → the dossier. Not here: computing the result (`assess`), writing a document."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.dossier import Attachment, ClauseText, Dossier, RunSeen
from harness.filing.appendix import appendix
from harness.filing.cases import cases
from harness.filing.evidence import By, Reference, resolved
from harness.filing.history import Known, runs
from harness.filing.parity import parity
from harness.filing.problems import problems
from harness.result import Result, Series
from harness.settings_report import Particulars

EVENTS = "events.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What a dossier is gathered from."""

    run_dir: Path
    result: Result
    series: Series
    clauses: tuple[ClauseText, ...]
    particulars: Particulars
    result_bytes: bytes  # as `result.json` holds it
    earlier: tuple[tuple[Path, Result], ...] = ()  # other runs of the series
    seen: tuple[RunSeen, ...] = ()  # the series as it was filed before: takes the place of `earlier`
    attachments: tuple[Attachment, ...] = ()


def gather(filed: Filed) -> Dossier:
    """Everything that is filed of a run."""
    result = filed.result
    referred = cases(result, filed.clauses)
    noticed = problems(result, referred, filed.clauses, filed.particulars.problems)
    of_verdict = {verdict.clause: _places(verdict.evidence) for verdict in result.verdicts}
    references = [
        *(each for places in of_verdict.values() for each in places),
        *(each for one in noticed for each in one.references),
        *(each for one in referred for each in one.references),
    ]
    found = resolved(filed.run_dir, references, filed.result_bytes)
    ids = {reference: evidence.id for reference, evidence in found.items()}

    def named(places: Sequence[Reference]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(ids[place] for place in places))

    done = tuple(replace(each.case, evidence=named(each.references)) for each in referred)
    listed = tuple(replace(each.problem, evidence=named(each.references)) for each in noticed)
    seen = filed.seen or _series(filed, tuple(problem.id for problem in listed))
    return Dossier(
        result=result,
        series=filed.series,
        clauses=filed.clauses,
        particulars=filed.particulars,
        cases=done,
        problems=listed,
        evidence={evidence.id: evidence for evidence in found.values()},
        of_verdict={clause: named(places) for clause, places in of_verdict.items()},
        runs=seen,
        attachments=filed.attachments,
        parity=parity(result, done),
        appendix=appendix(result, done, seen),
        executed=_executed(filed.run_dir / EVENTS, result.created),
        workloads=tuple(a for a in filed.attachments if a.path.startswith("workload/")),
    )


def _series(filed: Filed, listed: tuple[str, ...]) -> tuple[RunSeen, ...]:
    known = [
        Known(folder=path.name, result=other, problems=_problem_ids(other, filed.clauses))
        for path, other in filed.earlier
    ]
    return runs([*known, Known(folder=filed.run_dir.name, result=filed.result, problems=listed)])


def _places(evidence: Sequence[str]) -> tuple[Reference, ...]:
    """A verdict's own references: paths, or JSON pointers behind a #."""
    parts = (place.partition("#") for place in evidence)
    return tuple(Reference(path, By.POINTER if mark else By.WHOLE, inside) for path, mark, inside in parts)


def _problem_ids(result: Result, clauses: Sequence[ClauseText]) -> tuple[str, ...]:
    return tuple(each.problem.id for each in problems(result, cases(result, clauses), clauses))


def _executed(path: Path, created: str) -> tuple[str, str]:
    """When the first and the last event were heard, in the time zone of the run; ("", "") where none was."""
    if not path.is_file():
        return ("", "")
    with path.open("rb") as lines:
        walls = [found for line in lines if (found := _wall(line)) is not None]
    zone = dt.datetime.fromisoformat(created).tzinfo or dt.UTC

    def told(wall: float) -> str:
        return dt.datetime.fromtimestamp(wall, zone).isoformat(timespec="seconds")

    return (told(min(walls)), told(max(walls))) if walls else ("", "")


def _wall(line: bytes) -> float | None:
    try:
        return float(json.loads(line)["wall"])
    except (ValueError, KeyError, TypeError):
        return None  # half a line of a run that was killed
