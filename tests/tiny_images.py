"""Small CT images for tests of archives, written by pydicom: none of the code that is tested makes them."""

from __future__ import annotations

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from harness.imaging import DicomObject

SIDE = 64


def image(
    study: str,
    number: int,
    *,
    series: int = 1,
    name: str = "Wang^XiaoDong=王^小东",
    description: str = "头颅平扫",
    syntax: str = ExplicitVRLittleEndian,
    sent_as: str = "",
) -> DicomObject:
    """One of `number` in a study; `sent_as`: announced under another SOP Instance UID."""
    found = Dataset()
    found.SpecificCharacterSet = "GB18030"
    found.SOPClassUID, found.SOPInstanceUID = CTImageStorage, f"{study or '2.25.9'}.{number}"
    found.StudyDate, found.StudyTime, found.Modality = "20260302", "101112", "CT"
    found.StudyDescription = description
    found.PatientName, found.PatientID, found.PatientSex = name, "XH0001" if name.startswith("Wang") else "XH0002", "M"
    if study:
        found.StudyInstanceUID = study
    found.SeriesInstanceUID, found.SeriesNumber, found.InstanceNumber = f"{study or '2.25.9'}.{series}", series, number
    found.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "私有")
    found.Rows = found.Columns = SIDE
    found.BitsAllocated, found.BitsStored, found.HighBit, found.PixelRepresentation = 16, 12, 11, 0
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.PixelData = b"".join(((n * 7 + number) % 4096).to_bytes(2, "little") for n in range(SIDE * SIDE))
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = UID(syntax)
    written = DicomBytesIO()
    written.is_implicit_VR, written.is_little_endian = syntax == ImplicitVRLittleEndian, True
    write_dataset(written, found)
    return DicomObject(
        sop_class=CTImageStorage,
        sop_instance=sent_as or found.SOPInstanceUID,
        transfer_syntax=syntax,
        dataset=written.getvalue(),
    )
