"""DICOM objects as tests need them: a good image of any size with what may go wrong in one."""

from __future__ import annotations

import hashlib
import io
from importlib import resources

from harness.content import dicom
from harness.content.dicom import syntaxes, values, writing
from harness.imaging import DicomObject

CT = "1.2.840.10008.5.1.4.1.1.2"
PIXELS = 0x7FE00010
RLE = "1.2.840.10008.1.2.5"


def model(n: int, side: int, name: str) -> dict[str, dict[str, object]]:
    """Attributes as a modality writes them: texts, numbers, codes, sequences, a private block."""
    code = {"CodeValue": {"Value": ["36643-5"]}, "CodeMeaning": {"Value": ["胸部平片"]}}
    private: dict[str, dict[str, object]] = {"00090010": {"vr": "LO", "Value": ["ACME"]}}
    private |= {f"0009{0x1001 + k:04X}": {"vr": "LO", "Value": [f"值 {k}"]} for k in range(40)}
    private |= {"00190010": {"vr": "LO", "Value": ["GEOMETRY"]}}
    private |= {f"0019{0x1001 + k:04X}": {"vr": "DS", "Value": [f"{k}.{n % 10}0", "1"]} for k in range(60)}
    return {
        "SOPClassUID": {"Value": [CT]},
        "SOPInstanceUID": {"Value": [f"2.25.1000{n}"]},
        "StudyInstanceUID": {"Value": ["2.25.1"]},
        "SeriesInstanceUID": {"Value": ["2.25.2"]},
        "StudyDate": {"Value": ["20260302"]},
        "Modality": {"Value": ["CT"]},
        "PatientName": {"Value": [{"Alphabetic": "Zhang^San", "Ideographic": name}]},
        "PatientID": {"Value": ["XH0001"]},
        "ImagePositionPatient": {"Value": ["-120.50", "-120.5", str(n)]},
        "ProcedureCodeSequence": {"Value": [code, code]},
        **private,
        "SamplesPerPixel": {"Value": [1]},
        "PhotometricInterpretation": {"Value": ["MONOCHROME2"]},
        "Rows": {"Value": [side]},
        "Columns": {"Value": [side]},
        "BitsAllocated": {"Value": [16]},
        "BitsStored": {"Value": [16]},
        "HighBit": {"Value": [15]},
        "PixelRepresentation": {"vr": "US", "Value": [0]},
    }


def good(n: int = 1, side: int = 16, *, name: str = "张^三", syntax: str = syntaxes.EXPLICIT) -> DicomObject:
    """An image of `side` rows; its samples follow from `n`."""
    plain = syntaxes.EXPLICIT if syntax == syntaxes.DEFLATED else syntax
    encoding = syntaxes.encoding_of(syntax)
    data = dicom.json_to_dataset(model(n, side, name), charset="GB18030", syntax=plain)
    block = hashlib.sha256(str(n).encode()).digest()
    samples = values.little(block * (side * side * 2 // len(block)), "OW", encoding)
    data += writing.element(PIXELS, "OW", samples, encoding)
    return DicomObject(
        sop_class=CT, sop_instance=f"2.25.1000{n}", transfer_syntax=syntax, dataset=syntaxes.deflated(data, syntax)
    )


def rle(item: DicomObject) -> DicomObject:
    """The same image compressed without loss by pydicom."""
    import pydicom

    read = pydicom.dcmread(io.BytesIO(dicom.part10(item)))
    read.compress(RLE, generate_instance_uid=False)
    written = io.BytesIO()
    read.save_as(written)
    return dicom.from_part10(written.getvalue())


def shipped(name: str) -> DicomObject:
    """One of the files in pydicom's own package."""
    return dicom.from_part10((resources.files("pydicom.data") / "test_files" / name).read_bytes())


def all_shipped() -> dict[str, bytes]:
    """Everything that lies beside them, whatever it is."""
    with resources.as_file(resources.files("pydicom.data")) as folder:
        found = [path for part in ("test_files", "charset_files") for path in (folder / part).rglob("*")]
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(found)
            if path.is_file() and path.suffix not in {".py", ".pyc"}
        }
