"""PV-INTF-1, PV-INTF-2: what decides moves over its limit, what they rest on is taken away: never a pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from harness.interface_result import ImagesHeld, InterfaceUse, MessageUse, StoredFields
from harness.judge import Material, judge
from harness.model import Part
from harness.result import Finding, Judgement
from harness.settings import load_plan

PASS, FAIL, INCONCLUSIVE, NOT_RUN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.NOT_RUN

Change = Callable[[Material], Material]


def message(name: str = "order_oml", **more: Any) -> MessageUse:
    counts = {"sent": 42, "equal": 42, "original": {"ok": 40, "refused": 2}, "migrated": {"ok": 40, "refused": 2}}
    return MessageUse(name=name, title={"order_oml": "检验申请", "results_oru": "结果上传"}[name], **(counts | more))


def interface(*messages: MessageUse, **more: Any) -> InterfaceUse:
    known = {"name": "lis_hl7", "title": "检验接口", "kind": "mllp", "peer": "HIS", "version": "HL7 v2.5.1"} | more
    return InterfaceUse(pack="lis", document="", messages=messages, **({"used": True} | known))


def stored(stack: str = "migrated", **more: Any) -> StoredFields:
    known = {"message": "results_oru", "table": "lis_result", "checked": 120, "wrong": 0, "missing_rows": 0} | more
    return StoredFields(pack="lis", interface="lis_hl7", stack=stack, **known)


def finding(**more: str) -> Finding:
    known = {"transaction": "order", "step": "order_oml", "column": "OBX[*].5", "kind": "number"} | more
    return Finding(id="F1", pack=known.pop("pack", "lis"), count=3, **known)


def perfect() -> Material:
    return Material(
        plan=load_plan("smoke"), stacks={}, packs={}, parts=frozenset({Part.FUNCTIONAL}),
        interfaces=(interface(message(), message("results_oru")),), stored_fields=(stored("original"), stored()),
    )  # fmt: skip


def verdict(m: Material, clause: str) -> tuple[Judgement, str]:
    return next((v.verdict, v.reason) for v in judge(m) if v.clause == clause)


def one(**more: Any) -> Change:
    """Another order message."""
    return lambda m: replace(m, interfaces=(interface(message(**more), message("results_oru")),))


def holds(*fields: StoredFields) -> Change:
    return lambda m: replace(m, stored_fields=fields)


def also(*more: InterfaceUse) -> Change:
    return lambda m: replace(m, interfaces=(*m.interfaces, *more))


EXCHANGED: list[tuple[Change, Judgement]] = [
    (lambda m: m, PASS),
    (lambda m: replace(m, findings=(finding(explained_by="R1"), finding(explained_by="noise"))), PASS),
    (lambda m: replace(m, findings=(finding(step="price_of"),)), PASS),  # of the database: PV-FUNC-1's business
    (lambda m: replace(m, findings=(finding(pack="emr"),)), PASS),
    (lambda m: replace(m, findings=(finding(),)), FAIL),
    (lambda m: replace(m, findings=(finding(column="", kind="outcome"),)), FAIL),
    (lambda m: replace(m, findings=(finding(consequence_of="F7"),)), FAIL),  # the peer gets a wrong answer all the same
    (also(interface(message(), name="lis_soap", used=False)), INCONCLUSIVE),
    (also(interface(name="lis_soap")), INCONCLUSIVE),  # used, but it has nothing to say
    (one(sent=0, equal=0, original={}, migrated={}), INCONCLUSIVE),
    (one(original={"refused": 42}), INCONCLUSIVE),
    (one(migrated={"refused": 42}), INCONCLUSIVE),
    (one(equal=41), INCONCLUSIVE),
    (one(original={"ok": 41, "timed_out": 1}, migrated={"ok": 41, "timed_out": 1}), INCONCLUSIVE),
    (one(original={"ok": 41, "failed": 1}, migrated={"ok": 41, "failed": 1}), INCONCLUSIVE),
    (one(original={"ok": 41, "failed": 1}, migrated={"ok": 41, "failed": 1}, provoked=1), PASS),
    (one(original={"ok": 40, "failed": 2}, migrated={"ok": 40, "failed": 2}, provoked=1), INCONCLUSIVE),
    (lambda m: replace(m, interfaces=()), NOT_RUN),
    (lambda m: replace(m, interfaces=(interface(message(), used=False),)), NOT_RUN),
    (lambda m: replace(m, parts=frozenset({Part.LOAD})), NOT_RUN),
]


@pytest.mark.parametrize(("change", "expected"), EXCHANGED)
def test_exchange(change: Change, expected: Judgement) -> None:
    found, reason = verdict(change(perfect()), "PV-INTF-1")
    assert found is expected and reason.endswith("。")


def test_the_reason_of_a_failed_exchange_names_message_path_and_kind() -> None:
    m = replace(perfect(), findings=(finding(), finding(column="ZPX", kind="field_missing", consequence_of="F1")))
    reason = verdict(m, "PV-INTF-1")[1]
    assert "1 类，另有 1 类由其他差异引起：检验申请 OBX[*].5（数值不同 3 处）" in reason


STORED: list[tuple[Change, Judgement]] = [
    (lambda m: m, PASS),
    (holds(stored()), PASS),  # what is stored is held against what was sent, not against the original
    (holds(stored(wrong=1)), FAIL),
    (holds(stored(missing_rows=1)), FAIL),
    (holds(stored(), stored(message="order_oml", wrong=1)), FAIL),
    (holds(stored("original", wrong=3), stored()), PASS),
    (holds(stored("original", wrong=3), stored(wrong=3, alike=3)), PASS),
    (holds(stored("original", wrong=3), stored(wrong=4, alike=3)), FAIL),
    (holds(stored("original", wrong=3), stored(wrong=3, alike=2)), FAIL),
    (holds(stored(wrong=3, missing_rows=1, alike=3)), FAIL),
    (holds(stored(checked=0)), INCONCLUSIVE),
    (holds(stored(), stored(message="order_oml", checked=0)), INCONCLUSIVE),
    (holds(stored(wrong=120, alike=120)), INCONCLUSIVE),  # nothing is as it was sent, on either side
    (holds(stored(checked=0, missing_rows=4, alike=4)), INCONCLUSIVE),
    (holds(stored("original")), NOT_RUN),
    (holds(), NOT_RUN),
    (also(interface(name="lis_soap", used=False)), INCONCLUSIVE),
    (lambda m: replace(m, interfaces=()), NOT_RUN),
    (lambda m: replace(m, parts=frozenset({Part.COMPAT})), NOT_RUN),
]


def images(*, original: int = 0, migrated: int = 0) -> Change:
    counts = {"modality": "CT", "studies": 1, "series": 1, "objects": 30, "acknowledged": 30, "twice": 0}
    lost = {"original": original, "migrated": migrated}
    held = tuple(
        ImagesHeld(
            pack="pacs", interface="pacs_archive", stack=stack, lost=n, lost_examples=("2.25.7",) * bool(n),
            unreadable=0, **counts,
        )
        for stack, n in lost.items()
    )  # fmt: skip
    return lambda m: replace(m, images=held)


KEPT: list[tuple[Change, Judgement]] = [
    (images(), PASS),
    (images(migrated=1), FAIL),
    (images(original=1, migrated=2), FAIL),
    (images(original=2, migrated=2), INCONCLUSIVE),  # neither may be trusted with images
    (images(original=1), INCONCLUSIVE),
]


@pytest.mark.parametrize(("change", "expected"), KEPT)
def test_images_that_were_taken_are_there(change: Change, expected: Judgement) -> None:
    found, reason = verdict(change(perfect()), "PV-INTF-2")
    assert found is expected and "影像" in reason


def test_only_what_was_lost_is_named() -> None:
    m = images(migrated=1)(perfect())
    whole = replace(m.images[1], modality="DR", lost=0, lost_examples=())
    found, reason = verdict(replace(m, images=(*m.images, whole)), "PV-INTF-2")
    assert found is FAIL
    assert "CT 1 幅（如 2.25.7）" in reason and "DR" not in reason


@pytest.mark.parametrize(("change", "expected"), STORED)
def test_stored(change: Change, expected: Judgement) -> None:
    found, reason = verdict(change(perfect()), "PV-INTF-2")
    assert found is expected and reason.endswith("。")


def test_what_the_original_does_as_well_is_said() -> None:
    reason = verdict(holds(stored("original", wrong=3), stored(wrong=3, alike=3))(perfect()), "PV-INTF-2")[1]
    assert "其中 3 处与发送的不同，但原系统也是如此" in reason and "全部一致" not in reason
