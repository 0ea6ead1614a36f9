"""书写：创建病历、自动保存、保存版本（修订留痕）、占用与释放编辑。"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from harness.model import Conversation, Drawing, Transaction
from scenarios.emr import catalogue, judging
from scenarios.emr import statements as sql
from scenarios.emr.transactions.common import refuse_if_refused, text_now
from scenarios.emr.world import Stay, Work, instant, later, one_of
from scenarios.emr.writing import changes, digest_of, searched, sections_of

AGAIN_SHARE = 0.3  # 保存之后还要接着写的

# --------------------------------------------------------------------------- 创建病历


def create_record(tx: Conversation, *, at: dt.datetime, **record: str) -> dt.datetime:
    """核对就诊与文书类型，算出签名时限，取模板。`record`：病历号、就诊号、文书类型、标题、作者，名称同表中的列。"""
    type_code, visit_no = record["type_code"], record["visit_no"]
    kind, visit = catalogue.TYPES.get(type_code), tx.row(sql.VISIT_CARD, visit_no=visit_no)
    if kind is None or visit is None:
        tx.refuse("没有这种病历文书" if kind is None else "没有这次就诊")
    visit_class, status, admitted_at, operated_at, left_at, died_at, *_ = visit
    if status == "ARCHIVED":
        tx.refuse("病历已归档")
    if kind.visit_class != visit_class:
        tx.refuse("文书类型与就诊类别不符")
    clocks = {"admitted_at": admitted_at, "operated_at": operated_at, "left_at": left_at, "died_at": died_at}
    due_at = judging.due_at(kind, clocks, at)
    if due_at is None:
        tx.refuse("还没有手术、出院或死亡，不能写这种文书")
    tx.change(
        sql.ADD_RECORD,
        status="DRAFT", current_version=0, chief_complaint=None, created_at=at, due_at=due_at, signed_at=None,
        void_reason=None, voided_at=None, **record,
    )  # fmt: skip
    tx.row(sql.TEMPLATE_OF_TYPE, type_code=type_code)
    return due_at


def draw_create_record(drawing: Drawing) -> dict[str, Any] | None:
    stay: Stay | None = drawing.take("arrived") or drawing.take("ward")
    if stay is None:
        return None
    at = later(drawing, stay.at, 1, 30)
    stay = stay._replace(at=at)
    if stay.place.visit_class == "O":
        type_code = catalogue.OUTPATIENT
    else:
        type_code = one_of(drawing, (catalogue.FIRST_COURSE, catalogue.ADMISSION, catalogue.COURSE_NOTE))
        drawing.put("ward", stay._replace(results=()))
    chains = len(drawing.world.bank[type_code])
    work = Work(drawing.number("E"), stay, type_code, int(drawing.rng.random() * chains), 0, 0, at)
    drawing.put("quotable" if stay.results else "editing", work)
    return {
        "record_id": work.record_id,
        "visit_no": stay.visit_no,
        "type_code": type_code,
        "title": catalogue.TYPES[type_code].name,
        "author_id": stay.doctor_id,
        "at": at,
    }


# --------------------------------------------------------------------------- 自动保存


def autosave(tx: Conversation, *, record_id: str, author_id: str, content: str, saved_at: dt.datetime) -> None:
    """每隔几秒一次：本人的草稿覆盖写，不成为版本。"""
    record = tx.row(sql.RECORD_TO_EDIT, record_id=record_id)
    if record is None:
        tx.refuse("没有这份病历")
    status, current_version, _, editor_id = record
    if status not in ("DRAFT", "SIGNED"):
        tx.refuse("病历已归档或作废")
    if editor_id not in (None, author_id):
        tx.refuse("他人正在编辑")
    draft = {"record_id": record_id, "author_id": author_id, "based_on": current_version, "content": content,
             "saved_at": saved_at}  # fmt: skip
    if tx.change(sql.OVERWRITE_DRAFT, **draft) == 0:
        tx.change(sql.ADD_DRAFT, save_count=1, **draft)


def draw_autosave(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("editing")
    if work is None:
        return None
    saved_at = instant(drawing, work.at, 40)
    work = work._replace(step=work.step + 1, at=saved_at)
    drawing.put("editing", work)
    return {
        "record_id": work.record_id,
        "author_id": work.stay.doctor_id,
        "content": text_now(drawing, work),
        "saved_at": saved_at,
    }


# --------------------------------------------------------------------------- 保存版本


def save_version(tx: Conversation, *, record_id: str, content: str, editor_id: str, saved_at: dt.datetime) -> int:
    """草稿成为一个版本：旧版本留着，哪一节改了都留痕。"""
    record = tx.row(sql.LOCK_RECORD, record_id=record_id)
    if record is None:
        tx.refuse("没有这份病历")
    status, current_version, author_id = record
    if status != "DRAFT":
        tx.refuse("病历已签名、归档或作废")
    if author_id != editor_id:
        tx.refuse("不是这份病历的作者")
    return add_version(tx, record_id, content, current_version, Edit(editor_id, saved_at))


class Edit(NamedTuple):
    """Who made a version, when, and why where it had been signed before."""

    editor_id: str
    saved_at: dt.datetime
    reason: str | None = None


def add_version(tx: Conversation, record_id: str, content: str, before: int, edit: Edit) -> int:
    """Write the version after `before` with its revisions and what search finds in it; the draft is used up."""
    sections = sections_of(content)
    if not sections:
        tx.refuse("正文不是按章节书写的病历")
    version_no = before + 1
    tx.change(
        sql.ADD_VERSION,
        record_id=record_id, version_no=version_no, content=content, content_length=len(content),
        digest=digest_of(content), **edit._asdict(),
    )  # fmt: skip
    if before:
        older = tx.row(sql.VERSION_TEXT, record_id=record_id, version_no=before)
        for section_code, change_kind, old, new in changes(sections_of(older[0]) if older else {}, sections):
            tx.change(
                sql.ADD_REVISION,
                record_id=record_id, version_no=version_no, section_code=section_code, change_kind=change_kind,
                old_length=old, new_length=new, editor_id=edit.editor_id, changed_at=edit.saved_at,
            )  # fmt: skip
        tx.change(sql.DROP_SECTIONS, record_id=record_id)
    for section_code, text in searched(sections).items():
        tx.change(
            sql.ADD_SECTION, record_id=record_id, section_code=section_code, version_no=version_no, section_text=text
        )
    tx.change(
        sql.RAISE_VERSION,
        record_id=record_id, version_no=version_no, chief_complaint=sections.get(catalogue.COMPLAINT),
    )  # fmt: skip
    tx.change(sql.DROP_DRAFTS, record_id=record_id)
    return version_no


def draw_save_version(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("editing") or drawing.take("quotable")
    if work is None:
        return None
    saved_at = instant(drawing, later(drawing, work.at, 0, 3))
    work = work._replace(step=work.step + 1, version=work.version + 1, at=saved_at)
    drawing.put("editing" if drawing.rng.random() < AGAIN_SHARE else "written", work)
    return {
        "record_id": work.record_id,
        "content": text_now(drawing, work),
        "editor_id": work.stay.doctor_id,
        "saved_at": saved_at,
    }


# --------------------------------------------------------------------------- 编辑锁


def lock_editing(tx: Conversation, *, record_id: str, editor_id: str, at: dt.datetime) -> dt.datetime:
    """占用编辑：是否有人占着，由主键在插入时说了算。"""
    tx.change(sql.DROP_EXPIRED_LOCK, record_id=record_id, at=at)
    expires_at = at + dt.timedelta(minutes=judging.LOCK_MINUTES)
    reply = tx.attempt(sql.ADD_EDIT_LOCK, record_id=record_id, editor_id=editor_id, locked_at=at, expires_at=expires_at)
    refuse_if_refused(tx, reply, "他人正在编辑，或没有这份病历")
    return expires_at


def draw_lock_editing(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("editing")
    if work is None:
        return None
    at = later(drawing, work.at, 0, 1)
    drawing.put("locked", work._replace(at=at))
    return {"record_id": work.record_id, "editor_id": work.stay.doctor_id, "at": at}


def unlock_editing(tx: Conversation, *, record_id: str, editor_id: str) -> None:
    """释放编辑：只有占着的人能放。"""
    if tx.change(sql.DROP_EDIT_LOCK, record_id=record_id, editor_id=editor_id) != 1:
        tx.refuse("没有占着这份病历")


def draw_unlock_editing(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("locked")
    if work is None:
        return None
    drawing.put("editing", work)
    return {"record_id": work.record_id, "editor_id": work.stay.doctor_id}


TRANSACTIONS = (
    Transaction(name="create_record", title="创建病历", draw=draw_create_record, act=create_record, weight=6),
    Transaction(name="autosave", title="自动保存", draw=draw_autosave, act=autosave, weight=36),
    Transaction(name="save_version", title="保存版本", draw=draw_save_version, act=save_version, weight=7),
    Transaction(name="lock_editing", title="占用编辑", draw=draw_lock_editing, act=lock_editing, weight=3),
    Transaction(name="unlock_editing", title="释放编辑", draw=draw_unlock_editing, act=unlock_editing, weight=3),
)
