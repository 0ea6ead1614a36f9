"""What the index knows of an object: the attributes of its patient, study, series and instance, as DICOM JSON.

Not here: storing them.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.imaging import DicomObject
from scenarios.reference.archive.part10 import UNREADABLE, read

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Model = dict[str, Any]  # a data set as DICOM JSON: tag in eight hexadecimal digits → {"vr": …, "Value": […]}

LEVELS = ("PATIENT", "STUDY", "SERIES", "IMAGE")
KEYS = {"PATIENT": "00100020", "STUDY": "0020000D", "SERIES": "0020000E", "IMAGE": "00080018"}
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "PATIENT": (
        "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientBirthTime", "PatientSex",
        "OtherPatientIDs", "EthnicGroup", "PatientComments",
    ),
    "STUDY": (
        "StudyInstanceUID", "StudyDate", "StudyTime", "AccessionNumber", "StudyID", "StudyDescription",
        "ReferringPhysicianName", "PhysiciansOfRecord", "NameOfPhysiciansReadingStudy", "ProcedureCodeSequence",
        "AdmittingDiagnosesDescription", "AdmissionID", "PatientAge", "PatientSize", "PatientWeight", "Occupation",
    ),
    "SERIES": (
        "SeriesInstanceUID", "SeriesNumber", "Modality", "SeriesDescription", "SeriesDate", "SeriesTime",
        "BodyPartExamined", "Laterality", "ProtocolName", "Manufacturer", "ManufacturerModelName", "StationName",
        "InstitutionName", "InstitutionalDepartmentName", "PerformingPhysicianName", "OperatorsName",
        "PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime", "RequestAttributesSequence",
        "FrameOfReferenceUID",
    ),
    "IMAGE": (
        "SOPInstanceUID", "SOPClassUID", "InstanceNumber", "ImageType", "ContentDate", "ContentTime",
        "AcquisitionDate", "AcquisitionTime", "AcquisitionNumber", "NumberOfFrames", "Rows", "Columns",
        "BitsAllocated", "ConceptNameCodeSequence", "CompletionFlag", "VerificationFlag",
    ),
}  # fmt: skip
_MOST_UID = 64


class Unfit(Exception):
    """An object that the archive does not take; `status` is the answer of C-STORE."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


NOT_UNDERSTOOD, OTHER_CLASS = 0xC000, 0xA900


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One object as the index knows it. UIDs, dates and names are what the columns of the tables take."""

    patient: str
    study: str
    series: str
    instance: str
    sop_class: str
    syntax: str
    study_date: str
    levels: Mapping[str, Model]
    size: int
    sha256: str


def entry_of(item: DicomObject) -> Entry:
    """Raises Unfit where it is no object of the class and instance that it was announced as."""
    try:
        found = read(item, pixels=False)
        levels = {level: _model(found, names) for level, names in ATTRIBUTES.items()}
        patient = _text(found, "PatientID")
        study, series, instance, sop_class = (
            _text(found, name) for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
        )
        date = _text(found, "StudyDate")
    except UNREADABLE as error:
        raise Unfit(NOT_UNDERSTOOD, f"Cannot be read: {type(error).__name__}") from None
    for name, uid in (("Study", study), ("Series", series), ("SOP", instance)):
        if not uid or len(uid) > _MOST_UID:
            raise Unfit(NOT_UNDERSTOOD, f"{name} Instance UID missing or too long")
    if (instance, sop_class) != (item.sop_instance, item.sop_class):
        raise Unfit(OTHER_CLASS, "Data set does not match SOP class or instance")
    return Entry(
        patient=patient[:64],
        study=study,
        series=series,
        instance=instance,
        sop_class=sop_class,
        syntax=item.transfer_syntax,
        study_date=date[:8],
        levels=levels,
        size=len(item.dataset),
        sha256=hashlib.sha256(item.dataset).hexdigest(),
    )


def _text(found: Dataset, name: str) -> str:
    value = found.get(name)
    return "" if value is None else str(value)


def _model(found: Dataset, names: tuple[str, ...]) -> Model:
    model: Model = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            if name not in found:
                continue
            element = found[name]
            try:
                model[f"{int(element.tag):08X}"] = element.to_json_dict(None, 0)
            except UNREADABLE:  # a value that its VR does not allow: the object is kept, the index goes without
                continue
    return model
