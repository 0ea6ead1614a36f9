"""探测：故意做病历规则所禁止的事，看拦不拦得住、以哪一类错误拦下、拦下后是否全部回滚。

只在功能比对的末尾运行，从不用于压测。若约束在迁移中丢失，这里的业务会“成功”并提交，比对与不变量即报出。
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, ReplyKind, Transaction
from scenarios.emr import catalogue
from scenarios.emr import statements as sql
from scenarios.emr.transactions.archiving import archive_visit
from scenarios.emr.transactions.common import text_now
from scenarios.emr.transactions.documents import register_document
from scenarios.emr.transactions.editing import lock_editing, save_version
from scenarios.emr.transactions.front_page import front_page_save
from scenarios.emr.transactions.results import quote_results
from scenarios.emr.transactions.signing import sign
from scenarios.emr.world import Flaw, Stay, Work, later, moment, one_of
from scenarios.emr.writing import body_of, written

Draw = Callable[[Drawing], dict[str, Any] | None]
Act = Callable[..., Any]

TOO_LONG = "反复咳嗽、咳痰，" * 13 + "加重。"  # 107 个字，主诉栏 100 个字
TOO_MUCH = Decimal("10000000000.00")  # 金额栏 12 位、其中小数 2 位，多出一位

# --------------------------------------------------------------------------- 签名


def _signing(drawing: Drawing, pool: str, **wrong: Any) -> dict[str, Any] | None:
    """A signature under some record of this pool, wrong in one place."""
    work: Work | None = drawing.peek(pool)
    if work is None:
        return None
    right = {
        "record_id": work.record_id,
        "signature_id": drawing.number("G"),
        "signer_id": work.stay.doctor_id,
        "at": later(drawing, work.at, 5, 30),
    }
    return {**right, **{name: value(work) for name, value in wrong.items()}}


def draw_sign_for_another(drawing: Drawing) -> dict[str, Any] | None:
    return _signing(drawing, "written", signer_id=lambda work: work.stay.place.seniors[0])


def draw_sign_twice(drawing: Drawing) -> dict[str, Any] | None:
    return _signing(drawing, "signed")


def draw_sign_early(drawing: Drawing) -> dict[str, Any] | None:
    return _signing(drawing, "written", at=lambda work: work.at.replace(microsecond=0) - dt.timedelta(hours=1))


# --------------------------------------------------------------------------- 书写


def draw_edit_archived(drawing: Drawing) -> dict[str, Any]:
    record_id = one_of(drawing, drawing.world.archived)
    body = drawing.world.bank[catalogue.OUTPATIENT][0][0].body
    place = one_of(drawing, drawing.world.places)
    return {
        "record_id": record_id,
        "content": written(record_id, body),
        "editor_id": place.authors[0],
        "saved_at": moment(drawing),
    }


def draw_long_complaint(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.peek("written")
    if work is None:
        return None
    body = body_of(work.type_code, ((catalogue.COMPLAINT, TOO_LONG), (catalogue.ILLNESS, "发病以来精神可。")))
    return {
        "record_id": work.record_id,
        "content": written(work.record_id, body),
        "editor_id": work.stay.doctor_id,
        "saved_at": later(drawing, work.at, 1, 5),
    }


def draw_lock_taken(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.peek("locked")
    if work is None:
        return None
    return {"record_id": work.record_id, "editor_id": work.stay.place.seniors[0], "at": later(drawing, work.at, 1, 5)}


def draw_quote_of_another(drawing: Drawing) -> dict[str, Any] | None:
    """引用别的患者的结果。"""
    mine: Work | None = drawing.peek("written")
    others = (drawing.peek("quotable") for _ in range(20))
    other = next((w for w in others if w is not None and mine and w.stay.patient_id != mine.stay.patient_id), None)
    if mine is None or other is None:
        return None
    return {
        "record_id": mine.record_id,
        "results": other.stay.results[:1],
        "staff_id": mine.stay.doctor_id,
        "at": later(drawing, max(mine.at, other.at), 1, 5),
    }


def add_record_blindly(tx: Conversation, *, record: Mapping[str, Any], at: dt.datetime) -> None:
    """绕过一切校验，直接建一份病历。"""
    reply = tx.attempt(
        sql.ADD_RECORD,
        status="DRAFT", current_version=0, chief_complaint=None, created_at=at, due_at=at, signed_at=None,
        void_reason=None, voided_at=None, title="病历", **record,
    )  # fmt: skip
    if reply.kind is not ReplyKind.OK:  # 没被拦下则照常提交，留给比对去发现
        tx.refuse("病历不合规，未写入")


def _record(drawing: Drawing, **wrong: Any) -> dict[str, Any] | None:
    """A record of an open visit, wrong in one place."""
    work: Work | None = drawing.peek("written")
    if work is None:
        return None
    right = {
        "record_id": drawing.number("E"),
        "visit_no": work.stay.visit_no,
        "type_code": work.type_code,
        "author_id": work.stay.doctor_id,
    }
    return {"record": {**right, **wrong}, "at": later(drawing, work.at, 1, 5)}


def draw_unknown_type(drawing: Drawing) -> dict[str, Any] | None:
    return _record(drawing, type_code="C9999")


def draw_missing_author(drawing: Drawing) -> dict[str, Any] | None:
    return _record(drawing, author_id=None)


# --------------------------------------------------------------------------- 首页、归档、共享文档


def _page(drawing: Drawing, amount: Decimal) -> dict[str, Any] | None:
    """A front page whose last fee is this, and whose total agrees."""
    stay: Stay | None = drawing.peek("page_to_check")
    if stay is None:
        return None
    fees = (("01", Decimal("1200.00")), ("06", amount))
    return {
        "page": {
            "visit_no": stay.visit_no,
            "admission_way": "1",
            "discharge_way": "1",
            "blood_type": "6",
            "total_fee": Decimal("1200.00") + amount,
            "own_fee": Decimal("0.00"),
            "saved_by": stay.doctor_id,
        },
        "diagnoses": ((catalogue.DIAGNOSES[0][0], "1"),),
        "operations": (),
        "fees": fees,
        "at": later(drawing, stay.at, 5, 60),
    }


def draw_negative_fee(drawing: Drawing) -> dict[str, Any] | None:
    return _page(drawing, Decimal("-0.01"))


def draw_huge_fee(drawing: Drawing) -> dict[str, Any] | None:
    return _page(drawing, TOO_MUCH)


def _archiving(drawing: Drawing, stay: Stay) -> dict[str, Any]:
    return {
        "visit_no": stay.visit_no,
        "archive_no": drawing.number("Z"),
        "archiver_id": one_of(drawing, drawing.world.archivists),
        "at": later(drawing, stay.at, 30, 240),
    }


def draw_archive_unsigned(drawing: Drawing) -> dict[str, Any] | None:
    stay: Stay | None = drawing.peek("unfinished")
    return None if stay is None else _archiving(drawing, stay)


def draw_archive_defective(drawing: Drawing) -> dict[str, Any] | None:
    flaws: list[Flaw | None] = [drawing.peek("flaw") for _ in range(20)]
    flaw = next((one for one in flaws if one is not None and one.to_archive), None)
    return None if flaw is None else _archiving(drawing, flaw.stay)


def draw_duplicate_document(drawing: Drawing) -> dict[str, Any] | None:
    found, work = drawing.peek("document"), drawing.peek("signed")
    if found is None or work is None:
        return None
    document = {
        "document_id": found[0],
        "visit_no": work.stay.visit_no,
        "patient_id": work.stay.patient_id,
        "record_id": work.record_id,
        "type_code": work.type_code,
        "title": catalogue.TYPES[work.type_code].name,
        "content": text_now(drawing, work),
    }
    return {
        "document": document,
        "access_no": drawing.number("J"),
        "requester": "本院电子病历",
        "registrar_id": work.stay.doctor_id,
        "at": moment(drawing),
    }


def _probe(name: str, title: str, draw: Draw, act: Act) -> Transaction:
    return Transaction(name=f"probe_{name}", title=f"探测：{title}", draw=draw, act=act, weight=0, probe=True)


TRANSACTIONS = (
    _probe("sign_for_another", "签他人的病历", draw_sign_for_another, sign),
    _probe("sign_twice", "一个版本签两次", draw_sign_twice, sign),
    _probe("sign_early", "签名早于书写", draw_sign_early, sign),
    _probe("edit_archived", "改已归档的病历", draw_edit_archived, save_version),
    _probe("long_complaint", "主诉超长", draw_long_complaint, save_version),
    _probe("lock_taken", "抢占他人的编辑", draw_lock_taken, lock_editing),
    _probe("quote_of_another", "引用他人的结果", draw_quote_of_another, quote_results),
    _probe("unknown_type", "字典外文书类型", draw_unknown_type, add_record_blindly),
    _probe("missing_author", "缺作者", draw_missing_author, add_record_blindly),
    _probe("negative_fee", "费用为负", draw_negative_fee, front_page_save),
    _probe("huge_fee", "金额溢出", draw_huge_fee, front_page_save),
    _probe("archive_unsigned", "归档未签名的病历", draw_archive_unsigned, archive_visit),
    _probe("archive_defective", "归档有缺陷的病历", draw_archive_defective, archive_visit),
    _probe("duplicate_document", "文档标识重复", draw_duplicate_document, register_document),
)
