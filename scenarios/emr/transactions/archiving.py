"""归档：一次就诊的全部病历封存，此后不能再改。"""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.emr import judging
from scenarios.emr import statements_shelf as shelf
from scenarios.emr.transactions.common import audit
from scenarios.emr.world import Stay, later, one_of
from scenarios.emr.writing import seal_of


def archive_visit(tx: Conversation, *, visit_no: str, archive_no: str, archiver_id: str, at: dt.datetime) -> str:
    """没签的、没审签的、缺陷没整改的、首页没审核的都不能归档；记下每份病历的版本与摘要，整体封存。"""
    visit = tx.row(shelf.LOCK_VISIT, visit_no=visit_no)
    if visit is None or visit[1] != "LEFT":
        tx.refuse("没有这次就诊、还没离院或已归档")
    visit_class, _, left_at, archive_by = visit
    refuse_if_incomplete(tx, visit_no, visit_class)
    versions = tx.rows(shelf.VERSIONS_TO_ARCHIVE, visit_no=visit_no)
    if not versions:
        tx.refuse("没有可归档的病历")
    seal = seal_of(digest for *_, digest in versions)
    tx.change(
        shelf.ADD_ARCHIVE,
        visit_no=visit_no, archive_no=archive_no, record_count=len(versions), seal=seal, late=int(at > archive_by),
        archiver_id=archiver_id, archived_at=at, keep_until=judging.keep_until(visit_class, left_at),
    )  # fmt: skip
    for record_id, version_no, digest in versions:
        tx.change(
            shelf.ADD_ARCHIVED_RECORD, record_id=record_id, visit_no=visit_no, version_no=version_no, digest=digest
        )
    tx.change(shelf.DROP_DRAFTS_OF_VISIT, visit_no=visit_no)
    tx.change(shelf.DROP_LOCKS_OF_VISIT, visit_no=visit_no)
    tx.change(shelf.MARK_RECORDS_ARCHIVED, visit_no=visit_no)
    tx.change(shelf.MARK_VISIT_ARCHIVED, visit_no=visit_no)
    audit(tx, action="ARCHIVE", object_id=visit_no, staff_id=archiver_id, at=at)
    return seal


def refuse_if_incomplete(tx: Conversation, visit_no: str, visit_class: str) -> None:
    for left, reason in (
        (shelf.DRAFTS_LEFT, "还有未签名的病历"),
        (shelf.COUNTERSIGNATURES_LEFT, "还有上级医师未审签的病历"),
        (shelf.DEFECTS_LEFT, "还有未整改的缺陷"),
    ):
        found = tx.row(left, visit_no=visit_no)
        if found is not None and found[0]:
            tx.refuse(reason)
    page = tx.row(shelf.PAGE, visit_no=visit_no) if visit_class == "I" else None
    if visit_class == "I" and (page is None or page[0] != "CHECKED"):
        tx.refuse("病案首页还没审核")


def draw_archive_visit(drawing: Drawing) -> dict[str, Any] | None:
    stay: Stay | None = drawing.take("left")
    if stay is None:
        return None
    return {
        "visit_no": stay.visit_no,
        "archive_no": drawing.number("Z"),
        "archiver_id": one_of(drawing, drawing.world.archivists),
        "at": later(drawing, stay.at, 30, 240),
    }


TRANSACTIONS = (
    Transaction(name="archive_visit", title="归档", draw=draw_archive_visit, act=archive_visit, weight=2.4),
)
