"""Every test of a run as a line of the ledger 测试台账: done or not done, with what decides it and where it comes from.

A case restates what the result says of one thing; it judges nothing anew. What was not executed stands there too, with
its reason. Not here: the words for purposes and outcomes (`reports/chapters`), reading recordings (`evidence.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.dossier import Case, ClauseText
from harness.filing.cases import compatibility, contents, function, interfaces, performance, whole_clauses
from harness.filing.cases.draft import Draft
from harness.filing.evidence import Reference
from harness.result import Result

_LETTERS = {
    "function": "FUNC", "interface": "INTF", "performance": "PERF", "security": "SEC", "compatibility": "COMP",
    "stability": "STAB",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """A case without its evidence, and what that is to be found by."""

    case: Case
    references: tuple[Reference, ...]


def cases(result: Result, clauses: Sequence[ClauseText]) -> list[Referred]:
    """All cases in the order of the report's chapters, numbered within kind and pack."""
    drafts = [
        *function.drafts(result),
        *interfaces.drafts(result),
        *performance.drafts(result),
        *compatibility.drafts(result),
        *contents.drafts(result),
    ]
    drafts += whole_clauses.drafts(result, clauses, {draft.case.clause for draft in drafts})
    return list(_numbered(drafts))


def _numbered(drafts: Sequence[Draft]) -> Iterator[Referred]:
    seen: Counter[tuple[str, str]] = Counter()
    for draft in drafts:
        place = (draft.case.kind, draft.case.pack)
        seen[place] += 1
        name = "-".join(part for part in (_LETTERS[place[0]], place[1].upper(), f"{seen[place]:03d}") if part)
        yield Referred(case=replace(draft.case, id=name), references=draft.references)
