"""就诊：登记就诊、离院。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.emr import catalogue, judging
from scenarios.emr import statements as sql
from scenarios.emr.transactions.common import refuse_if_refused
from scenarios.emr.world import Place, Stay, later, moment, one_of

# --------------------------------------------------------------------------- 登记就诊


def admit(tx: Conversation, *, visit: Mapping[str, Any], diagnoses: Sequence[Sequence[Any]], at: dt.datetime) -> None:
    """核对患者，登记一次门诊或住院，写初步诊断。"""
    if tx.row(sql.PATIENT_CARD, patient_id=visit["patient_id"]) is None:
        tx.refuse("没有这位患者")
    tx.change(
        sql.ADD_VISIT,
        status="OPEN", admitted_at=at, operated_at=None, left_at=None, died_at=None, archive_by=None, **visit,
    )  # fmt: skip
    for diagnosis_no, (icd_code, text) in enumerate(diagnoses, 1):
        tx.change(
            sql.ADD_VISIT_DIAGNOSIS,
            visit_no=visit["visit_no"], diagnosis_no=diagnosis_no, icd_code=icd_code, diagnosis_text=text,
            diagnosed_at=at,
        )  # fmt: skip


def register_and_admit(
    tx: Conversation, *, patient: Mapping[str, Any], visit: Mapping[str, Any], at: dt.datetime
) -> None:  # fmt: skip
    """HIS 送来的新患者：先建档，再登记就诊；诊断由医生写。"""
    refuse_if_refused(tx, tx.attempt(sql.ADD_PATIENT, **patient), "这位患者已建档")
    admit(tx, visit=visit, diagnoses=(), at=at)


def draw_admit(drawing: Drawing) -> dict[str, Any]:
    world, chance = drawing.world, drawing.rng.random
    place: Place = one_of(drawing, world.places)
    visit_no, patient_id, at = drawing.number("V"), one_of(drawing, world.patients), moment(drawing)
    doctor_id = one_of(drawing, place.authors)
    drawing.put("arrived", Stay(visit_no, patient_id, place, doctor_id, at))
    icd_code, name = one_of(drawing, catalogue.DIAGNOSES)
    visit = {
        "visit_no": visit_no,
        "patient_id": patient_id,
        "visit_class": place.visit_class,
        "dept_id": place.dept_id,
        "doctor_id": doctor_id,
        "bed_no": f"+{int(chance() * 90) + 10}" if place.visit_class == "I" else None,
    }
    diagnoses = ((icd_code, name), ("I10.x00", "高血压病 3级 很高危"))[: 1 + int(chance() * 2)]
    return {"visit": visit, "diagnoses": diagnoses, "at": at}


# --------------------------------------------------------------------------- 离院


def close_visit(tx: Conversation, *, visit_no: str, died: bool, at: dt.datetime) -> dt.datetime:
    """诊毕、出院或死亡；算出归档期限。"""
    visit = tx.row(sql.VISIT_CARD, visit_no=visit_no)
    if visit is None:
        tx.refuse("没有这次就诊")
    archive_by = judging.archive_by(visit[0], at)
    changed = tx.change(
        sql.MARK_LEFT, visit_no=visit_no, at=at, died_at=at if died else None, archive_by=archive_by
    )  # fmt: skip
    if changed != 1:
        tx.refuse("患者已离院")
    return archive_by


def draw_close_visit(drawing: Drawing) -> dict[str, Any] | None:
    stay: Stay | None = drawing.take("to_leave")
    if stay is None:
        return None
    at = later(drawing, stay.at, 1, 60)
    drawing.put("left", stay._replace(at=at))
    return {"visit_no": stay.visit_no, "died": False, "at": at}


TRANSACTIONS = (
    Transaction(name="admit", title="登记就诊", draw=draw_admit, act=admit, weight=4),
    Transaction(name="close_visit", title="离院", draw=draw_close_visit, act=close_visit, weight=2),
)
