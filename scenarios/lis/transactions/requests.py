"""申请与标本：开检验申请、撤销申请、采集、签收、退单、重新采集、标本跟踪、归档。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, Row, Transaction
from scenarios.lis import catalogue
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import statements as sql
from scenarios.lis.judging import KEPT_DAYS
from scenarios.lis.transactions.common import audit, refuse_if_refused, register, tubes_of_a_section
from scenarios.lis.world import Assay, Ordered, Sufferer, Tube, later, moment, one_of

SECTIONS = tuple(code for code, _ in catalogue.SECTIONS)
BATCH = 4  # 一次签收最多几管

# --------------------------------------------------------------------------- 开检验申请


def order_tests(
    tx: Conversation,
    *,
    order: Mapping[str, Any],
    tubes: Sequence[Sequence[Any]],
    at: dt.datetime,
    patient_name: str | None = None,
) -> None:
    """写申请、逐管打印条码、逐个项目编执行方编号；同一容器的项目合用一管。对方报了姓名就核对。"""
    patient = tx.row(sql.PATIENT_CARD, patient_id=order["patient_id"])
    if patient is None:
        tx.refuse("没有这位患者")
    if patient_name is not None and not same_name(patient_name, patient[1]):
        tx.refuse("姓名与患者号不符")
    register(tx, sql.ADD_ORDER, "申请号已登记", status="OPEN", ordered_at=at, cancelled_at=None, **order)
    set_no = 0
    for specimen_id, section_code, specimen_type, container, tests in tubes:
        register(
            tx, sql.ADD_SPECIMEN, "条码已用过",
            specimen_id=specimen_id, order_no=order["order_no"], section_code=section_code,
            specimen_type=specimen_type, container=container, status="PRINTED", replaces_id=None, volume_ml=None,
            printed_at=at, collector_id=None, collected_at=None, receiver_id=None, received_at=None, serial_no=None,
        )  # fmt: skip
        for filler_no, panel_code in tests:
            panel = tx.row(sql.PANEL_CARD, panel_code=panel_code)
            if panel is None or panel[4] != container:
                tx.refuse("项目与容器不符")
            set_no += 1
            register(
                tx, sql.ADD_TEST, "执行方编号已用过",
                filler_no=filler_no, order_no=order["order_no"], set_no=set_no, panel_code=panel_code,
                specimen_id=specimen_id, status="ORDERED", hold_reason=None, review_kind=None, reviewer_id=None,
                reviewed_at=None,
            )  # fmt: skip


def same_name(told: str, known: str) -> bool:
    """A question mark stands for a character that the sender's charset lacks."""
    return len(told) == len(known) and all(a in (b, "?") for a, b in zip(told, known, strict=True))


def draw_order_tests(drawing: Drawing) -> dict[str, Any]:
    rng, number = drawing.rng, drawing.number
    sufferer: Sufferer = one_of(drawing, drawing.world.sufferers)
    dept_id, patient_class, doctor_id = one_of(drawing, drawing.world.departments)
    order_no, at = number("A"), moment(drawing)
    tubes = tuple(
        (number("B"), plan.section, plan.specimen_type, plan.container, tuple((number("T"), c) for c in plan.panels))
        for plan in catalogue.TUBES[int(rng.random() ** 1.5 * len(catalogue.TUBES))]
    )
    drawing.put("ordered", Ordered(order_no, sufferer, tuple((t[0], t[1], t[4]) for t in tubes), at))
    order = {
        "order_no": order_no,
        "patient_id": sufferer.patient_id,
        "visit_no": number("V"),
        "patient_class": patient_class,
        "dept_id": dept_id,
        "doctor_id": doctor_id,
        "priority": "S" if patient_class == "E" else "R",
        "clinical_info": one_of(drawing, texts.CLINICAL),
    }
    return {"order": order, "tubes": tubes, "at": at}


# --------------------------------------------------------------------------- 撤销申请


def cancel_order(tx: Conversation, *, order_no: str, doctor_id: str, at: dt.datetime) -> None:
    """采集之前可以撤销：申请、条码、项目一并作废。"""
    if tx.change(sql.CANCEL_ORDER, order_no=order_no, at=at) != 1:
        tx.refuse("申请不存在或已撤销")
    printed = tx.rows(sql.SPECIMENS_OF_ORDER, order_no=order_no)
    if tx.change(sql.CANCEL_SPECIMENS, order_no=order_no) != len(printed):
        tx.refuse("已有标本采集，不能撤销")
    tx.change(sql.CANCEL_TESTS, order_no=order_no)
    audit(tx, action="CANCEL", object_id=order_no, staff_id=doctor_id, at=at)


def draw_cancel_order(drawing: Drawing) -> dict[str, Any] | None:
    ordered: Ordered | None = drawing.take("ordered")
    if ordered is None:
        return None
    doctor_id = one_of(drawing, drawing.world.departments)[2]
    return {"order_no": ordered.order_no, "doctor_id": doctor_id, "at": later(drawing, ordered.at, 1, 20)}


# --------------------------------------------------------------------------- 采集


def collect(
    tx: Conversation, *, order_no: str, volumes: Sequence[Sequence[Any]], collector_id: str, at: dt.datetime
) -> list[Row | None]:
    """逐管扫条码核对患者，记采集者、时间与量。"""
    tx.rows(sql.SPECIMENS_OF_ORDER, order_no=order_no)
    labels = []
    for specimen_id, volume_ml in volumes:
        labels.append(tx.row(sql.SPECIMEN_LABEL, specimen_id=specimen_id))
        taken = tx.change(
            sql.MARK_COLLECTED, specimen_id=specimen_id, volume_ml=volume_ml, collector_id=collector_id, at=at
        )
        if taken != 1:
            tx.refuse("条码不存在、已采集或已作废")
    return labels


def draw_collect(drawing: Drawing) -> dict[str, Any] | None:
    ordered: Ordered | None = drawing.take("ordered")
    if ordered is None:
        return None
    at = later(drawing, ordered.at, 5, 40)
    for specimen_id, section, tests in ordered.tubes:
        drawing.put(f"collected-{section}", Tube(specimen_id, section, ordered.sufferer, tests, at))
    volumes = tuple((tube[0], volume(drawing)) for tube in ordered.tubes)
    nurse = one_of(drawing, drawing.world.nurses)
    return {"order_no": ordered.order_no, "volumes": volumes, "collector_id": nurse, "at": at}


def volume(drawing: Drawing) -> Decimal:
    """Between 1.00 and 8.00 ml."""
    return Decimal(100 + int(drawing.rng.random() * 701)).scaleb(-2)


# --------------------------------------------------------------------------- 签收


def receive(
    tx: Conversation, *, section_code: str, specimens: Sequence[str], receiver_id: str, at: dt.datetime
) -> list[int]:
    """专业组签收一批标本，每管给一个流水号，号码连续。"""
    for specimen_id in specimens:
        tx.row(sql.SPECIMEN_LABEL, specimen_id=specimen_id)
    tx.change(sql.TAKE_SERIALS, section_code=section_code, taken=len(specimens))
    last = tx.row(sql.LAST_SERIAL, section_code=section_code)
    if last is None:
        tx.refuse("没有这个专业组")
    serials = list(range(last[0] - len(specimens) + 1, last[0] + 1))
    for serial_no, specimen_id in zip(serials, specimens, strict=True):
        received = tx.change(
            sql.MARK_RECEIVED, specimen_id=specimen_id, receiver_id=receiver_id, at=at, serial_no=serial_no
        )
        if received != 1:
            tx.refuse("条码不存在、未采集或已退单")
    return serials


def draw_receive(drawing: Drawing) -> dict[str, Any] | None:
    tubes = tubes_of_a_section(drawing, "collected", SECTIONS, 1 + int(drawing.rng.random() * BATCH))
    if not tubes:
        return None
    section = tubes[0].section
    at = later(drawing, max(tube.at for tube in tubes), 8, 45)
    for tube in tubes:
        drawing.put(f"received-{section}", tube._replace(at=at))
    return {
        "section_code": section,
        "specimens": tuple(tube.specimen_id for tube in tubes),
        "receiver_id": one_of(drawing, drawing.world.technicians[section]),
        "at": at,
    }


# --------------------------------------------------------------------------- 退单与重新采集


def reject_specimen(
    tx: Conversation, *, specimen_id: str, reason: str, remark: str | None, staff_id: str, at: dt.datetime
) -> None:
    """不合格的标本退回，写明原因；项目等待重新采集。"""
    if tx.change(sql.MARK_REJECTED, specimen_id=specimen_id) != 1:
        tx.refuse("标本未采集、已签收或已退单")
    tx.change(
        sql.ADD_REJECTION, specimen_id=specimen_id, reason=reason, remark=remark, staff_id=staff_id, rejected_at=at
    )
    audit(tx, action="REJECT", object_id=specimen_id, staff_id=staff_id, at=at)


def draw_reject_specimen(drawing: Drawing) -> dict[str, Any] | None:
    tubes = tubes_of_a_section(drawing, "collected", SECTIONS, 1)
    if not tubes:
        return None
    tube, at = tubes[0], later(drawing, tubes[0].at, 5, 40)
    drawing.put("rejected", tube._replace(at=at))
    reason, remark = one_of(drawing, texts.REJECTIONS)
    return {
        "specimen_id": tube.specimen_id,
        "reason": reason,
        "remark": remark,
        "staff_id": one_of(drawing, drawing.world.technicians[tube.section]),
        "at": at,
    }


def recollect(
    tx: Conversation, *, specimen_id: str, new_specimen_id: str, volume_ml: Decimal, collector_id: str, at: dt.datetime
) -> None:
    """为退回的一管重打条码并采集，项目转到新的一管。"""
    old = tx.row(sql.SPECIMEN_TO_REPLACE, specimen_id=specimen_id)
    if old is None or old[4] != "REJECTED":
        tx.refuse("标本未退单")
    order_no, section_code, specimen_type, container, _ = old
    register(
        tx, sql.ADD_SPECIMEN, "条码已用过",
        specimen_id=new_specimen_id, order_no=order_no, section_code=section_code, specimen_type=specimen_type,
        container=container, status="COLLECTED", replaces_id=specimen_id, volume_ml=volume_ml, printed_at=at,
        collector_id=collector_id, collected_at=at, receiver_id=None, received_at=None, serial_no=None,
    )  # fmt: skip
    if tx.change(sql.MOVE_TESTS, specimen_id=specimen_id, new_specimen_id=new_specimen_id) == 0:
        tx.refuse("退回的标本已重新采集过")


def draw_recollect(drawing: Drawing) -> dict[str, Any] | None:
    tube: Tube | None = drawing.take("rejected")
    if tube is None:
        return None
    new_specimen_id, at = drawing.number("B"), later(drawing, tube.at, 20, 90)
    drawing.put(f"collected-{tube.section}", tube._replace(specimen_id=new_specimen_id, at=at))
    return {
        "specimen_id": tube.specimen_id,
        "new_specimen_id": new_specimen_id,
        "volume_ml": volume(drawing),
        "collector_id": one_of(drawing, drawing.world.nurses),
        "at": at,
    }


# --------------------------------------------------------------------------- 标本跟踪


def track_specimen(tx: Conversation, *, specimen_id: str) -> tuple[Row, Sequence[Row]]:
    """一管标本走到了哪里：各环节时间、退单、归档位置，以及每个项目的进度。"""
    trace = tx.row(sql.TRACE, specimen_id=specimen_id)
    if trace is None:
        tx.refuse("没有这个条码")
    return trace, tx.rows(sql.TESTS_OF_SPECIMEN, specimen_id=specimen_id)


def draw_track_specimen(drawing: Drawing) -> dict[str, Any] | None:
    found: Assay | Tube | None = drawing.peek(
        one_of(drawing, ("rejected", "resulted", "held", "reviewed", "published"))
    )
    return None if found is None else {"specimen_id": found.specimen_id}


# --------------------------------------------------------------------------- 标本归档


def archive_specimen(
    tx: Conversation, *, specimen_id: str, place_id: str, staff_id: str, at: dt.datetime, discard_on: dt.date
) -> None:
    """报告发布后标本入库待查；孔位是否空着，由唯一索引在插入时说了算。"""
    if tx.change(sql.MARK_ARCHIVED, specimen_id=specimen_id) != 1:
        tx.refuse("标本未签收或已归档")
    reply = tx.attempt(
        sql.ADD_ARCHIVED,
        specimen_id=specimen_id, place_id=place_id, staff_id=staff_id, archived_at=at, discard_on=discard_on,
    )  # fmt: skip
    refuse_if_refused(tx, reply, "孔位已占用")


def draw_archive_specimen(drawing: Drawing) -> dict[str, Any] | None:
    test: Assay | None = drawing.take("to_archive")
    if test is None:
        return None
    place_id = drawing.take("free_place")
    if place_id is None:
        drawing.put("to_archive", test)
        return None
    at = later(drawing, test.at, 60, 240)
    staff_id = one_of(drawing, drawing.world.technicians[catalogue.PANELS[test.panel_code].section])
    return {
        "specimen_id": test.specimen_id,
        "place_id": place_id,
        "staff_id": staff_id,
        "at": at,
        "discard_on": at.date() + dt.timedelta(days=KEPT_DAYS),
    }


TRANSACTIONS = (
    Transaction(name="order_tests", title="开检验申请", draw=draw_order_tests, act=order_tests, weight=8),
    Transaction(name="cancel_order", title="撤销申请", draw=draw_cancel_order, act=cancel_order, weight=0.6),
    Transaction(name="collect", title="采集", draw=draw_collect, act=collect, weight=7.4),
    Transaction(name="receive", title="标本签收", draw=draw_receive, act=receive, weight=6),
    Transaction(name="reject_specimen", title="退单", draw=draw_reject_specimen, act=reject_specimen, weight=0.7),
    Transaction(name="recollect", title="重新采集", draw=draw_recollect, act=recollect, weight=0.6),
    Transaction(name="track_specimen", title="标本跟踪", draw=draw_track_specimen, act=track_specimen, weight=6),
    Transaction(name="archive_specimen", title="标本归档", draw=draw_archive_specimen, act=archive_specimen, weight=8),
)
