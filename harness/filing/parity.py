"""How each system stands in each respect: what its cases say together. Not here: the picture of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from harness.dossier import Case, Subject
from harness.result import Judgement, Result

WHOLE = ""  # the row of what belongs to no one pack
_DATA = (Subject.TABLE, Subject.STORED, Subject.CONTENTS, Subject.CHECK, Subject.SCHEMA, Subject.IMAGES)


def parity(result: Result, cases: Iterable[Case]) -> Mapping[tuple[str, str], Judgement]:
    """(pack, respect) → judgement; a respect that nothing was executed for is absent. Resources are judged by host."""
    found: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    for case in cases:
        found[case.pack, _respect(case)].append(case.judgement)
    of_clause = {verdict.clause: verdict.verdict for verdict in result.verdicts}
    found[WHOLE, "resources"] = [of_clause.get("PV-PERF-2", Judgement.NOT_RUN)]
    told = {place: together(judgements) for place, judgements in found.items()}
    return {place: judgement for place, judgement in told.items() if judgement is not Judgement.NOT_RUN}


def _respect(case: Case) -> str:
    if case.subject in _DATA:
        return "data"
    return "resources" if case.clause == "PV-PERF-2" else case.kind


def together(judgements: Iterable[Judgement]) -> Judgement:
    """A failure outweighs what is open, and that what passed; what was partly not run is open."""
    present = set(judgements)
    for judgement in (Judgement.FAIL, Judgement.INCONCLUSIVE):
        if judgement in present:
            return judgement
    if Judgement.PASS in present:
        return Judgement.INCONCLUSIVE if Judgement.NOT_RUN in present else Judgement.PASS
    return Judgement.NOT_RUN
