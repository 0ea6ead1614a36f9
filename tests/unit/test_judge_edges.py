"""Verdicts at their edges: what must not count does not, whatever it says. Found by changing the rules one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scipy.stats import poisson

from harness.judge import PackMaterial
from harness.judge.performance import chance_of
from harness.model import Part
from harness.result import Judgement, Ledger
from tests.unit.test_judge import (
    PLAN,
    block,
    estimate,
    finding,
    his,
    holds,
    ledger,
    one_block,
    perfect,
    reading,
    verdict,
    verdicts,
    with_reading,
    worse,
)

PASS, FAIL, INCONCLUSIVE, NOT_RUN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.NOT_RUN
NOTHING = Ledger(total=0, equal=0, equal_by_rule=0, different=0, error=0, not_run=0)


# --------------------------------------------------------------------------- what is asked


def test_a_whole_run_is_asked_for_all_that_the_plan_wants_also_for_what_nobody_judges() -> None:
    wanted = replace(PLAN, clauses=("PV-FUNC-1", "PV-STAB-1", "PV-PERF-1"))
    whole = replace(perfect(), plan=wanted, parts=frozenset(wanted.parts))
    assert {c for c, v in verdicts(whole).items() if v.asked} == {"PV-FUNC-1", "PV-STAB-1", "PV-PERF-1"}
    more = replace(whole, parts=frozenset({*wanted.parts, Part.CAPACITY}))
    assert {c for c, v in verdicts(more).items() if v.asked} == {"PV-FUNC-1", "PV-STAB-1", "PV-PERF-1"}


def test_a_run_of_some_parts_is_asked_for_what_rests_on_them() -> None:
    wanted = replace(PLAN, clauses=("PV-FUNC-1", "PV-STAB-1", "PV-PERF-1"))
    part = replace(perfect(), plan=wanted, parts=frozenset({Part.LOAD}))
    assert {c for c, v in verdicts(part).items() if v.asked} == {"PV-PERF-1"}


# --------------------------------------------------------------------------- function and database


@pytest.mark.parametrize("empty", [None, NOTHING])
def test_a_pack_without_a_functional_record_is_not_hidden_by_another(empty: Ledger | None) -> None:
    m = perfect()
    lis = PackMaterial(
        title="LIS", loaded=(), bulk=frozenset(), titles={}, ledger=empty, tables=ledger(), noise_known=True,
        agreed=frozenset({"order"}),
    )  # fmt: skip
    found = verdicts(replace(m, packs={**m.packs, "lis": lis}))["PV-FUNC-1"]
    assert found.verdict is INCONCLUSIVE
    assert "LIS没有功能比对记录" in found.reason


@pytest.mark.parametrize("unknown", ["product", "version"])
def test_a_database_that_does_not_say_all_of_what_it_is_proves_nothing(unknown: str) -> None:
    m = perfect()
    named = {**m.stacks, "migrated": replace(m.stacks["migrated"], **{unknown: ""})}
    found = verdicts(replace(m, stacks=named))["PV-COMP-2"]
    assert found.verdict is not PASS
    assert "迁移后系统的数据库产品没有识别出来" in found.reason


def test_invariants_after_load_do_not_stand_for_those_of_the_functional_pass() -> None:
    m = perfect()
    found = verdicts(replace(m, invariants=tuple(i for i in m.invariants if i.when != "functional")))["PV-COMP-2"]
    assert found.verdict is INCONCLUSIVE
    assert "原系统、迁移后系统没有业务不变量的检查记录" in found.reason


@pytest.mark.parametrize(
    ("where", "named"),
    [
        ({}, "收费结算 unit_price（"),
        ({"column": ""}, "收费结算 price_of（"),
        ({"transaction": "table:charge_item"}, "表 charge_item unit_price（"),
        ({"transaction": "table:charge_item", "column": ""}, "表 charge_item（"),
        ({"column": "", "step": ""}, "收费结算（"),
    ],
)
def test_the_place_of_a_difference_is_said_as_far_as_it_is_known(where: dict[str, str], named: str) -> None:
    assert named in verdicts(replace(perfect(), findings=(finding(**where),)))["PV-FUNC-1"].reason


def test_what_follows_from_a_difference_is_not_counted_as_another() -> None:
    both = (finding(), finding(id="F2", column="total", consequence_of="F1"))
    reason = verdicts(replace(perfect(), findings=both))["PV-FUNC-1"].reason
    assert "未解释的差异 1 类" in reason
    assert "total" not in reason


# --------------------------------------------------------------------------- performance


def test_a_message_of_the_same_name_says_nothing_of_the_transaction() -> None:
    m = perfect()
    slow = estimate("高峰", value=2.0, low_adjusted=1.8, high_adjusted=2.2)
    assert verdict(replace(m, estimates=(*m.estimates, replace(slow, scope="message"))), "PV-PERF-1") is PASS
    fast = replace(estimate("高峰"), scope="message")
    own = worse(m, "高峰", value=2.0, low_adjusted=1.8, high_adjusted=2.2)
    assert verdict(replace(own, estimates=(*own.estimates, fast)), "PV-PERF-1") is FAIL


def test_the_generators_fault_is_not_the_systems() -> None:
    slow = worse(perfect(), "高峰", "*", "throughput_ratio", value=0.5, low_adjusted=0.4, high_adjusted=0.6)
    of_peak = next(b.position for b in slow.load if b.level == "高峰")
    elsewhere = next(b.position for b in slow.load if b.level != "高峰")
    assert verdict(one_block(slow, of_peak, valid=False, invalid_reason="滞后"), "PV-PERF-3") is INCONCLUSIVE
    assert verdict(one_block(slow, elsewhere, valid=False, invalid_reason="滞后"), "PV-PERF-3") is FAIL


def test_only_throughput_that_counts_is_throughput() -> None:
    halved: dict[str, Any] = {"value": 0.5, "low_adjusted": 0.4, "high_adjusted": 0.6}
    assert verdict(worse(perfect(), "高峰", **halved), "PV-PERF-3") is PASS  # half the response time is no fault
    left_out = worse(perfect(), "高峰", "*", "throughput_ratio", excluded="样本不足（3/50）", **halved)
    assert verdict(left_out, "PV-PERF-3") is INCONCLUSIVE


def test_what_the_functional_pass_broke_is_not_held_against_concurrency() -> None:
    m = perfect()
    for stack in ("migrated", "original"):
        broken = (*m.invariants, holds(stack, "functional", ok=False))
        assert verdict(replace(m, invariants=broken), "PV-PERF-3") is PASS


def test_closed_levels_alone_plan_no_number_that_could_be_missed() -> None:
    m = perfect()
    closed = replace(m, load=tuple(replace(b, model="closed", planned=9_999) for b in m.load))
    assert verdict(closed, "PV-PERF-3") is PASS
    assert verdict(closed, "PV-PERF-1") is PASS


def test_journeys_alone_may_have_no_throughput_and_prove_nothing_by_it() -> None:
    m = his(perfect(), journeys={"charge": {"register": "挂号"}, "daily": {"report": "报告"}})
    without = replace(m, estimates=tuple(e for e in m.estimates if e.metric != "throughput_ratio"))
    found = verdicts(without)["PV-PERF-3"]
    assert found.verdict is INCONCLUSIVE
    assert "吞吐" in found.reason


@pytest.mark.parametrize("expected", [0.0, 0.2, 4.0, 40.0, 400.0, 4_000.0])
def test_the_chance_of_so_many_errors_is_poissons(expected: float) -> None:
    for count in {0, 1, 2, round(expected), round(expected + 2 * expected**0.5), round(expected - 2 * expected**0.5)}:
        if count >= 0:
            known = float(poisson.sf(count - 1, expected)) if expected else float(count == 0)
            assert chance_of(count, expected=expected) == pytest.approx(known, abs=0.01)


def test_where_no_error_is_allowed_one_is_too_many() -> None:
    strict = replace(PLAN, limits=replace(PLAN.limits, error_rate=replace(PLAN.limits.error_rate, value=0.0)))
    m = replace(perfect(), plan=strict)
    assert verdict(m, "PV-PERF-3") is PASS
    assert verdict(one_block(m, 2, errors=1), "PV-PERF-3") is FAIL


def test_a_block_names_itself_as_its_folder() -> None:
    m = perfect()
    load = (*m.load, block(99, "高峰", "migrated"))
    assert "1 个负载块之后没有检查业务不变量" in verdicts(replace(m, load=load))["PV-PERF-3"].reason


# --------------------------------------------------------------------------- resources


@pytest.mark.parametrize("stack", ["original", "migrated"])
def test_a_kind_without_a_single_reading_is_missing_whatever_its_coverage_says(stack: str) -> None:
    found = verdicts(with_reading(perfect(), stack, "disk", reading(n=0)))["PV-PERF-2"]
    assert found.verdict is INCONCLUSIVE
    assert "缺少" in found.reason
