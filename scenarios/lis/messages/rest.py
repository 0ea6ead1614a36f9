"""REST 1.0 of the laboratory: what happens to tubes, review and reports, critical values, quality control.

What is written is posted to a collection with its numbers in the body, so that what was sent can be held against what
is stored. Not here: what the laboratory makes of it (`service/rest.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from harness.content.battery import Knowledge
from harness.content.how import How, Keyed
from harness.message import Carried, Message, Outgoing
from scenarios import rest
from scenarios.lis.interfaces import HTTP

Compose = Callable[..., Outgoing]


def _message(name: str, title: str, compose: Compose, **rest_of_it: Any) -> Message:
    return Message(name=name, title=title, interface=HTTP.name, content="json", compose=compose, **rest_of_it)


def _posted(path: str) -> Compose:
    """The parameters as they are, as one object."""

    def compose(*, charset: str, **params: Any) -> Outgoing:
        return rest.post(path, params, charset=charset)

    return compose


def _asked(path: str) -> Compose:
    """The parameters as a query."""

    def compose(*, charset: str, **params: Any) -> Outgoing:
        return rest.get(path, charset=charset, **params)

    return compose


def _below(path: str, key: str) -> Compose:
    """The one parameter as the last step of the path."""

    def compose(*, charset: str, **params: Any) -> Outgoing:
        return rest.get(f"{path}/{rest.step(params[key])}")

    return compose


# --------------------------------------------------------------------------- 标本


def _collected(
    *, charset: str, order_no: str, volumes: Sequence[Sequence[Any]], collector_id: str, at: dt.datetime
) -> Outgoing:
    specimens = [{"specimen_id": specimen_id, "volume_ml": volume_ml} for specimen_id, volume_ml in volumes]
    told = {"order_no": order_no, "specimens": specimens, "collector_id": collector_id, "at": at}
    return rest.post("collections", told, charset=charset)


POST_COLLECTION = _message(
    "post_collection",
    "采集",
    _collected,
    how=How(keyed=(Keyed(items="$.specimens", key=".specimen_id"),)),
    carried=(
        Carried(
            table="lis_specimen",
            key={"specimen_id": "$.specimens[*].specimen_id"},
            columns={"volume_ml": "$.specimens[*].volume_ml", "collector_id": "$.collector_id", "collected_at": "$.at"},
            each="$.specimens",
        ),
    ),
)
POST_RECEIPT = _message(
    "post_receipt",
    "标本签收",
    _posted("receipts"),
    carried=(
        Carried(
            table="lis_specimen",
            key={"specimen_id": "$.specimens[*]"},
            columns={"receiver_id": "$.receiver_id", "received_at": "$.at"},
            each="$.specimens",
        ),
    ),
)
POST_REJECTION = _message(
    "post_rejection",
    "退单",
    _posted("rejections"),
    carried=(
        Carried(
            table="lis_rejection",
            key={"specimen_id": "$.specimen_id"},
            columns={"reason": "$.reason", "remark": "$.remark", "staff_id": "$.staff_id", "rejected_at": "$.at"},
        ),
    ),
    battery=Knowledge(
        mandatory=("$.specimen_id", "$.reason", "$.staff_id", "$.at"),
        coded=("$.reason", "$.staff_id"),
        free_text="$.remark",
        identity="$.specimen_id",
    ),
)
GET_SPECIMEN = _message(
    "get_specimen",
    "标本跟踪",
    _below("specimens", "specimen_id"),
    how=How(keyed=(Keyed(items="$.tests", key=".filler_no"),)),
)

# --------------------------------------------------------------------------- 审核与报告


def _rerun(*, charset: str, value: Sequence[Any], **params: Any) -> Outgoing:
    analyte_code, kind, text, note = value
    told = {**params, "analyte_code": analyte_code, "value_type": kind, "value_text": text, "note": note}
    return rest.post("reruns", told, charset=charset)


POST_RERUN = _message("post_rerun", "重做", _rerun)
POST_AUTO_REVIEW = _message("post_auto_review", "自动审核", _posted("automatic-reviews"))
POST_REVIEW = _message(
    "post_review",
    "人工审核",
    _posted("reviews"),
    carried=(
        Carried(
            table="lis_test",
            key={"filler_no": "$.filler_no"},
            columns={"reviewer_id": "$.reviewer_id", "reviewed_at": "$.at"},
        ),
    ),
)
POST_REPORT = _message(
    "post_report",
    "报告发布",
    _posted("reports"),
    carried=(
        Carried(
            table="lis_report",
            key={"report_no": "$.report_no"},
            columns={
                "filler_no": "$.filler_no", "publisher_id": "$.publisher_id", "published_at": "$.at",
                "conclusion": "$.conclusion",
            },
        ),
    ),
    battery=Knowledge(
        mandatory=("$.filler_no", "$.publisher_id", "$.at"),
        coded=("$.publisher_id",),
        free_text="$.conclusion",
        identity="$.report_no",
    ),
)  # fmt: skip
GET_REPORT = _message("get_report", "查看报告", _below("reports", "filler_no"))
GET_TREND = _message("get_trend", "历史结果趋势", _asked("trends"))

# --------------------------------------------------------------------------- 危急值与质控

GET_CRITICALS = _message(
    "get_criticals",
    "危急值一览",
    _asked("criticals"),
    how=How(keyed=(Keyed(items="$.criticals", key=".critical_id"),)),
)
POST_ACKNOWLEDGEMENT = _message(
    "post_acknowledgement",
    "危急值回执",
    _posted("acknowledgements"),
    carried=(
        Carried(
            table="lis_critical",
            key={"critical_id": "$.critical_id"},
            columns={"acknowledger_id": "$.doctor_id", "acknowledged_at": "$.at", "treatment": "$.treatment"},
        ),
    ),
)


POST_CONTROL_RUN = _message("post_control_run", "室内质控", _posted("control-runs"))
