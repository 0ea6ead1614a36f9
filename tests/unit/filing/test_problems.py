"""The list of problems: a root each, the same number in every run, what people stated beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.dossier import Problem, Subject
from harness.errors import BadSettings
from harness.filing.cases import cases
from harness.filing.history import Known, runs
from harness.filing.problems import problems
from harness.result import Judgement, Result
from harness.settings_report import Handling, Severity, Status, load_particulars
from tests.golden import fake_result
from tests.unit.filing.samples import CLAUSES


def listed(result: Result, *handled: Handling) -> list[Problem]:
    return [each.problem for each in problems(result, cases(result, CLAUSES), CLAUSES, handled)]


def test_every_unexplained_root_is_a_problem_and_nothing_that_follows_from_one() -> None:
    result = fake_result.rich()
    roots = {f.id for f in result.findings if not f.explained_by and not f.consequence_of}
    found = listed(result)
    assert {p.findings[0] for p in found if p.findings} == roots
    following = {f.id for f in result.findings if f.consequence_of in roots}
    assert following <= {name for p in found for name in p.findings[1:]}


def test_what_failed_without_a_finding_is_a_problem() -> None:
    result = fake_result.rich()
    slow = {(e.transaction, e.level) for e in result.estimates if e.verdict is Judgement.FAIL}
    assert {(p.name, p.level) for p in listed(result) if p.subject is Subject.RESPONSE} == slow


def test_the_number_is_the_same_in_another_run_whatever_else_changed() -> None:
    result = fake_result.rich()
    shifted = replace(result, findings=tuple(replace(f, id=f"X{f.id}", count=f.count + 5, consequence_of="")
                                             for f in result.findings if not f.consequence_of))  # fmt: skip
    before, after = listed(result), listed(shifted)
    assert {p.id for p in before} == {p.id for p in after}
    assert len({p.id for p in before}) == len(before)


def test_the_worst_come_first_and_people_may_say_otherwise() -> None:
    result = fake_result.rich()
    found = listed(result)
    order = list(Severity)
    assert [order.index(p.severity) for p in found] == sorted(order.index(p.severity) for p in found)
    said = Handling(id=found[0].id, severity=Severity.MINOR, status="fixed", owner="王工", note="已改")
    changed = next(p for p in listed(result, said) if p.id == said.id)
    assert (changed.severity, changed.status, changed.owner, changed.note) == (
        Severity.MINOR, Status.FIXED, "王工", "已改",
    )  # fmt: skip


def test_runs_of_a_series_stand_by_date_with_what_changed() -> None:
    now = fake_result.rich()
    stacks = {**now.stacks, "migrated": replace(now.stacks["migrated"], version="旧版")}
    passed = tuple(replace(v, verdict=Judgement.PASS) for v in now.verdicts)
    before = replace(now, created="2020-01-01T00:00:00+08:00", run_id="old", stacks=stacks, verdicts=passed)
    first, second = runs([Known(folder="b", result=now, problems=("P-2",)),
                          Known(folder="a", result=before, problems=("P-1",))])  # fmt: skip
    assert (first.run_id, first.changed) == ("old", ())
    changes = {what: (then, today) for what, then, today in second.changed}
    assert changes["stack.migrated"][0].endswith("旧版")
    assert ("pass", "fail") in changes.values()
    assert changes["problems"] == ("P-1", "P-2")


def test_what_people_write_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "report.toml"
    path.write_text('number = "A-1"\nhospitl = "x"\n[[externals]]\nclause = "PV-SEC-9"\ntitle = "扫描"\n')
    with pytest.raises(BadSettings, match="是否想写 hospital"):
        load_particulars(path)
    path.write_text('number = "A-1"\nissued = 2026-03-01\n[[externals]]\nclause = "PV-SEC-9"\ntitle = "扫描"\n')
    with pytest.raises(BadSettings, match="PV-SEC-9"):
        load_particulars(path, clauses=("PV-SEC-1",))
    assert load_particulars(path).issued == "2026-03-01"


def test_no_clause_fails_without_a_problem() -> None:
    result = fake_result.calm()
    verdicts = tuple(replace(v, verdict=Judgement.FAIL) for v in result.verdicts)
    found = listed(replace(result, verdicts=verdicts))
    for verdict in verdicts:
        if verdict.clause != "PV-GEN-1":
            assert any(p.clause.startswith(verdict.clause) for p in found), verdict.clause
