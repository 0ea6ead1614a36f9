"""What viewers and the cloud film say to the archive's Web side: QIDO-RS, WADO-RS, WADO-URI, STOW-RS (PS3.18).

As in `archive.py`, queries that name no patient and no study ask for the harness's own patients only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from harness.content.battery import Knowledge
from harness.content.how import How
from harness.message import Message, Outgoing
from scenarios.pacs.images.encoded import object_of
from scenarios.pacs.images.study import from_dict
from scenarios.pacs.interfaces import WEB
from scenarios.pacs.messages.archive import FETCHED
from scenarios.pacs.messages.keys import FIND_KEYS, IMAGE, OURS, SERIES, STUDY, matches
from scenarios.pacs.messages.storing import posted

_JSON = "application/dicom+json"
_OBJECTS = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_FRAMES = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
_JPEG = "image/jpeg"
_PIXELS_AT = "**.PixelData"  # metadata tell where pixel data are fetched, under the address of the server


def _message(name: str, title: str, compose: Callable[..., Outgoing], content: str, how: How | None = None) -> Message:
    return Message(name=name, title=title, interface=WEB.name, content=content, compose=compose, how=how)


def _get(path: str, accept: str, **query: Any) -> Outgoing:
    asked = urlencode(query, doseq=True, quote_via=quote, safe="/")  # some servers take a media type only as it is
    return Outgoing(body=b"", path=f"{path}?{asked}" if asked else path, method="GET", headers={"Accept": accept})


# --------------------------------------------------------------------------- 检索


def _studies(*, charset: str, **keys: Any) -> Outgoing:
    own = {} if {"PatientID", "StudyInstanceUID"} & keys.keys() else OURS
    return _get("studies", _JSON, **{**own, **keys}, includefield=FIND_KEYS[STUDY])


def _series(*, charset: str, study_uid: str, **keys: Any) -> Outgoing:
    return _get(f"studies/{study_uid}/series", _JSON, **keys, includefield=FIND_KEYS[SERIES])


def _instances(*, charset: str, study_uid: str, series_uid: str = "", **keys: Any) -> Outgoing:
    below = f"/series/{series_uid}" if series_uid else ""
    return _get(f"studies/{study_uid}{below}/instances", _JSON, **keys, includefield=FIND_KEYS[IMAGE])


QIDO_STUDIES = _message("qido_studies", "检索检查 QIDO-RS", _studies, "dicom", matches(STUDY))
QIDO_SERIES = _message("qido_series", "检索序列 QIDO-RS", _series, "dicom", matches(SERIES))
QIDO_INSTANCES = _message("qido_instances", "检索影像 QIDO-RS", _instances, "dicom", matches(IMAGE))

# --------------------------------------------------------------------------- 调阅


def _place(study_uid: str, series_uid: str = "", instance_uid: str = "") -> str:
    named = (("studies", study_uid), ("series", series_uid), ("instances", instance_uid))
    return "/".join(f"{level}/{uid}" for level, uid in named if uid)


def _below(rest: str, accept: str) -> Callable[..., Outgoing]:
    def compose(*, charset: str, study_uid: str, series_uid: str = "", instance_uid: str = "") -> Outgoing:
        return _get(_place(study_uid, series_uid, instance_uid) + rest, accept)

    return compose


def _frame(*, charset: str, study_uid: str, series_uid: str, instance_uid: str, frame: int = 1) -> Outgoing:
    return _get(f"{_place(study_uid, series_uid, instance_uid)}/frames/{frame}", _FRAMES)


def _rendered(
    *, charset: str, study_uid: str, series_uid: str, instance_uid: str, frame: int = 0, media: str = _JPEG
) -> Outgoing:
    """Of a clip it is a frame that is rendered."""
    of_clip = f"/frames/{frame}" if frame else ""
    return _get(f"{_place(study_uid, series_uid, instance_uid)}{of_clip}/rendered", media)


def _uri(
    *, charset: str, study_uid: str, series_uid: str, instance_uid: str, media: str = "application/dicom"
) -> Outgoing:
    named = {"studyUID": study_uid, "seriesUID": series_uid, "objectUID": instance_uid}
    return _get("wado", media, requestType="WADO", **named, contentType=media)


_PICTURE = How(volatile=("$.frames[*].bytes", "$.frames[*].sha256"))  # every renderer compresses in its own way
WADO_METADATA = _message(
    "wado_metadata", "元数据 WADO-RS", _below("/metadata", _JSON), "dicom", matches(IMAGE, _PIXELS_AT)
)
WADO_STUDY = _message("wado_study", "调阅检查 WADO-RS", _below("", _OBJECTS), "json", FETCHED)
WADO_SERIES = _message("wado_series", "调阅序列 WADO-RS", _below("", _OBJECTS), "json", FETCHED)
WADO_INSTANCE = _message("wado_instance", "调阅单幅影像 WADO-RS", _below("", _OBJECTS), "json", FETCHED)
WADO_FRAME = _message("wado_frame", "调阅一帧 WADO-RS", _frame, "json")
WADO_RENDERED = _message("wado_rendered", "渲染图 WADO-RS", _rendered, "json", _PICTURE)
WADO_URI = _message("wado_uri", "调阅单幅影像 WADO-URI", _uri, "json")

# --------------------------------------------------------------------------- 存储


def _stow(*, charset: str, study: Mapping[str, Any], images: Sequence[Sequence[int]] = ((1, 1),)) -> Outgoing:
    """`images`: (series, image) each."""
    described = from_dict(study)
    return posted([object_of(described, series, image) for series, image in images], described.uid)


STOW = replace(
    _message("stow", "影像归档 STOW-RS", _stow, "dicom"), sends="text", battery=Knowledge(identity="SOPInstanceUID")
)
