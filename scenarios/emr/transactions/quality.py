"""病历质控：扫描、整改、缺陷统计、及时性统计。"""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, Statement, Transaction
from scenarios.emr import catalogue_texts as texts
from scenarios.emr import statements_quality as sql
from scenarios.emr.judging import CORRECT_WITHIN
from scenarios.emr.transactions.common import audit
from scenarios.emr.world import BUSINESS_DAY, Flaw, later, moment, one_of

# 没有指明文书类型的规则各有一条查询。
CONTENT: dict[str, Statement] = {
    "CT-SHORT": sql.SHORT_HITS,
    "CT-DIAGNOSIS": sql.UNDIAGNOSED_HITS,
    "SG-UNSIGNED": sql.UNSIGNED_HITS,
    "AR-LATE": sql.UNARCHIVED_HITS,
}

# --------------------------------------------------------------------------- 扫描


def quality_scan(tx: Conversation, *, batch_no: str, first_visit_no: str, last_visit_no: str, at: dt.datetime) -> int:
    """一段就诊逐条规则地查，查到的各记一条缺陷，限期整改；返回查到几条。"""
    span = {"first_visit_no": first_visit_no, "last_visit_no": last_visit_no}
    hits = []
    for rule_code, type_code, limit_hours, points in tx.rows(sql.RULES_IN_FORCE):
        if type_code is None:
            timed = {"at": at} if rule_code == "AR-LATE" else {}
            found = tx.rows(CONTENT[rule_code], rule_code=rule_code, **span, **timed)
        else:
            started = at - dt.timedelta(hours=limit_hours)
            found = tx.rows(sql.LATE_HITS, rule_code=rule_code, type_code=type_code, started=started, at=at, **span)
        hits += [(visit_no, rule_code, points) for (visit_no,) in found]
    visits = tx.row(sql.VISITS_IN_RANGE, **span)
    tx.change(
        sql.ADD_QUALITY_SCAN,
        batch_no=batch_no,
        visits=visits[0] if visits else 0,
        defects=len(hits),
        scanned_at=at,
        **span,
    )
    for n, (visit_no, rule_code, points) in enumerate(hits, 1):
        tx.change(
            sql.ADD_DEFECT,
            defect_id=f"{batch_no}-{n:03d}", batch_no=batch_no, rule_code=rule_code, visit_no=visit_no, status="OPEN",
            points=points, found_at=at, correct_by=at + CORRECT_WITHIN, corrector_id=None, corrected_at=None,
            correction=None,
        )  # fmt: skip
    return len(hits)


def draw_quality_scan(drawing: Drawing) -> dict[str, Any] | None:
    span: tuple[str, str] | None = drawing.take("unscanned")
    if span is None:
        return None
    return {
        "batch_no": drawing.number("Q"), "first_visit_no": span[0], "last_visit_no": span[1], "at": moment(drawing)
    }  # fmt: skip


# --------------------------------------------------------------------------- 整改


def defect_correct(tx: Conversation, *, defect_id: str, corrector_id: str, correction: str, at: dt.datetime) -> None:
    """写明怎样整改的。"""
    if tx.row(sql.DEFECT_CARD, defect_id=defect_id) is None:
        tx.refuse("没有这条缺陷")
    changed = tx.change(
        sql.MARK_CORRECTED, defect_id=defect_id, corrector_id=corrector_id, correction=correction, at=at
    )
    if changed != 1:
        tx.refuse("缺陷已整改")
    audit(tx, action="CORRECT", object_id=defect_id, staff_id=corrector_id, at=at)


def draw_defect_correct(drawing: Drawing) -> dict[str, Any] | None:
    flaw: Flaw | None = drawing.take("flaw")
    if flaw is None:
        return None
    at = later(drawing, flaw.at, 30, 240)
    if flaw.to_archive:
        drawing.put("left", flaw.stay._replace(at=at))
    return {
        "defect_id": flaw.defect_id,
        "corrector_id": flaw.stay.doctor_id,
        "correction": one_of(drawing, texts.CORRECTIONS),
        "at": at,
    }


# --------------------------------------------------------------------------- 统计


def quality_statistics(tx: Conversation, *, day_start: dt.datetime, day_end: dt.datetime) -> None:
    """一段时间的缺陷按规则、按科室汇总。"""
    period = {"day_start": day_start, "day_end": day_end}
    tx.rows(sql.DEFECTS_BY_RULE, **period)
    tx.rows(sql.DEFECTS_BY_DEPT, **period)


def timeliness_report(tx: Conversation, *, day_start: dt.datetime, day_end: dt.datetime) -> None:
    """一段时间的签名及时、检验时间顺序、归档及时，各给分子与分母。"""
    period = {"day_start": day_start, "day_end": day_end}
    tx.rows(sql.TIMELINESS_BY_TYPE, **period)
    tx.rows(sql.TIMES_IN_ORDER, **period)
    tx.rows(sql.ARCHIVING_BY_CLASS, **period)


def draw_period(drawing: Drawing) -> dict[str, Any]:
    back = int(drawing.rng.random() * (drawing.world.scale.days + 1))
    start = dt.datetime.combine(BUSINESS_DAY - dt.timedelta(days=back), dt.time())
    return {"day_start": start, "day_end": start + dt.timedelta(days=1 + int(drawing.rng.random() * 7))}


TRANSACTIONS = (
    Transaction(name="defect_correct", title="缺陷整改", draw=draw_defect_correct, act=defect_correct, weight=0.5),
    Transaction(name="quality_scan", title="质控扫描", draw=draw_quality_scan, act=quality_scan, weight=0.2, bulk=True),
    Transaction(
        name="quality_statistics", title="缺陷统计", draw=draw_period, act=quality_statistics, weight=0.3, bulk=True
    ),
    Transaction(
        name="timeliness_report", title="及时性统计", draw=draw_period, act=timeliness_report, weight=0.3, bulk=True
    ),
)
