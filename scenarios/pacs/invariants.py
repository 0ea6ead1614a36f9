"""What must hold of the imaging department whatever happened: one query each, one row per violation.

Asked of the loaded data, after the functional pass and after every load block, on each stack. Reports:
`invariants_reports.py`. What the archive holds is compared object by object and is no matter of these queries.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func, or_, select

from harness.model import Invariant, Statement
from scenarios.pacs import tables as t


def must_hold(name: str, title: str, query: Any) -> Invariant:
    return Invariant(name=name, title=title, query=Statement(name=f"invariant_{name}", body=query))


_order, _step, _performed, _study, _log = t.order.c, t.scheduled.c, t.performed.c, t.study.c, t.archive_log.c

# --------------------------------------------------------------------------- 申请、预约、登记

_charged = (
    select(
        t.charge.c.accession_no.label("owner"), func.count().label("charges"),
        func.min(t.charge.c.amount).label("amount"),
    )
    .group_by(t.charge.c.accession_no)
    .subquery("charged")
)  # fmt: skip
CHARGED_ONCE = must_hold(
    "charged_once",
    "每张申请恰好计费一次，金额等于项目价格",
    select(_order.accession_no, _charged.c.charges, _charged.c.amount, t.item.c.price)
    .select_from(
        t.order.join(t.item, t.item.c.item_code == _order.item_code).outerjoin(
            _charged, _charged.c.owner == _order.accession_no
        )
    )
    .where(or_(func.coalesce(_charged.c.charges, 0) != 1, _charged.c.amount != t.item.c.price))
    .order_by(_order.accession_no),
)
_holding = (
    select(t.appointment.c.slot_id.label("held"), func.count().label("holders"))
    .where(t.appointment.c.active_accession.is_not(None))
    .group_by(t.appointment.c.slot_id)
    .subquery("holding")
)
SLOTS_COUNTED = must_hold(
    "slots_counted",
    "号源已占数等于有效预约数，不超过容量",
    select(t.slot.c.slot_id, t.slot.c.capacity, t.slot.c.taken, _holding.c.holders)
    .select_from(t.slot.outerjoin(_holding, _holding.c.held == t.slot.c.slot_id))
    .where(or_(t.slot.c.taken != func.coalesce(_holding.c.holders, 0), t.slot.c.taken > t.slot.c.capacity))
    .order_by(t.slot.c.slot_id),
)
APPOINTMENT_HOLDS = must_hold(
    "appointment_holds",
    "有效预约占着自己的申请，取消的不占",
    select(t.appointment.c.appointment_id, t.appointment.c.status, t.appointment.c.active_accession)
    .where(
        or_(
            and_(t.appointment.c.status == "CANCELLED", t.appointment.c.active_accession.is_not(None)),
            and_(
                t.appointment.c.status != "CANCELLED",
                func.coalesce(t.appointment.c.active_accession, "") != t.appointment.c.accession_no,
            ),
        )
    )
    .order_by(t.appointment.c.appointment_id),
)
_queued = (
    select(
        _order.room_id.label("queue"), func.count().label("people"), func.max(_order.queue_no).label("last"),
        func.count(_order.queue_no.distinct()).label("different"),
    )
    .where(_order.room_id.is_not(None))
    .group_by(_order.room_id)
    .subquery("queued")
)  # fmt: skip
QUEUES_WITHOUT_GAPS = must_hold(
    "queues_without_gaps",
    "机房的排队号自 1 连续，不重不漏",
    select(t.room.c.room_id, t.room.c.last_queue_no, _queued.c.people, _queued.c.last)
    .select_from(t.room.outerjoin(_queued, _queued.c.queue == t.room.c.room_id))
    .where(
        or_(
            t.room.c.last_queue_no != func.coalesce(_queued.c.people, 0),
            t.room.c.last_queue_no != func.coalesce(_queued.c.last, 0),
            t.room.c.last_queue_no != func.coalesce(_queued.c.different, 0),
        )
    )
    .order_by(t.room.c.room_id),
)

# --------------------------------------------------------------------------- 检查

STEPS_FOLLOW = must_hold(
    "steps_follow",
    "申请、预约步骤、执行步骤三者的状态一致",
    select(_step.step_id, _order.status, _step.status.label("step_status"), _performed.status.label("performed_status"))
    .select_from(
        t.scheduled.join(t.order, _order.accession_no == _step.accession_no).outerjoin(
            t.performed, _performed.step_id == _step.step_id
        )
    )
    .where(
        or_(
            _step.status != func.coalesce(_performed.status, "SCHEDULED"),
            and_(_step.status == "SCHEDULED", _order.status != "REGISTERED"),
            and_(_step.status == "STARTED", _order.status != "EXAMINING"),
            and_(_step.status == "COMPLETED", _order.status.not_in(("EXAMINED", "REPORTED"))),
            and_(_step.status == "DISCONTINUED", _order.status != "CANCELLED"),
        )
    )
    .order_by(_step.step_id),
)
PERFORMED_IN_ORDER = must_hold(
    "performed_in_order",
    "登记 ≤ 检查开始 ≤ 检查结束，结束的都有结束时间，中止的都写明原因",
    select(_performed.mpps_uid, _performed.status, _performed.started_at, _performed.ended_at)
    .select_from(
        t.performed.join(t.scheduled, _step.step_id == _performed.step_id).join(
            t.order, _order.accession_no == _step.accession_no
        )
    )
    .where(
        or_(
            _performed.started_at < _order.registered_at,
            _performed.ended_at < _performed.started_at,
            and_(_performed.status == "STARTED", _performed.ended_at.is_not(None)),
            and_(_performed.status != "STARTED", _performed.ended_at.is_(None)),
            and_(_performed.status == "DISCONTINUED", _performed.reason.is_(None)),
        )
    )
    .order_by(_performed.mpps_uid),
)
_performing = (
    select(
        t.performed_series.c.mpps_uid.label("by_step"), func.count().label("series"),
        func.sum(t.performed_series.c.image_count).label("images"),
    )
    .group_by(t.performed_series.c.mpps_uid)
    .subquery("performing")
)  # fmt: skip
MADE_IS_ARCHIVED = must_hold(
    "made_is_archived",
    "归档的序列数、图像数与设备做的一样多",
    select(_study.study_uid, _study.series_count, _study.image_count, _performing.c.series, _performing.c.images)
    .select_from(
        t.study.join(t.scheduled, _step.study_uid == _study.study_uid)
        .join(t.performed, _performed.step_id == _step.step_id)
        .outerjoin(_performing, _performing.c.by_step == _performed.mpps_uid)
    )
    .where(
        or_(
            _study.series_count != func.coalesce(_performing.c.series, 0),
            _study.image_count != func.coalesce(_performing.c.images, 0),
        )
    )
    .order_by(_study.study_uid),
)

# --------------------------------------------------------------------------- 归档

_counted = (
    select(
        t.series.c.study_uid.label("of_study"), func.count().label("series"),
        func.sum(t.series.c.image_count).label("images"),
        func.max(t.series.c.series_no).label("last"),
    )
    .group_by(t.series.c.study_uid)
    .subquery("counted")
)  # fmt: skip
STUDY_COUNTED = must_hold(
    "study_counted",
    "检查的序列数、图像数等于各序列之和，序列号自 1 连续",
    select(_study.study_uid, _study.series_count, _study.image_count, _counted.c.series, _counted.c.images)
    .select_from(t.study.outerjoin(_counted, _counted.c.of_study == _study.study_uid))
    .where(
        or_(
            _study.series_count != func.coalesce(_counted.c.series, 0),
            _study.series_count != func.coalesce(_counted.c.last, 0),
            _study.image_count != func.coalesce(_counted.c.images, 0),
        )
    )
    .order_by(_study.study_uid),
)
_logged = (
    select(
        _log.study_uid.label("logged"),
        func.count(case((_log.action.in_(("STORE", "NOTE")), 1))).label("firsts"),
        func.count(case((_log.action == "REMOVE", 1))).label("removals"),
        func.count(case((_log.action.in_(("STORE", "MIGRATE")), 1))).label("onlines"),
        func.min(_log.image_count).label("fewest"),
        func.max(_log.image_count).label("most"),
    )
    .group_by(_log.study_uid)
    .subquery("log_of_study")
)
LOGGED_AS_COUNTED = must_hold(
    "logged_as_counted",
    "每个检查只计一次首次归档，每笔流水的图像数都等于检查的图像数",
    select(_study.study_uid, _study.image_count, _logged.c.firsts, _logged.c.fewest, _logged.c.most)
    .select_from(t.study.outerjoin(_logged, _logged.c.logged == _study.study_uid))
    .where(
        or_(
            func.coalesce(_logged.c.firsts, 0) != 1,
            _logged.c.fewest != _study.image_count,
            _logged.c.most != _study.image_count,
        )
    )
    .order_by(_study.study_uid),
)
PLACED_AS_LOGGED = must_hold(
    "placed_as_logged",
    "在线、近线、已删除都有流水可查",
    select(_study.study_uid, _study.place, _logged.c.onlines, _logged.c.removals)
    .select_from(t.study.join(_logged, _logged.c.logged == _study.study_uid))
    .where(
        or_(
            and_(_study.place == "REMOVED", _logged.c.removals != 1),
            and_(_study.place != "REMOVED", _logged.c.removals != 0),
            and_(_study.place == "ONLINE", _logged.c.onlines == 0),
            and_(_study.place == "NEARLINE", _logged.c.onlines != 0),
        )
    )
    .order_by(_study.study_uid),
)
_moved = (
    select(_log.batch_no.label("batch"), func.count().label("studies"), func.sum(_log.image_count).label("images"))
    .where(_log.batch_no.is_not(None))
    .group_by(_log.batch_no)
    .subquery("moved")
)
MIGRATED_WHOLE = must_hold(
    "migrated_whole",
    "迁移批次的检查数、图像数等于其流水之和",
    select(t.migration.c.batch_no, t.migration.c.study_count, _moved.c.studies, _moved.c.images)
    .select_from(t.migration.outerjoin(_moved, _moved.c.batch == t.migration.c.batch_no))
    .where(
        or_(
            t.migration.c.study_count != func.coalesce(_moved.c.studies, 0),
            t.migration.c.image_count != func.coalesce(_moved.c.images, 0),
        )
    )
    .order_by(t.migration.c.batch_no),
)

INVARIANTS = (
    CHARGED_ONCE, SLOTS_COUNTED, APPOINTMENT_HOLDS, QUEUES_WITHOUT_GAPS, STEPS_FOLLOW, PERFORMED_IN_ORDER,
    MADE_IS_ARCHIVED, STUDY_COUNTED, LOGGED_AS_COUNTED, PLACED_AS_LOGGED, MIGRATED_WHOLE,
)  # fmt: skip
