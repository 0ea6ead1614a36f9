"""What the laboratory does with an HL7 v2 message: takes orders and their cancellation, answers for results.

Results that come in: `hl7_results.py`. Whatever a message is, the answer is an acknowledgement: AA where it was
carried out, AE where its content will not do, AR where it is no message for this laboratory. Of a refused one nothing
is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from scenarios.hl7 import segment
from scenarios.hl7_received import (
    CODE,
    SEQUENCE,
    TYPE,
    UNSUPPORTED,
    Declined,
    Received,
    Segment,
    acknowledged,
    answer,
    declined,
    person,
    received,
)
from scenarios.lis.messages import hl7_culture as words
from scenarios.lis.service import limits, reports
from scenarios.lis.service.hl7_results import take_results
from scenarios.lis.service.refusals import done
from scenarios.lis.transactions.patients import register_patient
from scenarios.lis.transactions.requests import cancel_order, order_tests
from scenarios.lis.transactions.review import Report, view_report
from scenarios.reference.service import Answer, Desk, Request
from scenarios.refusals import Refused

Take = Callable[[Received, Desk], Sequence[str]]  # the segments of the answer behind MSA


def handle(request: Request, desk: Desk) -> Answer:
    kind: tuple[str, ...] = ("ACK",)
    try:
        message = received(request.body, request.charset, longest=limits.MOST_BYTES)
        take, kind = _route(message)
        segments = [acknowledged(request.body, request.charset), *take(message, desk)]
    except Declined as why:
        segments = [*declined(request.body, why, request.charset)]
    except Refused as refused:
        unfit = Declined(refused.text, condition=refused.sort.condition)
        segments = [*declined(request.body, unfit, request.charset)]
    return Answer(body=answer(request.body, *segments, kind=kind, charset=request.charset))


def _route(message: Received) -> tuple[Take, tuple[str, ...]]:
    found = _ROUTES.get(message.kind)
    if found is None:
        kind = "^".join(message.kind)
        raise Declined(f"不接收 {kind}", condition=UNSUPPORTED, where="MSH^1^9", code="AR")
    return found


# --------------------------------------------------------------------------- 患者登记


def take_patient(message: Received, desk: Desk) -> Sequence[str]:
    done(desk.carry_out(register_patient, patient=person(message.first("PID"))))
    return []


# --------------------------------------------------------------------------- 检验申请


def take_order(message: Received, desk: Desk) -> Sequence[str]:
    pid, pv1 = message.first("PID"), message.first("PV1")
    tests = list(_ordered(message))
    orc, obr = tests[0][0], tests[0][1]
    order = {
        "order_no": orc.text("2", longest=limits.CODE),
        "patient_id": pid.text("3", longest=limits.CODE),
        "visit_no": pv1.text("19", longest=limits.CODE),
        "patient_class": pv1.coded("2", limits.PATIENT_CLASSES),
        "dept_id": orc.text("17", longest=limits.CODE),
        "doctor_id": orc.text("12", longest=limits.CODE),
        "priority": message.first("TQ1").coded("9", limits.PRIORITIES),
        "clinical_info": obr.plain("13", longest=limits.TEXT),
    }
    tubes: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    told = []
    for orc, obr, spm in tests:
        numbers = {2: orc.text("2"), 3: obr.text("3", longest=limits.CODE)}
        if numbers[2] != order["order_no"] or obr.text("2") != order["order_no"]:
            raise orc.wrong("2", "同一报文中申请号不一致", TYPE)
        container = tuple(spm.text(number, longest=20) for number in ("4", "27"))
        tube = (spm.text("2", longest=limits.CODE), obr.text("24", longest=limits.CODE), *container)
        tubes.setdefault(tube, []).append((numbers[3], obr.text("4", longest=limits.CODE)))
        told.append(segment("ORC", {1: "OK", **numbers}))
    done(
        desk.carry_out(
            order_tests,
            order=order,
            tubes=tuple((*tube, tuple(tests)) for tube, tests in tubes.items()),
            at=tests[0][0].moment("9"),
            patient_name=pid.text("5"),
        )
    )
    return told


def _ordered(message: Received) -> Iterator[tuple[Segment, Segment, Segment]]:
    """ORC, OBR and SPM of every test."""
    if next(message.all("ORC"), None) is None:
        raise Declined("缺少 ORC 段", condition=SEQUENCE, where="ORC")
    for orc, following in message.groups("ORC"):
        found = {one.name: one for one in following}
        for name in ("OBR", "SPM"):
            if name not in found:
                raise Declined(f"第 {orc.number} 个 ORC 段之后缺少 {name} 段", condition=SEQUENCE, where=name)
        orc.coded("1", ("NW",))
        yield orc, found["OBR"], found["SPM"]


def take_cancellation(message: Received, desk: Desk) -> Sequence[str]:
    orc = message.first("ORC")
    orc.coded("1", ("CA",))
    order_no = orc.text("2", longest=limits.CODE)
    doctor_id = orc.text("12", longest=limits.CODE)
    done(desk.carry_out(cancel_order, order_no=order_no, doctor_id=doctor_id, at=orc.moment("9")))
    return [segment("ORC", {1: "CR", 2: order_no})]


# --------------------------------------------------------------------------- 结果查询


def answer_query(message: Received, desk: Desk) -> Sequence[str]:
    qpd = message.first("QPD")
    if qpd.text("1") != "Q11":
        raise qpd.wrong("1", "没有这种查询", CODE)
    tag, filler_no = qpd.text("2", longest=32), qpd.text("3", longest=limits.CODE)
    report: Report = done(desk.carry_out(view_report, filler_no=filler_no))
    head = reports.head(report)
    return [
        segment("QAK", {1: tag, 2: "OK", 3: "Q11"}),
        segment("QPD", {1: ("Q11", "检验结果查询"), 2: tag, 3: filler_no}),
        segment(
            "PID", {1: 1, 3: head["patient_id"], 5: head["patient_name"], 7: head["birth_date"], 8: head["gender"]}
        ),
        segment(
            "OBR",
            {1: 1, 2: head["order_no"], 3: filler_no, 4: (head["panel_code"], head["panel_name"]),
             7: head["collected_at"], 13: head["clinical_info"], 14: head["received_at"], 22: head["published_at"],
             25: "F", 32: head["reviewer"]},
        ),
        *_results(report),
        *([segment("NTE", {1: 1, 2: "L", 3: head["conclusion"]})] if head["conclusion"] else []),
    ]  # fmt: skip


def _results(report: Report) -> Iterator[str]:
    """OBX of everything that the report says, numbered through, each with its NTE."""
    said = chain(map(_line, reports.lines(report)), _culture(report))
    for number, (fields, note) in enumerate(said, 1):
        yield segment("OBX", {1: number, 11: "F", **fields})
        if note is not None:
            yield segment("NTE", {1: 1, 2: "L", 3: note})


Said = tuple[dict[int, Any], str | None]  # the fields of an OBX, and a note to it


def _line(line: reports.Named) -> Said:
    kind = "ST" if line["value_type"] == "SN" else line["value_type"]
    seen = {6: line["unit"], 7: line["reference"], 8: line["abnormal_flag"], 14: line["observed_at"]}
    return {2: kind, 3: (line["analyte_code"], line["analyte_name"]), 5: line["value_text"], **seen}, line["note"]


def _culture(report: Report) -> Iterator[Said]:
    culture = reports.culture(report)
    if culture is None:
        return
    for code, key in ((words.GROWTH, "growth"), (words.CONCLUSION, "conclusion"), (words.SMEAR, "smear")):
        yield {2: "FT", 3: words.named(code), 5: culture[key]}, None
    for one in reports.susceptibilities(report):
        kind, value = ("ST", one["mic"]) if one["method"] == "MIC" else ("NM", one["zone_mm"])
        about = " ".join(filter(None, (one["organism"], one["colony_count"], one["phenotype"])))
        yield {
            2: kind, 3: (f"{one['isolate_no']}/{one['antibiotic']}", about), 4: one["isolate_no"], 5: value,
            6: words.UNITS[one["method"]], 8: one["interpretation"], 17: one["method"],
        }, None  # fmt: skip


_ROUTES: dict[tuple[str, str], tuple[Take, tuple[str, ...]]] = {
    ("ADT", "A04"): (take_patient, ("ACK", "A04", "ACK")),
    ("OML", "O21"): (take_order, ("ORL", "O22", "ORL_O22")),
    ("ORM", "O01"): (take_cancellation, ("ORR", "O02", "ORR_O02")),
    ("ORU", "R01"): (take_results, ("ACK", "R01", "ACK")),
    ("QBP", "Q11"): (answer_query, ("RSP", "K11", "RSP_K11")),
}
