"""上机：仪器结果上传（一次一串）、手工录入、重做。"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import Conversation, Drawing, Row, Transaction
from scenarios.lis import catalogue
from scenarios.lis import statements_bench as bench
from scenarios.lis import statements_results as sql
from scenarios.lis.judging import (
    CRITICAL,
    NOTIFY_WITHIN,
    Judged,
    Limits,
    age_days,
    critical_number,
    judge,
    latest,
)
from scenarios.lis.transactions.common import audit, register, tubes_of_a_section
from scenarios.lis.world import Alarm, Assay, Tube, instant, later, one_of

BY_ANALYSER = tuple(dict.fromkeys(section for section, _, _ in catalogue.ANALYSERS))
BURST = 5  # 一次上传最多几管

Source = Mapping[str, str | None]  # upload_id, analyser_id, operator_id

# --------------------------------------------------------------------------- 写结果


def write_results(
    tx: Conversation, *, specimen_id: str, observed_at: dt.datetime, tests: Sequence[Sequence[Any]], source: Source
) -> None:
    """一管标本的全部结果：取参考范围与上次结果，判标志与差值，逐条写入；危急值当场登记。"""
    found = tx.row(sql.SPECIMEN_FOR_RESULTS, specimen_id=specimen_id)
    if found is None or found[0] != "RECEIVED":
        tx.refuse("标本未签收或已退单")
    _, _, dept_id, patient_id, gender, born = found
    for filler_no, panel_code, values in tests:
        limits = limits_of(tx, panel_code, gender, age_days(born, observed_at))
        before = latest(tx.rows(sql.PREVIOUS_NUMBERS, patient_id=patient_id, panel_code=panel_code))
        for analyte_code, kind, text, note in values:
            known, previous = limits.get(analyte_code), before.get(analyte_code)
            if known is None:
                tx.refuse("仪器报来项目字典中没有的结果")
            judged = judge(kind, text, known, previous)
            key = {"filler_no": filler_no, "analyte_code": analyte_code, "run_no": 1}
            tx.change(
                sql.ADD_RESULT,
                **key, **source, **said(known, judged), specimen_id=specimen_id, patient_id=patient_id,
                active_key=f"{specimen_id}:{analyte_code}", value_type=kind, value_text=text, previous_number=previous,
                result_status="P", observed_at=observed_at, note=note,
            )  # fmt: skip
            if judged.abnormal_flag in CRITICAL:
                register_critical(tx, key, dept_id=dept_id, at=observed_at.replace(microsecond=0))
        if tx.change(sql.MARK_RESULTED, filler_no=filler_no, specimen_id=specimen_id) != 1:
            tx.refuse("项目不在这管标本上或已有结果")


def limits_of(tx: Conversation, panel_code: str, gender: str, days: int) -> dict[str, Limits]:
    """性别代码是定长字符，有的产品取出时带尾部空格。"""
    rows = tx.rows(sql.LIMITS_OF_PANEL, panel_code=panel_code, gender_code=gender.strip(), age_days=days)
    return {row[0]: Limits(*row) for row in rows}


def said(known: Limits, judged: Judged) -> dict[str, Any]:
    """字典与规则给出的列。"""
    return {
        "unit": known.unit,
        "ref_low": known.ref_low,
        "ref_high": known.ref_high,
        "reference_text": known.range_text,
        "value_number": judged.number,
        "abnormal_flag": judged.abnormal_flag,
        "delta_flag": judged.delta_flag,
    }


def register_critical(tx: Conversation, key: Mapping[str, Any], *, dept_id: str, at: dt.datetime) -> None:
    """危急值登记，通知时限自此起算。"""
    tx.change(
        bench.ADD_CRITICAL,
        **key, critical_id=critical_number(**key), dept_id=dept_id, status="OPEN", detected_at=at,
        notify_by=at + NOTIFY_WITHIN, notified_at=None, acknowledge_by=None, acknowledged_at=None,
        acknowledger_id=None, late_reason=None, treatment=None,
    )  # fmt: skip


# --------------------------------------------------------------------------- 仪器结果上传


def upload_results(
    tx: Conversation, *, upload: Mapping[str, Any], operator_id: str, tubes: Sequence[Sequence[Any]]
) -> None:
    """一台仪器一次上传几管标本的几十条结果，同一个事务：要么全收，要么全不收。"""
    register(tx, sql.ADD_UPLOAD, "这次上传已收过", **upload)
    source = {"upload_id": upload["upload_id"], "analyser_id": upload["analyser_id"], "operator_id": operator_id}
    for specimen_id, observed_at, tests in tubes:
        write_results(tx, specimen_id=specimen_id, observed_at=observed_at, tests=tests, source=source)


def draw_upload_results(drawing: Drawing) -> dict[str, Any] | None:
    tubes = tubes_of_a_section(drawing, "received", BY_ANALYSER, 1 + int(drawing.rng.random() * BURST))
    if not tubes:
        return None
    world, section, count = drawing.world, tubes[0].section, 0
    sent = []
    for tube in tubes:
        at = later(drawing, tube.at, 10, 60)
        tests = measured(drawing, tube, at)
        count += sum(len(values) for *_, values in tests)
        sent.append((tube.specimen_id, instant(drawing, at), tests))
    upload = {
        "upload_id": drawing.number("U"),
        "analyser_id": one_of(drawing, world.analysers[section]),
        "arrived_at": max(tube[1] for tube in sent),
        "result_count": count,
    }
    return {"upload": upload, "operator_id": one_of(drawing, world.technicians[section]), "tubes": tuple(sent)}


def measured(drawing: Drawing, tube: Tube, at: dt.datetime) -> tuple[tuple[Any, ...], ...]:
    """What the analyser finds in a tube: (filler_no, panel_code, values) of each test, which go on to review."""
    found, chance, of, sufferer = [], drawing.rng.random, drawing.world.bank.of, tube.sufferer
    for n, (filler_no, panel_code) in enumerate(tube.tests):
        values, critical, again = of(panel_code, sick=sufferer.sick, chance=chance())
        found.append((filler_no, panel_code, values))
        held = sufferer.sick or panel_code in ALWAYS_HELD
        drawing.put("resulted", Assay(filler_no, panel_code, tube.specimen_id, sufferer, held, again, not n, at))
        if critical is not None:
            drawing.put("critical_open", Alarm(critical_number(filler_no, critical, 1), at + MINUTE))
    return tuple(found)


MINUTE = dt.timedelta(minutes=1)  # a moment of `instant` may be that much later
ALWAYS_HELD = frozenset(code for code, panel in catalogue.PANELS.items() if panel.always_held)

# --------------------------------------------------------------------------- 手工录入


def enter_results(
    tx: Conversation, *, specimen_id: str, observed_at: dt.datetime, tests: Sequence[Sequence[Any]], operator_id: str
) -> None:
    """镜检与形态学由人看、人录。"""
    source = {"upload_id": None, "analyser_id": None, "operator_id": operator_id}
    write_results(tx, specimen_id=specimen_id, observed_at=observed_at, tests=tests, source=source)


def draw_enter_results(drawing: Drawing) -> dict[str, Any] | None:
    tube: Tube | None = drawing.take(f"received-{catalogue.MANUAL}")
    if tube is None:
        return None
    at = later(drawing, tube.at, 10, 60)
    return {
        "specimen_id": tube.specimen_id,
        "observed_at": instant(drawing, at),
        "tests": measured(drawing, tube, at),
        "operator_id": one_of(drawing, drawing.world.technicians[catalogue.MANUAL]),
    }


# --------------------------------------------------------------------------- 重做


def rerun(
    tx: Conversation,
    *,
    filler_no: str,
    value: Sequence[Any],
    upload_id: str,
    operator_id: str,
    observed_at: dt.datetime,
) -> Sequence[Row]:
    """一个项目重做一次：旧结果保留但不再有效，新结果编号加一。"""
    analyte_code, kind, text, note = value
    old = tx.row(sql.RESULT_TO_RERUN, filler_no=filler_no, analyte_code=analyte_code)
    if old is None:
        tx.refuse("没有可重做的结果，或报告已审核")
    run_no, specimen_id, patient_id, analyser_id, _, previous, panel_code, gender, born, observed_before = old
    if observed_before == observed_at:
        tx.refuse("这次重做已收过")
    known = limits_of(tx, panel_code, gender, age_days(born, observed_at)).get(analyte_code)
    if known is None:
        tx.refuse("项目字典中没有这个项目")
    tx.change(sql.SUPERSEDE, filler_no=filler_no, analyte_code=analyte_code)
    if analyser_id is not None:
        arrived = {"upload_id": upload_id, "analyser_id": analyser_id, "arrived_at": observed_at, "result_count": 1}
        register(tx, sql.ADD_UPLOAD, "这次上传已收过", **arrived)
    judged = judge(kind, text, known, previous)
    tx.change(
        sql.ADD_RESULT,
        **said(known, judged), filler_no=filler_no, analyte_code=analyte_code, run_no=run_no + 1,
        specimen_id=specimen_id, patient_id=patient_id, upload_id=upload_id if analyser_id is not None else None,
        analyser_id=analyser_id, operator_id=operator_id, active_key=f"{specimen_id}:{analyte_code}", value_type=kind,
        value_text=text, previous_number=previous, result_status="P", observed_at=observed_at, note=note,
    )  # fmt: skip
    runs = tx.rows(sql.RUNS_OF_RESULT, filler_no=filler_no, analyte_code=analyte_code)
    at = observed_at.replace(microsecond=0)
    audit(tx, action="RERUN", object_id=filler_no, staff_id=operator_id, at=at)
    return runs


def draw_rerun(drawing: Drawing) -> dict[str, Any] | None:
    for _ in range(4):  # 文字报告没有可重做的
        test: Assay | None = drawing.take("held")
        if test is None:
            return None
        if test.again is not None:
            break
        drawing.put("held", test)
    else:
        return None
    at = later(drawing, test.at, 5, 20)
    drawing.put("held", test._replace(again=None, at=at + MINUTE))
    section = catalogue.PANELS[test.panel_code].section
    return {
        "filler_no": test.filler_no,
        "value": test.again,
        "upload_id": drawing.number("U"),
        "operator_id": one_of(drawing, drawing.world.technicians[section]),
        "observed_at": instant(drawing, at),
    }


TRANSACTIONS = (
    Transaction(name="upload_results", title="仪器结果上传", draw=draw_upload_results, act=upload_results, weight=5),
    Transaction(name="enter_results", title="手工录入", draw=draw_enter_results, act=enter_results, weight=2),
    Transaction(name="rerun", title="重做", draw=draw_rerun, act=rerun, weight=0.8),
)
