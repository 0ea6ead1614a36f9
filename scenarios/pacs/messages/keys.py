"""What is asked for at each level of an archive, and by which UID its answers are told apart (PS3.4 C.6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.content.how import How, Keyed, usual

STUDY, SERIES, IMAGE = "STUDY", "SERIES", "IMAGE"
OURS: Mapping[str, str] = {"PatientID": "XH*"}
FIND_KEYS: Mapping[str, tuple[str, ...]] = {
    STUDY: (
        "StudyInstanceUID", "StudyDate", "StudyTime", "AccessionNumber", "StudyID", "StudyDescription",
        "ReferringPhysicianName", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "ModalitiesInStudy",
        "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances",
    ),
    SERIES: (
        "SeriesInstanceUID", "SeriesNumber", "Modality", "SeriesDescription", "BodyPartExamined",
        "NumberOfSeriesRelatedInstances",
    ),
    IMAGE: ("SOPInstanceUID", "SOPClassUID", "InstanceNumber"),
}  # fmt: skip
_UIDS: Mapping[str, str] = {STUDY: "StudyInstanceUID", SERIES: "SeriesInstanceUID", IMAGE: "SOPInstanceUID"}


def matches(level: str, *volatile: str) -> How:
    """Matches in any order, told apart by their UID."""
    return keyed(_UIDS[level], *volatile)


def keyed(keyword: str, *volatile: str) -> How:
    return replace(
        usual("dicom"),
        unordered=("$",),
        keyed=(Keyed(items="$", key=f".{keyword}"),),
        volatile=(*usual("dicom").volatile, *volatile),
    )
