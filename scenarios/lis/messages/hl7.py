"""HL7 v2.5.1 between the laboratory, the physicians' desks and the analysers.

An analyser sends one ORU^R01 per tube. A value below the detection limit travels as ST with its sign, as analysers
write it, so that what was sent is what is stored. Not here: what the laboratory makes of a message (`service/hl7.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.content.battery import Knowledge
from harness.content.how import Keyed, usual
from harness.message import Carried, Message, Outgoing
from scenarios.hl7 import header, outgoing, segment
from scenarios.lis import catalogue
from scenarios.lis.interfaces import HL7
from scenarios.lis.messages.hl7_culture import culture_segments


def _msh(kind: tuple[str, ...], charset: str, *, sender: str, at: dt.datetime, message_id: str) -> str:
    fields = {3: sender, 4: "XINHENG", 5: "LIS", 6: "XINHENG", 7: at, 10: message_id}
    return header(kind, charset=charset, fields=fields)


def named_panel(code: str) -> tuple[str, ...]:
    panel = catalogue.PANELS.get(code)
    return (code,) if panel is None else (code, panel.name)


# --------------------------------------------------------------------------- 检验申请


def _order(
    *,
    charset: str,
    message_id: str,
    patient_name: str,
    order: Mapping[str, Any],
    tubes: Sequence[Sequence[Any]],
    at: dt.datetime,
) -> Outgoing:
    segments = [
        _msh(("OML", "O21", "OML_O21"), charset, sender="HIS", at=at, message_id=message_id),
        segment("PID", {1: 1, 3: order["patient_id"], 5: patient_name}),
        segment("PV1", {1: 1, 2: order["patient_class"], 19: order["visit_no"]}),
    ]
    set_no = 0
    for tube in tubes:
        for filler_no, panel_code in tube[4]:
            set_no += 1
            segments += _ordered_test(order, tube, set_no, (filler_no, panel_code), at)
    return outgoing(*segments, charset=charset)


def _ordered_test(
    order: Mapping[str, Any], tube: Sequence[Any], set_no: int, test: tuple[str, str], at: dt.datetime
) -> Iterator[str]:
    specimen_id, section_code, specimen_type, container, _ = tube
    filler_no, panel_code = test
    numbers = {2: order["order_no"], 3: filler_no}
    yield segment("ORC", {1: "NW", **numbers, 9: at, 12: order["doctor_id"], 17: order["dept_id"]})
    yield segment("TQ1", {1: 1, 9: order["priority"]})
    yield segment(
        "OBR", {1: set_no, **numbers, 4: named_panel(panel_code), 13: order["clinical_info"], 24: section_code}
    )
    yield segment("SPM", {1: 1, 2: specimen_id, 4: specimen_type, 27: container})


OML_ORDER = Message(
    name="oml_order",
    title="检验申请 OML^O21",
    interface=HL7.name,
    content="hl7",
    compose=_order,
    carried=(
        Carried(
            table="lis_order",
            key={"order_no": "ORC.2"},
            columns={
                "patient_id": "PID.3", "visit_no": "PV1.19", "patient_class": "PV1.2", "dept_id": "ORC.17",
                "doctor_id": "ORC.12", "priority": "TQ1.9", "clinical_info": "OBR.13", "ordered_at": "ORC.9",
            },
        ),
        Carried(
            table="lis_specimen",
            key={"specimen_id": "SPM[*].2"},
            columns={
                "order_no": "ORC.2", "specimen_type": "SPM[*].4", "container": "SPM[*].27", "printed_at": "ORC.9",
            },
            each="SPM",
        ),
        Carried(
            table="lis_test",
            key={"filler_no": "OBR[*].3"},
            columns={"order_no": "OBR[*].2", "set_no": "OBR[*].1", "panel_code": "OBR[*].4.1"},
            each="OBR",
        ),
    ),
    battery=Knowledge(
        mandatory=("PID.3", "ORC.2", "ORC.9", "OBR.3", "OBR.4", "SPM.2"),
        coded=("OBR.4", "PV1.2", "ORC.1", "ORC.17"),
        free_text="OBR.13",
        identity="MSH.10",
    ),
)  # fmt: skip

# --------------------------------------------------------------------------- 撤销申请


def _cancel(*, charset: str, message_id: str, order_no: str, doctor_id: str, at: dt.datetime) -> Outgoing:
    return outgoing(
        _msh(("ORM", "O01", "ORM_O01"), charset, sender="HIS", at=at, message_id=message_id),
        segment("ORC", {1: "CA", 2: order_no, 9: at, 12: doctor_id}),
        charset=charset,
    )


ORM_CANCEL = Message(
    name="orm_cancel",
    title="撤销申请 ORM^O01",
    interface=HL7.name,
    content="hl7",
    compose=_cancel,
    carried=(Carried(table="lis_order", key={"order_no": "ORC.2"}, columns={"cancelled_at": "ORC.9"}),),
)

# --------------------------------------------------------------------------- 仪器结果


def _results(
    *,
    charset: str,
    application: str,
    upload: Mapping[str, Any],
    operator_id: str,
    tube: tuple[str, dt.datetime, Sequence[Sequence[Any]]],
) -> Outgoing:
    specimen_id, observed_at, tests = tube
    at, message_id = upload["arrived_at"], upload["upload_id"]
    segments = [_msh(("ORU", "R01", "ORU_R01"), charset, sender=application, at=at, message_id=message_id)]
    seen = {11: "P", 14: observed_at, 16: operator_id, 18: upload["analyser_id"]}
    for set_no, (filler_no, panel_code, values) in enumerate(tests, 1):
        segments.append(segment("OBR", {1: set_no, 3: filler_no, 4: named_panel(panel_code), 7: observed_at}))
        for number, value in enumerate(values, 1):
            segments += _value(number, value, seen)
    segments.append(segment("SPM", {1: 1, 2: specimen_id}))
    return outgoing(*segments, charset=charset)


def _value(number: int, value: Sequence[Any], seen: Mapping[int, Any]) -> Iterator[str]:
    code, kind, text, note = value
    known = catalogue.ANALYTES.get(code)
    name, unit = (known.name, known.unit) if known else (None, None)
    status = {11: "X"} if text is None else {}
    kind = "ST" if kind == "SN" else kind
    yield segment("OBX", {**seen, **status, 1: number, 2: kind, 3: (code, name), 5: text, 6: unit})
    if note is not None:
        yield segment("NTE", {1: 1, 2: "L", 3: note})


ORU_RESULTS = Message(
    name="oru_results",
    title="仪器结果 ORU^R01",
    interface=HL7.name,
    content="hl7",
    compose=_results,
    carried=(
        Carried(
            table="lis_upload",
            key={"upload_id": "MSH.10"},
            columns={"analyser_id": "OBX.18", "arrived_at": "MSH.7"},
        ),
        Carried(
            table="lis_result",
            key={"upload_id": "MSH.10", "specimen_id": "SPM.2", "analyte_code": "OBX[*].3.1"},
            columns={
                "value_text": "OBX[*].5", "unit": "OBX[*].6", "observed_at": "OBX[*].14", "operator_id": "OBX[*].16",
                "analyser_id": "OBX[*].18",
            },
            each="OBX",
        ),
    ),
    battery=Knowledge(
        mandatory=("OBR.3", "OBR.4", "OBX.3", "OBX.14", "OBX.18", "SPM.2"),
        coded=("OBX.2", "OBX.3", "OBX.18"),
        free_text="OBX.5",
        identity="MSH.10",
    ),
)  # fmt: skip

# --------------------------------------------------------------------------- 微生物报告


def _culture(
    *,
    charset: str,
    specimen_id: str,
    test: Sequence[str],
    culture: Mapping[str, Any],
    isolates: Sequence[Sequence[Any]],
    observed_at: dt.datetime,
) -> Outgoing:
    msh = _msh(
        ("ORU", "R01", "ORU_R01"), charset, sender="MICRO", at=observed_at, message_id=culture["culture_id"]
    )  # fmt: skip
    order = {3: test[0], 4: named_panel(test[1]), 7: observed_at, 24: catalogue.MICROBIOLOGY}
    segments = culture_segments(specimen_id, order, culture, isolates, observed_at)
    return outgoing(msh, *segments, charset=charset)


ORU_CULTURE = Message(
    name="oru_culture",
    title="微生物报告 ORU^R01",
    interface=HL7.name,
    content="hl7",
    compose=_culture,
    carried=(
        Carried(
            table="lis_culture",
            key={"culture_id": "MSH.10"},
            columns={
                "filler_no": "OBR.3", "growth": "OBX[1].5", "incubated_hours": "OBX[2].5", "conclusion": "OBX[3].5",
                "smear": "OBX[4].5", "operator_id": "OBX[1].16",
            },
        ),
    ),
)  # fmt: skip

# --------------------------------------------------------------------------- 结果查询


def _query(*, charset: str, message_id: str, filler_no: str, at: dt.datetime) -> Outgoing:
    return outgoing(
        _msh(("QBP", "Q11", "QBP_Q11"), charset, sender="HIS", at=at, message_id=message_id),
        segment("QPD", {1: ("Q11", "检验结果查询"), 2: message_id, 3: filler_no}),
        segment("RCP", {1: "I"}),
        charset=charset,
    )


QBP_RESULTS = Message(
    name="qbp_results",
    title="结果查询 QBP^Q11",
    interface=HL7.name,
    content="hl7",
    compose=_query,
    how=replace(usual("hl7"), keyed=(Keyed(items="OBX", key=".3.1"),)),
)
