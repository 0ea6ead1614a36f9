"""Estimates, ledgers and readings → a verdict per clause of the norm. Pure functions of `Material`.

A wrong pass is the worst that can happen here: whatever is missing leads to *inconclusive* or *not run*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from harness.judge.clauses import Clause, clauses
from harness.judge.function import comp_2, func_1
from harness.judge.material import Material, Opinion, PackMaterial, not_run
from harness.judge.performance import block_id, perf_1, perf_1a, perf_1b, perf_3
from harness.judge.resources import perf_2
from harness.result import Judgement, Verdict

__all__ = ["Clause", "Material", "PackMaterial", "block_id", "clauses", "exit_code", "judge"]

_JUDGES: dict[str, Callable[[Material], Opinion]] = {
    "PV-FUNC-1": func_1,
    "PV-FUNC-1a": func_1,
    "PV-PERF-1": perf_1,
    "PV-PERF-1a": perf_1a,
    "PV-PERF-1b": perf_1b,
    "PV-PERF-2": perf_2,
    "PV-PERF-3": perf_3,
    "PV-COMP-2": comp_2,
}


def judge(material: Material) -> tuple[Verdict, ...]:
    """A verdict on every clause, whether the plan asks for it or not."""
    asked = frozenset(material.plan.clauses)
    return tuple(_verdict(clause, material, clause.id in asked) for clause in clauses())


def _verdict(clause: Clause, material: Material, asked: bool) -> Verdict:
    known = _JUDGES.get(clause.id)
    opinion = known(material) if known else not_run(f"本版信衡不执行本条，需要{clause.needs}。")
    return Verdict(
        clause=clause.id, title=clause.title, verdict=opinion.verdict, reason=opinion.reason,
        evidence=opinion.evidence, asked=asked,
    )  # fmt: skip


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """0 all asked clauses passed · 1 one failed · 2 one is inconclusive or was not run, or none was asked."""
    asked = {v.verdict for v in verdicts if v.asked}
    if Judgement.FAIL in asked:
        return 1
    return 0 if asked == {Judgement.PASS} else 2
