"""The SQL from the order to the archived study, written once in SQLAlchemy Core; `:name` is `p("name")`.

A statement that a product needs in other words gets `texts={"<product or family>": "…"}`; so far none does. Queries
have a total ORDER BY. Reports, film and corrections: `statements_reports.py`; lists and statistics:
`statements_lists.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update

from harness.model import Statement
from scenarios.pacs import tables as t
from scenarios.pacs import tables_reports as r

p = bindparam


def named(name: str, body: Any) -> Statement:
    """A statement under the name by which reports call it."""
    return Statement(name=name, body=body)


def add(table: Table, *left_out: str) -> Statement:
    """INSERT with one parameter per column, named like the column."""
    columns: dict[str, Any] = {c.name: p(c.name) for c in table.columns if c.name not in left_out}
    return named(f"add_{table.name.removeprefix('ris_')}", insert(table).values(columns))


def move(name: str, table: Table, key: Any, before: tuple[str, ...], **values: Any) -> Statement:
    """状态只能按流程前进；影响 0 行表示不在应有的状态。"""
    return named(name, update(table).values(values).where(key == p(key.name), table.c.status.in_(before)))


_order, _step, _performed = t.order.c, t.scheduled.c, t.performed.c
ADD_AUDIT = add(r.audit_log, "audit_id", "created_at")  # 编号与记录时间由数据库给出

# --------------------------------------------------------------------------- 申请、预约、登记

ITEM_CARD = named(
    "item_card",
    select(t.item.c.item_name, t.item.c.modality, t.item.c.body_part, t.item.c.price).where(
        t.item.c.item_code == p("item_code")
    ),
)
ADD_PATIENT = add(t.patient)
ADD_ORDER = add(t.order)
ADD_CHARGE = add(t.charge)
TAKE_PLACE = named(  # 满了由 CHECK 拦下
    "take_place", update(t.slot).values(taken=t.slot.c.taken + 1).where(t.slot.c.slot_id == p("slot_id"))
)
GIVE_PLACE_BACK = named(
    "give_place_back", update(t.slot).values(taken=t.slot.c.taken - 1).where(t.slot.c.slot_id == p("slot_id"))
)
ADD_APPOINTMENT = add(t.appointment)
APPOINTMENT_CARD = named(
    "appointment_card",
    select(t.appointment.c.slot_id, t.appointment.c.status).where(
        t.appointment.c.appointment_id == p("appointment_id")
    ),
)
MARK_APPOINTMENT_ARRIVED = move(
    "mark_appointment_arrived", t.appointment, t.appointment.c.appointment_id, ("BOOKED",), status="ARRIVED"
)
MARK_APPOINTMENT_CANCELLED = move(
    "mark_appointment_cancelled", t.appointment, t.appointment.c.appointment_id, ("BOOKED",),
    status="CANCELLED", active_accession=None,
)  # fmt: skip
MARK_BOOKED = move("mark_booked", t.order, _order.accession_no, ("ORDERED",), status="BOOKED")
MARK_CANCELLED = move("mark_cancelled", t.order, _order.accession_no, ("ORDERED", "BOOKED"), status="CANCELLED")
TAKE_QUEUE_NO = named(  # 计数行锁到提交为止：同一机房不重号
    "take_queue_no",
    update(t.room).values(last_queue_no=t.room.c.last_queue_no + 1).where(t.room.c.room_id == p("room_id")),
)
LAST_QUEUE_NO = named("last_queue_no", select(t.room.c.last_queue_no).where(t.room.c.room_id == p("room_id")))
MARK_REGISTERED = move(
    "mark_registered", t.order, _order.accession_no, ("BOOKED",),
    status="REGISTERED", room_id=p("room_id"), queue_no=p("queue_no"), registered_at=p("at"),
)  # fmt: skip
ADD_SCHEDULED_STEP = add(t.scheduled)

# --------------------------------------------------------------------------- 检查

STEP_CARD = named(
    "step_card",
    select(_step.accession_no, _step.study_uid, _step.status, _order.patient_id)
    .join_from(t.scheduled, t.order)
    .where(_step.step_id == p("step_id")),
)
WORKLIST_ENTRIES = named(  # 设备要的工作列表；通配与其余条件由应用再筛
    "worklist_entries",
    select(
        _step.step_id, _step.study_uid, _step.modality, _step.station_aet, _step.description, _step.scheduled_at,
        _order.accession_no, _order.referrer, t.patient.c.patient_id, t.patient.c.dicom_name, t.patient.c.gender_code,
        t.patient.c.birth_date, t.patient.c.allergy, t.item.c.body_part,
    )
    .select_from(
        t.scheduled.join(t.order, _order.accession_no == _step.accession_no)
        .join(t.patient, t.patient.c.patient_id == _order.patient_id)
        .join(t.item, t.item.c.item_code == _order.item_code)
    )
    .where(
        _step.status == "SCHEDULED", _step.scheduled_at >= p("first"), _step.scheduled_at < p("until"),
        _step.modality.between(p("modality_low"), p("modality_high")),
    )
    .order_by(_step.scheduled_at, _step.step_id),
)  # fmt: skip
MARK_STEP_STARTED = move("mark_step_started", t.scheduled, _step.step_id, ("SCHEDULED",), status="STARTED")
MARK_STEP_ENDED = move("mark_step_ended", t.scheduled, _step.step_id, ("STARTED",), status=p("ended_as"))
MARK_EXAMINING = move("mark_examining", t.order, _order.accession_no, ("REGISTERED",), status="EXAMINING")
MARK_EXAMINED = move("mark_examined", t.order, _order.accession_no, ("EXAMINING",), status="EXAMINED")
MARK_GIVEN_UP = move("mark_given_up", t.order, _order.accession_no, ("EXAMINING",), status="CANCELLED")
ADD_PERFORMED_STEP = add(t.performed)
PERFORMED_CARD = named(
    "performed_card",
    select(_performed.step_id, _performed.status, _performed.started_at, _step.accession_no)
    .join_from(t.performed, t.scheduled)
    .where(_performed.mpps_uid == p("mpps_uid")),
)
MARK_PERFORMED = move(
    "mark_performed", t.performed, _performed.mpps_uid, ("STARTED",),
    status=p("ended_as"), ended_at=p("at"), reason=p("reason"),
)  # fmt: skip
ADD_PERFORMED_SERIES = add(t.performed_series)

# --------------------------------------------------------------------------- 归档

ORDER_TO_ARCHIVE = named(
    "order_to_archive",
    select(_order.status, t.patient.c.dicom_name)
    .join_from(t.order, t.patient)
    .where(_order.accession_no == p("accession_no")),
)
ADD_STUDY = add(t.study)
ADD_SERIES = add(t.series)
ADD_ARCHIVE_LOG = add(t.archive_log)
ADD_MIGRATION = add(t.migration)
STUDY_CARD = named(
    "study_card",
    select(t.study.c.accession_no, t.study.c.patient_name, t.study.c.image_count, t.study.c.place).where(
        t.study.c.study_uid == p("study_uid")
    ),
)
PLACE_STUDY = named(  # 已删除的不能再动
    "place_study",
    update(t.study).values(place=p("place")).where(t.study.c.study_uid == p("study_uid"), t.study.c.place != "REMOVED"),
)
