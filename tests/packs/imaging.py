"""One small study for the tests of the PACS pack, and its objects as pydicom reads them."""

from __future__ import annotations

from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filereader import dcmread

from harness.content.dicom import part10
from harness.imaging import DicomObject
from scenarios.pacs.images import uids
from scenarios.pacs.images.study import UTF_8, Study, from_dict

NAME = "Wang^Bing=王^昞𠮷"


def study(modality: str = "CT", **changed: object) -> Study:
    described = {
        "uid": uids.study_uid("test", modality),
        "accession": "XHA0000001",
        "patient_id": "XH00000001",
        "patient_name": NAME,
        "birth": "19800229",
        "sex": "F",
        "modality": modality,
        "date": "20260302",
        "time": "235958",
        "description": "胸部CT平扫＋增强",
        "body_part": "CHEST",
        "charset": UTF_8,
        "series": 2,
        "images": 2,
        "step_id": "XHS0000001",
        "referring": "Li^Na=李^娜",
        "station": "CT01",
        "frames": 2,
        "reduced": 8,
    }
    return from_dict({**described, **changed})


def as_read(item: DicomObject) -> Dataset:
    return dcmread(BytesIO(part10(item)))
