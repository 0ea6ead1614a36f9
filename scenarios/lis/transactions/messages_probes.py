"""经接口的探测：每种报文都有一处不对，应明确拒绝（AE、AR、4xx 或故障），什么都不留下。"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from harness.message import Message
from harness.model import Conversation, Drawing, Transaction
from scenarios.lis.interfaces import HL7, HTTP, SOAP
from scenarios.lis.messages.hl7 import OML_ORDER, ORU_RESULTS
from scenarios.lis.messages.rest import GET_SPECIMEN, POST_COLLECTION, POST_CONTROL_RUN, POST_REPORT
from scenarios.lis.messages.soap import SOAP_CRITICAL_NOTICE, SOAP_REPORT
from scenarios.lis.transactions.common import refuse_if_refused
from scenarios.lis.transactions.messages_web import Draw
from scenarios.lis.transactions.probes import draw_publish_unreviewed, peek_tube
from scenarios.lis.world import Alarm, Assay, Ordered, instant, later, moment, one_of

NOBODY = "P99999999"


def refused_by(message: Message, reason: str) -> Callable[..., None]:
    """被拒绝就结束；没被拒绝则照常结束，留给比对去发现。"""

    def act(tx: Conversation, **params: Any) -> None:
        refuse_if_refused(tx, tx.attempt(message, **params), reason)

    return act


# --------------------------------------------------------------------------- 申请


def draw_duplicate_order(drawing: Drawing) -> dict[str, Any] | None:
    """已登记的申请号再来一张申请，条码与执行方编号却是新的。"""
    ordered: Ordered | None = drawing.peek("ordered")
    return None if ordered is None else _order(drawing, ordered.order_no, ordered.sufferer.patient_id)


def draw_unknown_patient(drawing: Drawing) -> dict[str, Any]:
    return _order(drawing, drawing.number("A"), NOBODY)


def _order(drawing: Drawing, order_no: str, patient_id: str) -> dict[str, Any]:
    number = drawing.number
    dept_id, patient_class, doctor_id = one_of(drawing, drawing.world.departments)
    order = {
        "order_no": order_no, "patient_id": patient_id, "visit_no": number("V"), "patient_class": patient_class,
        "dept_id": dept_id, "doctor_id": doctor_id, "priority": "R", "clinical_info": None,
    }  # fmt: skip
    tube = (number("B"), "HEM", "全血", "紫帽抗凝管", ((number("T"), "CBC"),))
    name = drawing.world.names.get(patient_id, "查无此人")
    return {
        "message_id": number("X"), "patient_name": name, "order": order, "tubes": (tube,), "at": moment(drawing),
    }  # fmt: skip


# --------------------------------------------------------------------------- 结果


def draw_unknown_analyte(drawing: Drawing) -> dict[str, Any] | None:
    """项目字典中没有的结果，夹在一条好的结果之后。"""
    tube = peek_tube(drawing, "received", ("HEM",))
    if tube is None:
        return None
    world, observed_at = drawing.world, instant(drawing, later(drawing, tube.at, 10, 60))
    filler_no, panel_code = tube.tests[0]
    values = (world.bank.normal[panel_code][0].values[0], ("XYZ", "NM", "1.0", None))
    analyser_id = world.analysers["HEM"][0]
    upload = {
        "upload_id": drawing.number("U"), "analyser_id": analyser_id, "arrived_at": observed_at, "result_count": 2,
    }  # fmt: skip
    return {
        "application": world.applications[analyser_id],
        "operator_id": one_of(drawing, world.technicians["HEM"]),
        "upload": upload,
        "tube": (tube.specimen_id, observed_at, ((filler_no, panel_code, values),)),
    }


def draw_unknown_specimen(drawing: Drawing) -> dict[str, Any]:
    return {"specimen_id": drawing.number("B")}


def draw_negative_volume(drawing: Drawing) -> dict[str, Any] | None:
    """采集量为负：数据库的 CHECK 拦下，接口说成 422。"""
    ordered: Ordered | None = drawing.peek("ordered")
    if ordered is None:
        return None
    return {
        "order_no": ordered.order_no,
        "volumes": ((ordered.tubes[0][0], Decimal("-2.50")),),
        "collector_id": one_of(drawing, drawing.world.nurses),
        "at": later(drawing, ordered.at, 5, 10),
    }


def draw_wrong_control_value(drawing: Drawing) -> dict[str, Any] | None:
    """质控值里混进了单位。"""
    lot = drawing.peek("control_lot")
    if lot is None:
        return None
    return {
        "lot_id": lot.lot_id,
        "values": ("12.5 mmol/L",),
        "correction": "重测",
        "operator_id": one_of(drawing, drawing.world.verifiers),
        "measured_at": instant(drawing, moment(drawing)),
    }


def draw_unpublished(drawing: Drawing) -> dict[str, Any] | None:
    test: Assay | None = drawing.peek("held")
    return None if test is None else {"filler_no": test.filler_no}


def draw_notice_again(drawing: Drawing) -> dict[str, Any] | None:
    """已通知过的危急值再通知一次。"""
    alarm: Alarm | None = drawing.peek("critical_notified") or drawing.peek("critical_closed")
    if alarm is None:
        return None
    attempts = (("电话", "值班医师", "已复述", later(drawing, alarm.at, 1, 10)),)
    notifier_id = one_of(drawing, drawing.world.verifiers)
    return {"critical_id": alarm.critical_id, "attempts": attempts, "notifier_id": notifier_id, "late_reason": ""}


def _probe(name: str, title: str, draw: Draw, act: Callable[..., None], interface: str) -> Transaction:
    return Transaction(
        name=f"probe_{name}", title=f"探测：{title}", draw=draw, act=act, weight=0, probe=True, interfaces=(interface,)
    )


TRANSACTIONS = (
    _probe(
        "hl7_duplicate_order", "申请号重复（HL7）", draw_duplicate_order, refused_by(OML_ORDER, "申请号重复"), HL7.name
    ),
    _probe(
        "hl7_unknown_patient", "查无此人（HL7）", draw_unknown_patient, refused_by(OML_ORDER, "没有这位患者"), HL7.name
    ),
    _probe(
        "hl7_unknown_analyte", "字典外项目（HL7）", draw_unknown_analyte, refused_by(ORU_RESULTS, "字典外的项目"),
        HL7.name,
    ),
    _probe(
        "http_unknown_specimen", "没有的条码（HTTP）", draw_unknown_specimen, refused_by(GET_SPECIMEN, "没有这个条码"),
        HTTP.name,
    ),
    _probe(
        "http_negative_volume", "采集量为负（HTTP）", draw_negative_volume,
        refused_by(POST_COLLECTION, "采集量不合理"), HTTP.name,
    ),
    _probe(
        "http_publish_unreviewed", "发布未审核报告（HTTP）", draw_publish_unreviewed,
        refused_by(POST_REPORT, "报告未审核"), HTTP.name,
    ),
    _probe(
        "http_wrong_control_value", "质控值带单位（HTTP）", draw_wrong_control_value,
        refused_by(POST_CONTROL_RUN, "质控值不是数"), HTTP.name,
    ),
    _probe(
        "soap_unpublished", "未发布的报告（SOAP）", draw_unpublished, refused_by(SOAP_REPORT, "报告未发布"), SOAP.name
    ),
    _probe(
        "soap_notice_again", "重复通知（SOAP）", draw_notice_again, refused_by(SOAP_CRITICAL_NOTICE, "已通知"),
        SOAP.name,
    ),
)  # fmt: skip
