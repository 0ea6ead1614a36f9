"""Slices of a made-up CT study, for the tests of archives: half a megabyte each, no two alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import ExplicitVRLittleEndian

from harness.imaging import DicomObject

SIDE = 512


def slices_of(study: str, count: int, *, patient: str = "XH300", side: int = SIDE) -> Iterator[DicomObject]:
    """Made of the small CT that pydicom ships."""
    original = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    times = side // original.Rows
    picture = np.tile(original.pixel_array, (times, times))
    original.Rows = original.Columns = side
    original.StudyInstanceUID, original.SeriesInstanceUID = study, f"{study}.1"
    original.PatientID, original.PatientName = patient, "Wang^XiaoMing=王^小明"
    original.SpecificCharacterSet = "ISO_IR 192"
    for number in range(1, count + 1):
        original.SOPInstanceUID, original.InstanceNumber = f"{study}.1.{number}", number
        original.PixelData = (picture + number).astype(picture.dtype).tobytes()
        written = DicomBytesIO()
        written.is_implicit_VR, written.is_little_endian = False, True
        write_dataset(written, pydicom.Dataset(original))
        yield DicomObject(
            sop_class=original.SOPClassUID,
            sop_instance=original.SOPInstanceUID,
            transfer_syntax=ExplicitVRLittleEndian,
            dataset=written.getvalue(),
        )
