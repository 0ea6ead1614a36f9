"""The few attributes that conversations and archive listings need of a data set. Not here: its content."""

from __future__ import annotations

import io
import struct
from typing import Any

from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from drivers.messages.dicom.services import IMPLICIT
from drivers.messages.dicom.wire import NotDicom

_UNREADABLE = (ValueError, KeyError, TypeError, EOFError, NotImplementedError, struct.error, BytesLengthException)


def read(data: bytes, syntax: str) -> Dataset:
    """Raises NotDicom."""
    try:
        return read_dataset(io.BytesIO(data), is_implicit_VR=syntax == IMPLICIT, is_little_endian=True)
    except _UNREADABLE as error:
        raise NotDicom(f"数据集无法读取：{error}") from None


def value(dataset: Dataset, keyword: str) -> str:
    """As text, several values joined with a backslash; "" where there is none."""
    try:
        found: Any = dataset.get(keyword, None)
    except _UNREADABLE as error:
        raise NotDicom(f"属性 {keyword} 无法读取：{error}") from None
    if found is None:
        return ""
    return "\\".join(map(str, found)) if not isinstance(found, str) and hasattr(found, "__iter__") else str(found)


def identifier(**attributes: str) -> bytes:
    """A query in implicit little endian; what is "" is asked for."""
    dataset = Dataset()
    for keyword, wanted in attributes.items():
        setattr(dataset, keyword, wanted)
    written = DicomBytesIO()
    written.is_implicit_VR, written.is_little_endian = True, True
    write_dataset(written, dataset)
    return written.getvalue()
