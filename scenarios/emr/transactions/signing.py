"""签名：作者签名、上级审签、签后修改、作废。"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from harness.model import Conversation, Drawing, Transaction
from scenarios.emr import catalogue
from scenarios.emr import catalogue_texts as texts
from scenarios.emr import statements as sql
from scenarios.emr.transactions.common import audit, refuse_if_refused, text_now
from scenarios.emr.transactions.editing import Edit, add_version
from scenarios.emr.world import Work, later, one_of
from scenarios.emr.writing import ALGORITHM, digest_of

LEAVING_SHARE = 0.6  # 门诊病历签名之后即诊毕的

# --------------------------------------------------------------------------- 作者签名


def sign(tx: Conversation, *, record_id: str, signature_id: str, signer_id: str, at: dt.datetime) -> int:
    """取出正文当场重算摘要，与保存时的一致才签。"""
    record = tx.row(sql.LOCK_RECORD, record_id=record_id)
    if record is None:
        tx.refuse("没有这份病历")
    _, version_no, author_id = record
    if author_id != signer_id:
        tx.refuse("只有作者本人能签名")
    if version_no == 0:
        tx.refuse("还没有保存过")
    add_signature(tx, record_id, version_no, "AUTHOR", Signing(signature_id, signer_id, at))
    if tx.change(sql.MARK_SIGNED, record_id=record_id, at=at) != 1:
        tx.refuse("病历已签名、归档或作废")
    tx.change(sql.DROP_EDIT_LOCK, record_id=record_id, editor_id=signer_id)
    audit(tx, action="SIGN", object_id=signature_id, staff_id=signer_id, at=at)
    return int(version_no)


class Signing(NamedTuple):
    """One act of signing."""

    signature_id: str
    signer_id: str
    signed_at: dt.datetime


def add_signature(tx: Conversation, record_id: str, version_no: int, role: str, signing: Signing) -> None:
    """One signature under one version; the text is read back and must still have the digest that was stored with it."""
    signer = tx.row(sql.SIGNER_CARD, staff_id=signing.signer_id)
    if signer is None:
        tx.refuse("没有这位职工")
    if role == "SENIOR" and signer[1] != 1:
        tx.refuse("不是上级医师")
    version = tx.row(sql.VERSION_TEXT, record_id=record_id, version_no=version_no)
    if version is None:
        tx.refuse("没有这个版本")
    content, digest, saved_at = version
    if digest_of(content) != digest:
        tx.refuse("正文与摘要不符")
    reply = tx.attempt(
        sql.ADD_SIGNATURE,
        record_id=record_id, version_no=version_no, role=role, certificate_no=signer[2], algorithm=ALGORITHM,
        digest=digest, saved_at=saved_at, **signing._asdict(),
    )  # fmt: skip
    refuse_if_refused(tx, reply, "这个版本已签过名，或签名早于书写")


def draw_sign(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("written")
    if work is None:
        return None
    at = later(drawing, work.at, 0, 20)
    work = work._replace(at=at)
    if catalogue.TYPES[work.type_code].needs_senior:
        drawing.put("to_countersign", work)
    elif work.type_code == catalogue.OUTPATIENT and drawing.rng.random() < LEAVING_SHARE:
        drawing.put("to_leave", work.stay._replace(at=at))
    else:
        drawing.put("signed", work)
    return {
        "record_id": work.record_id,
        "signature_id": drawing.number("G"),
        "signer_id": work.stay.doctor_id,
        "at": at,
    }


# --------------------------------------------------------------------------- 上级审签


def countersign(tx: Conversation, *, record_id: str, signature_id: str, signer_id: str, at: dt.datetime) -> int:
    """上级医师审签当前版本；作者必须已签。"""
    record = tx.row(sql.LOCK_RECORD, record_id=record_id)
    if record is None or record[0] != "SIGNED":
        tx.refuse("作者还没有签名")
    version_no = int(record[1])
    add_signature(tx, record_id, version_no, "SENIOR", Signing(signature_id, signer_id, at))
    audit(tx, action="COUNTERSIGN", object_id=signature_id, staff_id=signer_id, at=at)
    return version_no


def draw_countersign(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("to_countersign")
    if work is None:
        return None
    at = later(drawing, work.at, 5, 120)
    drawing.put("signed", work._replace(at=at))
    return {
        "record_id": work.record_id,
        "signature_id": drawing.number("G"),
        "signer_id": one_of(drawing, work.stay.place.seniors),
        "at": at,
    }


# --------------------------------------------------------------------------- 签后修改


def amend(tx: Conversation, *, record_id: str, content: str, reason: str, at: dt.datetime, **signed: str) -> int:
    """签名之后再改：写明原因，另成一个版本并重新签名，原来的一字不动。`signed`：签名号、修改者。"""
    signature_id, editor_id = signed["signature_id"], signed["editor_id"]
    record = tx.row(sql.LOCK_RECORD, record_id=record_id)
    if record is None or record[0] != "SIGNED":
        tx.refuse("没有签名、已归档或作废")
    _, current_version, author_id = record
    if author_id != editor_id:
        tx.refuse("不是这份病历的作者")
    version_no = add_version(tx, record_id, content, current_version, Edit(editor_id, at, reason))
    add_signature(tx, record_id, version_no, "AUTHOR", Signing(signature_id, editor_id, at))
    audit(tx, action="AMEND", object_id=signature_id, staff_id=editor_id, at=at)
    return version_no


def draw_amend(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("signed")
    if work is None:
        return None
    at = later(drawing, work.at, 10, 90)
    work = work._replace(step=work.step + 1, version=work.version + 1, at=at)
    drawing.put("to_countersign" if catalogue.TYPES[work.type_code].needs_senior else "signed", work)
    return {
        "record_id": work.record_id,
        "content": text_now(drawing, work),
        "reason": one_of(drawing, texts.AMENDMENTS),
        "signature_id": drawing.number("G"),
        "editor_id": work.stay.doctor_id,
        "at": at,
    }


# --------------------------------------------------------------------------- 作废


def void_record(tx: Conversation, *, record_id: str, reason: str, staff_id: str, at: dt.datetime) -> None:
    """写错了的作废并写明原因，各版本与签名都留着。"""
    if tx.change(sql.MARK_VOID, record_id=record_id, void_reason=reason, at=at) != 1:
        tx.refuse("没有这份病历，或已归档、已作废")
    tx.change(sql.DROP_DRAFTS, record_id=record_id)
    tx.change(sql.DROP_LOCKS, record_id=record_id)
    audit(tx, action="VOID", object_id=record_id, staff_id=staff_id, at=at)


def draw_void_record(drawing: Drawing) -> dict[str, Any] | None:
    work: Work | None = drawing.take("written")
    if work is None:
        return None
    at = later(drawing, work.at, 1, 30)
    return {
        "record_id": work.record_id,
        "reason": one_of(drawing, texts.VOIDING),
        "staff_id": work.stay.doctor_id,
        "at": at,
    }


TRANSACTIONS = (
    Transaction(name="sign", title="作者签名", draw=draw_sign, act=sign, weight=5),
    Transaction(name="countersign", title="上级审签", draw=draw_countersign, act=countersign, weight=2),
    Transaction(name="amend", title="签后修改", draw=draw_amend, act=amend, weight=1),
    Transaction(name="void_record", title="作废病历", draw=draw_void_record, act=void_record, weight=0.4),
)
