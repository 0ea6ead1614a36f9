"""影像调阅与检索：首幅、整个检查、既往对照、逐级浏览、按条件检索，经 DICOM 与经 Web；云胶片。

一半以上看本用户自己归档的，其余看归档系统里早已有的既往检查；只看，不改。
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.message import Message
from harness.model import Conversation, Drawing, Transaction
from scenarios.pacs import statements_reports as reports
from scenarios.pacs.exams import images_in, moment_of
from scenarios.pacs.images.uids import instance_uid, series_uid
from scenarios.pacs.interfaces import ARCHIVE, WEB
from scenarios.pacs.messages import archive, web
from scenarios.pacs.transactions.archiving import note_archived
from scenarios.pacs.transactions.common import Draw, Drawn
from scenarios.pacs.transactions.messages_archive import archiving
from scenarios.pacs.transactions.serving import cloud_export
from scenarios.pacs.world import BUSINESS_DAY, Exam, later, one_of

OWN_SHARE = 0.6
Steps = Sequence[tuple[Message, Mapping[str, Any]]]

# --------------------------------------------------------------------------- 看哪一个


def seen(drawing: Drawing) -> dict[str, Any]:
    """A study that lies in the archive."""
    exam: Exam | None = drawing.peek("online") if drawing.rng.random() < OWN_SHARE else None
    found: dict[str, Any] = one_of(drawing, drawing.world.priors) if exam is None else exam.study
    return found


def uids_of(study: Mapping[str, Any], series: int = 1, image: int = 1) -> dict[str, str]:
    of_series = series_uid(study["uid"], series)
    return {"study_uid": study["uid"], "series_uid": of_series, "instance_uid": instance_uid(of_series, image)}


def draw_study(drawing: Drawing) -> dict[str, Any]:
    return {"study_uid": seen(drawing)["uid"]}


def draw_series(drawing: Drawing) -> dict[str, Any]:
    study = seen(drawing)
    named = uids_of(study, 1 + int(drawing.rng.random() * study["series"]))
    return {"study_uid": named["study_uid"], "series_uid": named["series_uid"]}


def draw_image(drawing: Drawing) -> dict[str, Any]:
    study = seen(drawing)
    return uids_of(study, 1, 1 + int(drawing.rng.random() * study["images"]))


# --------------------------------------------------------------------------- 看


def asking(*messages: Message) -> Callable[..., None]:
    """一步或几步，参数相同。"""

    def act(tx: Conversation, **params: Any) -> None:
        for message in messages:
            tx.send(message, **params)

    return act


def first_image(tx: Conversation, *, study_uid: str, series_uid: str, instance_uid: str) -> None:
    """打开检查的第一眼：序列清单与首幅影像。"""
    tx.send(archive.FIND_SERIES, study_uid=study_uid)
    tx.send(archive.GET_IMAGE, study_uid=study_uid, series_uid=series_uid, instance_uid=instance_uid)


def draw_first_image(drawing: Drawing) -> dict[str, Any]:
    return uids_of(seen(drawing))


def browse(tx: Conversation, *, study_uid: str, series_uid: str) -> None:
    """检查、序列、影像逐级检索。"""
    tx.send(archive.FIND_STUDIES, StudyInstanceUID=study_uid)
    tx.send(archive.FIND_SERIES, study_uid=study_uid)
    tx.send(archive.FIND_IMAGES, study_uid=study_uid, series_uid=series_uid)


def browse_web(tx: Conversation, *, study_uid: str, series_uid: str) -> None:
    tx.send(web.QIDO_STUDIES, StudyInstanceUID=study_uid)
    tx.send(web.QIDO_SERIES, study_uid=study_uid)
    tx.send(web.QIDO_INSTANCES, study_uid=study_uid, series_uid=series_uid)


def view_priors(tx: Conversation, *, patient_id: str, study_uid: str, series_uid: str) -> None:
    """既往对照：按患者查历次检查，取既往检查的一个序列。"""
    tx.send(archive.FIND_STUDIES, PatientID=patient_id)
    tx.send(archive.MOVE_SERIES, study_uid=study_uid, series_uid=series_uid)


def draw_view_priors(drawing: Drawing) -> dict[str, Any]:
    study = one_of(drawing, drawing.world.priors)
    return {
        "patient_id": study["patient_id"],
        "study_uid": study["uid"],
        "series_uid": series_uid(study["uid"], 1),
    }


# --------------------------------------------------------------------------- 按条件检索


def draw_search(drawing: Drawing) -> dict[str, Any]:
    """患者号、检查号、姓名（拼音、汉字）、日期段、设备。"""
    study = seen(drawing)
    letters, _, characters = study["patient_name"].partition("=")
    family, family_letters = characters.partition("^")[0], letters.partition("^")[0]
    week_ago = BUSINESS_DAY - dt.timedelta(days=7)
    found: dict[str, Any] = one_of(
        drawing,
        (
            {"PatientID": study["patient_id"]},
            {"AccessionNumber": study["accession"]},
            {"PatientName": f"{family_letters}^*", "StudyDate": study["date"]},
            {"PatientName": f"*={family}*", "StudyDate": study["date"]},
            {"StudyDate": f"{week_ago:%Y%m%d}-{study['date']}", "ModalitiesInStudy": study["modality"]},
            {"StudyDate": study["date"], "StudyTime": f"000000-{study['time']}"},
        ),
    )
    return found


# --------------------------------------------------------------------------- 云胶片与便携设备


def cloud_film(
    tx: Conversation, *, images: Sequence[Mapping[str, Any]], study_uid: str, export: Mapping[str, Any], at: dt.datetime
) -> None:
    """渲染几幅图像，记下这次导出与有效期。"""
    for image in images:
        tx.send(web.WADO_RENDERED, **image)
    tx.change(reports.ADD_EXPORT, study_uid=study_uid, exported_at=at, **export)


def draw_cloud_film(drawing: Drawing) -> dict[str, Any]:
    study = seen(drawing)
    count = min(3, study["images"])
    clip = {"frame": 1} if study["modality"] == "US" else {}
    images = tuple({**uids_of(study, 1, n), **(clip if n == 1 else {})} for n in range(1, count + 1))
    at = later(drawing, moment_of(study), 90, 180)
    return {
        "images": images,
        "study_uid": study["uid"],
        "export": cloud_export(drawing, images_in(study), at),
        "at": at,
    }


def archive_by_web(
    tx: Conversation, *, study: Mapping[str, Any], log_no: str, images: Sequence[Sequence[int]], at: dt.datetime
) -> None:
    """便携设备没有 DICOM 网络，经 Web 归档。"""
    tx.send(web.STOW, study=study, images=images)
    note_archived(tx, study=study, log_no=log_no, place="ONLINE", at=at)


def draw_archive_by_web(drawing: Drawing) -> Drawn:
    found = archiving("US", "CR")(drawing)
    return None if found is None else {**found, "images": ((1, 1),)}


def _dicom(name: str, title: str, draw: Draw, act: Any, weight: float, size: float = 1.0) -> Transaction:
    return Transaction(name=name, title=title, draw=draw, act=act, weight=weight, size=size, interfaces=(ARCHIVE.name,))


def _web(name: str, title: str, draw: Draw, act: Any, weight: float, size: float = 1.0) -> Transaction:
    return Transaction(name=name, title=title, draw=draw, act=act, weight=weight, size=size, interfaces=(WEB.name,))


def draw_nothing(drawing: Drawing) -> dict[str, Any]:
    return {}


TRANSACTIONS = (
    _dicom("echo", "连通测试", draw_nothing, asking(archive.ECHO), 0.5),
    _dicom("view_first_image", "首幅影像调阅", draw_first_image, first_image, 3),
    _dicom("view_by_get", "整个检查调阅（C-GET）", draw_study, asking(archive.GET_STUDY), 0.6, 3),
    _dicom("view_by_move", "整个检查调阅（C-MOVE）", draw_study, asking(archive.MOVE_STUDY), 0.6, 3),
    _dicom("view_series", "序列调阅", draw_series, asking(archive.GET_SERIES), 0.8, 2),
    _dicom("view_priors", "既往检查对照", draw_view_priors, view_priors, 0.8, 2),
    _dicom("browse", "逐级浏览", draw_series, browse, 1.5),
    _dicom("find_studies", "按条件检索", draw_search, asking(archive.FIND_STUDIES), 3),
    _web("qido_browse", "逐级浏览（QIDO-RS）", draw_series, browse_web, 1.5),
    _web("qido_search", "按条件检索（QIDO-RS）", draw_search, asking(web.QIDO_STUDIES), 2),
    _web("web_metadata", "检查元数据", draw_study, asking(web.WADO_METADATA), 1),
    _web("web_study", "整个检查调阅（WADO-RS）", draw_study, asking(web.WADO_STUDY), 0.6, 3),
    _web("web_series", "序列调阅（WADO-RS）", draw_series, asking(web.WADO_SERIES), 0.5, 2),
    _web("web_instance", "单幅影像调阅（WADO-RS、WADO-URI）", draw_image, asking(web.WADO_INSTANCE, web.WADO_URI), 1),
    _web("web_frame", "单帧调阅", draw_image, asking(web.WADO_FRAME), 1),
    _web("cloud_film", "云胶片", draw_cloud_film, cloud_film, 1),
    _web("archive_by_web", "便携设备归档（STOW-RS）", draw_archive_by_web, archive_by_web, 0.2),
)
