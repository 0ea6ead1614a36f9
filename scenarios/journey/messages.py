"""How a journey makes a new patient known: ADT^A04 to the laboratory and to the EMR, there with the visit.

Not here: what they make of it (`lis/service`, `emr/service`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from harness.content.how import How
from harness.message import Carried, Message, Outgoing
from scenarios.emr.interfaces import HL7 as EMR_HL7
from scenarios.hl7 import header, outgoing, segment
from scenarios.lis.interfaces import HL7 as LIS_HL7

HOW = How(volatile=("MSH.7", "MSH.10", "MSH.18"))
# Not the sex: it is kept in a column of fixed length, which some products pad.
_PERSON = {
    "patient_name": "PID.5", "pinyin": "PID.9", "birth_date": "PID.7", "phone": "PID.13",
}  # fmt: skip


def _registered(
    *, charset: str, message_id: str, receiver: str, patient_id: str, person: Mapping[str, Any], at: dt.datetime
) -> list[str]:
    fields = {3: "HIS", 4: "XINHENG", 5: receiver, 6: "XINHENG", 7: at, 10: message_id}
    pid = {
        1: 1, 3: patient_id, 5: person["patient_name"], 7: person["birth_date"], 8: person["gender_code"],
        9: person["pinyin"], 13: person["phone"], 19: person["resident_id"],
    }  # fmt: skip
    return [
        header(("ADT", "A04", "ADT_A01"), charset=charset, fields=fields),
        segment("EVN", {2: at}),
        segment("PID", pid),
    ]


def _to_laboratory(*, charset: str, **told: Any) -> Outgoing:
    return outgoing(*_registered(charset=charset, receiver="LIS", **told), charset=charset)


def _to_records(*, charset: str, visit: Mapping[str, Any], **told: Any) -> Outgoing:
    segments = _registered(charset=charset, receiver="EMR", **told)
    pv1 = {1: 1, 2: visit["visit_class"], 3: visit["dept_id"], 7: visit["doctor_id"], 19: visit["visit_no"]}
    pv1[44] = told["at"]
    allergy = told["person"]["allergy"]
    allergies = [segment("AL1", {1: 1, 3: (None, allergy)})] if allergy else []
    return outgoing(*segments, segment("PV1", pv1), *allergies, charset=charset)


ADT_LABORATORY = Message(
    name="adt_laboratory",
    title="患者登记 ADT^A04（检验）",
    interface=LIS_HL7.name,
    content="hl7",
    compose=_to_laboratory,
    how=HOW,
    carried=(Carried(table="lis_patient", key={"patient_id": "PID.3"}, columns=_PERSON),),
)
ADT_RECORDS = Message(
    name="adt_records",
    title="患者就诊登记 ADT^A04（病历）",
    interface=EMR_HL7.name,
    content="hl7",
    compose=_to_records,
    how=HOW,
    carried=(
        Carried(
            table="emr_patient",
            key={"patient_id": "PID.3"},
            columns={**_PERSON, "resident_id": "PID.19", "allergy": "AL1.3.2"},
        ),
        Carried(
            table="emr_visit",
            key={"visit_no": "PV1.19"},
            columns={
                "patient_id": "PID.3", "visit_class": "PV1.2", "dept_id": "PV1.3", "doctor_id": "PV1.7",
                "admitted_at": "PV1.44",
            },
        ),
    ),
)  # fmt: skip
