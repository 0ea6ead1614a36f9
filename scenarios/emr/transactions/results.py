"""检验结果：接收检验系统送来的副本，引用进病历。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.emr import catalogue
from scenarios.emr import statements as sql
from scenarios.emr import statements_shelf as shelf
from scenarios.emr.transactions.common import refuse_if_refused
from scenarios.emr.world import Work, later, one_of

QUOTED = 4  # 一次最多引用几项结果
CRITICAL_SHARE = 0.1  # 危急值的比例

# --------------------------------------------------------------------------- 接收


def receive_results(tx: Conversation, *, order: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> None:
    """检验系统送来的结果留一份副本，供病历引用。"""
    visit = tx.row(sql.VISIT_CARD, visit_no=order["visit_no"])
    if visit is None:
        tx.refuse("没有这次就诊")
    if visit[6] != order["patient_id"] or visit[0] != order["visit_class"]:
        tx.refuse("就诊与患者不符")
    common = {name: value for name, value in order.items() if name != "visit_class"}
    for result in results:
        refuse_if_refused(tx, tx.attempt(shelf.ADD_RESULT, **common, **result), "这些结果已收过")


def draw_receive_results(drawing: Drawing) -> dict[str, Any] | None:
    """正在写的病历等到了结果，此后可以引用。"""
    work: Work | None = drawing.take("editing")
    if work is None:
        return None
    stay, panel = work.stay, one_of(drawing, catalogue.RESULTS)[0]
    ordered_at = later(drawing, work.at, 0, 2)
    collected_at = later(drawing, ordered_at, 2, 20)
    reported_at = later(drawing, collected_at, 20, 60)
    order = {
        "patient_id": stay.patient_id,
        "visit_no": stay.visit_no,
        "visit_class": stay.place.visit_class,
        "order_no": drawing.number("A"),
        "filler_no": drawing.number("T"),
        "panel_name": panel,
        "ordered_at": ordered_at,
        "collected_at": collected_at,
        "reported_at": reported_at,
    }
    results = tuple(_measured(drawing, panel, reported_at))
    quotable = tuple((order["filler_no"], result["analyte_code"]) for result in results)
    drawing.put("quotable", work._replace(stay=stay._replace(results=quotable), at=reported_at))
    return {"order": order, "results": results}


def _measured(drawing: Drawing, panel: str, reported_at: dt.datetime) -> Iterator[dict[str, Any]]:
    for of_panel, code, name, unit, reference, low, high, decimals in catalogue.RESULTS:
        if of_panel == panel:
            chance = drawing.rng.random()
            critical = chance < CRITICAL_SHARE
            value = high * 2 if critical else low + int((high - low) * chance)
            yield {
                "analyte_code": code,
                "analyte_name": name,
                "value_text": str(Decimal(value).scaleb(-decimals)),
                "unit": unit,
                "reference_text": reference,
                "abnormal_flag": "HH" if critical else None,
                "handled_at": later(drawing, reported_at, 2, 25) if critical else None,
            }


# --------------------------------------------------------------------------- 引用


def quote_results(
    tx: Conversation, *, record_id: str, results: Sequence[Sequence[str]], staff_id: str, at: dt.datetime
) -> None:
    """把已发布的结果照抄进病历；只能引用同一患者的，写到病历签名为止。"""
    record = tx.row(sql.RECORD_TO_EDIT, record_id=record_id)
    if record is None or record[0] != "DRAFT":
        tx.refuse("没有这份病历或已签名")
    for filler_no, analyte_code in results:
        found = tx.row(shelf.RESULT_TO_QUOTE, record_id=record_id, filler_no=filler_no, analyte_code=analyte_code)
        if found is None:
            tx.refuse("没有这项结果，或不是这位患者的")
        analyte_name, value_text, unit, abnormal_flag, reported_at = found
        reply = tx.attempt(
            shelf.ADD_QUOTED_RESULT,
            record_id=record_id, filler_no=filler_no, analyte_code=analyte_code, analyte_name=analyte_name,
            value_text=value_text, unit=unit, abnormal_flag=abnormal_flag, reported_at=reported_at, quoted_by=staff_id,
            quoted_at=at,
        )  # fmt: skip
        refuse_if_refused(tx, reply, "这项结果已引用过，或引用早于报告")
    tx.rows(shelf.QUOTED_RESULTS, record_id=record_id)


def draw_quote_results(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("quotable")
    if work is None:
        return None
    at = later(drawing, work.at, 0, 5)
    drawing.put("editing", work._replace(at=at))
    return {
        "record_id": work.record_id,
        "results": work.stay.results[:QUOTED],
        "staff_id": work.stay.doctor_id,
        "at": at,
    }


TRANSACTIONS = (
    Transaction(
        name="receive_results", title="接收检验结果", draw=draw_receive_results, act=receive_results, weight=1.5
    ),
    Transaction(name="quote_results", title="引用检验结果", draw=draw_quote_results, act=quote_results, weight=1.5),
)
