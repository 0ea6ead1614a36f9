"""The items of the norm's Appendix B that these documents serve, with the points that they can count for.

Points are given there for having tested and documented, whatever the outcome; *tested* and *passed* stay apart. Known
defects of the form's own arithmetic are words (`reports`). Source: 表B.1 of the norm, items 3-1-2, 3-3-1
and 3-4-1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.dossier import AppendixItem, Case, RunSeen
from harness.result import Judgement, Result

_FOUR = ("function", "performance", "compatibility", "stability")  # kinds that 3-4-1 names; security is not among them
_EACH, _MOST = 2, 8


def appendix(result: Result, cases: Sequence[Case], runs: Sequence[RunSeen]) -> tuple[AppendixItem, ...]:
    """3-3-1 in its two halves, 3-4-1, and the first 3-1-2."""
    tested = _tested(cases)
    kinds = tuple(kind for kind in (*_FOUR, "security") if tested.get(kind))
    portable = tested.get("compatibility", 0)
    return (
        AppendixItem(id="3-3-1a", available=3, obtained=3 if cases and runs else 0),
        AppendixItem(id="3-3-1b", available=3, obtained=3 if portable else 0),
        AppendixItem(id="3-4-1", available=_MOST, obtained=min(_MOST, _EACH * len(kinds)), counted=kinds),
        AppendixItem(id="3-1-2", available=5, obtained=5 if any(f.host for f in result.stacks.values()) else 0),
    )


def _tested(cases: Sequence[Case]) -> Mapping[str, int]:
    """Kind → cases that were executed, whatever they came to."""
    found: dict[str, int] = {}
    for case in cases:
        if case.judgement is not Judgement.NOT_RUN:
            found[case.kind] = found.get(case.kind, 0) + 1
    return found
