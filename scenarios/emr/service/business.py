"""What one message asks for where the desks have no single function: several of theirs together, or a plain look.

Not here: reading messages and answering them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from harness.model import Conversation, Row
from scenarios.emr import statements as sql
from scenarios.emr import statements_quality as quality
from scenarios.emr import statements_shelf as shelf
from scenarios.emr.transactions.editing import autosave, create_record, save_version


def create_with_draft(tx: Conversation, *, record: Mapping[str, Any], content: str) -> dt.datetime:
    """新建病历，同时存下首稿；返回签名时限。"""
    due_at = create_record(tx, **record)
    autosave(
        tx, record_id=record["record_id"], author_id=record["author_id"], content=content, saved_at=record["at"]
    )  # fmt: skip
    return due_at


def save_numbered_version(
    tx: Conversation, *, record_id: str, version_no: int, content: str, editor_id: str, saved_at: dt.datetime
) -> None:
    """发出者说得出自己保存的是第几版：重发的、落后的都不会多出一版。"""
    saved = save_version(tx, record_id=record_id, content=content, editor_id=editor_id, saved_at=saved_at)
    if saved != version_no:
        tx.refuse("这个版本已保存过" if saved > version_no else "版本号不连续")


def read_version(tx: Conversation, *, record_id: str, version_no: int) -> Row:
    """正文、摘要、保存时间。"""
    found = tx.row(sql.VERSION_TEXT, record_id=record_id, version_no=version_no)
    if found is None:
        tx.refuse("没有这个版本")
    return found


class Page(NamedTuple):
    """病案首页，各为一条语句的结果。"""

    head: Row
    diagnoses: Sequence[Row]
    operations: Sequence[Row]
    fees: Sequence[Row]


def read_page(tx: Conversation, *, visit_no: str) -> Page:
    head = tx.row(shelf.PAGE, visit_no=visit_no)
    if head is None:
        tx.refuse("首页还没填写")
    parts = (
        tx.rows(each, visit_no=visit_no) for each in (shelf.PAGE_DIAGNOSES, shelf.PAGE_OPERATIONS, shelf.PAGE_FEES)
    )
    return Page(head, *parts)


def read_defect(tx: Conversation, *, defect_id: str) -> Row:
    found = tx.row(quality.DEFECT_CARD, defect_id=defect_id)
    if found is None:
        tx.refuse("没有这条缺陷")
    return found
