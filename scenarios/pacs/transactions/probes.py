"""探测：故意做影像科规则所禁止的事，看拦不拦得住、以哪一类错误拦下、拦下后是否全部回滚。

只在功能比对的末尾运行，从不用于压测。若约束在迁移中丢失，这里的业务会“成功”并提交，比对与不变量即报出。
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, ReplyKind, Statement, Transaction
from scenarios.pacs import catalogue
from scenarios.pacs import statements as sql
from scenarios.pacs import statements_reports as reports
from scenarios.pacs.transactions.archiving import note_archived
from scenarios.pacs.transactions.booking import book_exam, order_exam, register_exam, registration, slot_of
from scenarios.pacs.transactions.common import Draw, Drawn
from scenarios.pacs.transactions.examining import finish_exam
from scenarios.pacs.transactions.reporting import new_text, publish_report, review_report, revise_report
from scenarios.pacs.world import Exam, later, moment, one_of

TOO_LONG = "未见明显异常；" * 72  # 504 个字，印象栏 500 个字
TOO_MUCH = Decimal("10000000000.00")  # 金额栏 12 位、其中小数 2 位，多出一位


def insisting(statement: Statement, reason: str) -> Callable[..., None]:
    """一条语句：被拦下就结束；没被拦下则照常提交，留给比对去发现。"""

    def act(tx: Conversation, **params: Any) -> None:
        if tx.attempt(statement, **params).kind is not ReplyKind.OK:
            tx.refuse(reason)

    return act


# --------------------------------------------------------------------------- 申请与预约


def draw_duplicate_accession(drawing: Drawing) -> Drawn:
    """已有的检查号再登记一张申请。"""
    exam: Exam | None = drawing.peek("published")
    return None if exam is None else _order(drawing, exam.study["accession"], exam.item_code)


def draw_unknown_item(drawing: Drawing) -> Drawn:
    return _order(drawing, drawing.number("A"), "XX99")


def _order(drawing: Drawing, accession_no: str, item_code: str) -> dict[str, Any]:
    order = {
        "accession_no": accession_no, "patient_id": one_of(drawing, drawing.world.patients).patient_id,
        "item_code": item_code, "dept_name": "急诊科", "referrer": catalogue.REFERRERS[0], "diagnosis": None,
    }  # fmt: skip
    return {"order": order, "charge_id": drawing.number("F"), "at": moment(drawing)}


def order_unknown(tx: Conversation, *, order: dict[str, Any], charge_id: str, at: dt.datetime) -> None:
    """字典外的项目，绕过核对直接写：外键应拦下。"""
    reply = tx.attempt(
        sql.ADD_ORDER, status="ORDERED", ordered_at=at, room_id=None, queue_no=None, registered_at=None, **order
    )
    if reply.kind is not ReplyKind.OK:
        tx.refuse("没有这个检查项目")


def draw_double_booking(drawing: Drawing) -> Drawn:
    """已预约的申请再占一个号。"""
    exam: Exam | None = drawing.peek("booked")
    return None if exam is None else _booking(drawing, exam, slot_of(drawing, exam))


def draw_overbooking(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("ordered") or drawing.peek("booked")
    return None if exam is None else _booking(drawing, exam, drawing.world.full_slot)


def _booking(drawing: Drawing, exam: Exam, slot_id: str) -> dict[str, Any]:
    accession_no, appointment_id = exam.study["accession"], drawing.number("B")
    return {"accession_no": accession_no, "appointment_id": appointment_id, "slot_id": slot_id, "at": exam.at}


def draw_register_cancelled(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("cancelled")
    return None if exam is None else registration(drawing, exam, later(drawing, exam.at, 5, 10))


def draw_huge_charge(drawing: Drawing) -> Drawn:
    return _charge(drawing, TOO_MUCH)


def draw_negative_charge(drawing: Drawing) -> Drawn:
    return _charge(drawing, Decimal("-0.01"))


def _charge(drawing: Drawing, amount: Decimal) -> Drawn:
    exam: Exam | None = drawing.peek("published")
    if exam is None:
        return None
    return {
        "charge_id": drawing.number("F"), "accession_no": exam.study["accession"], "item_code": exam.item_code,
        "quantity": 1, "unit_price": Decimal("1.00"), "amount": amount, "charged_at": exam.at,
    }  # fmt: skip


# --------------------------------------------------------------------------- 检查与归档


def draw_end_before_begin(drawing: Drawing) -> Drawn:
    """结束早于开始一小时。"""
    exam: Exam | None = drawing.peek("examining")
    if exam is None:
        return None
    at = exam.at - dt.timedelta(hours=1)
    return {"mpps_uid": exam.mpps_uid, "ended_as": "COMPLETED", "series": (), "reason": None, "at": at}


def draw_archive_twice(drawing: Drawing) -> Drawn:
    return _archiving(drawing, "published")


def draw_archive_unexamined(drawing: Drawing) -> Drawn:
    return _archiving(drawing, "registered")


def _archiving(drawing: Drawing, pool: str) -> Drawn:
    exam: Exam | None = drawing.peek(pool)
    if exam is None:
        return None
    return {
        "study": exam.study,
        "log_no": drawing.number("L"),
        "place": "NEARLINE",
        "at": later(drawing, exam.at, 1, 5),
    }


def draw_unexplained_correction(drawing: Drawing) -> Drawn:
    """更正而不写原因。"""
    exam: Exam | None = drawing.peek("published")
    if exam is None:
        return None
    return {
        "correction_id": drawing.number("K"), "study_uid": exam.study["uid"], "kind": "NAME", "old_value": None,
        "new_value": "某某", "reason": None, "staff_id": one_of(drawing, drawing.world.clerks), "corrected_at": exam.at,
    }  # fmt: skip


# --------------------------------------------------------------------------- 报告


def draw_publish_unreviewed(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("submitted") or drawing.peek("drafted")
    if exam is None:
        return None
    staff_id = one_of(drawing, drawing.world.reviewers)
    return {"report_id": exam.report_id, "staff_id": staff_id, "at": later(drawing, exam.at, 1, 5)}


def draw_review_own(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("submitted")
    if exam is None:
        return None
    review = {
        "review_id": drawing.number("V"), "report_id": exam.report_id, "reviewer_id": exam.writer_id, "passed": 1,
        "opinion": None,
    }  # fmt: skip
    return {"review": review, "at": later(drawing, exam.at, 1, 5)}


def draw_change_reviewed(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("reviewed")
    if exam is None:
        return None
    at = later(drawing, exam.at, 1, 5)
    return {"report_id": exam.report_id, "text": new_text(drawing, exam), "editor_id": exam.writer_id, "at": at}


def draw_long_impression(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("published")
    if exam is None:
        return None
    return {
        "report_id": exam.report_id, "version_no": exam.version + 90, "findings": "同前。", "impression": TOO_LONG,
        "editor_id": exam.writer_id, "saved_at": later(drawing, exam.at, 1, 5),
    }  # fmt: skip


def _probe(name: str, title: str, draw: Draw, act: Callable[..., Any]) -> Transaction:
    return Transaction(name=f"probe_{name}", title=f"探测：{title}", draw=draw, act=act, weight=0, probe=True)


TRANSACTIONS = (
    _probe("duplicate_accession", "检查号重复", draw_duplicate_accession, order_exam),
    _probe("unknown_item", "字典外项目", draw_unknown_item, order_unknown),
    _probe("double_booking", "重复预约", draw_double_booking, book_exam),
    _probe("overbooking", "号源已满再约", draw_overbooking, book_exam),
    _probe("register_cancelled", "登记已取消的预约", draw_register_cancelled, register_exam),
    _probe("negative_charge", "费用为负", draw_negative_charge, insisting(sql.ADD_CHARGE, "费用不能为负")),
    _probe("huge_charge", "金额溢出", draw_huge_charge, insisting(sql.ADD_CHARGE, "金额太大")),
    _probe("end_before_begin", "结束早于开始", draw_end_before_begin, finish_exam),
    _probe("archive_twice", "重复归档登记", draw_archive_twice, note_archived),
    _probe("archive_unexamined", "未检查先归档", draw_archive_unexamined, note_archived),
    _probe(
        "unexplained_correction", "更正不写原因", draw_unexplained_correction,
        insisting(reports.ADD_CORRECTION, "须写明原因"),
    ),
    _probe("publish_unreviewed", "发布未审核的报告", draw_publish_unreviewed, publish_report),
    _probe("review_own", "审核自己的报告", draw_review_own, review_report),
    _probe("change_reviewed", "修改已审核的报告", draw_change_reviewed, revise_report),
    _probe(
        "long_impression", "印象超长", draw_long_impression, insisting(reports.ADD_REPORT_VERSION, "印象太长")
    ),
)  # fmt: skip
