"""PV-COMP-1 and PV-COMP-2 with the suite: what speaks against a stack fails it, what is missing leaves it open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.judge import Material, exit_code, judge
from harness.model import Part
from harness.result import Behaviour, BehaviourClass, Judgement, Verdict
from harness.settings import CompatPlan
from tests.unit.test_judge import CONSISTENT, FAIL, INCONCLUSIVE, NOT_RUN, PASS, behaviour, finding, perfect, verdicts

DIFFERENT = behaviour(id="a", title="空值次序", outcome=BehaviourClass.DIFFERENT)
UNSUPPORTED = behaviour(id="b", title="临时表", group="connection", outcome=BehaviourClass.UNSUPPORTED)
UNKNOWN = behaviour(id="c", title="写偏斜", group="transaction", outcome=BehaviourClass.ERROR)
ALONE = frozenset({Part.COMPAT})
WITHOUT = frozenset({Part.FUNCTIONAL, Part.LOAD})


def with_host(m: Material, system: str, system_id: str) -> Material:
    migrated = replace(m.stacks["migrated"], host={"os": system, "os_id": system_id})
    return replace(m, stacks={**m.stacks, "migrated": migrated})


def comp(m: Material, number: int) -> Verdict:
    return verdicts(m)[f"PV-COMP-{number}"]


def suite(*behaviours: Behaviour) -> Callable[[Material], Material]:
    return lambda m: replace(m, behaviours=(behaviour(), *behaviours))


CASES: list[tuple[Callable[[Material], Material], Judgement]] = [
    (suite(), PASS),
    (suite(DIFFERENT), FAIL),
    (suite(UNSUPPORTED), FAIL),
    (suite(UNKNOWN), INCONCLUSIVE),
    (suite(UNKNOWN, DIFFERENT), FAIL),
    (suite(replace(DIFFERENT, accepted="科室确认")), PASS),
    (suite(replace(DIFFERENT, accepted="科室确认"), replace(UNSUPPORTED, accepted="不用临时表")), PASS),
    (suite(replace(DIFFERENT, accepted="科室确认"), UNSUPPORTED), FAIL),
    (lambda m: replace(m, behaviours=()), INCONCLUSIVE),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_the_suite_beside_the_packs(change: Callable[[Material], Material], expected: Judgement) -> None:
    assert comp(change(perfect()), 2).verdict is expected


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_the_suite_alone(change: Callable[[Material], Material], expected: Judgement) -> None:
    """`--only db-compat`: no packs, and every other clause was not run."""
    alone = replace(change(perfect()), parts=ALONE, packs={}, load=(), estimates=(), invariants=())
    found = verdicts(alone)
    assert found["PV-COMP-2"].verdict is (NOT_RUN if not alone.behaviours else expected)
    others = {c: v.verdict for c, v in found.items() if c not in ("PV-COMP-1", "PV-COMP-2")}
    assert set(others.values()) == {NOT_RUN}
    assert {v.clause for v in found.values() if v.asked} == {"PV-COMP-2"}
    assert exit_code(found.values()) == {PASS: 0, FAIL: 1}.get(expected, 2)


@pytest.mark.parametrize(
    ("judgement", "expected"), [(PASS, PASS), (FAIL, FAIL), (INCONCLUSIVE, INCONCLUSIVE), (NOT_RUN, INCONCLUSIVE)]
)
def test_what_the_databases_hold_decides_too(judgement: Judgement, expected: Judgement) -> None:
    found = comp(replace(perfect(), consistency=replace(CONSISTENT, judgement=judgement)), 2)
    assert found.verdict is expected
    assert CONSISTENT.reason in found.reason
    assert judgement is NOT_RUN or "result.json#/consistency" in found.evidence


def test_a_comparison_that_was_not_finished_passes_nothing() -> None:
    assert comp(replace(perfect(), consistency=None), 2).verdict is INCONCLUSIVE
    assert comp(replace(perfect(), consistency=None, parts=frozenset(Part) - {Part.DATA}), 2).verdict is PASS


def test_without_the_suite_the_packs_cannot_pass_the_clause() -> None:
    without = replace(perfect(), parts=WITHOUT, behaviours=())
    assert comp(without, 2).verdict is INCONCLUSIVE
    assert "兼容性用例没有执行" in comp(without, 2).reason
    assert comp(replace(without, findings=(finding(),)), 2).verdict is FAIL
    assert comp(replace(without, packs={}), 2).verdict is NOT_RUN


def test_a_plan_without_the_suite_still_asks_for_everything() -> None:
    plan = replace(perfect().plan, compat=CompatPlan())
    found = judge(replace(perfect(), plan=plan, parts=WITHOUT, behaviours=()))
    assert {v.clause for v in found if v.asked} == set(plan.clauses)


def test_a_difference_of_the_packs_fails_whatever_the_suite_says() -> None:
    assert comp(replace(perfect(), findings=(finding(),)), 2).verdict is FAIL


def test_the_reason_counts_per_group_and_names_the_first() -> None:
    many = tuple(replace(DIFFERENT, id=f"d{n}", title=f"差异{n}") for n in range(4))
    reason = comp(suite(UNSUPPORTED, *many)(perfect()), 2).reason
    assert "6 个兼容性用例中有 5 个" in reason
    assert "（连接 1、查询 4）" in reason
    assert "临时表、差异0、差异1等 5 项" in reason


# --------------------------------------------------------------------------- operating system


def test_without_host_facts_the_operating_system_was_not_looked_at() -> None:
    assert comp(perfect(), 1).verdict is NOT_RUN


@pytest.mark.parametrize("system_id", ["debian", "rhel", "windows", ""])
def test_an_ordinary_system_proves_nothing_about_a_domestic_one(system_id: str) -> None:
    found = comp(with_host(perfect(), "某操作系统 12", system_id), 1)
    assert found.verdict is INCONCLUSIVE
    assert "某操作系统 12" in found.reason


@pytest.mark.parametrize("system_id", ["kylin", "uos", "openeuler", "anolis", "neokylin"])
def test_a_domestic_system_passes_with_what_was_run_and_says_what_was_not(system_id: str) -> None:
    found = comp(with_host(perfect(), "Kylin V10 SP3", system_id), 1)
    assert found.verdict is PASS
    assert "Kylin V10 SP3" in found.reason
    for missing in ("安装卸载", "字体", "打印", "外设"):
        assert missing in found.reason


@pytest.mark.parametrize(
    "change",
    [
        suite(DIFFERENT),
        suite(UNKNOWN),
        lambda m: replace(m, behaviours=()),
        lambda m: replace(m, findings=(finding(),)),
        lambda m: replace(m, packs={}),
        lambda m: replace(m, parts=ALONE, behaviours=()),
        lambda m: replace(m, parts=WITHOUT, packs={}),
    ],
)
def test_on_a_domestic_system_what_is_open_stays_open(change: Callable[[Material], Material]) -> None:
    assert comp(change(with_host(perfect(), "Kylin V10 SP3", "kylin")), 1).verdict is INCONCLUSIVE


def test_an_accepted_difference_does_not_stand_in_the_way() -> None:
    accepted = suite(replace(DIFFERENT, accepted="科室确认"))(with_host(perfect(), "UOS 20", "uos"))
    assert comp(accepted, 1).verdict is PASS
    assert comp(replace(accepted, parts=ALONE, packs={}), 1).verdict is PASS


def test_a_domestic_system_is_spoken_for_by_the_parts_that_were_run() -> None:
    m = replace(with_host(perfect(), "UOS 20", "uos"), behaviours=())
    assert comp(replace(m, parts=frozenset({Part.FUNCTIONAL})), 1).verdict is PASS
    assert comp(replace(m, parts=frozenset({Part.LOAD})), 1).verdict is NOT_RUN


def test_a_system_that_tells_only_its_id_was_looked_at() -> None:
    found = comp(with_host(perfect(), "", "debian"), 1)
    assert found.verdict is INCONCLUSIVE
    assert "debian" in found.reason
