"""What modalities and workstations say to the archive: storing, asking, fetching, storage commitment, removal.

`study` is always the plain description (`images/study.py`); series and images count from 1. Queries that name no
patient and no study ask for the harness's own patients only, so that a hospital's archive answers with nobody else.
Not here: bad objects (`bad.py`), the Web (`web.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.content.battery import Knowledge
from harness.content.how import How, Keyed
from harness.message import Message, Outgoing
from scenarios.pacs.images import datasets, documents, uids
from scenarios.pacs.images.encoded import object_of
from scenarios.pacs.images.study import Study, from_dict
from scenarios.pacs.interfaces import ARCHIVE
from scenarios.pacs.messages.identifiers import asked, outgoing
from scenarios.pacs.messages.keys import FIND_KEYS, IMAGE, OURS, SERIES, STUDY, matches
from scenarios.pacs.messages.storing import stored

_FIND, _MOVE, _GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))  # study root
_VERIFICATION, _COMMITMENT, _COMMITMENT_INSTANCE = (
    "1.2.840.10008.1.1", "1.2.840.10008.1.20.1", "1.2.840.10008.1.20.1.1",
)  # fmt: skip
Described = Mapping[str, Any]
FETCHED = How(unordered=("$.objects",), keyed=(Keyed(items="$.objects", key=".instance"),))


def _message(name: str, title: str, compose: Callable[..., Outgoing], content: str, **more: Any) -> Message:
    return Message(name=name, title=title, interface=ARCHIVE.name, content=content, compose=compose, **more)


# --------------------------------------------------------------------------- 连通与存储


def _echo(*, charset: str) -> Outgoing:
    return Outgoing(body=b"", path=_VERIFICATION, method="C-ECHO")


def _image(*, charset: str, study: Described, series: int = 1, image: int = 1) -> Outgoing:
    return stored(object_of(from_dict(study), series, image), study["uid"])


def _report(*, charset: str, study: Described, report: Described) -> Outgoing:
    return stored(documents.report(from_dict(study), report), study["uid"])


def _key_objects(
    *,
    charset: str,
    study: Described,
    reason: str = "quality",
    images: Sequence[Sequence[int]] = ((1, 1),),
    note: str = "",
) -> Outgoing:
    return stored(documents.key_objects(from_dict(study), reason, images, note), study["uid"])


ECHO = _message("c_echo", "连通测试 C-ECHO", _echo, "text")
STORE_IMAGE = _message(
    "c_store_image", "影像归档 C-STORE", _image, "text", sends="json", battery=Knowledge(identity="SOPInstanceUID")
)
STORE_REPORT = _message("c_store_report", "报告归档 C-STORE（SR）", _report, "text", sends="json")
STORE_KEY_OBJECTS = _message("c_store_key_objects", "影像拒收说明 C-STORE（KO）", _key_objects, "text", sends="json")

# --------------------------------------------------------------------------- 检索


def _studies(*, charset: str, **keys: Any) -> Outgoing:
    own = {} if {"PatientID", "StudyInstanceUID"} & keys.keys() else OURS
    return _asked(STUDY, charset, {**own, **keys})


def _series(*, charset: str, study_uid: str, **keys: Any) -> Outgoing:
    return _asked(SERIES, charset, {"StudyInstanceUID": study_uid, **keys})


def _images(*, charset: str, study_uid: str, series_uid: str, **keys: Any) -> Outgoing:
    return _asked(IMAGE, charset, {"StudyInstanceUID": study_uid, "SeriesInstanceUID": series_uid, **keys})


def _asked(level: str, charset: str, keys: Mapping[str, Any]) -> Outgoing:
    wanted = {"QueryRetrieveLevel": level, **dict.fromkeys(FIND_KEYS[level], ""), **keys}
    return asked(_FIND, wanted, charset=charset)


FIND_STUDIES = _message("c_find_studies", "检索检查 C-FIND", _studies, "dicom", how=matches(STUDY))
FIND_SERIES = _message("c_find_series", "检索序列 C-FIND", _series, "dicom", how=matches(SERIES))
FIND_IMAGES = _message("c_find_images", "检索影像 C-FIND", _images, "dicom", how=matches(IMAGE))

# --------------------------------------------------------------------------- 调阅


def _fetching(method: str, sop_class: str, level: str) -> Callable[..., Outgoing]:
    def compose(*, charset: str, study_uid: str, series_uid: str = "", instance_uid: str = "") -> Outgoing:
        named = {"StudyInstanceUID": study_uid, "SeriesInstanceUID": series_uid, "SOPInstanceUID": instance_uid}
        keys = {keyword: uid for keyword, uid in named.items() if uid}
        return outgoing(method, sop_class, {"QueryRetrieveLevel": level, **keys}, charset=charset)

    return compose


def _fetch(name: str, title: str, method: str, level: str) -> Message:
    compose = _fetching(method, {"C-GET": _GET, "C-MOVE": _MOVE}[method], level)
    return _message(name, f"{title} {method}", compose, "json", sends="dicom", how=FETCHED)


GET_STUDY = _fetch("c_get_study", "调阅检查", "C-GET", STUDY)
GET_SERIES = _fetch("c_get_series", "调阅序列", "C-GET", SERIES)
GET_IMAGE = _fetch("c_get_image", "调阅单幅影像", "C-GET", IMAGE)
MOVE_STUDY = _fetch("c_move_study", "调阅检查", "C-MOVE", STUDY)
MOVE_SERIES = _fetch("c_move_series", "调阅序列", "C-MOVE", SERIES)

# --------------------------------------------------------------------------- 存储确认与删除


def _commit(*, charset: str, study: Described, attempt: int = 1) -> Outgoing:
    described = from_dict(study)
    told = {
        "TransactionUID": uids.transaction_uid(described.uid, attempt),
        "ReferencedSOPSequence": [
            {"ReferencedSOPClassUID": datasets.sop_class(described, image), "ReferencedSOPInstanceUID": instance}
            for image, instance in _instances(described)
        ],
    }
    return outgoing("N-ACTION", _COMMITMENT, told, charset=charset, instance=_COMMITMENT_INSTANCE)


def _instances(study: Study) -> list[tuple[int, str]]:
    return [
        (image, uids.instance_uid(uids.series_uid(study.uid, series), image))
        for series in range(1, study.series + 1)
        for image in range(1, study.images + 1)
    ]


def _remove(*, charset: str, study_uid: str) -> Outgoing:
    return Outgoing(body=b"", method="REMOVE", headers={"study": study_uid}, noted=study_uid.encode)


COMMIT = _message("commit_storage", "存储确认 N-ACTION", _commit, "dicom", how=matches(IMAGE))
REMOVE_STUDY = _message("remove_study", "删除检查", _remove, "text", sends="text")
