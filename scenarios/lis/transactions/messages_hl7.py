"""经 HL7 v2.5.1 的业务：开申请、撤销、仪器结果（一管一条，也有成串的）、微生物报告、结果查询。

对谁做与 SQL 的业务出自同一些池：由报文做过的，下一步可由 SQL 接着做，反之亦然。
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from harness.model import Conversation, Drawing, Transaction
from scenarios.lis import catalogue_texts as texts
from scenarios.lis.interfaces import HL7
from scenarios.lis.messages.hl7 import OML_ORDER, ORM_CANCEL, ORU_CULTURE, ORU_RESULTS, QBP_RESULTS
from scenarios.lis.transactions.common import tubes_of_a_section
from scenarios.lis.transactions.measuring import BURST, BY_ANALYSER, measured
from scenarios.lis.transactions.microbiology import draw_report_culture
from scenarios.lis.transactions.requests import draw_cancel_order, draw_order_tests
from scenarios.lis.transactions.review import draw_view_report
from scenarios.lis.world import Tube, instant, later, moment, one_of

LONG_BURST = 10  # 管：一串至多约两百条结果

# --------------------------------------------------------------------------- 申请


def order_by_hl7(tx: Conversation, **params: Any) -> None:
    tx.send(OML_ORDER, **params)


def draw_order_by_hl7(drawing: Drawing) -> dict[str, Any]:
    drawn = draw_order_tests(drawing)
    name = drawing.world.names[drawn["order"]["patient_id"]]
    return {"message_id": drawing.number("X"), "patient_name": name, **drawn}


def cancel_by_hl7(tx: Conversation, **params: Any) -> None:
    tx.send(ORM_CANCEL, **params)


def draw_cancel_by_hl7(drawing: Drawing) -> dict[str, Any] | None:
    drawn = draw_cancel_order(drawing)
    return None if drawn is None else {"message_id": drawing.number("X"), **drawn}


# --------------------------------------------------------------------------- 结果


def upload_by_hl7(tx: Conversation, *, uploads: Sequence[dict[str, Any]]) -> None:
    """一管一条报文，一条接一条，每条等到应答。"""
    for upload in uploads:
        tx.send(ORU_RESULTS, **upload)


def draw_upload_by_hl7(drawing: Drawing) -> dict[str, Any] | None:
    return _uploads(drawing, 1 + int(drawing.rng.random() * BURST))


def draw_burst_by_hl7(drawing: Drawing) -> dict[str, Any] | None:
    return _uploads(drawing, LONG_BURST)


def _uploads(drawing: Drawing, most: int) -> dict[str, Any] | None:
    tubes = tubes_of_a_section(drawing, "received", BY_ANALYSER, most)
    if not tubes:
        return None
    world, section = drawing.world, tubes[0].section
    analyser_id = one_of(drawing, world.analysers[section])
    about = {"application": world.applications[analyser_id], "operator_id": one_of(drawing, world.technicians[section])}
    return {"uploads": tuple({**about, **_upload(drawing, tube, analyser_id)} for tube in tubes)}


def _upload(drawing: Drawing, tube: Tube, analyser_id: str) -> dict[str, Any]:
    at = later(drawing, tube.at, 10, 60)
    tests, observed_at = measured(drawing, tube, at), instant(drawing, at)
    upload = {
        "upload_id": drawing.number("U"),
        "analyser_id": analyser_id,
        "arrived_at": observed_at + dt.timedelta(milliseconds=1 + int(drawing.rng.random() * 900)),
        "result_count": sum(len(values) for *_, values in tests),
    }
    return {"upload": upload, "tube": (tube.specimen_id, observed_at, tests)}


def culture_by_hl7(tx: Conversation, **params: Any) -> None:
    tx.send(ORU_CULTURE, **params)


def draw_culture_by_hl7(drawing: Drawing) -> dict[str, Any] | None:
    drawn = draw_report_culture(drawing)
    if drawn is None:
        return None
    culture = drawn["culture"]
    conclusion = f"{culture['conclusion']}\r\n{one_of(drawing, texts.SIGNATURES)}"
    return {**drawn, "culture": {**culture, "conclusion": conclusion}}


# --------------------------------------------------------------------------- 查询


def results_by_hl7(tx: Conversation, **params: Any) -> None:
    tx.send(QBP_RESULTS, **params)


def draw_results_by_hl7(drawing: Drawing) -> dict[str, Any] | None:
    drawn = draw_view_report(drawing)
    return None if drawn is None else {"message_id": drawing.number("X"), "at": moment(drawing), **drawn}


_BY_HL7 = (HL7.name,)
TRANSACTIONS = (
    Transaction(
        name="order_by_hl7", title="检验申请（HL7）", draw=draw_order_by_hl7, act=order_by_hl7, weight=2,
        interfaces=_BY_HL7,
    ),
    Transaction(
        name="cancel_by_hl7", title="撤销申请（HL7）", draw=draw_cancel_by_hl7, act=cancel_by_hl7, weight=0.15,
        interfaces=_BY_HL7,
    ),
    Transaction(
        name="upload_by_hl7", title="仪器结果上传（HL7）", draw=draw_upload_by_hl7, act=upload_by_hl7, weight=0.9,
        interfaces=_BY_HL7,
    ),
    Transaction(
        name="burst_by_hl7", title="仪器结果成串上传（HL7）", draw=draw_burst_by_hl7, act=upload_by_hl7, weight=0.1,
        size=LONG_BURST, interfaces=_BY_HL7,
    ),
    Transaction(
        name="culture_by_hl7", title="微生物培养报告（HL7）", draw=draw_culture_by_hl7, act=culture_by_hl7, weight=0.15,
        interfaces=_BY_HL7,
    ),
    Transaction(
        name="results_by_hl7", title="结果查询（HL7）", draw=draw_results_by_hl7, act=results_by_hl7, weight=1,
        interfaces=_BY_HL7,
    ),
)  # fmt: skip
