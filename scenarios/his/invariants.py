"""What must hold in a hospital whatever happened: one query each, one row per violation, no row when all is well.

Asked of the loaded data, after the functional pass and after every load block, on each stack.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, or_, select

from harness.model import Invariant, Statement
from scenarios.his import tables as t

_ALL: list[Invariant] = []


def _must_hold(name: str, title: str, query: Any) -> None:
    _ALL.append(Invariant(name=name, title=title, query=Statement(name=f"invariant_{name}", body=query)))


def _sum_by(key: Any, value: Any, name: str, *where: Any) -> Any:
    """(key, total) of a table, to be joined from the side that must agree with it."""
    return (
        select(key.label("owner"), func.sum(value).label("total"), func.count().label("lines"))
        .where(*where)
        .group_by(key)
        .subquery(name)
    )


# --------------------------------------------------------------------------- 号源与床位

_must_hold(
    "slot_sold_once",
    "一个号源只卖一次",
    select(t.registration.c.slot_id, func.count().label("sold"))
    .where(t.registration.c.status != "CANCELLED")
    .group_by(t.registration.c.slot_id)
    .having(func.count() > 1)
    .order_by(t.registration.c.slot_id),
)
_must_hold(
    "slot_freed_by_cancelling",
    "退号的号源放回，未退的占着",
    select(t.registration.c.registration_id, t.registration.c.status)
    .where(
        or_(
            and_(t.registration.c.status == "CANCELLED", t.registration.c.active_slot_id.is_not(None)),
            and_(t.registration.c.status != "CANCELLED", t.registration.c.active_slot_id.is_(None)),
        )
    )
    .order_by(t.registration.c.registration_id),
)
_must_hold(
    "one_patient_per_bed",
    "一张床位只住一人",
    select(t.admission.c.bed_id, func.count().label("patients"))
    .where(t.admission.c.status == "IN")
    .group_by(t.admission.c.bed_id)
    .having(func.count() > 1)
    .order_by(t.admission.c.bed_id),
)
_must_hold(
    "bed_freed_by_discharge",
    "出院者不占床，在院者占着",
    select(t.admission.c.admission_id, t.admission.c.status)
    .where(
        or_(
            and_(t.admission.c.status == "OUT", t.admission.c.active_bed_id.is_not(None)),
            and_(t.admission.c.status == "IN", t.admission.c.active_bed_id.is_(None)),
        )
    )
    .order_by(t.admission.c.admission_id),
)

# --------------------------------------------------------------------------- 药品

_by_batch = _sum_by(t.dispensing.c.batch_id, t.dispensing.c.quantity, "dispensed")
_must_hold(
    "stock_balanced",
    "库存 = 入库 − 发出 + 退回，且不为负",
    select(t.stock_batch.c.batch_id, t.stock_batch.c.initial_quantity, t.stock_batch.c.quantity, _by_batch.c.total)
    .select_from(t.stock_batch.outerjoin(_by_batch, _by_batch.c.owner == t.stock_batch.c.batch_id))
    .where(
        or_(
            t.stock_batch.c.quantity < 0,
            t.stock_batch.c.quantity != t.stock_batch.c.initial_quantity - func.coalesce(_by_batch.c.total, 0),
        )
    )
    .order_by(t.stock_batch.c.batch_id),
)
_wanted = _sum_by(t.prescription_item.c.prescription_id, t.prescription_item.c.quantity, "wanted")
_given = _sum_by(t.dispensing.c.prescription_id, t.dispensing.c.quantity, "given")
_must_hold(
    "dispensed_as_prescribed",
    "发出的正是处方所开，未发药的一片不少",
    select(t.prescription.c.prescription_id, t.prescription.c.status, _wanted.c.total, _given.c.total)
    .select_from(
        t.prescription.join(_wanted, _wanted.c.owner == t.prescription.c.prescription_id).outerjoin(
            _given, _given.c.owner == t.prescription.c.prescription_id
        )
    )
    .where(
        or_(
            and_(t.prescription.c.status == "DISPENSED", func.coalesce(_given.c.total, 0) != _wanted.c.total),
            and_(t.prescription.c.status != "DISPENSED", func.coalesce(_given.c.total, 0) != 0),
        )
    )
    .order_by(t.prescription.c.prescription_id),
)

# --------------------------------------------------------------------------- 钱

_items = _sum_by(t.charge_item.c.charge_id, t.charge_item.c.amount, "items")
_must_hold(
    "charge_is_sum_of_items",
    "费用 = 明细之和",
    select(t.charge.c.charge_id, t.charge.c.amount, _items.c.total)
    .select_from(t.charge.outerjoin(_items, _items.c.owner == t.charge.c.charge_id))
    .where(t.charge.c.amount != func.coalesce(_items.c.total, 0))
    .order_by(t.charge.c.charge_id),
)
_must_hold(
    "item_is_quantity_times_price",
    "明细 = 数量 × 单价，四舍五入到分",
    select(t.charge_item.c.charge_id, t.charge_item.c.line_no, t.charge_item.c.amount)
    .where(t.charge_item.c.amount != func.round(t.charge_item.c.quantity * t.charge_item.c.unit_price, 2))
    .order_by(t.charge_item.c.charge_id, t.charge_item.c.line_no),
)
_paid = _sum_by(t.payment.c.charge_id, t.payment.c.amount, "paid")
_refunded = _sum_by(t.refund.c.charge_id, t.refund.c.amount, "refunded")
_must_hold(
    "payments_match_charges",
    "已收 = 费用，已退 = 费用，记账未收 = 0",
    select(t.charge.c.charge_id, t.charge.c.status, t.charge.c.amount, _paid.c.total, _refunded.c.total)
    .select_from(
        t.charge.outerjoin(_paid, _paid.c.owner == t.charge.c.charge_id).outerjoin(
            _refunded, _refunded.c.owner == t.charge.c.charge_id
        )
    )
    .where(
        or_(
            and_(t.charge.c.status == "OPEN", func.coalesce(_paid.c.total, 0) != 0),
            and_(t.charge.c.status != "OPEN", func.coalesce(_paid.c.total, 0) != t.charge.c.amount),
            and_(t.charge.c.status == "REFUNDED", func.coalesce(_refunded.c.total, 0) != t.charge.c.amount),
            and_(t.charge.c.status != "REFUNDED", func.coalesce(_refunded.c.total, 0) != 0),
        )
    )
    .order_by(t.charge.c.charge_id),
)
_stay = _sum_by(t.charge.c.admission_id, t.charge.c.amount, "stay", t.charge.c.admission_id.is_not(None))
_must_hold(
    "settlement_is_sum_of_charges",
    "出院结算 = 住院费用之和",
    select(t.settlement.c.settlement_id, t.settlement.c.total_amount, _stay.c.total)
    .select_from(t.settlement.outerjoin(_stay, _stay.c.owner == t.settlement.c.admission_id))
    .where(
        or_(
            t.settlement.c.total_amount != func.coalesce(_stay.c.total, 0),
            t.settlement.c.balance != t.settlement.c.total_amount - t.settlement.c.deposit,
        )
    )
    .order_by(t.settlement.c.settlement_id),
)
_days = _sum_by(t.charge.c.admission_id, t.charge.c.amount, "days", t.charge.c.kind == "DAILY")
_must_hold(
    "days_billed_once",
    "床位费计了几天就有几笔",
    select(t.admission.c.admission_id, t.admission.c.billed_days, _days.c.lines)
    .select_from(t.admission.outerjoin(_days, _days.c.owner == t.admission.c.admission_id))
    .where(t.admission.c.billed_days != func.coalesce(_days.c.lines, 0))
    .order_by(t.admission.c.admission_id),
)

# --------------------------------------------------------------------------- 号码与留痕


def _gap_free(name: str, title: str, book: Any, number: Any, prefix: str) -> None:
    """号码从 1 连续到计数行所记，既不重也不漏。"""
    used = (
        select(
            book.label("owner"),
            func.count().label("issued"),
            func.count(number.distinct()).label("different"),
            func.max(number).label("highest"),
        )
        .group_by(book)
        .subquery("used")
    )
    counter = t.number_counter
    _must_hold(
        name,
        title,
        select(counter.c.counter_id, counter.c.last_number, used.c.issued, used.c.different, used.c.highest)
        .select_from(counter.outerjoin(used, used.c.owner == counter.c.counter_id))
        .where(
            counter.c.counter_id.like(f"{prefix}%"),
            or_(
                counter.c.last_number != func.coalesce(used.c.issued, 0),
                counter.c.last_number != func.coalesce(used.c.different, 0),
                counter.c.last_number != func.coalesce(used.c.highest, 0),
            ),
        )
        .order_by(counter.c.counter_id),
    )


_gap_free("invoice_numbers", "发票号按窗口连续，不重不漏", t.invoice.c.window_id, t.invoice.c.invoice_no, "F")
_gap_free("queue_numbers", "排队号按科室连续，不重不漏", "Q-" + t.visit.c.dept_id, t.visit.c.queue_no, "Q-")

_must_hold(
    "refunds_audited",
    "每笔退款、退号、出院结算恰好留痕一次",
    select(t.refund.c.refund_id)
    .select_from(t.refund.outerjoin(t.audit_log, t.audit_log.c.object_id == t.refund.c.refund_id))
    .group_by(t.refund.c.refund_id)
    .having(func.count(t.audit_log.c.audit_id) != 1)
    .union_all(
        select(t.settlement.c.settlement_id)
        .select_from(t.settlement.outerjoin(t.audit_log, t.audit_log.c.object_id == t.settlement.c.settlement_id))
        .group_by(t.settlement.c.settlement_id)
        .having(func.count(t.audit_log.c.audit_id) != 1)
    ),
)

INVARIANTS: tuple[Invariant, ...] = tuple(_ALL)
