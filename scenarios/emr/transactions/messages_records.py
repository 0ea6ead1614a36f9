"""医生站、病案室、质控科经 REST 接口做的事：与各处的业务相同，只是由接口送去。"""

from __future__ import annotations

from harness.message import Message
from harness.model import Drawing, Transaction
from scenarios.emr.interfaces import HTTP
from scenarios.emr.messages import rest
from scenarios.emr.transactions import archiving, editing, front_page, looking, probes, quality, signing
from scenarios.emr.transactions.common import text_now
from scenarios.emr.transactions.messages_common import Draw, Drawn, probe, sending
from scenarios.emr.world import Flaw, Stay, Work, instant, later, one_of
from scenarios.emr.writing import written

AGAIN_SHARE = 0.3  # 保存之后还要接着写的

# --------------------------------------------------------------------------- 书写


def draw_create(drawing: Drawing) -> Drawn:
    """新建时带着模板填好的首稿。"""
    record = editing.draw_create_record(drawing)
    if record is None:
        return None
    body = one_of(drawing, drawing.world.bank[record["type_code"]])[0].body
    return {**record, "content": written(record["record_id"], body)}


def draw_save(drawing: Drawing) -> Drawn:
    """如 `draw_save_version`，另说出这是第几版。"""
    work: Work | None = drawing.take("editing") or drawing.take("quotable")
    if work is None:
        return None
    saved_at = instant(drawing, later(drawing, work.at, 0, 3))
    work = work._replace(step=work.step + 1, version=work.version + 1, at=saved_at)
    drawing.put("editing" if drawing.rng.random() < AGAIN_SHARE else "written", work)
    return {
        "record_id": work.record_id,
        "version_no": work.version,
        "content": text_now(drawing, work),
        "editor_id": work.stay.doctor_id,
        "saved_at": saved_at,
    }


def draw_version(drawing: Drawing) -> Drawn:
    work: Work | None = drawing.peek("signed") or drawing.peek("written")
    if work is None:
        return {"record_id": one_of(drawing, drawing.world.archived), "version_no": 1}
    return {"record_id": work.record_id, "version_no": work.version}


def signed_as(role: str, draw: Draw) -> Draw:
    def drawn(drawing: Drawing) -> Drawn:
        found = draw(drawing)
        return None if found is None else {**found, "role": role}

    return drawn


# --------------------------------------------------------------------------- 查看


def draw_search(drawing: Drawing) -> Drawn:
    found = looking.draw_search_text(drawing)
    return {"q": found["term"], "since": found["since"]}


def draw_page(drawing: Drawing) -> Drawn:
    stay: Stay | None = drawing.peek("page_to_check")
    return None if stay is None else {"visit_no": stay.visit_no}


def draw_defect(drawing: Drawing) -> Drawn:
    flaw: Flaw | None = drawing.peek("flaw")
    return None if flaw is None else {"defect_id": flaw.defect_id}


# --------------------------------------------------------------------------- 探测


def draw_archived_draft(drawing: Drawing) -> Drawn:
    found = probes.draw_edit_archived(drawing)
    return {"author_id" if name == "editor_id" else name: value for name, value in found.items()}


def draw_skipped_version(drawing: Drawing) -> Drawn:
    """跳过一版：发出者不知道自己保存的是第几版。"""
    work: Work | None = drawing.peek("editing")
    if work is None:
        return None
    return {
        "record_id": work.record_id,
        "version_no": work.version + 2,
        "content": text_now(drawing, work),
        "editor_id": work.stay.doctor_id,
        "saved_at": instant(drawing, later(drawing, work.at, 0, 3)),
    }


def draw_no_such_version(drawing: Drawing) -> Drawn:
    return {"record_id": one_of(drawing, drawing.world.archived), "version_no": 99}


def _http(name: str, title: str, message: Message, draw: Draw, weight: float) -> Transaction:
    return Transaction(
        name=f"http_{name}",
        title=f"{title}（接口）",
        draw=draw,
        act=sending(message),
        weight=weight,
        interfaces=(HTTP.name,),
    )


TRANSACTIONS = (
    _http("create_record", "新建病历", rest.POST_RECORD, draw_create, 3),
    _http("autosave", "自动保存", rest.PUT_DRAFT, editing.draw_autosave, 18),
    _http("save_version", "保存版本", rest.PUT_VERSION, draw_save, 3.5),
    _http("view_version", "调阅版本", rest.GET_VERSION, draw_version, 3),
    _http("view_versions", "版本历史", rest.GET_VERSIONS, looking.draw_view_versions, 1.5),
    _http("sign", "作者签名", rest.POST_SIGNATURE, signed_as("AUTHOR", signing.draw_sign), 2.5),
    _http("countersign", "上级审签", rest.POST_SIGNATURE, signed_as("SENIOR", signing.draw_countersign), 1),
    _http("amend", "签后修改", rest.POST_AMENDMENT, signing.draw_amend, 0.5),
    _http("archive", "归档", rest.POST_ARCHIVE, archiving.draw_archive_visit, 1.2),
    _http("front_page_save", "填写病案首页", rest.PUT_FRONT_PAGE, front_page.draw_front_page_save, 0.5),
    _http("front_page_check", "审核病案首页", rest.POST_PAGE_CHECK, front_page.draw_front_page_check, 0.4),
    _http("front_page_view", "核对病案首页", rest.GET_FRONT_PAGE, draw_page, 0.6),
    _http("search", "全文检索", rest.GET_SEARCH, draw_search, 1),
    _http("overview", "360 视图", rest.GET_OVERVIEW, looking.draw_view_360, 1.5),
    _http("view_defect", "查看缺陷", rest.GET_DEFECT, draw_defect, 0.4),
    _http("correct_defect", "缺陷整改", rest.POST_CORRECTION, quality.draw_defect_correct, 0.25),
)
PROBES = (
    probe("http_sign_twice", "经接口一个版本签两次", rest.POST_SIGNATURE, signed_as("AUTHOR", probes.draw_sign_twice)),
    probe("http_edit_archived", "经接口改已归档的病历", rest.PUT_DRAFT, draw_archived_draft),
    probe("http_skipped_version", "经接口跳过一版", rest.PUT_VERSION, draw_skipped_version),
    probe("http_no_such_version", "经接口调阅没有的版本", rest.GET_VERSION, draw_no_such_version),
    probe("http_negative_fee", "经接口填负的费用", rest.PUT_FRONT_PAGE, probes.draw_negative_fee),
    probe("http_archive_unsigned", "经接口归档未签名的病历", rest.POST_ARCHIVE, probes.draw_archive_unsigned),
)
