"""查看：病历列表、调阅病历、版本历史、全文检索、360 视图。"""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, Row, Transaction
from scenarios.emr import catalogue_texts as texts
from scenarios.emr import statements as sql
from scenarios.emr import statements_lists as lists
from scenarios.emr import statements_shelf as shelf
from scenarios.emr.world import BUSINESS_DAY, one_of

# --------------------------------------------------------------------------- 病历列表


def record_list(tx: Conversation, *, dept_id: str, since: dt.datetime) -> list[Row]:
    """一个科室还没归档的病历，没签的在前。"""
    return list(tx.rows(lists.RECORDS_OF_DEPT, dept_id=dept_id, since=since))


def draw_record_list(drawing: Drawing) -> dict[str, Any]:
    return {"dept_id": one_of(drawing, drawing.world.places).dept_id, "since": _midnight(drawing)}


def _midnight(drawing: Drawing) -> dt.datetime:
    back = int(drawing.rng.random() * (drawing.world.scale.days + 1))
    return dt.datetime.combine(BUSINESS_DAY - dt.timedelta(days=back), dt.time())


# --------------------------------------------------------------------------- 调阅病历


def open_record(tx: Conversation, *, record_id: str) -> str:
    """抬头、当前版本全文、引用的结果与签名；返回全文。"""
    head = tx.row(sql.RECORD_HEAD, record_id=record_id)
    if head is None:
        tx.refuse("没有这份病历")
    version = tx.row(sql.VERSION_TEXT, record_id=record_id, version_no=head[3])
    tx.rows(shelf.QUOTED_RESULTS, record_id=record_id)
    tx.rows(sql.SIGNATURES, record_id=record_id)
    return "" if version is None else version[0]


def draw_open_record(drawing: Drawing) -> dict[str, Any]:
    return {"record_id": one_of(drawing, drawing.world.archived)}


# --------------------------------------------------------------------------- 版本历史


def view_versions(tx: Conversation, *, record_id: str) -> list[Row]:
    """历次版本与字数之差、修订留痕、签名、没保存的草稿；字数由数据库再数一遍。"""
    if tx.row(sql.RECORD_HEAD, record_id=record_id) is None:
        tx.refuse("没有这份病历")
    versions = tx.rows(sql.VERSIONS, record_id=record_id)
    for version in versions[-1:]:
        tx.row(sql.STORED_LENGTH, record_id=record_id, version_no=version[0])
    tx.rows(sql.REVISIONS, record_id=record_id)
    tx.rows(sql.SIGNATURES, record_id=record_id)
    tx.rows(sql.DRAFTS_OF_RECORD, record_id=record_id)
    return list(versions)


def draw_view_versions(drawing: Drawing) -> dict[str, Any]:
    work = drawing.peek("signed") or drawing.peek("editing")
    return {"record_id": one_of(drawing, drawing.world.archived) if work is None else work.record_id}


# --------------------------------------------------------------------------- 全文检索


def search_text(tx: Conversation, *, term: str, since: dt.datetime) -> list[Row]:
    """在当前版本各节中找这个词，不论它有没有通配符。"""
    pattern = f"%{escaped(term)}%"
    found = tx.rows(lists.SEARCH, pattern=pattern, since=since)
    tx.rows(lists.SEARCH_COUNT, pattern=pattern, since=since)
    return list(found)


def escaped(term: str) -> str:
    """What LIKE takes literally."""
    for character in (lists.ESCAPE, "%", "_"):
        term = term.replace(character, lists.ESCAPE + character)
    return term


def draw_search_text(drawing: Drawing) -> dict[str, Any]:
    return {"term": one_of(drawing, texts.TERMS), "since": _midnight(drawing)}


# --------------------------------------------------------------------------- 360 视图


def view_360(tx: Conversation, *, patient_id: str, at: dt.datetime) -> dict[str, list[Row]]:
    """一位患者的历次就诊、诊断、检验结果、病历、共享文档。"""
    if tx.row(sql.PATIENT_CARD, patient_id=patient_id) is None:
        tx.refuse("没有这位患者")
    since = at - dt.timedelta(days=365)
    return {
        "visits": list(tx.rows(lists.VISITS_OF_PATIENT, patient_id=patient_id)),
        "diagnoses": list(tx.rows(lists.DIAGNOSES_OF_PATIENT, patient_id=patient_id)),
        "results": list(tx.rows(lists.RESULTS_OF_PATIENT, patient_id=patient_id)),
        "records": list(tx.rows(lists.RECORDS_OF_PATIENT, patient_id=patient_id)),
        "documents": list(tx.rows(shelf.DOCUMENTS_OF_PATIENT, patient_id=patient_id, since=since, until=at)),
    }


def draw_view_360(drawing: Drawing) -> dict[str, Any]:
    at = dt.datetime.combine(BUSINESS_DAY, dt.time(23))
    # The first ones come again and again.
    world, chance = drawing.world, drawing.rng.random() ** 2
    return {"patient_id": world.patients[int(chance * len(world.patients))], "at": at}


TRANSACTIONS = (
    Transaction(name="record_list", title="病历列表", draw=draw_record_list, act=record_list, weight=5),
    Transaction(name="open_record", title="调阅病历", draw=draw_open_record, act=open_record, weight=6),
    Transaction(name="view_versions", title="版本历史", draw=draw_view_versions, act=view_versions, weight=3),
    Transaction(name="search_text", title="全文检索", draw=draw_search_text, act=search_text, weight=2),
    Transaction(name="view_360", title="360 视图", draw=draw_view_360, act=view_360, weight=3),
)
