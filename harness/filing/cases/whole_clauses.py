"""A case for each clause that has none of its own: what was judged as a whole, and what was not executed at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from harness.dossier import KINDS, Case, ClauseText, Subject
from harness.filing.cases.draft import Draft
from harness.filing.evidence import By, Reference
from harness.result import Result


def drafts(result: Result, clauses: Sequence[ClauseText], covered: Collection[str]) -> Iterator[Draft]:
    """A clause that is part of another, or the head of its parts (PV-FUNC-1 of PV-FUNC-1a), is covered by it."""
    known = {clause.id: clause for clause in clauses}
    for verdict in result.verdicts:
        clause = known.get(verdict.clause)
        if clause is None or clause.kind not in KINDS or any(name.startswith(verdict.clause) for name in covered):
            continue
        places = [place.partition("#") for place in verdict.evidence]
        yield Draft(
            case=Case(
                id="", kind=clause.kind, clause=clause.id, pack="", subject=Subject.CLAUSE, name=clause.id,
                title=clause.title, judgement=verdict.verdict, reason=verdict.reason,
            ),
            references=tuple(
                Reference(path, By.POINTER if mark else By.WHOLE, inside, shown=False) for path, mark, inside in places
            ),
        )  # fmt: skip
