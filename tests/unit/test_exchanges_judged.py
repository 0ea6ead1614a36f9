"""PV-INTF-3 and the journey: each figure that decides is moved over its limit, each input taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from harness.interface_result import ExchangeTimes, InterfaceUse, MessageUse
from harness.judge import Material
from harness.judge.interface_times import intf_3, journey
from harness.judge.performance import perf_1
from harness.result import Judgement
from tests.unit.test_judge import FAIL, INCONCLUSIVE, LEVELS, NOT_RUN, PASS, estimate, finding, his, one_block, perfect

MESSAGE, LEG = {"scope": "message"}, {"scope": "leg"}


def times(level: str, stack: str, **more: Any) -> ExchangeTimes:
    known = {
        "count": 500, "mean": 5.0, "p50": 5.0, "p95": 9.0, "p99": 11.0, "maximum": 20.0, "timed_out": 0, "failed": 0,
    } | more  # fmt: skip
    return ExchangeTimes(pack="his", interface="lis_hl7", message="order_oml", level=level, stack=stack, **known)


def interface(name: str, *messages: str, used: bool = True) -> InterfaceUse:
    return InterfaceUse(
        pack="his", name=name, title=name, kind="mllp", peer="HIS", version="HL7 v2.5.1", used=used, document="",
        messages=tuple(
            MessageUse(name=name, title="检验申请", sent=9, equal=9, original={}, migrated={}) for name in messages
        ),
    )  # fmt: skip


def good() -> Material:
    m = perfect()
    return replace(
        his(m, journeys={"charge": {"ask": "开单", "pay": "收费"}}),
        interfaces=(interface("lis_hl7", "order_oml"),),
        exchange_times=tuple(times(level, stack) for level in LEVELS for stack in ("original", "migrated")),
        estimates=(
            *m.estimates,
            *(estimate(level, "order_oml", **MESSAGE) for level in LEVELS),
            *(estimate(level, f"charge/{leg}", **LEG) for level in LEVELS for leg in ("ask", "pay")),
        ),
    )


def with_estimate(m: Material, name: str, **more: Any) -> Material:
    changed = tuple(replace(e, **more) if (e.transaction, e.level) == (name, LEVELS[0]) else e for e in m.estimates)
    return replace(m, estimates=changed)


SLOWER = {"value": 1.5, "low": 1.4, "high": 1.6, "low_adjusted": 1.3, "high_adjusted": 1.7}
WIDE = {"high_adjusted": 1.9}


def lost(m: Material, stack: str, **more: int) -> Material:
    changed = tuple(replace(t, **more) if (t.stack, t.level) == (stack, LEVELS[-1]) else t for t in m.exchange_times)
    return replace(m, exchange_times=changed)


def test_all_in_order_passes_with_figures() -> None:
    opinion = intf_3(good())
    assert opinion.verdict is PASS
    assert "检验申请" in opinion.reason
    assert "3000 次交互" in opinion.reason
    assert journey(good()).verdict is PASS


def test_an_interface_nobody_measured_does_not_soften_what_is_slower() -> None:
    m = replace(good(), interfaces=(*good().interfaces, interface("pacs_dicom", "c_find")))
    assert intf_3(m).verdict is INCONCLUSIVE
    assert intf_3(with_estimate(m, "order_oml", **SLOWER)).verdict is FAIL
    assert "另有 1 种报文不在负载中" in intf_3(with_estimate(m, "order_oml", **SLOWER)).reason


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda m: with_estimate(m, "order_oml", **SLOWER), FAIL),
        (lambda m: with_estimate(m, "order_oml", **WIDE), INCONCLUSIVE),
        (lambda m: with_estimate(m, "order_oml", excluded="功能不一致，不参与性能比较"), INCONCLUSIVE),
        (lambda m: replace(m, estimates=perfect().estimates), INCONCLUSIVE),
        (lambda m: one_block(m, 1, valid=False, invalid_reason="滞后"), INCONCLUSIVE),
        (lambda m: lost(m, "migrated", timed_out=9), FAIL),
        (lambda m: lost(m, "migrated", failed=9), FAIL),
        (lambda m: lost(m, "migrated", timed_out=1), PASS),
        (lambda m: lost(lost(m, "migrated", timed_out=9), "original", timed_out=9), PASS),
        (lambda m: replace(m, interfaces=(*m.interfaces, interface("lis_soap", "notify"))), INCONCLUSIVE),
        (lambda m: replace(m, interfaces=(*m.interfaces, interface("lis_soap", used=False))), INCONCLUSIVE),
        (lambda m: replace(m, interfaces=(interface("lis_hl7", "order_oml", "seldom"),)), PASS),
        (lambda m: replace(m, interfaces=()), NOT_RUN),
        (lambda m: replace(m, load=()), NOT_RUN),
        (lambda m: replace(m, exchange_times=()), NOT_RUN),
    ],
)  # fmt: skip
def test_response_times_of_interfaces(change: Callable[[Material], Material], expected: Judgement) -> None:
    opinion = intf_3(change(good()))
    assert opinion.verdict is expected, opinion.reason
    assert opinion.reason.endswith("。")


@pytest.mark.parametrize(
    ("change", "expected", "said"),
    [
        (lambda m: with_estimate(m, "charge", **SLOWER), FAIL, "收费结算"),
        (lambda m: with_estimate(m, "charge/pay", **SLOWER), FAIL, "收费"),
        (lambda m: with_estimate(m, "charge/ask", **WIDE), INCONCLUSIVE, "区间跨过界限"),
        (lambda m: replace(m, findings=(finding(),)), FAIL, "结果不同：收费结算"),
        (lambda m: replace(m, findings=(finding(explained_by="R1"),)), PASS, ""),
        (lambda m: his(m, agreed=frozenset()), INCONCLUSIVE, "没有在两边都办成"),
        (lambda m: his(m, loaded=("daily",)), INCONCLUSIVE, "没有在负载下办理"),
        (lambda m: replace(m, load=()), INCONCLUSIVE, "没有在负载下办理"),
        (lambda m: replace(m, estimates=perfect().estimates), INCONCLUSIVE, "没有可比的样本"),
        (lambda m: his(m, journeys={}), NOT_RUN, "没有跨系统的业务"),
    ],
)  # fmt: skip
def test_the_journey(change: Callable[[Material], Material], expected: Judgement, said: str) -> None:
    opinion = journey(change(good()))
    assert opinion.verdict is expected, opinion.reason
    assert said in opinion.reason


def test_messages_and_legs_do_not_speak_for_transactions() -> None:
    named_alike = replace(good(), estimates=(*good().estimates, estimate(LEVELS[0], "charge", **MESSAGE, **SLOWER)))
    assert perf_1(named_alike).verdict is PASS
    assert perf_1(with_estimate(good(), "order_oml", **SLOWER)).verdict is PASS


def test_a_difference_elsewhere_is_not_the_journeys() -> None:
    assert journey(replace(good(), findings=(finding(transaction="daily"),))).verdict is PASS
    assert journey(replace(good(), findings=(finding(),))).verdict is FAIL
