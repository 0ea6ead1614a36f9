"""What must hold of critical values, microbiology, quality control and archive; written like `invariants.py`."""

from __future__ import annotations

from sqlalchemy import and_, case, func, or_, select

from harness.model import Invariant
from scenarios.lis import tables as t
from scenarios.lis import tables_bench as b
from scenarios.lis.invariants import must_hold
from scenarios.lis.statements_bench import BEYOND_3SD, THIS_RUN, TWICE_BEYOND_2SD, WITH_RUN_BEFORE
from scenarios.lis.world import OPENS

_critical, _result = b.critical.c, t.result.c

CRITICAL_REGISTERED = must_hold(
    "critical_registered",
    "每个危急结果都已登记",
    select(_result.filler_no, _result.analyte_code, _result.run_no, _result.abnormal_flag)
    .select_from(
        t.result.outerjoin(
            b.critical,
            and_(
                _critical.filler_no == _result.filler_no,
                _critical.analyte_code == _result.analyte_code,
                _critical.run_no == _result.run_no,
            ),
        )
    )
    .where(_result.abnormal_flag.in_(("LL", "HH")), _critical.critical_id.is_(None))
    .order_by(_result.filler_no, _result.analyte_code, _result.run_no),
)
_answered = (
    select(b.notice.c.critical_id.label("critical_id"), func.count(b.notice.c.listener).label("answered"))
    .group_by(b.notice.c.critical_id)
    .subquery("answered")
)
CRITICAL_NOTIFIED = must_hold(  # 业务日之前登记的都必须已经闭环；当日的可以还在时限之内
    "critical_notified",
    "危急值有人应答才算通知，往日的都已回执",
    select(_critical.critical_id, _critical.status, _answered.c.answered)
    .select_from(b.critical.outerjoin(_answered, _answered.c.critical_id == _critical.critical_id))
    .where(
        or_(
            and_(_critical.status == "OPEN", func.coalesce(_answered.c.answered, 0) != 0),
            and_(_critical.status != "OPEN", func.coalesce(_answered.c.answered, 0) != 1),
            and_(_critical.status != "ACKNOWLEDGED", _critical.notify_by < OPENS.replace(hour=0)),
        )
    )
    .order_by(_critical.critical_id),
)
CRITICAL_CLOSED_LOOP = must_hold(
    "critical_closed_loop",
    "登记 ≤ 通知 ≤ 回执，回执写明处置，超时写明原因",
    select(_critical.critical_id, _critical.status, _critical.detected_at, _critical.notified_at)
    .where(
        or_(
            _critical.notified_at < _critical.detected_at,
            _critical.acknowledged_at < _critical.notified_at,
            and_(_critical.status == "OPEN", _critical.notified_at.is_not(None)),
            and_(_critical.status != "OPEN", _critical.notified_at.is_(None)),
            and_(
                _critical.status == "ACKNOWLEDGED",
                or_(_critical.acknowledged_at.is_(None), _critical.treatment.is_(None)),
            ),
            and_(
                or_(_critical.notified_at > _critical.notify_by, _critical.acknowledged_at > _critical.acknowledge_by),
                _critical.late_reason.is_(None),
            ),
        )
    )
    .order_by(_critical.critical_id),
)
CULTURES_COMPLETE = must_hold(
    "cultures_complete",
    "有菌生长的有分离株，无菌生长的没有",
    select(b.culture.c.culture_id, b.culture.c.growth, func.count(b.isolate.c.isolate_no).label("isolates"))
    .select_from(b.culture.outerjoin(b.isolate, b.isolate.c.culture_id == b.culture.c.culture_id))
    .group_by(b.culture.c.culture_id, b.culture.c.growth)
    .having(
        or_(
            and_(b.culture.c.growth == "P", func.count(b.isolate.c.isolate_no) == 0),
            and_(b.culture.c.growth == "N", func.count(b.isolate.c.isolate_no) != 0),
        )
    )
    .order_by(b.culture.c.culture_id),
)
_broken = case((or_(BEYOND_3SD, TWICE_BEYOND_2SD), 1), else_=0)
CONTROLS_JUDGED = must_hold(
    "controls_judged",
    "质控按 1-3s、2-2s 判定，失控的都写明处理",
    select(THIS_RUN.c.lot_id, THIS_RUN.c.run_no, THIS_RUN.c.status)
    .select_from(WITH_RUN_BEFORE)
    .where(
        or_(
            and_(THIS_RUN.c.status == "ACCEPTED", _broken == 1),
            and_(THIS_RUN.c.status != "ACCEPTED", or_(_broken == 0, THIS_RUN.c.correction.is_(None))),
        )
    )
    .order_by(THIS_RUN.c.lot_id, THIS_RUN.c.run_no),
)
_runs = (
    select(
        b.control_result.c.lot_id.label("lot_id"),
        func.count().label("runs"),
        func.max(b.control_result.c.run_no).label("highest"),
    )
    .group_by(b.control_result.c.lot_id)
    .subquery("runs")
)
CONTROL_RUNS = must_hold(
    "control_runs",
    "每个批号的质控序号连续",
    select(b.control_lot.c.lot_id, b.control_lot.c.last_run_no, _runs.c.runs, _runs.c.highest)
    .select_from(b.control_lot.outerjoin(_runs, _runs.c.lot_id == b.control_lot.c.lot_id))
    .where(
        or_(
            b.control_lot.c.last_run_no != func.coalesce(_runs.c.runs, 0),
            b.control_lot.c.last_run_no != func.coalesce(_runs.c.highest, 0),
        )
    )
    .order_by(b.control_lot.c.lot_id),
)
ARCHIVED_ONCE = must_hold(
    "archived_once",
    "一个孔位一管，归档的标本都有孔位",
    select(b.archived.c.place_id.label("what"), func.count().label("found"))
    .group_by(b.archived.c.place_id)
    .having(func.count() > 1)
    .union_all(
        select(t.specimen.c.specimen_id, func.count(b.archived.c.specimen_id))
        .select_from(t.specimen.outerjoin(b.archived, b.archived.c.specimen_id == t.specimen.c.specimen_id))
        .where(t.specimen.c.status == "ARCHIVED")
        .group_by(t.specimen.c.specimen_id)
        .having(func.count(b.archived.c.specimen_id) != 1)
    ),
)

INVARIANTS: tuple[Invariant, ...] = (
    CRITICAL_REGISTERED,
    CRITICAL_NOTIFIED,
    CRITICAL_CLOSED_LOOP,
    CULTURES_COMPLETE,
    CONTROLS_JUDGED,
    CONTROL_RUNS,
    ARCHIVED_ONCE,
)
