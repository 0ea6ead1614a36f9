"""What all objects of a study say alike, after the modules of PS3.3: patient, study, request, equipment, private block.

Not here: what one modality says of its images (`datasets.py`), documents (`documents.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset

from scenarios.pacs.images.study import Study

INSTITUTION = "信衡测试医院"
DEPARTMENT = "医学影像科"
OPERATOR = "Zhou^Hui=周^慧"
RADIOLOGIST = "Shen^YiFan=沈^一帆"
PRIVATE_GROUP, PRIVATE_CREATOR = 0x0009, "XINHENG PACS TEST"
COMMENT = "检查前已核对患者身份。\r\n去除金属物品；屏气配合良好。"
REASON = "咳嗽、咳痰 2 周，伴低热"


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    return described(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def described(**values: Any) -> Dataset:
    """A data set, or an item of a sequence, from keywords; a Dataset or a list of them makes a sequence."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, [value] if isinstance(value, Dataset) else value)
    return made


def common(study: Study, *, sop_class: str, instance: str) -> Dataset:
    """SOP common, patient and general study."""
    return described(
        SpecificCharacterSet=study.charset,
        SOPClassUID=sop_class,
        SOPInstanceUID=instance,
        InstanceCreationDate=study.date,
        InstanceCreationTime=study.time,
        TimezoneOffsetFromUTC="+0800",
        **patient(study),
        PatientComments=COMMENT,
        OtherPatientIDsSequence=described(PatientID=f"{study.patient_id}-H", TypeOfPatientID="TEXT"),
        StudyInstanceUID=study.uid,
        StudyDate=study.date,
        StudyTime=study.time,
        StudyID=study.accession[-16:],
        AccessionNumber=study.accession,
        ReferringPhysicianName=study.referring,
        StudyDescription=study.description,
        ProcedureCodeSequence=procedure(study),
    )


def patient(study: Study) -> dict[str, str]:
    return {
        "PatientName": study.patient_name,
        "PatientID": study.patient_id,
        "PatientBirthDate": study.birth,
        "PatientSex": study.sex,
    }


def procedure(study: Study) -> Dataset:
    return coded(f"XH-{study.modality}", "99XINHENG", study.description)


def series(study: Study, *, number: int, uid: str, modality: str, text: str) -> Dataset:
    """General series and equipment."""
    return described(
        Modality=modality,
        SeriesInstanceUID=uid,
        SeriesNumber=number,
        SeriesDescription=text,
        SeriesDate=study.date,
        SeriesTime=study.time,
        ProtocolName=protocol(study),
        OperatorsName=OPERATOR,
        PerformingPhysicianName=RADIOLOGIST,
        PerformedProcedureStepID=f"P{study.step_id}"[-16:],
        PerformedProcedureStepStartDate=study.date,
        PerformedProcedureStepStartTime=study.time,
        PerformedProcedureStepDescription=study.description,
        RequestAttributesSequence=requested(study),
        Manufacturer="XINHENG",
        ManufacturerModelName=f"仿真 {modality}",
        InstitutionName=INSTITUTION,
        InstitutionAddress="江苏省苏州市观前街 1 号\r\n门诊楼二层",
        InstitutionalDepartmentName=DEPARTMENT,
        StationName=study.station,
        DeviceSerialNumber="XH-0001",
        SoftwareVersions=["V2024.1", "影像工作站 3.0"],
    )


def protocol(study: Study) -> str:
    return study.description


def requested(study: Study) -> Dataset:
    return described(
        AccessionNumber=study.accession,
        RequestedProcedureID=study.accession[-16:],
        RequestedProcedureDescription=study.description,
        RequestedProcedureCodeSequence=procedure(study),
        ReasonForTheRequestedProcedure=REASON,
        ScheduledProcedureStepID=study.step_id,
        ScheduledProcedureStepDescription=study.description,
    )


def add_private(made: Dataset, study: Study) -> None:
    """A block of private attributes as vendors write them, with a sequence that nests further text."""
    block = made.private_block(PRIVATE_GROUP, PRIVATE_CREATOR, create=True)
    inner = Dataset()
    nested = inner.private_block(PRIVATE_GROUP, PRIVATE_CREATOR, create=True)
    nested.add_new(0x01, "LO", f"重建核：{study.body_part}标准")
    nested.add_new(0x02, "UT", "第一行\r\n第二行：窗宽 400，窗位 40")
    block.add_new(0x01, "LO", f"{INSTITUTION}私有字段")
    block.add_new(0x02, "DS", ["1.50", "-0.25"])
    block.add_new(0x10, "SQ", [inner])


def merged(*parts: Iterable[Any]) -> Dataset:
    made = Dataset()
    for part in parts:
        for element in part:
            made.add(element)
    return made
