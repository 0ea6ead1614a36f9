"""Faults of an image archive and of a work list: what happens to objects, to their index and to what is found.

Not here: where they strike (`archive/careless.py`, `dicom.py`).
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.reference.faults.fault import Fault, Shows, Stage, WorkFault
from scenarios.reference.faults.storing import nothing

Levels = Mapping[str, dict[str, Any]]  # PATIENT STUDY SERIES IMAGE → DICOM JSON
Found = list[dict[str, Any]]

_NAME, _DATE, _COUNT = "00100010", "00080020", "00201208"
_LOWEST_BITS = bytes(byte & 0xFC for byte in range(256))


class Neglect(enum.Enum):
    """What an archive leaves undone or does behind everybody's back."""

    NOT_STORED = enum.auto()
    FILE_GONE = enum.auto()
    ROW_GONE = enum.auto()
    NOT_REMOVED = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingFault(Fault):
    """Edits answer with the place that they changed, or with nothing where there was nothing to change."""

    stage = Stage.ARCHIVE
    contents: tuple[str, ...] = ("dicom",)
    neglect: Neglect | None = None
    arrives: Callable[[Any], str] | None = None  # of an object on its way in, as a pydicom data set
    listed: Callable[[Levels], str] | None = None  # of what the index is told
    leaves: Callable[[bytes], tuple[bytes, str]] | None = None  # of an encoded object on its way out
    finds: Callable[[bool, Found], str] | None = None  # of matches; the first: whether a key is a wildcard or a range
    worklist: bool = False  # `finds` is of a work list
    milliseconds: int = 0  # more until an object is stored
    senders: int = 0  # that many associations that store at once are too many


def _other_name(levels: Levels) -> str:
    for value in levels["PATIENT"].get(_NAME, {}).get("Value") or ():
        for group, text in value.items():
            value[group] = f"{text}X"
        return _NAME
    return ""


def _other_date(levels: Levels) -> str:
    values = levels["STUDY"].get(_DATE, {}).get("Value") or [""]
    try:
        day = dt.date.fromisoformat(values[0])
    except (TypeError, ValueError):
        return ""
    values[0] = f"{day + dt.timedelta(days=1):%Y%m%d}"
    return _DATE


def _other_description(dataset: Any) -> str:
    before = str(dataset.get("StudyDescription", ""))
    dataset.StudyDescription = before[:-1] if before else "X"
    return "StudyDescription"


def _without_private(dataset: Any) -> str:
    there = any(element.tag.is_private for element in dataset)
    dataset.remove_private_tags()
    return "private" if there else ""


def _lossy(dataset: Any) -> str:
    if "PixelData" not in dataset or dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return ""
    before = dataset.PixelData
    wide = 2 if dataset.BitsAllocated == 16 else 1
    after = bytearray(before)
    after[::wide] = before[::wide].translate(_LOWEST_BITS)
    dataset.PixelData = bytes(after)
    return "PixelData" if dataset.PixelData != before else ""


def _one_series(dataset: Any) -> str:
    dataset.SeriesInstanceUID = f"{dataset.StudyInstanceUID}.1"[:64]
    return "SeriesInstanceUID"


def _other_uid(dataset: Any) -> str:
    dataset.SOPInstanceUID = f"{dataset.SOPInstanceUID[:62]}.1"
    return "SOPInstanceUID"


def _other_charset(encoded: bytes) -> tuple[bytes, str]:
    """(0008,0005) says something else; the texts stay as they are."""
    for head, wide in ((b"\x08\x00\x05\x00CS", 2), (b"\x08\x00\x05\x00", 4)):
        at = encoded.find(head, 0, 256)
        if at >= 0:
            start = at + len(head)
            length = int.from_bytes(encoded[start : start + wide], "little")
            end = start + wide + length
            said = encoded[start + wide : end].strip()
            other = b"GB18030 " if said.startswith(b"ISO_IR 192") else b"ISO_IR 192"
            return encoded[:start] + len(other).to_bytes(wide, "little") + other + encoded[end:], "SpecificCharacterSet"
    return encoded, ""


def _one_less(several: bool, found: Found) -> str:
    return str(found.pop().get("0020000D", {}).get("Value", "")) if several and found else ""


def _last_gone(several: bool, found: Found) -> str:
    return "worklist" if found and found.pop() else ""


def _other_count(several: bool, found: Found) -> str:
    touched = ""
    for each in found:
        if _COUNT in each and each[_COUNT].get("Value"):
            each[_COUNT] = {"vr": "IS", "Value": [int(each[_COUNT]["Value"][0]) + 1]}
            touched = _COUNT
    return touched


IMAGING = (
    ImagingFault(name="image_lost", title="答成功而没有存", shows=Shows.ARCHIVE, neglect=Neglect.NOT_STORED),
    ImagingFault(name="image_removed", title="存下之后文件被删，索引仍在", shows=Shows.ARCHIVE,
                 neglect=Neglect.FILE_GONE),
    ImagingFault(name="image_unlisted", title="存下之后索引中没有了，文件仍在", shows=Shows.ARCHIVE,
                 neglect=Neglect.ROW_GONE),
    ImagingFault(name="index_name_changed", title="索引里的患者姓名与影像不同", shows=Shows.REPLY, listed=_other_name),
    ImagingFault(name="index_date_changed", title="索引里的检查日期差一天", shows=Shows.REPLY, listed=_other_date),
    ImagingFault(name="tag_changed", title="影像里的检查描述变了", shows=Shows.ARCHIVE, arrives=_other_description),
    ImagingFault(name="charset_wrong", title="取回的影像声明了另一种字符集", shows=Shows.ARCHIVE,
                 leaves=_other_charset, needs="(0008,0005)"),
    ImagingFault(name="private_dropped", title="私有标签丢失", shows=Shows.ARCHIVE, arrives=_without_private,
                 needs="私有标签"),
    ImagingFault(name="pixels_lossy", title="像素最低两位丢失", shows=Shows.ARCHIVE, arrives=_lossy,
                 needs="未压缩的像素"),
    ImagingFault(name="series_merged", title="一次检查的序列并成一个", shows=Shows.ARCHIVE, arrives=_one_series),
    ImagingFault(name="uid_rewritten", title="SOP Instance UID 被改写", shows=Shows.ARCHIVE, arrives=_other_uid),
    ImagingFault(name="count_wrong", title="检查的影像数多一", shows=Shows.REPLY, finds=_other_count,
                 needs="按 (0020,1208) 询问"),
    ImagingFault(name="find_misses", title="通配或范围查询少一条", shows=Shows.REPLY, finds=_one_less,
                 needs="通配或范围"),
    ImagingFault(name="slow_store", title="慢：每个影像多等 ms= 毫秒才答（缺省 200）", shows=Shows.TIME,
                 milliseconds=200),
    ImagingFault(name="refused_parallel", title="四个关联同时存影像时拒收（A700）", shows=Shows.KIND, senders=4),
    ImagingFault(name="delete_fails", title="答已删除而仍在", shows=Shows.ARCHIVE, neglect=Neglect.NOT_REMOVED),
    ImagingFault(name="worklist_misses", title="工作列表少一条", shows=Shows.REPLY, finds=_last_gone, worklist=True),
    WorkFault(name="mpps_ignored", title="MPPS 没有入库却答成功", shows=Shows.TABLE, how=nothing, contents=("dicom",)),
)  # fmt: skip
