"""探测：故意做检验科规则所禁止的事，看拦不拦得住、以哪一类错误拦下、拦下后是否全部回滚。

只在功能比对的末尾运行，从不用于压测。若约束在迁移中丢失，这里的业务会“成功”并提交，比对与不变量即报出。
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.model import Conversation, Drawing, Reply, ReplyKind, Transaction
from scenarios.lis import catalogue_texts as texts
from scenarios.lis import statements as sql
from scenarios.lis import statements_bench as bench
from scenarios.lis import statements_results as results
from scenarios.lis.catalogue import MICROBIOLOGY
from scenarios.lis.transactions.critical import acknowledge_critical
from scenarios.lis.transactions.measuring import BY_ANALYSER, upload_results
from scenarios.lis.transactions.microbiology import add_isolate
from scenarios.lis.transactions.requests import SECTIONS, archive_specimen
from scenarios.lis.transactions.review import publish
from scenarios.lis.world import Alarm, Assay, Ordered, Tube, instant, later, moment, one_of

Draw = Callable[[Drawing], dict[str, Any] | None]
Act = Callable[..., Any]

TOO_LONG = "未见异常；" * 41  # 205 个字，结果栏 200 个字
TOO_MUCH = Decimal("10000000000.0000")  # 数值栏 14 位、其中小数 4 位，多出一位


def refuse_unless_ok(tx: Conversation, reply: Reply, reason: str) -> None:
    """被拦下就结束；没被拦下则照常提交，留给比对去发现。"""
    if reply.kind is not ReplyKind.OK:
        tx.refuse(reason)


def peek_tube(drawing: Drawing, stage: str, sections: Sequence[str] = SECTIONS) -> Tube | None:
    """Some tube at this stage, which stays where it is."""
    found = (drawing.peek(f"{stage}-{section}") for section in sections)
    return next((tube for tube in found if tube is not None), None)


# --------------------------------------------------------------------------- 标本


def duplicate_barcode(tx: Conversation, *, specimen_id: str, at: dt.datetime) -> None:
    """用贴过的条码再登记一管：主键应拦下。"""
    old = tx.row(sql.SPECIMEN_TO_REPLACE, specimen_id=specimen_id)
    if old is None:
        tx.refuse("没有这个条码")
    order_no, section_code, specimen_type, container, _ = old
    reply = tx.attempt(
        sql.ADD_SPECIMEN,
        specimen_id=specimen_id, order_no=order_no, section_code=section_code, specimen_type=specimen_type,
        container=container, status="PRINTED", replaces_id=None, volume_ml=None, printed_at=at, collector_id=None,
        collected_at=None, receiver_id=None, received_at=None, serial_no=None,
    )  # fmt: skip
    refuse_unless_ok(tx, reply, "条码重复")


def draw_duplicate_barcode(drawing: Drawing) -> dict[str, Any] | None:
    tube = peek_tube(drawing, "received")
    return None if tube is None else {"specimen_id": tube.specimen_id, "at": moment(drawing)}


def collect_one(tx: Conversation, *, specimen_id: str, volume_ml: Decimal, collector_id: str, at: dt.datetime) -> None:
    """采集量为负：CHECK 应拦下。"""
    reply = tx.attempt(
        sql.MARK_COLLECTED, specimen_id=specimen_id, volume_ml=volume_ml, collector_id=collector_id, at=at
    )
    refuse_unless_ok(tx, reply, "采集量不合理")


def draw_negative_volume(drawing: Drawing) -> dict[str, Any] | None:
    ordered: Ordered | None = drawing.peek("ordered")
    if ordered is None:
        return None
    return {
        "specimen_id": ordered.tubes[0][0],
        "volume_ml": Decimal("-2.50"),
        "collector_id": one_of(drawing, drawing.world.nurses),
        "at": later(drawing, ordered.at, 5, 10),
    }


def receive_early(tx: Conversation, *, specimen_id: str, section_code: str, receiver_id: str, at: dt.datetime) -> None:
    """签收早于采集：CHECK 应拦下，先取的流水号一并退回。"""
    tx.change(sql.TAKE_SERIALS, section_code=section_code, taken=1)
    reply = tx.attempt(sql.MARK_RECEIVED, specimen_id=specimen_id, receiver_id=receiver_id, at=at, serial_no=1)
    refuse_unless_ok(tx, reply, "签收早于采集")


def draw_receive_early(drawing: Drawing) -> dict[str, Any] | None:
    tube = peek_tube(drawing, "collected")
    if tube is None:
        return None
    return {
        "specimen_id": tube.specimen_id,
        "section_code": tube.section,
        "receiver_id": one_of(drawing, drawing.world.technicians[tube.section]),
        "at": tube.at - dt.timedelta(hours=1),
    }


def draw_occupied_place(drawing: Drawing) -> dict[str, Any] | None:
    test: Assay | None = drawing.peek("to_archive")
    if test is None or not drawing.world.filled_places:
        return None
    at = later(drawing, test.at, 60, 240)
    return {
        "specimen_id": test.specimen_id,
        "place_id": one_of(drawing, drawing.world.filled_places),
        "staff_id": one_of(drawing, drawing.world.verifiers),
        "at": at,
        "discard_on": at.date() + dt.timedelta(days=7),
    }


# --------------------------------------------------------------------------- 结果


def draw_result_for_rejected(drawing: Drawing) -> dict[str, Any] | None:
    """仪器为退回的标本报来结果。"""
    for _ in range(20):
        tube: Tube | None = drawing.peek("rejected")
        if tube is not None and tube.section in BY_ANALYSER:
            break
    else:
        return None
    world, observed_at = drawing.world, instant(drawing, later(drawing, tube.at, 10, 60))
    tests = tuple(
        (filler_no, panel_code, world.bank.normal[panel_code][0].values) for filler_no, panel_code in tube.tests
    )
    upload = {
        "upload_id": drawing.number("U"),
        "analyser_id": world.analysers[tube.section][0],
        "arrived_at": observed_at,
        "result_count": sum(len(values) for *_, values in tests),
    }
    operator_id = one_of(drawing, world.technicians[tube.section])
    return {"upload": upload, "operator_id": operator_id, "tubes": ((tube.specimen_id, observed_at, tests),)}


def add_result_blindly(tx: Conversation, *, result: Mapping[str, Any]) -> None:
    """绕过一切校验，直接写一条结果。"""
    plain = {
        "upload_id": None, "analyser_id": None, "operator_id": None, "active_key": None, "value_type": "ST",
        "value_text": "阴性(-)", "value_number": None, "unit": None, "ref_low": None, "ref_high": None,
        "reference_text": None, "abnormal_flag": None, "result_status": "P", "previous_number": None,
        "delta_flag": None, "note": None,
    }  # fmt: skip
    reply = tx.attempt(results.ADD_RESULT, **{**plain, **result})
    refuse_unless_ok(tx, reply, "结果不合规，未写入")


def _result(drawing: Drawing, **wrong: Any) -> dict[str, Any] | None:
    """A result for a held test, wrong in one place."""
    test: Assay | None = drawing.peek("held")
    if test is None:
        return None
    result = {
        "filler_no": test.filler_no,
        "analyte_code": "UPRO",
        "run_no": 99,
        "specimen_id": test.specimen_id,
        "patient_id": test.sufferer.patient_id,
        "observed_at": instant(drawing, test.at),
    }
    return {"result": {**result, **wrong}}


def draw_second_active_result(drawing: Drawing) -> dict[str, Any] | None:
    for _ in range(50):
        test: Assay | None = drawing.peek("held")
        if test is not None and test.again is not None:
            code = test.again[0]
            wrong = _result(drawing, analyte_code=code, filler_no=test.filler_no, specimen_id=test.specimen_id,
                            active_key=f"{test.specimen_id}:{code}")  # fmt: skip
            if wrong is not None:
                return wrong
    return None


def draw_unknown_analyte(drawing: Drawing) -> dict[str, Any] | None:
    return _result(drawing, analyte_code="XYZ")


def draw_long_value(drawing: Drawing) -> dict[str, Any] | None:
    return _result(drawing, value_text=TOO_LONG)


def draw_missing_time(drawing: Drawing) -> dict[str, Any] | None:
    return _result(drawing, observed_at=None)


def draw_huge_number(drawing: Drawing) -> dict[str, Any] | None:
    return _result(drawing, value_type="NM", value_text=str(TOO_MUCH), value_number=TOO_MUCH)


# --------------------------------------------------------------------------- 报告、危急值、微生物


def draw_publish_unreviewed(drawing: Drawing) -> dict[str, Any] | None:
    test: Assay | None = drawing.peek("held")
    if test is None:
        return None
    return {
        "report_no": drawing.number("R"),
        "filler_no": test.filler_no,
        "publisher_id": one_of(drawing, drawing.world.verifiers),
        "conclusion": None,
        "at": later(drawing, test.at, 1, 15),
    }


def draw_acknowledge_out_of_turn(drawing: Drawing) -> dict[str, Any] | None:
    alarm: Alarm | None = drawing.peek("critical_open") or drawing.peek("critical_closed")
    if alarm is None:
        return None
    return {
        "critical_id": alarm.critical_id,
        "doctor_id": one_of(drawing, drawing.world.departments)[2],
        "treatment": texts.TREATMENTS[0],
        "late_reason": "",
        "at": later(drawing, alarm.at, 2, 10),
    }


def wrong_interpretation(
    tx: Conversation, *, culture: Mapping[str, Any], isolate: Sequence[Any], antibiotic_code: str, interpretation: str
) -> None:
    """药敏判读写成 S、I、R 以外的字母：CHECK 应拦下，先写的培养与分离株一并退回。"""
    tx.change(bench.ADD_CULTURE, **culture)
    add_isolate(tx, culture["culture_id"], 1, isolate)
    reply = tx.attempt(
        bench.ADD_SUSCEPTIBILITY,
        culture_id=culture["culture_id"], isolate_no=1, antibiotic_code=antibiotic_code, method="MIC",
        mic_text="≤0.25", zone_mm=None, interpretation=interpretation,
    )  # fmt: skip
    refuse_unless_ok(tx, reply, "药敏判读不合规")


def draw_wrong_interpretation(drawing: Drawing) -> dict[str, Any] | None:
    tube = peek_tube(drawing, "received", (MICROBIOLOGY,))
    if tube is None:
        return None
    organism, colonies, phenotype, tested = one_of(drawing, drawing.world.bank.grown).isolates[0]
    culture = {
        "culture_id": drawing.number("M"),
        "filler_no": tube.tests[0][0],
        "growth": "P",
        "smear": None,
        "incubated_hours": 24,
        "conclusion": texts.morphology(20),
        "operator_id": one_of(drawing, drawing.world.technicians[MICROBIOLOGY]),
        "finished_at": later(drawing, tube.at, 1440, 1500),
    }
    # The first antibiotic is left for the attempt, so that nothing but its letter is wrong.
    isolate = (organism, colonies, phenotype, tested[1:])
    return {"culture": culture, "isolate": isolate, "antibiotic_code": tested[0][0], "interpretation": "X"}


def _probe(name: str, title: str, draw: Draw, act: Act) -> Transaction:
    return Transaction(name=f"probe_{name}", title=f"探测：{title}", draw=draw, act=act, weight=0, probe=True)


TRANSACTIONS = (
    _probe("duplicate_barcode", "条码重复", draw_duplicate_barcode, duplicate_barcode),
    _probe("negative_volume", "采集量为负", draw_negative_volume, collect_one),
    _probe("receive_early", "签收早于采集", draw_receive_early, receive_early),
    _probe("occupied_place", "占用孔位", draw_occupied_place, archive_specimen),
    _probe("result_for_rejected", "退单标本报结果", draw_result_for_rejected, upload_results),
    _probe("second_active_result", "一标本两结果", draw_second_active_result, add_result_blindly),
    _probe("unknown_analyte", "字典外项目", draw_unknown_analyte, add_result_blindly),
    _probe("long_value", "结果超长", draw_long_value, add_result_blindly),
    _probe("missing_time", "缺检测时间", draw_missing_time, add_result_blindly),
    _probe("huge_number", "数值溢出", draw_huge_number, add_result_blindly),
    _probe("publish_unreviewed", "发布未审核报告", draw_publish_unreviewed, publish),
    _probe("acknowledge_out_of_turn", "不该回执而回执", draw_acknowledge_out_of_turn, acknowledge_critical),
    _probe("wrong_interpretation", "药敏判读不合规", draw_wrong_interpretation, wrong_interpretation),
)
