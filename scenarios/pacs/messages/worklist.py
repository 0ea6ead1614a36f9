"""What modalities say to the RIS: what is there to be done, what has been begun, how it ended (PS3.4 Annexes K and F).

Not here: what the RIS makes of it (`service/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from harness.content.battery import Knowledge
from harness.message import Carried, Message, Outgoing
from scenarios.pacs.images import datasets, modules, uids
from scenarios.pacs.images.study import Study, from_dict
from scenarios.pacs.interfaces import WORKLIST as INTERFACE
from scenarios.pacs.messages.identifiers import asked, outgoing
from scenarios.pacs.messages.keys import keyed

_WORKLIST_FIND, _PERFORMED_STEP = "1.2.840.10008.5.1.4.31", "1.2.840.10008.3.1.2.3.3"
IN_PROGRESS, COMPLETED, DISCONTINUED = "IN PROGRESS", "COMPLETED", "DISCONTINUED"
_SECONDS_PER_IMAGE = 1
Described = Mapping[str, Any]


def _message(name: str, title: str, compose: Callable[..., Outgoing], **more: Any) -> Message:
    return Message(name=name, title=title, interface=INTERFACE.name, content="dicom", compose=compose, **more)


# --------------------------------------------------------------------------- 工作列表

_KEYS = (
    "AccessionNumber", "ReferringPhysicianName", "PatientName", "PatientID", "PatientBirthDate", "PatientSex",
    "StudyInstanceUID", "RequestedProcedureID", "RequestedProcedureDescription", "RequestedProcedurePriority",
)  # fmt: skip
_STEP_KEYS = ("ScheduledProcedureStepID", "ScheduledProcedureStepStartTime", "ScheduledProcedureStepDescription",
              "ScheduledPerformingPhysicianName", "ScheduledProcedureStepStatus")  # fmt: skip


def _worklist(*, charset: str, modality: str = "", date: str = "", station: str = "", **keys: Any) -> Outgoing:
    step = {
        "Modality": modality,
        "ScheduledStationAETitle": station,
        "ScheduledProcedureStepStartDate": date,
        **dict.fromkeys(_STEP_KEYS, ""),
    }
    wanted = {**dict.fromkeys(_KEYS, ""), "ScheduledProcedureStepSequence": [step], **keys}
    return asked(_WORKLIST_FIND, wanted, charset=charset)


WORKLIST = _message("find_worklist", "取工作列表 C-FIND", _worklist, how=keyed("StudyInstanceUID"))

# --------------------------------------------------------------------------- 执行步骤


def _begin(*, charset: str, study: Described, mpps_uid: str, at: dt.datetime | None = None) -> Outgoing:
    described = from_dict(study)
    told = {
        **modules.patient(described),
        "ScheduledStepAttributesSequence": [_scheduled(described)],
        "PerformedProcedureStepID": f"P{described.step_id}"[-16:],
        "PerformedStationAETitle": described.station,
        "PerformedStationName": described.station,
        "PerformedLocation": modules.DEPARTMENT,
        **_moment("Start", at or _scheduled_at(described)),
        "PerformedProcedureStepStatus": IN_PROGRESS,
        "PerformedProcedureStepDescription": described.description,
        "PerformedProcedureTypeDescription": "",
        "ProcedureCodeSequence": [_procedure(described)],
        "PerformedProcedureStepEndDate": "",
        "PerformedProcedureStepEndTime": "",
        "Modality": described.modality,
        "StudyID": described.accession[-16:],
        "PerformedProtocolCodeSequence": [],
        "PerformedSeriesSequence": [],
    }
    return outgoing("N-CREATE", _PERFORMED_STEP, told, charset=charset, instance=mpps_uid)


def _end(
    *,
    charset: str,
    study: Described,
    mpps_uid: str,
    discontinued: bool = False,
    at: dt.datetime | None = None,
    reason: str = "",
) -> Outgoing:
    described = from_dict(study)
    images = 0 if discontinued else described.series * described.images
    lasted = dt.timedelta(seconds=60 + images * _SECONDS_PER_IMAGE)
    told: dict[str, Any] = {
        "PerformedProcedureStepStatus": DISCONTINUED if discontinued else COMPLETED,
        **_moment("End", at or _scheduled_at(described) + lasted),
        "PerformedProtocolCodeSequence": [_procedure(described)],
        "PerformedSeriesSequence": [] if discontinued else _performed_series(described),
    }
    if discontinued:
        told["PerformedProcedureStepDiscontinuationReasonCodeSequence"] = [
            _code("110513", "DCM", "Discontinued for unspecified reason")
        ]
        told["CommentsOnThePerformedProcedureStep"] = reason
    return outgoing("N-SET", _PERFORMED_STEP, told, charset=charset, instance=mpps_uid)


def _scheduled(study: Study) -> dict[str, Any]:
    return {
        "StudyInstanceUID": study.uid,
        "ReferencedStudySequence": [],
        "AccessionNumber": study.accession,
        "RequestedProcedureID": study.accession[-16:],
        "RequestedProcedureDescription": study.description,
        "ScheduledProcedureStepID": study.step_id,
        "ScheduledProcedureStepDescription": study.description,
        "ScheduledProtocolCodeSequence": [_procedure(study)],
    }


def _performed_series(study: Study) -> list[dict[str, Any]]:
    return [
        {
            "SeriesInstanceUID": (series := uids.series_uid(study.uid, number)),
            "SeriesDescription": datasets.series_text(study, number),
            "ProtocolName": modules.protocol(study),
            "PerformingPhysicianName": modules.RADIOLOGIST,
            "OperatorsName": modules.OPERATOR,
            "RetrieveAETitle": "",
            "ReferencedImageSequence": [
                {
                    "ReferencedSOPClassUID": datasets.sop_class(study, image),
                    "ReferencedSOPInstanceUID": uids.instance_uid(series, image),
                }
                for image in range(1, study.images + 1)
            ],
            "ReferencedNonImageCompositeSOPInstanceSequence": [],
        }
        for number in range(1, study.series + 1)
    ]


def _procedure(study: Study) -> dict[str, str]:
    return _code(f"XH-{study.modality}", "99XINHENG", study.description)


def _code(value: str, scheme: str, meaning: str) -> dict[str, str]:
    return {"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning}


def _moment(which: str, at: dt.datetime) -> dict[str, str]:
    step = f"PerformedProcedureStep{which}"
    return {f"{step}Date": f"{at:%Y%m%d}", f"{step}Time": f"{at:%H%M%S}"}


def _scheduled_at(study: Study) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{study.date}T{study.time}")


MPPS_BEGIN = _message(
    "mpps_begin",
    "检查开始 N-CREATE",
    _begin,
    battery=Knowledge(identity="SOPInstanceUID"),
    carried=(
        Carried(
            table="ris_performed_step",
            key={"mpps_uid": "$[0].SOPInstanceUID"},
            columns={
                "step_id": "$[0].ScheduledStepAttributesSequence[0].ScheduledProcedureStepID",
                "station_aet": "$[0].PerformedStationAETitle",
            },
        ),
    ),
)
MPPS_END = _message(
    "mpps_end",
    "检查结束 N-SET",
    _end,
    carried=(
        Carried(
            table="ris_performed_step",
            key={"mpps_uid": "$[0].SOPInstanceUID"},
            columns={
                "status": "$[0].PerformedProcedureStepStatus",
                "reason": "$[0].CommentsOnThePerformedProcedureStep",
            },
        ),
        Carried(
            table="ris_performed_series",
            key={
                "mpps_uid": "$[0].SOPInstanceUID",
                "series_uid": "$[0].PerformedSeriesSequence[*].SeriesInstanceUID",
            },
            columns={"series_uid": "$[0].PerformedSeriesSequence[*].SeriesInstanceUID"},
            each="$[0].PerformedSeriesSequence",
        ),
    ),
)
