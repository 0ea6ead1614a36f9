"""经接口的探测：不合规的影像、同号不同内容、检索的匹配规则与中文、不按次序的执行步骤、没有的检查。

不是每一种都该被拒绝：归档系统怎样做因产品而异，这里看的是两边是否做得一样，以及留下了什么。每次都用自己的检查，不碰别的。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.message import Message
from harness.model import Conversation, Drawing, ReplyKind, Transaction
from scenarios.pacs.conformance import CASES, Case, shortcoming
from scenarios.pacs.images.uids import step_uid, study_uid
from scenarios.pacs.interfaces import ARCHIVE, WEB, WORKLIST
from scenarios.pacs.messages import archive, web
from scenarios.pacs.messages.bad import DUPLICATE_OTHER_CONTENT, STORE_BAD
from scenarios.pacs.messages.worklist import MPPS_BEGIN, MPPS_END
from scenarios.pacs.transactions.common import Draw, Drawn
from scenarios.pacs.transactions.messages_viewing import uids_of
from scenarios.pacs.world import BUSINESS_DAY, Exam, one_of

SMALL = "MR"  # the modality whose images are the smallest


def trying(message: Message) -> Callable[..., None]:
    """做得成、做不成都照实记下。"""

    def act(tx: Conversation, **params: Any) -> None:
        if tx.attempt(message, **params).kind is not ReplyKind.OK:
            tx.refuse("对方不接受")

    return act


# --------------------------------------------------------------------------- 不合规的影像


def own_study(drawing: Drawing, about: str) -> dict[str, Any]:
    """One small study for one probe, under numbers of its own."""
    prior = next(study for study in drawing.world.priors if study["modality"] == SMALL)
    accession = drawing.number("Y")
    uid = study_uid(about, accession)
    own = {"uid": uid, "accession": accession, "series": 1, "images": 1, "lossless": False, "reduced": 4}
    return {**prior, **own}


# An archive that cannot read an object may say nothing at all until the endpoint's time runs out, so each is sent once.
BAD = {
    "identity": ("标识缺失或不符", ("missing_instance_uid", "missing_study_uid", "other_instance_uid")),
    "unknown": ("不认识的类、语法与内容", ("unknown_class", "unknown_syntax", "garbage")),
    "structure": ("VR、长度、序列不合规", ("wrong_vr", "odd_length", "open_sequence")),
    "ending": ("数据集为空或截断", ("empty", "truncated", "length_beyond_end")),
    "text": ("字符集与文字长度", ("misdeclared_charset", "undeclared_charset", "text_too_long")),
    "pixels": ("像素数据只有一半", ("truncated_pixels",)),
}


def spoiling(spoils: Sequence[str]) -> Draw:
    def draw(drawing: Drawing) -> Drawn:
        """They take turns."""
        study = own_study(drawing, "spoilt")
        return {"study": study, "spoil": spoils[int(study["accession"][-6:]) % len(spoils)]}

    return draw


def duplicate(tx: Conversation, *, study: Mapping[str, Any], uids: Mapping[str, str]) -> None:
    """同一 SOP 实例号、像素不同的再存一次：无论拒绝、覆盖还是忽略，两边要一样。"""
    tx.send(archive.STORE_IMAGE, study=study, series=1, image=1)
    tx.attempt(DUPLICATE_OTHER_CONTENT, study=study)
    tx.send(archive.GET_IMAGE, **uids)


def draw_duplicate(drawing: Drawing) -> dict[str, Any]:
    study = own_study(drawing, "duplicate")
    return {"study": study, "uids": uids_of(study)}


# --------------------------------------------------------------------------- 中文


def _groups() -> dict[str, tuple[Case, ...]]:
    """Cases that want the same study stored, whatever its character set: it is stored once for all of them."""
    found: dict[tuple[tuple[str, str], ...], list[Case]] = {}
    for case in CASES.values():
        same = tuple(sorted((key, value) for key, value in case.stored.items() if key != "charset"))
        found.setdefault(same, []).append(case)
    return {cases[0].name.rpartition("_")[0]: tuple(cases) for cases in found.values()}


GROUPS = _groups()


def conforming(tx: Conversation, *, study: dict[str, Any], cases: Sequence[str]) -> None:
    """存一个检查，逐条查询；检索到与否、取回的每个字，都按用例的要求核对。"""
    tx.send(archive.STORE_IMAGE, study=study)
    wrong = []
    for case in (CASES[name] for name in cases):
        if case.asked:
            reply = tx.attempt(archive.FIND_STUDIES, PatientID=study["patient_id"], **case.asked)
        else:
            reply = tx.attempt(web.WADO_METADATA, study_uid=study["uid"])
        if found := shortcoming(case, study["uid"], reply.body):
            wrong.append(f"{case.title}：{found}")
    if wrong:
        tx.refuse("；".join(wrong))


def draw_conforming(group: Sequence[Case]) -> Draw:
    def draw(drawing: Drawing) -> Drawn:
        """Character sets take turns."""
        study = own_study(drawing, "chinese")
        charsets = sorted({case.stored["charset"] for case in group})
        charset = charsets[int(study["accession"][-6:]) % len(charsets)]
        cases = [case for case in group if case.stored["charset"] == charset]
        patient_id = f"XH{study['accession'][1:]}"
        return {
            "study": {**study, "patient_id": patient_id, **cases[0].stored},
            "cases": tuple(case.name for case in cases),
        }

    return draw


# --------------------------------------------------------------------------- 检索的匹配规则


def searching(keys: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Draw:
    def draw(drawing: Drawing) -> Drawn:
        return keys(one_of(drawing, drawing.world.priors))

    return draw


def _family(study: Mapping[str, Any]) -> tuple[str, str]:
    """In letters and in characters."""
    letters, _, characters = str(study["patient_name"]).partition("=")
    return letters.partition("^")[0], characters.partition("^")[0]


def _both(study: Mapping[str, Any]) -> str:
    return f"{study['uid']}\\{study_uid('nobody')}"


QUERIES: tuple[tuple[str, str, Callable[[Mapping[str, Any]], dict[str, Any]]], ...] = (
    ("star", "星号通配", lambda s: {"PatientName": f"{_family(s)[0]}*"}),
    ("question", "问号通配", lambda s: {"PatientID": f"{s['patient_id'][:-1]}?"}),
    ("upper_case", "姓名大写", lambda s: {"PatientName": f"{_family(s)[0].upper()}*"}),
    ("lower_case", "姓名小写", lambda s: {"PatientName": f"{_family(s)[0].lower()}*"}),
    ("characters", "汉字姓氏通配", lambda s: {"PatientName": f"*={_family(s)[1]}*"}),
    ("characters_first", "汉字写在第一组", lambda s: {"PatientName": f"{_family(s)[1]}*"}),
    ("whole_name", "姓名全部组成部分", lambda s: {"PatientName": s["patient_name"]}),
    ("letters_only", "只给拼音", lambda s: {"PatientName": s["patient_name"].partition("=")[0]}),
    ("range", "日期段", lambda s: {"StudyDate": f"{s['date']}-{BUSINESS_DAY:%Y%m%d}"}),
    ("range_to", "只有截止的日期段", lambda s: {"StudyDate": f"-{s['date']}"}),
    ("range_from", "只有起始的日期段", lambda s: {"StudyDate": f"{s['date']}-"}),
    ("time_range", "时间段", lambda s: {"StudyDate": s["date"], "StudyTime": f"{s['time'][:4]}-{s['time']}"}),
    ("uid_list", "UID 列表", lambda s: {"StudyInstanceUID": _both(s)}),
    ("modalities", "检查所含设备类型", lambda s: {"ModalitiesInStudy": s["modality"], "StudyDate": s["date"]}),
    ("description", "检查描述通配", lambda s: {"StudyDescription": f"*{s['description'][1:3]}*"}),
    ("nobody", "查无此人", lambda s: {"PatientID": "XH99999999"}),
)

# --------------------------------------------------------------------------- 执行步骤


def draw_begin_twice(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("examining")
    return None if exam is None else {"study": exam.study, "mpps_uid": exam.mpps_uid, "at": exam.at}


def draw_begin_unknown(drawing: Drawing) -> Drawn:
    """RIS 没有排过的检查步骤。"""
    study = own_study(drawing, "unscheduled")
    number = drawing.number("T")
    return {"study": {**study, "step_id": number}, "mpps_uid": step_uid(number)}


def draw_end_unknown(drawing: Drawing) -> Drawn:
    """没有报过开始的执行步骤。"""
    study = own_study(drawing, "unbegun")
    return {"study": study, "mpps_uid": step_uid(study["accession"])}


def draw_end_twice(drawing: Drawing) -> Drawn:
    exam: Exam | None = drawing.peek("published")
    return None if exam is None else {"study": exam.study, "mpps_uid": exam.mpps_uid, "at": exam.at}


# --------------------------------------------------------------------------- 没有的检查


def draw_no_such_study(drawing: Drawing) -> dict[str, Any]:
    return {"study_uid": study_uid("nobody", drawing.number("Y"))}


def _probe(name: str, title: str, draw: Draw, act: Callable[..., None], *interfaces: str) -> Transaction:
    return Transaction(
        name=f"probe_{name}", title=f"探测：{title}", draw=draw, act=act, weight=0, probe=True, interfaces=interfaces
    )


def _title(group: Sequence[Case]) -> str:
    title = group[0].title.rpartition("（")[0]
    return title if len({case.title.rpartition("（")[0] for case in group}) == 1 else f"{title}等 {len(group) // 2} 条"


TRANSACTIONS = (
    *(
        _probe(f"chinese_{name}", f"中文：{_title(group)}", draw_conforming(group), conforming, ARCHIVE.name, WEB.name)
        for name, group in GROUPS.items()
    ),
    *(
        _probe(f"find_{name}", f"检索：{title}", searching(keys), trying(archive.FIND_STUDIES), ARCHIVE.name)
        for name, title, keys in QUERIES
    ),
    *(
        _probe(f"qido_{name}", f"检索（QIDO-RS）：{title}", searching(keys), trying(web.QIDO_STUDIES), WEB.name)
        for name, title, keys in QUERIES
        if name in ("star", "lower_case", "characters", "range", "modalities", "nobody")
    ),
    _probe("mpps_begin_twice", "检查重复开始（MPPS）", draw_begin_twice, trying(MPPS_BEGIN), WORKLIST.name),
    _probe("mpps_begin_unknown", "没有排过的检查步骤（MPPS）", draw_begin_unknown, trying(MPPS_BEGIN), WORKLIST.name),
    _probe("mpps_end_unknown", "没有开始就结束（MPPS）", draw_end_unknown, trying(MPPS_END), WORKLIST.name),
    _probe("mpps_end_twice", "检查重复结束（MPPS）", draw_end_twice, trying(MPPS_END), WORKLIST.name),
    _probe("get_unknown", "调阅没有的检查（C-GET）", draw_no_such_study, trying(archive.GET_STUDY), ARCHIVE.name),
    _probe("web_unknown", "调阅没有的检查（WADO-RS）", draw_no_such_study, trying(web.WADO_STUDY), WEB.name),
    # Last: what an archive takes of them, later queries would meet.
    *(
        _probe(f"bad_{name}", f"不合规影像：{title}", spoiling(spoils), trying(STORE_BAD), ARCHIVE.name)
        for name, (title, spoils) in BAD.items()
    ),
    _probe("duplicate_content", "同一实例号、像素不同", draw_duplicate, duplicate, ARCHIVE.name),
)
