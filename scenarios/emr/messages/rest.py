"""REST 1.0 of the EMR: writing records, signatures, archive, front page, looking and searching, quality control.

The text of a record is XML inside JSON. What stands in the path stands in the body, too, so that what was sent can be
held against what is stored. Not here: what the EMR makes of it (`service/rest.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.content.battery import Knowledge
from harness.message import Carried, Message, Outgoing
from scenarios import rest
from scenarios.emr.interfaces import HTTP

Compose = Callable[..., Outgoing]


def _message(name: str, title: str, compose: Compose, **more: Any) -> Message:
    return Message(name=name, title=title, interface=HTTP.name, content="json", compose=compose, **more)


def _path(pattern: str, params: Mapping[str, Any]) -> str:
    return pattern.format(**{name: rest.step(str(value)) for name, value in params.items()})


def _sent(method: str, pattern: str, *steps: str) -> Compose:
    """The parameters as they are, as one object; `steps` are those of them that stand in the path."""

    def compose(*, charset: str, **params: Any) -> Outgoing:
        path = _path(pattern, {step: params[step] for step in steps})
        return rest.post(path, params, charset=charset, method=method)

    return compose


def _asked(pattern: str, *steps: str) -> Compose:
    """Parameters as steps of the path, the others as a query."""

    def compose(*, charset: str, **params: Any) -> Outgoing:
        path = _path(pattern, {step: params[step] for step in steps})
        return rest.get(path, charset=charset, **{name: value for name, value in params.items() if name not in steps})

    return compose


# --------------------------------------------------------------------------- 书写

POST_RECORD = _message(
    "post_record",
    "新建病历",
    _sent("POST", "records"),
    carried=(
        Carried(
            table="emr_record",
            key={"record_id": "$.record_id"},
            columns={
                "visit_no": "$.visit_no", "type_code": "$.type_code", "title": "$.title", "author_id": "$.author_id",
                "created_at": "$.at",
            },
        ),
    ),
    battery=Knowledge(
        mandatory=("$.record_id", "$.visit_no", "$.type_code", "$.title", "$.author_id", "$.at", "$.content"),
        coded=("$.type_code", "$.visit_no", "$.author_id"),
        free_text="$.content",
        identity="$.record_id",
    ),
)  # fmt: skip
PUT_DRAFT = _message("put_draft", "自动保存", _sent("PUT", "records/{record_id}/draft", "record_id"))
PUT_VERSION = _message(
    "put_version",
    "保存版本",
    _sent("PUT", "records/{record_id}/versions/{version_no}", "record_id", "version_no"),
    carried=(
        Carried(
            table="emr_record_version",
            key={"record_id": "$.record_id", "version_no": "$.version_no"},
            columns={"content": "$.content", "editor_id": "$.editor_id", "saved_at": "$.saved_at"},
        ),
    ),
    battery=Knowledge(
        mandatory=("$.record_id", "$.version_no", "$.content", "$.editor_id", "$.saved_at"),
        coded=("$.editor_id", "$.record_id"),
        free_text="$.content",
        identity="$.version_no",
    ),
)
GET_VERSION = _message(
    "get_version", "调阅版本", _asked("records/{record_id}/versions/{version_no}", "record_id", "version_no")
)
GET_VERSIONS = _message("get_versions", "版本历史", _asked("records/{record_id}/versions", "record_id"))

# --------------------------------------------------------------------------- 签名与归档

POST_SIGNATURE = _message(
    "post_signature",
    "电子签名",
    _sent("POST", "records/{record_id}/signatures", "record_id"),
    carried=(
        Carried(
            table="emr_signature",
            key={"signature_id": "$.signature_id"},
            columns={
                "record_id": "$.record_id", "role": "$.role", "signer_id": "$.signer_id", "signed_at": "$.at",
            },
        ),
    ),
)  # fmt: skip
POST_AMENDMENT = _message(
    "post_amendment",
    "签后修改",
    _sent("POST", "records/{record_id}/amendments", "record_id"),
    carried=(
        Carried(
            table="emr_signature",
            key={"signature_id": "$.signature_id"},
            columns={"record_id": "$.record_id", "signer_id": "$.editor_id", "signed_at": "$.at"},
        ),
    ),
)
POST_ARCHIVE = _message(
    "post_archive",
    "归档",
    _sent("POST", "visits/{visit_no}/archive", "visit_no"),
    carried=(
        Carried(
            table="emr_archive",
            key={"visit_no": "$.visit_no"},
            columns={"archive_no": "$.archive_no", "archiver_id": "$.archiver_id", "archived_at": "$.at"},
        ),
    ),
)

# --------------------------------------------------------------------------- 病案首页


def _front_page(
    *,
    charset: str,
    page: Mapping[str, Any],
    diagnoses: Sequence[Sequence[Any]],
    operations: Sequence[Sequence[Any]],
    fees: Sequence[Sequence[Any]],
    at: dt.datetime,
) -> Outgoing:
    """Rows become objects."""
    told = {
        **page,
        "diagnoses": _objects(("icd_code", "admission_condition"), diagnoses),
        "operations": _objects(("operation_code", "operated_at", "surgeon_id", "incision"), operations),
        "fees": _objects(("fee_code", "amount"), fees),
        "at": at,
    }
    path = _path("visits/{visit_no}/front-page", {"visit_no": page["visit_no"]})
    return rest.post(path, told, charset=charset, method="PUT")


def _objects(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


PUT_FRONT_PAGE = _message(
    "put_front_page",
    "填写病案首页",
    _front_page,
    battery=Knowledge(
        mandatory=("$.visit_no", "$.total_fee", "$.diagnoses", "$.fees", "$.saved_by", "$.at"),
        coded=("$.discharge_way", "$.blood_type", "$.diagnoses[0].icd_code", "$.fees[0].fee_code", "$.saved_by"),
        identity="$.visit_no",
    ),
)
POST_PAGE_CHECK = _message(
    "post_page_check",
    "审核病案首页",
    _sent("POST", "visits/{visit_no}/front-page/check", "visit_no"),
    carried=(
        Carried(
            table="emr_front_page",
            key={"visit_no": "$.visit_no"},
            columns={"checked_by": "$.checker_id", "checked_at": "$.at"},
        ),
    ),
)
GET_FRONT_PAGE = _message("get_front_page", "核对病案首页", _asked("visits/{visit_no}/front-page", "visit_no"))

# --------------------------------------------------------------------------- 查看与质控

GET_SEARCH = _message("get_search", "全文检索", _asked("records"))
GET_OVERVIEW = _message("get_overview", "360 视图", _asked("patients/{patient_id}/overview", "patient_id"))
GET_DEFECT = _message("get_defect", "质控缺陷", _asked("defects/{defect_id}", "defect_id"))
POST_CORRECTION = _message(
    "post_correction",
    "缺陷整改",
    _sent("POST", "defects/{defect_id}/correction", "defect_id"),
    carried=(
        Carried(
            table="emr_defect",
            key={"defect_id": "$.defect_id"},
            columns={"corrector_id": "$.corrector_id", "corrected_at": "$.at", "correction": "$.correction"},
        ),
    ),
)
