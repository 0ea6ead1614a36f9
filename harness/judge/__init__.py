"""Estimates, ledgers and readings → a verdict per clause of the norm. Pure functions of `Material`.

A wrong pass is the worst that can happen here: whatever is missing leads to *inconclusive* or *not run*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from harness.judge.clauses import Clause, clauses
from harness.judge.compatibility import comp_1, comp_2
from harness.judge.documents import intf_5
from harness.judge.error_handling import intf_4
from harness.judge.function import func_1
from harness.judge.interface_times import intf_3, journey
from harness.judge.interfaces import intf_1, intf_2
from harness.judge.material import Material, Opinion, PackMaterial, not_run
from harness.judge.performance import block_id, perf_1, perf_1a, perf_1b, perf_3
from harness.judge.resources import perf_2
from harness.model import Part
from harness.result import Judgement, Verdict

__all__ = ["Clause", "Material", "PackMaterial", "block_id", "clauses", "exit_code", "judge"]

Judge = Callable[[Material], Opinion]

# Who judges a clause, and the parts of a run that it may rest on: one of them must have been in the run.
_JUDGES: dict[str, tuple[Judge, frozenset[Part]]] = {
    "PV-FUNC-1": (func_1, frozenset({Part.FUNCTIONAL})),
    "PV-FUNC-1a": (func_1, frozenset({Part.FUNCTIONAL})),
    "PV-INTF-1": (intf_1, frozenset({Part.FUNCTIONAL})),
    "PV-INTF-2": (intf_2, frozenset({Part.FUNCTIONAL})),
    "PV-INTF-3": (intf_3, frozenset({Part.LOAD})),
    "PV-INTF-4": (intf_4, frozenset({Part.BATTERY})),
    "PV-INTF-5": (intf_5, frozenset({Part.FUNCTIONAL})),
    "XH-JOURNEY": (journey, frozenset({Part.FUNCTIONAL, Part.LOAD})),
    "PV-PERF-1": (perf_1, frozenset({Part.LOAD})),
    "PV-PERF-1a": (perf_1a, frozenset({Part.LOAD})),
    "PV-PERF-1b": (perf_1b, frozenset({Part.LOAD})),
    "PV-PERF-2": (perf_2, frozenset({Part.LOAD})),
    "PV-PERF-3": (perf_3, frozenset({Part.LOAD})),
    "PV-COMP-1": (comp_1, frozenset({Part.FUNCTIONAL, Part.COMPAT})),
    "PV-COMP-2": (comp_2, frozenset({Part.FUNCTIONAL, Part.COMPAT, Part.DATA})),
}


def judge(material: Material) -> tuple[Verdict, ...]:
    """A verdict on every clause, whether it is asked for or not.

    The plan asks; a run that was told to do only some of the plan's parts is asked only for what rests on them.
    """
    narrowed = not material.parts >= set(material.plan.parts)
    asked = frozenset(
        clause
        for clause in _wanted(material)
        if not narrowed or (clause in _JUDGES and _JUDGES[clause][1] & material.parts)
    )
    return tuple(_verdict(clause, material, clause.id in asked) for clause in clauses())


def _wanted(m: Material) -> tuple[str, ...]:
    """What the plan asks of these packs."""
    when = m.plan.when
    journeys = any(pack.journeys for pack in m.packs.values())
    return (*m.plan.clauses, *(when.interfaces if m.interfaces else ()), *(when.journeys if journeys else ()))


def _verdict(clause: Clause, material: Material, asked: bool) -> Verdict:
    opinion = _opinion(clause, material)
    return Verdict(
        clause=clause.id, title=clause.title, verdict=opinion.verdict, reason=opinion.reason,
        evidence=opinion.evidence, asked=asked,
    )  # fmt: skip


def _opinion(clause: Clause, material: Material) -> Opinion:
    if clause.id not in _JUDGES:
        return not_run(f"本版信衡不执行本条，需要{clause.needs}。")
    judge_of, rests_on = _JUDGES[clause.id]
    if not rests_on & material.parts:
        return not_run(f"本次运行只含 {'、'.join(sorted(material.parts))}，没有执行本条所需的部分。")
    return judge_of(material)


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """0 all asked clauses passed · 1 one failed · 2 one is inconclusive or was not run, or none was asked."""
    asked = {v.verdict for v in verdicts if v.asked}
    if Judgement.FAIL in asked:
        return 1
    return 0 if asked == {Judgement.PASS} else 2
