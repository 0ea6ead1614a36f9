"""Verdicts: each figure that decides is moved over its limit, each input is taken away, and never is that a pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from harness.data_result import TablesResult, TablesSettings
from harness.judge import Material, PackMaterial, clauses, exit_code, judge
from harness.result import (
    Behaviour,
    BehaviourClass,
    Estimate,
    Finding,
    InvariantResult,
    Judgement,
    Ledger,
    LoadBlock,
    ReadingSummary,
    StackFacts,
    Verdict,
)
from harness.settings import load_plan

PLAN = load_plan("smoke")
LEVELS = [level.name for level in PLAN.load.levels]
REAL = ("PV-FUNC-1", "PV-PERF-1", "PV-PERF-2", "PV-PERF-3", "PV-COMP-2")
PASS, FAIL, INCONCLUSIVE, NOT_RUN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.NOT_RUN


def ledger(**more: int) -> Ledger:
    counts = {"equal": 395, "equal_by_rule": 5, "different": 0, "error": 0, "not_run": 0} | more
    return Ledger(total=sum(counts.values()), **counts)


def estimate(level: str, transaction: str = "charge", metric: str = "p95_ratio", **more: Any) -> Estimate:
    known = {"value": 1.0, "low": 0.95, "high": 1.05, "low_adjusted": 0.9, "high_adjusted": 1.1, "n": 500} | more
    return Estimate(pack="his", transaction=transaction, level=level, metric=metric, method="", **known)


def block(position: int, level: str, stack: str, **more: Any) -> LoadBlock:
    known = {
        "users": 16, "seconds": 6.0, "planned": 400, "done": 400, "not_run": 0, "throughput_per_s": 80.0, "errors": 0,
        "refused": 3, "lag_p99_ms": 1.0, "generator_cpu": 0.2, "valid": True,
    } | more  # fmt: skip
    return LoadBlock(stack=stack, pack="his", level=level, position=position, **known)


def reading(**more: float) -> ReadingSummary:
    known = {"mean": 40.0, "p95": 60.0, "maximum": 70.0, "n": 60, "coverage": 1.0} | more
    return ReadingSummary(unit="%", **known)  # type: ignore[arg-type]


def holds(stack: str, when: str, *, ok: bool = True) -> InvariantResult:
    return InvariantResult(
        pack="his", name="slot_once", title="一号一人", stack=stack, when=when, holds=ok, violations=0 if ok else 2
    )


def finding(**more: str) -> Finding:
    known = {"id": "F1", "transaction": "charge", "step": "price_of", "column": "unit_price", "kind": "number"} | more
    return Finding(pack="his", count=3, **known)  # type: ignore[arg-type]


def behaviour(**more: Any) -> Behaviour:
    known = {
        "id": "null_order_asc",
        "title": "升序时空值的位置",
        "group": "query",
        "outcome": BehaviourClass.SAME,
    } | more
    return Behaviour(source="BD-29", meaning="分页第一页不同", **known)


CONSISTENT = TablesResult(
    settings=TablesSettings(original={}, migrated={}),
    judgement=PASS,
    reason="3 张表、90 行逐行一致。",
    tables=(),
    schema=(),
)


def perfect() -> Material:
    """Everything measured and in order: every clause that can be judged passes."""
    order = [("original", "migrated")[letter == "B"] for letter in PLAN.load.order]
    load = tuple(block(n * 4 + i + 1, level, stack) for n, level in enumerate(LEVELS) for i, stack in enumerate(order))
    kinds = ("cpu", "memory", "disk", "network")
    return Material(
        consistency=CONSISTENT,
        plan=PLAN,
        stacks={
            s: StackFacts(title=s, product=p, product_id=p.lower(), version="1", banner=p)
            for s, p in (("original", "PostgreSQL"), ("migrated", "OceanBase"))
        },
        packs={
            "his": PackMaterial(
                title="HIS", loaded=("charge", "daily"), bulk=frozenset({"daily"}),
                titles={"charge": "收费结算", "daily": "门诊日报"}, ledger=ledger(), tables=ledger(), noise_known=True,
                agreed=frozenset({"charge", "daily"}),
            )
        },
        invariants=(
            *(holds(s, "functional") for s in ("original", "migrated")),
            *(holds(b.stack, f"{b.position:02d}-{b.stack}") for b in load),
        ),
        load=load,
        estimates=tuple(
            e
            for level in LEVELS
            for e in (
                estimate(level), estimate(level, "daily"), estimate(level, metric="p50_ratio"),
                estimate(level, "*", "throughput_ratio"),
            )
        ),
        readings={s: {k: reading() for k in kinds} for s in ("original", "migrated")},
        self_test={"original": True, "migrated": True},
        shared_host=False,
        behaviours=(behaviour(),),
    )  # fmt: skip


def verdicts(m: Material) -> dict[str, Verdict]:
    return {v.clause: v for v in judge(m)}


def verdict(m: Material, clause: str) -> Judgement:
    return verdicts(m)[clause].verdict


def his(m: Material, **more: Any) -> Material:
    return replace(m, packs={"his": replace(m.packs["his"], **more)})


def worse(m: Material, level: str, transaction: str = "charge", metric: str = "p95_ratio", **more: Any) -> Material:
    """The same material with one estimate changed."""
    changed = tuple(
        replace(e, **more) if (e.level, e.transaction, e.metric) == (level, transaction, metric) else e
        for e in m.estimates
    )
    assert changed != m.estimates
    return replace(m, estimates=changed)


def one_block(m: Material, position: int, **more: Any) -> Material:
    return replace(m, load=tuple(replace(b, **more) if b.position == position else b for b in m.load))


# --------------------------------------------------------------------------- the whole


def test_everything_in_order_passes_what_can_be_judged() -> None:
    found = verdicts(perfect())
    judged = {*REAL, "PV-FUNC-1a", "PV-PERF-1a", "PV-PERF-1b"}
    assert {c: v.verdict for c, v in found.items() if c in judged} == dict.fromkeys(judged, PASS)
    assert {v.verdict for c, v in found.items() if c not in judged} == {NOT_RUN}
    assert exit_code(found.values()) == 0
    assert {c for c, v in found.items() if v.asked} == set(PLAN.clauses)


def test_every_clause_has_a_verdict_with_a_reason_and_its_evidence() -> None:
    found = judge(perfect())
    assert [v.clause for v in found] == [c.id for c in clauses()]
    assert len({c.id for c in clauses()}) == len(found) == 23
    assert all(v.reason.endswith("。") and v.title for v in found)
    assert all(v.evidence for v in found if v.verdict is PASS)
    assert {c.kind for c in clauses()} == {"综合", "功能", "接口", "性能", "安全", "兼容性", "稳定性"}
    assert {c.id for c in clauses() if c.periodic} == {
        "PV-SEC-1", "PV-SEC-2", "PV-SEC-3", "PV-COMP-1", "PV-COMP-2", "PV-COMP-3", "PV-STAB-2",
    }  # fmt: skip


def test_nothing_measured_passes_nothing() -> None:
    found = judge(Material(plan=PLAN, stacks={}, packs={}))
    assert {v.verdict for v in found} == {NOT_RUN}
    assert exit_code(found) == 2


EMPTY: dict[str, Any] = {
    "stacks": {}, "packs": {}, "invariants": (), "load": (), "estimates": (), "readings": {}, "self_test": {},
    "shared_host": None, "behaviours": (),
}  # fmt: skip


@pytest.mark.parametrize("part", EMPTY)
def test_a_missing_input_never_fails_and_never_passes_what_rests_on_it(part: str) -> None:
    rests = {
        "stacks": ["PV-COMP-2"],
        "packs": ["PV-FUNC-1", "PV-PERF-1", "PV-COMP-2"],
        "invariants": ["PV-PERF-3", "PV-COMP-2"],
        "load": ["PV-PERF-1", "PV-PERF-2", "PV-PERF-3"],
        "estimates": ["PV-PERF-1", "PV-PERF-3"],
        "readings": ["PV-PERF-2"],
        "self_test": ["PV-PERF-3"],
        "shared_host": ["PV-PERF-2"],
        "behaviours": ["PV-COMP-2"],
    }
    found = verdicts(replace(perfect(), **{part: EMPTY[part]}))
    for clause in rests[part]:
        assert found[clause].verdict in (INCONCLUSIVE, NOT_RUN), clause
    assert exit_code(found.values()) == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([PASS], 0), ([PASS, FAIL, INCONCLUSIVE], 1), ([PASS, INCONCLUSIVE], 2), ([PASS, NOT_RUN], 2), ([], 2),
    ],
)  # fmt: skip
def test_exit_code(given: list[Judgement], code: int) -> None:
    asked = [Verdict(clause="c", title="", verdict=v, reason="") for v in given]
    ignored = Verdict(clause="d", title="", verdict=FAIL, reason="", asked=False)
    assert exit_code([*asked, ignored]) == code


# --------------------------------------------------------------------------- function and database

FUNCTION: list[tuple[Callable[[Material], Material], Judgement]] = [
    (lambda m: replace(m, findings=(finding(),)), FAIL),
    (lambda m: replace(m, findings=(finding(explained_by="R1"),)), PASS),
    (lambda m: replace(m, findings=(finding(explained_by="noise"),)), PASS),
    (lambda m: his(m, ledger=ledger(different=1)), FAIL),
    (lambda m: his(m, ledger=ledger(error=1)), FAIL),
    (lambda m: his(m, tables=ledger(different=1)), FAIL),
    (lambda m: his(m, ledger=ledger(not_run=1)), INCONCLUSIVE),
    (lambda m: his(m, tables=ledger(not_run=1)), INCONCLUSIVE),
    (lambda m: his(m, tables=None), INCONCLUSIVE),
    (lambda m: his(m, tables=Ledger(total=0, equal=0, equal_by_rule=0, different=0, error=0, not_run=0)), INCONCLUSIVE),
    (lambda m: his(m, noise_known=False), INCONCLUSIVE),
    (lambda m: his(m, failed_alike=1), INCONCLUSIVE),
    (lambda m: his(m, agreed=frozenset()), INCONCLUSIVE),
    (lambda m: his(m, ledger=None), NOT_RUN),
    (lambda m: his(m, ledger=Ledger(total=9, equal=0, equal_by_rule=0, different=0, error=0, not_run=9)), NOT_RUN),
]


@pytest.mark.parametrize(("change", "expected"), FUNCTION)
def test_function(change: Callable[[Material], Material], expected: Judgement) -> None:
    found = change(perfect())
    assert verdict(found, "PV-FUNC-1") is expected
    assert verdict(found, "PV-FUNC-1a") is expected
    assert verdict(found, "PV-COMP-2") is (INCONCLUSIVE if expected is NOT_RUN else expected)  # the suite was run
    assert verdict(found, "PV-FUNC-1b") is NOT_RUN


def test_the_reason_names_what_differs() -> None:
    reason = verdicts(replace(perfect(), findings=(finding(),)))["PV-FUNC-1"].reason
    assert "收费结算 unit_price（数值不同 3 处）" in reason


def test_a_broken_invariant_fails_the_database_and_concurrency() -> None:
    m = perfect()
    functional = replace(m, invariants=(holds("migrated", "functional", ok=False), *m.invariants[2:], m.invariants[0]))
    assert verdict(functional, "PV-COMP-2") is FAIL
    loaded = replace(m, invariants=(*m.invariants, holds("migrated", "12-migrated", ok=False)))
    assert verdict(loaded, "PV-PERF-3") is FAIL
    base = replace(m, invariants=(*m.invariants, holds("original", "12-original", ok=False)))
    assert verdict(base, "PV-PERF-3") is INCONCLUSIVE
    assert verdict(base, "PV-COMP-2") is INCONCLUSIVE


# --------------------------------------------------------------------------- performance

PERFORMANCE: list[tuple[Callable[[Material], Material], Judgement]] = [
    (lambda m: worse(m, "高峰", high_adjusted=1.2), PASS),
    (lambda m: worse(m, "高峰", high_adjusted=1.21, blocks_needed=3), INCONCLUSIVE),
    (lambda m: worse(m, "高峰", value=1.5, low_adjusted=1.2, high_adjusted=1.9), INCONCLUSIVE),
    (lambda m: worse(m, "高峰", value=1.5, low_adjusted=1.21, high_adjusted=1.9), FAIL),
    (lambda m: worse(m, "低谷", "daily", value=1.5, low_adjusted=1.21, high_adjusted=1.9), FAIL),
    (lambda m: worse(m, "高峰", low_adjusted=1.3, high_adjusted=1.9, excluded="功能不一致"), INCONCLUSIVE),
    (lambda m: worse(m, "高峰", excluded="样本不足（3/50）"), INCONCLUSIVE),
    (lambda m: worse(m, "高峰", metric="p50_ratio", low_adjusted=3.0, high_adjusted=4.0), PASS),
    (lambda m: replace(m, estimates=m.estimates[1:]), INCONCLUSIVE),
    (lambda m: one_block(m, 3, valid=False, invalid_reason="滞后"), INCONCLUSIVE),
    (lambda m: replace(m, load=m.load[1:]), INCONCLUSIVE),
    (lambda m: one_block(m, 2, errors=9), INCONCLUSIVE),
    (lambda m: one_block(m, 2, done=300, not_run=100), INCONCLUSIVE),
]


@pytest.mark.parametrize(("change", "expected"), PERFORMANCE)
def test_response_times(change: Callable[[Material], Material], expected: Judgement) -> None:
    assert verdict(change(perfect()), "PV-PERF-1") is expected


def test_the_reason_counts_and_names() -> None:
    m = worse(perfect(), "高峰", value=1.5, low_adjusted=1.21, high_adjusted=1.9)
    m = worse(m, "低谷", "daily", high_adjusted=1.3)
    reason = verdicts(m)["PV-PERF-1"].reason
    assert "6 项中通过 4 项，不通过 1 项，未定 1 项" in reason
    assert "不通过：收费结算（高峰）1.50［1.21, 1.90］" in reason
    assert "区间跨过界限：门诊日报（低谷）1.00［0.90, 1.30］" in reason


def with_kinds(m: Material, **kinds: str) -> Material:
    levels = tuple(
        replace(level, **({"kind": kinds[level.name]} if level.name in kinds else {})) for level in PLAN.load.levels
    )  # type: ignore[arg-type]
    return replace(m, plan=replace(PLAN, load=replace(PLAN.load, levels=levels)))


def test_stress_is_shown_and_does_not_decide_on_response_times() -> None:
    slow = worse(perfect(), "高峰", value=9.0, low_adjusted=8.0, high_adjusted=10.0)
    assert verdict(with_kinds(slow, 高峰="peak"), "PV-PERF-1") is FAIL
    for kind in ("stress", "endurance"):
        found = verdicts(with_kinds(slow, 高峰=kind))["PV-PERF-1"]
        assert found.verdict is PASS and "不足低谷、典型、高峰三级" in found.reason
    broken = one_block(slow, 10, errors=9)
    assert verdict(with_kinds(broken, 高峰="stress"), "PV-PERF-1") is PASS
    assert verdict(with_kinds(broken, 高峰="stress"), "PV-PERF-3") is FAIL
    assert "三级" not in verdicts(perfect())["PV-PERF-1"].reason


def test_what_was_never_sent_may_not_hide_in_the_tail() -> None:
    assert verdict(one_block(perfect(), 2, done=398, not_run=2), "PV-PERF-1") is PASS  # 2 of 800: 0.25 %
    assert verdict(one_block(perfect(), 2, done=395, not_run=5), "PV-PERF-1") is INCONCLUSIVE
    assert verdict(one_block(perfect(), 2, done=200, not_run=0, model="closed"), "PV-PERF-1") is PASS  # planned nothing


def test_a_level_may_stop_before_its_last_round() -> None:
    m = perfect()
    plan = replace(PLAN, load=replace(PLAN.load, rounds=3, until_decided=True))
    assert verdict(replace(m, plan=plan), "PV-PERF-1") is INCONCLUSIVE
    decided = {("his", level): 1 for level in LEVELS}
    assert verdict(replace(m, plan=plan, stopped=decided), "PV-PERF-1") is PASS
    assert verdict(replace(m, plan=plan, stopped=decided, load=m.load[1:]), "PV-PERF-1") is INCONCLUSIVE


def test_bulk_work_is_judged_apart() -> None:
    slow = worse(perfect(), "低谷", "daily", value=1.5, low_adjusted=1.21, high_adjusted=1.9)
    assert verdict(slow, "PV-PERF-1a") is PASS
    assert verdict(slow, "PV-PERF-1b") is FAIL
    none = his(perfect(), bulk=frozenset())
    assert verdict(none, "PV-PERF-1b") is NOT_RUN


def test_an_open_verdict_says_how_much_more_would_decide() -> None:
    m = worse(perfect(), "高峰", high_adjusted=1.21, blocks_needed=3)
    assert "还需约 3 块" in verdicts(m)["PV-PERF-1"].reason


CONCURRENCY: list[tuple[Callable[[Material], Material], Judgement]] = [
    (lambda m: replace(m, self_test={"original": True, "migrated": False}), INCONCLUSIVE),
    (lambda m: one_block(m, 2, errors=1), INCONCLUSIVE),  # 1 of 800 is over 1 in 1000, but may be chance
    (lambda m: one_block(m, 2, errors=4), FAIL),
    (lambda m: one_block(m, 2, errors=400), FAIL),
    (lambda m: one_block(one_block(m, 2, errors=9), 1, errors=9), INCONCLUSIVE),  # the original fails as well
    (lambda m: worse(m, "高峰", "*", "throughput_ratio", value=0.5, low_adjusted=0.4, high_adjusted=0.6), FAIL),
    (lambda m: worse(m, "高峰", "*", "throughput_ratio", low_adjusted=0.7), INCONCLUSIVE),
    (lambda m: one_block(m, 2, valid=False, invalid_reason="滞后"), INCONCLUSIVE),
    (lambda m: one_block(m, 2, done=300, not_run=100), INCONCLUSIVE),
    (lambda m: replace(m, invariants=m.invariants[:-1]), INCONCLUSIVE),
]


@pytest.mark.parametrize(("change", "expected"), CONCURRENCY)
def test_concurrency(change: Callable[[Material], Material], expected: Judgement) -> None:
    assert verdict(change(perfect()), "PV-PERF-3") is expected


# --------------------------------------------------------------------------- resources


def with_reading(m: Material, stack: str, kind: str, known: ReadingSummary | None) -> Material:
    own = {k: v for k, v in m.readings[stack].items() if k != kind} | ({} if known is None else {kind: known})
    return replace(m, readings={**m.readings, stack: own})


RESOURCES: list[tuple[Callable[[Material], Material], Judgement]] = [
    *(
        (lambda m, k=k, s=s: with_reading(m, s, k, None), INCONCLUSIVE)
        for k in ("cpu", "memory", "disk", "network")
        for s in ("original", "migrated")
    ),
    (lambda m: with_reading(m, "original", "disk", reading(coverage=0.89)), INCONCLUSIVE),
    (lambda m: with_reading(m, "migrated", "cpu", reading(mean=86.0)), FAIL),
    (lambda m: with_reading(m, "migrated", "memory", reading(maximum=91.0)), FAIL),
    (lambda m: with_reading(m, "original", "cpu", reading(mean=99.0)), PASS),
    (lambda m: replace(with_reading(m, "migrated", "cpu", reading(mean=99.0)), shared_host=True), INCONCLUSIVE),
    (lambda m: replace(m, shared_host=True), PASS),
    (lambda m: replace(m, load=m.load[1:]), INCONCLUSIVE),
]


@pytest.mark.parametrize(("change", "expected"), RESOURCES)
def test_resources(change: Callable[[Material], Material], expected: Judgement) -> None:
    assert verdict(change(perfect()), "PV-PERF-2") is expected
