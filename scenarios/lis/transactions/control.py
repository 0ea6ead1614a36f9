"""室内质控：测质控品、判 Westgard 规则、看 Levey-Jennings 图的数据、月结。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, Row, Transaction
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import statements_bench as sql
from scenarios.lis.judging import spread, violated
from scenarios.lis.world import ControlLot, instant, moment, one_of, shown

BROKEN_SHARE = 0.1  # 失控的比例

# --------------------------------------------------------------------------- 质控


def run_control(
    tx: Conversation,
    *,
    lot_id: str,
    values: Sequence[str],
    correction: str,
    operator_id: str,
    measured_at: dt.datetime,
) -> Sequence[Row]:
    """测一次质控品；失控则写明处理，纠正后重测，最后看最近的点。"""
    lot = tx.row(sql.LOCK_LOT, lot_id=lot_id)
    if lot is None:
        tx.refuse("没有这个质控批号")
    mean, sd, last_run_no = lot[3], lot[4], lot[6]
    found = tx.row(sql.RUN_BEFORE, lot_id=lot_id, run_no=last_run_no)
    before = None if found is None else found[0]
    if found is not None and found[1] == measured_at:
        tx.refuse("这次质控已收过")
    for run_no, text in enumerate(values, last_run_no + 1):
        value = Decimal(text)
        broken = violated(value, before, mean, sd)
        tx.change(
            sql.ADD_CONTROL_RESULT,
            lot_id=lot_id, run_no=run_no, value_text=text, value_number=value,
            status="REJECTED" if broken else "ACCEPTED", violated=broken, correction=correction if broken else None,
            operator_id=operator_id, measured_at=measured_at,
        )  # fmt: skip
        tx.change(sql.COUNT_RUN, lot_id=lot_id)
        if not broken:
            break
        before = value
    return tx.rows(sql.LEVEY_JENNINGS, lot_id=lot_id)


def draw_run_control(drawing: Drawing) -> dict[str, Any] | None:
    lot: ControlLot | None = drawing.take("control_lot")
    if lot is None:
        return None
    drawing.put("control_lot", lot)
    chance = drawing.rng.random
    off = 3.2 if chance() < BROKEN_SHARE else 2.2 * chance()
    side = 1 if chance() < 0.5 else -1
    first, again = lot.mean + side * round(off * lot.sd + 0.5), lot.mean - side * int(chance() * lot.sd)
    return {
        "lot_id": lot.lot_id,
        "values": (shown(first, lot.decimals), shown(again, lot.decimals)),
        "correction": one_of(drawing, texts.CORRECTIONS),
        "operator_id": one_of(drawing, drawing.world.verifiers),
        "measured_at": instant(drawing, moment(drawing)),
    }


# --------------------------------------------------------------------------- 质控月结


def close_control_month(tx: Conversation, *, period: dt.date) -> None:
    """每个批号的实测均值、标准差与变异系数，与靶值对照。"""
    for lot_id, runs, rejected, total, squares, _, _ in tx.rows(sql.CONTROL_SUMS):
        mean, sd, cv = spread(runs, total, squares)
        tx.change(
            sql.ADD_CONTROL_SUMMARY,
            period=period, lot_id=lot_id, runs=runs, rejected=rejected, mean=mean, sd=sd, cv_percent=cv,
        )  # fmt: skip
    tx.rows(sql.CONTROL_REPORT, period=period)


def draw_close_control_month(drawing: Drawing) -> dict[str, Any] | None:
    period = drawing.take("month")
    return None if period is None else {"period": period}


TRANSACTIONS = (
    Transaction(name="run_control", title="室内质控", draw=draw_run_control, act=run_control, weight=3),
    Transaction(
        name="close_control_month", title="质控月结", draw=draw_close_control_month, act=close_control_month,
        weight=0.2, bulk=True,
    ),
)  # fmt: skip
