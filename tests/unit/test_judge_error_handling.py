"""PV-INTF-4: worse than the original fails; as bad as the original, not tried, or with nobody to ask, is open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.interface_result import HandledCase, InterfaceUse
from harness.judge import Material, judge
from harness.model import Part
from harness.result import Judgement, StackFacts, Verdict
from harness.settings import load_plan

PASS, FAIL, INCONCLUSIVE, NOT_RUN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.NOT_RUN


def case(outcome: str = "alike", **more: Any) -> HandledCase:
    known = {
        "interface": "lis_hl7",
        "message": "order_oml",
        "case": "truncated",
        "title": "报文截断",
        "expected": "拒绝",
    } | more
    return HandledCase(pack="lis", original="refused", migrated="refused", outcome=outcome, **known)


def interface(**more: Any) -> InterfaceUse:
    known = {"name": "lis_hl7", "title": "检验接口", "used": True} | more
    return InterfaceUse(pack="lis", kind="mllp", peer="HIS", version="2.5.1", document="", messages=(), **known)


def material(*cases: HandledCase) -> Material:
    database = StackFacts(title="", product="PostgreSQL", product_id="postgresql", version="18", banner="")
    return Material(
        plan=load_plan("smoke"), stacks={"original": database, "migrated": database}, packs={},
        parts=frozenset({Part.BATTERY}), interfaces=(interface(),), battery=(case(), *cases),
    )  # fmt: skip


def intf_4(m: Material) -> Verdict:
    return next(v for v in judge(m) if v.clause == "PV-INTF-4")


ROWS, MORE = {"lis_result": 1}, {"lis_result": 2}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (case("alike"), PASS),
        (case("unexpected"), PASS),
        (case("different"), FAIL),
        (case("dirty", migrated_dirty=ROWS), FAIL),
        (case("dirty", migrated_dirty=MORE, original_dirty=ROWS), FAIL),
        (case("dirty", migrated_dirty=ROWS, original_dirty=ROWS), INCONCLUSIVE),
        (case("alike", original_dirty=ROWS), PASS),
        (case("stuck", migrated_recovers=False), FAIL),
        (case("stuck", migrated_recovers=False, original_recovers=False), INCONCLUSIVE),
        (case("not run"), INCONCLUSIVE),
    ],
)
def test_a_case_moves_the_verdict(found: HandledCase, expected: Judgement) -> None:
    assert intf_4(material(found)).verdict is expected
    assert intf_4(material(found, case("different"))).verdict is FAIL


def test_what_stands_behind_a_verdict_is_said() -> None:
    failed = intf_4(
        material(case("different"), case("stuck", migrated_recovers=False), case("dirty", migrated_dirty=ROWS))
    )
    assert "4 个异常用例中，迁移后系统有 3 例不如原系统" in failed.reason
    assert "应答或结果不同 1 例、不能继续收发 1 例、留下脏数据 1 例" in failed.reason
    passed = intf_4(material(case("alike", message="results_oru"), case("alike", message="", interface="")))
    assert passed.reason.startswith("1 个接口、2 种报文的 3 个异常用例")
    assert "建议" not in passed.reason
    assert "1 例两侧一致，但都没有按期望处理" in intf_4(material(case("unexpected"))).reason


def test_nothing_done_is_nothing_known() -> None:
    m = material()
    assert intf_4(replace(m, battery=())).verdict is NOT_RUN
    assert intf_4(replace(m, battery=(case("not run"),))).verdict is NOT_RUN


def test_an_interface_in_use_that_was_never_tried_is_a_doubt() -> None:
    m = material()
    untried = replace(m, interfaces=(interface(), interface(name="pacs_dicom", title="影像接口")))
    assert intf_4(untried).verdict is INCONCLUSIVE
    assert "影像接口没有异常用例" in intf_4(untried).reason
    unused = replace(m, interfaces=(interface(), interface(name="pacs_dicom", title="影像接口", used=False)))
    assert intf_4(unused).verdict is PASS


def test_without_a_database_nobody_knows_of_dirty_data() -> None:
    m = material()
    blind = replace(m, stacks={**m.stacks, "migrated": replace(m.stacks["migrated"], product_id="")})
    assert intf_4(blind).verdict is INCONCLUSIVE
    assert "迁移后系统没有数据库可查" in intf_4(blind).reason
