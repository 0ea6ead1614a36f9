"""Dossiers of made-up results, for everything that is written from one. Nothing here was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from harness.dossier import Attachment, ClauseText, Dossier, RunSeen
from harness.filing.appendix import appendix
from harness.filing.cases import cases
from harness.filing.evidence import resolved
from harness.filing.history import Known, runs
from harness.filing.parity import parity
from harness.filing.problems import problems
from harness.judge import clauses
from harness.result import Result, Series
from harness.settings_report import Particulars
from tests.golden import fake_result

KINDS: Mapping[str, str] = {
    "综合": "overall", "功能": "function", "接口": "interface", "性能": "performance", "安全": "security",
    "兼容性": "compatibility", "稳定性": "stability",
}  # fmt: skip
CLAUSES = tuple(ClauseText(**{**asdict(clause), "kind": KINDS[clause.kind]}) for clause in clauses())


def dossier(
    result: Result, series: Series, tmp_path: Any, *, particulars: Particulars | None = None, earlier: int = 0
) -> Dossier:
    """What `gather` makes of a run folder that holds nothing but the result."""
    stated = particulars or Particulars()
    referred = cases(result, CLAUSES)
    noticed = problems(result, referred, CLAUSES, stated.problems)
    found = resolved(tmp_path, [r for each in (*noticed, *referred) for r in each.references])
    ids = {reference: evidence.id for reference, evidence in found.items()}
    done = tuple(replace(e.case, evidence=tuple(ids[r] for r in e.references)) for e in referred)
    listed = tuple(replace(e.problem, evidence=tuple(ids[r] for r in e.references)) for e in noticed)
    seen = _runs(result, earlier, tuple(problem.id for problem in listed))
    return Dossier(
        result=result, series=series, clauses=CLAUSES, particulars=stated, cases=done, problems=listed,
        evidence={evidence.id: evidence for evidence in found.values()}, runs=seen, parity=parity(result, done),
        appendix=appendix(result, done, seen), executed=("2026-11-22T19:38:25+00:00", "2026-11-22T19:48:36+00:00"),
        attachments=(Attachment(path="run.json", bytes=12, sha256="a" * 64, sm3="b" * 64),),
        workloads=(Attachment(path="workload/his-functional.jsonl", bytes=9, sha256="c" * 64, sm3="d" * 64),),
    )  # fmt: skip


def _runs(result: Result, earlier: int, listed: tuple[str, ...]) -> tuple[RunSeen, ...]:
    before = [
        Known(folder=f"run-{n}", result=replace(result, created=f"2026-01-0{n + 1}T08:00:00+08:00", run_id=f"r{n}"))
        for n in range(earlier)
    ]
    return runs([*before, Known(folder="now", result=result, problems=listed)])


def rich(tmp_path: Any, **more: Any) -> Dossier:
    return dossier(fake_result.rich(), fake_result.rich_series(points=60), tmp_path, **more)


def hostile(tmp_path: Any) -> Dossier:
    return dossier(fake_result.hostile(), fake_result.hostile_series(), tmp_path)
