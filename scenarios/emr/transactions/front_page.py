"""病案首页：填写、审核。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.emr import catalogue, judging
from scenarios.emr import statements as sql
from scenarios.emr import statements_shelf as shelf
from scenarios.emr.transactions.common import audit
from scenarios.emr.world import Stay, later, one_of

AGAIN_SHARE = 0.2  # 填过之后还要改一次的

# --------------------------------------------------------------------------- 填写


def front_page_save(
    tx: Conversation,
    *,
    page: Mapping[str, Any],
    diagnoses: Sequence[Sequence[str]],
    operations: Sequence[Sequence[Any]],
    fees: Sequence[Sequence[Any]],
    at: dt.datetime,
) -> None:
    """第一条诊断为主要诊断；各项费用之和必须等于总费用；没审核之前可以重填，整页换掉。"""
    visit_no = page["visit_no"]
    visit = tx.row(sql.VISIT_CARD, visit_no=visit_no)
    if visit is None or visit[4] is None:
        tx.refuse("没有这次就诊或还没出院")
    if not diagnoses:
        tx.refuse("没有主要诊断")
    if sum((amount for _, amount in fees), Decimal(0)) != page["total_fee"]:
        tx.refuse("各项费用之和不等于总费用")
    whole = {**page, "stay_days": judging.stay_days(visit[2], visit[4]), "saved_at": at}
    old = tx.row(shelf.PAGE, visit_no=visit_no)
    if old is None:
        tx.change(shelf.ADD_FRONT_PAGE, status="SAVED", **whole)
    else:
        if tx.change(shelf.OVERWRITE_PAGE, **whole) != 1:
            tx.refuse("首页已审核")
        for drop in (shelf.DROP_PAGE_DIAGNOSES, shelf.DROP_PAGE_OPERATIONS, shelf.DROP_PAGE_FEES):
            tx.change(drop, visit_no=visit_no)
    for seq_no, (icd_code, condition) in enumerate(diagnoses, 1):
        tx.change(
            shelf.ADD_PAGE_DIAGNOSIS,
            visit_no=visit_no, seq_no=seq_no, kind="MAIN" if seq_no == 1 else "OTHER", icd_code=icd_code,
            admission_condition=condition,
        )  # fmt: skip
    for seq_no, (operation_code, operated_at, surgeon_id, incision) in enumerate(operations, 1):
        tx.change(
            shelf.ADD_PAGE_OPERATION,
            visit_no=visit_no, seq_no=seq_no, operation_code=operation_code, operated_at=operated_at,
            surgeon_id=surgeon_id, incision=incision,
        )  # fmt: skip
    for fee_code, amount in fees:
        tx.change(shelf.ADD_PAGE_FEE, visit_no=visit_no, fee_code=fee_code, amount=amount)


def draw_front_page_save(drawing: Drawing) -> dict[str, Any] | None:
    stay: Stay | None = drawing.take("page_to_write")
    if stay is None:
        return None
    at, chance = later(drawing, stay.at, 5, 60), drawing.rng.random
    drawing.put("page_to_write" if chance() < AGAIN_SHARE else "page_to_check", stay._replace(at=at))
    fees = tuple((code, Decimal(int(chance() * 800_000)).scaleb(-2)) for code, _ in catalogue.FEES)
    total = sum((amount for _, amount in fees), Decimal(0))
    chosen = drawing.rng.sample(catalogue.DIAGNOSES, 1 + int(chance() * 4))
    operated_at = stay.at - dt.timedelta(days=1)
    operations = ((one_of(drawing, catalogue.OPERATIONS)[0], operated_at, stay.doctor_id, "Ⅱ/甲"),)
    return {
        "page": {
            "visit_no": stay.visit_no,
            "admission_way": one_of(drawing, "1239"),
            "discharge_way": "1",
            "blood_type": one_of(drawing, "123456"),
            "total_fee": total,
            "own_fee": (total * 3 / 10).quantize(Decimal("0.01")),
            "saved_by": stay.doctor_id,
        },
        "diagnoses": tuple((icd_code, one_of(drawing, "1234")) for icd_code, _ in chosen),
        "operations": operations if chance() < 0.4 else (),
        "fees": fees,
        "at": at,
    }


# --------------------------------------------------------------------------- 审核


def front_page_check(tx: Conversation, *, visit_no: str, checker_id: str, at: dt.datetime) -> str:
    """病案室看全页，核对合计，按主要诊断分组。"""
    page = tx.row(shelf.PAGE, visit_no=visit_no)
    if page is None:
        tx.refuse("首页还没填写")
    diagnoses = tx.rows(shelf.PAGE_DIAGNOSES, visit_no=visit_no)
    tx.rows(shelf.PAGE_OPERATIONS, visit_no=visit_no)
    fees = tx.rows(shelf.PAGE_FEES, visit_no=visit_no)
    if not diagnoses or sum((amount for _, amount in fees), Decimal(0)) != page[3]:
        tx.refuse("没有主要诊断，或费用合计不符")
    drg_code, drg_weight = judging.group_of(diagnoses[0][2])
    changed = tx.change(
        shelf.MARK_CHECKED,
        visit_no=visit_no, drg_code=drg_code, drg_weight=drg_weight, checked_by=checker_id, checked_at=at,
    )  # fmt: skip
    if changed != 1:
        tx.refuse("首页已审核")
    audit(tx, action="CHECK_PAGE", object_id=visit_no, staff_id=checker_id, at=at)
    return drg_code


def draw_front_page_check(drawing: Drawing) -> dict[str, Any] | None:
    stay: Stay | None = drawing.take("page_to_check")
    if stay is None:
        return None
    at = later(drawing, stay.at, 10, 120)
    drawing.put("left", stay._replace(at=at))
    return {"visit_no": stay.visit_no, "checker_id": one_of(drawing, drawing.world.archivists), "at": at}


TRANSACTIONS = (
    Transaction(name="front_page_save", title="填写病案首页", draw=draw_front_page_save, act=front_page_save, weight=1),
    Transaction(
        name="front_page_check", title="审核病案首页", draw=draw_front_page_check, act=front_page_check, weight=0.8
    ),
)
