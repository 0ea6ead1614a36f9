"""HL7 v2.5.1 to the EMR: published laboratory results, of which records quote, and shared documents from elsewhere.

A critical result names in ZCR when somebody dealt with it: HL7 has no field for that. Not here: what the EMR makes of a
message (`service/hl7.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from harness.content.battery import Knowledge
from harness.content.how import How
from harness.message import Carried, Message, Outgoing
from scenarios.emr.interfaces import HL7
from scenarios.emr.messages.shared_document import text_of
from scenarios.hl7 import header, outgoing, segment

STAMPS = ("MSH.7", "MSH.10", "MSH.18")  # a stack's charset is its own affair; a false declaration is seen anyhow
HOW = How(volatile=STAMPS)


def _msh(kind: tuple[str, ...], charset: str, *, sender: str, at: dt.datetime, message_id: str) -> str:
    fields = {3: sender, 4: "XINHENG", 5: "EMR", 6: "XINHENG", 7: at, 10: message_id}
    return header(kind, charset=charset, fields=fields)


# --------------------------------------------------------------------------- 检验结果


def _results(
    *, charset: str, message_id: str, at: dt.datetime, order: Mapping[str, Any], results: Sequence[Mapping[str, Any]]
) -> Outgoing:
    """One request's results; `order` is what they have in common."""
    numbers = {2: order["order_no"], 3: order["filler_no"]}
    segments = [
        _msh(("ORU", "R01", "ORU_R01"), charset, sender="LIS", at=at, message_id=message_id),
        segment("PID", {1: 1, 3: order["patient_id"]}),
        segment("PV1", {1: 1, 2: order["visit_class"], 19: order["visit_no"]}),
        segment("ORC", {1: "RE", **numbers, 9: order["ordered_at"]}),
        segment(
            "OBR",
            {
                1: 1,
                **numbers,
                4: (None, order["panel_name"]),
                7: order["collected_at"],
                22: order["reported_at"],
                25: "F",
            },
        ),
    ]
    for number, result in enumerate(results, 1):
        segments.append(_value(number, result))
        if result["handled_at"] is not None:
            segments.append(segment("ZCR", {1: number, 2: result["analyte_code"], 3: result["handled_at"]}))
    return outgoing(*segments, charset=charset)


def _value(number: int, result: Mapping[str, Any]) -> str:
    text = result["value_text"]
    kind = "NM" if text.replace(".", "", 1).isdecimal() else "ST"
    return segment(
        "OBX",
        {
            1: number, 2: kind, 3: (result["analyte_code"], result["analyte_name"]), 5: text, 6: result["unit"],
            7: result["reference_text"], 8: result["abnormal_flag"], 11: "F",
        },
    )  # fmt: skip


ORU_RESULT_COPY = Message(
    name="oru_result_copy",
    title="检验结果引用 ORU^R01",
    interface=HL7.name,
    content="hl7",
    compose=_results,
    how=HOW,
    carried=(
        Carried(
            table="emr_result",
            key={"filler_no": "OBR.3", "analyte_code": "OBX[*].3.1"},
            columns={
                "order_no": "OBR.2", "patient_id": "PID.3", "visit_no": "PV1.19", "panel_name": "OBR.4.2",
                "analyte_name": "OBX[*].3.2", "value_text": "OBX[*].5", "unit": "OBX[*].6",
                "reference_text": "OBX[*].7", "abnormal_flag": "OBX[*].8", "ordered_at": "ORC.9",
                "collected_at": "OBR.7", "reported_at": "OBR.22",
            },
            each="OBX",
        ),
    ),
    battery=Knowledge(
        mandatory=("PID.3", "PV1.19", "OBR.2", "OBR.3", "OBR.22", "OBX.3", "OBX.5"),
        coded=("PV1.2", "OBX.2", "OBX.11", "PID.3"),
        free_text="OBX.5",
        identity="MSH.10",
    ),
)  # fmt: skip

# --------------------------------------------------------------------------- 文档通知


def _document(
    *, charset: str, message_id: str, requester: str, at: dt.datetime, document: Mapping[str, Any]
) -> Outgoing:
    """A document with its text, in CDA, inside OBX-5."""
    return outgoing(
        _msh(("MDM", "T02", "MDM_T02"), charset, sender=requester, at=at, message_id=message_id),
        segment("EVN", {2: at}),
        segment("PID", {1: 1, 3: document["subject"]["patient_id"]}),
        segment("PV1", {1: 1, 2: document["visit_class"], 19: document["visit_no"]}),
        segment(
            "TXA",
            {
                1: 1, 2: document["type_code"], 3: "TEXT", 4: document["written_at"], 9: document["author"][0],
                12: document["document_id"], 17: "AU",
            },
        ),
        segment(
            "OBX",
            {1: 1, 2: "ED", 3: ("CDA", document["title"]), 5: (None, "TEXT", "XML", "A", text_of(document)), 11: "F"},
        ),
        charset=charset,
    )  # fmt: skip


MDM_DOCUMENT = Message(
    name="mdm_document",
    title="文档通知 MDM^T02",
    interface=HL7.name,
    content="hl7",
    compose=_document,
    how=HOW,
    carried=(
        Carried(
            table="emr_document",
            key={"document_id": "TXA.12"},
            columns={
                "patient_id": "PID.3", "visit_no": "PV1.19", "type_code": "TXA.2", "title": "OBX.3.2",
                "content": "OBX.5.5", "registrar_id": "TXA.9",
            },
        ),
        Carried(table="emr_document_access", key={"access_no": "MSH.10"}, columns={"requester": "MSH.3"}),
    ),
    battery=Knowledge(
        mandatory=("PID.3", "PV1.19", "TXA.2", "TXA.12", "OBX.5"),
        coded=("TXA.2", "TXA.17", "OBX.2"),
        free_text="OBX.5",
        identity="MSH.10",
    ),
)  # fmt: skip
