"""Bad objects, each made of a good one: what an archive must bear without storing half of it or losing it silently.

Pure: the same object gives the same bad ones. Whatever is expected of the answer, both stacks answer alike, and what
was answered as stored can be retrieved. Not here: sending them; bad messages of other interfaces (`../battery.py`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.content.battery import Expect
from harness.content.dicom import writing
from harness.content.dicom.elements import ITEM, LONG, UNDEFINED, Element, pieces, walk
from harness.content.dicom.syntaxes import EXPLICIT_LITTLE, Encoding, deflated, encoding_of, inflated
from harness.content.dicom.tags import CHARACTER_SET, PIXEL_DATA, vr_of
from harness.imaging import DicomObject

UNKNOWN_CLASS = "2.25.229001748150417693482130185617404512771"
UNKNOWN_SYNTAX = "2.25.72130995846133480146202734581907722114"
OTHER_INSTANCE = "2.25.311049587104612239478013652209987410365"
_SOP_CLASS, _SOP_INSTANCE, _STUDY_DATE, _ACCESSION = 0x00080016, 0x00080018, 0x00080020, 0x00080050
_PATIENT_NAME, _PATIENT_ID, _STUDY, _REQUEST = 0x00100010, 0x00100020, 0x0020000D, 0x00400275
_CHINESE = "异常^影像".encode("gb18030")
_TOO_LONG = 300  # characters where 16 are allowed
_GARBAGE = 4096  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoil:
    """One way of being bad."""

    title: str
    expected: Expect
    make: Callable[[DicomObject], DicomObject]


# --------------------------------------------------------------------------- the tools


def _rewritten(item: DicomObject, change: Callable[[bytes, Encoding], bytes]) -> DicomObject:
    """The object with another data set."""
    data = change(inflated(item.dataset, item.transfer_syntax), encoding_of(item.transfer_syntax))
    return dataclasses.replace(item, dataset=deflated(data, item.transfer_syntax))


def _replaced(data: bytes, encoding: Encoding, tag: int, new: bytes) -> bytes:
    """The data set with other bytes in the place of one element, or where it would stand."""
    after = next((each for each in walk(data, encoding).elements if each.tag >= tag), None)
    start = after.start if after else len(data)
    end = after.end if after and after.tag == tag else start
    return data[:start] + new + data[end:]


def _found(data: bytes, encoding: Encoding, tag: int) -> Element | None:
    return next((each for each in walk(data, encoding).elements if each.tag == tag), None)


def _without(*tags: int) -> Callable[[DicomObject], DicomObject]:
    def change(data: bytes, encoding: Encoding) -> bytes:
        for tag in tags:
            data = _replaced(data, encoding, tag, b"")
        return data

    return lambda item: _rewritten(item, change)


def _saying(values: Mapping[int, bytes]) -> Callable[[DicomObject], DicomObject]:
    """With other values, correctly written; an empty one is taken out."""

    def change(data: bytes, encoding: Encoding) -> bytes:
        for tag, value in values.items():
            new = writing.element(tag, vr_of(tag), value, encoding) if value else b""
            data = _replaced(data, encoding, tag, new)
        return data

    return lambda item: _rewritten(item, change)


# --------------------------------------------------------------------------- the changes


def _wrong_vr(data: bytes, encoding: Encoding) -> bytes:
    """Letters that are no representation; in a data set without them, one element that has them."""
    good = writing.element(_STUDY_DATE, "DA", b"20260302", EXPLICIT_LITTLE)
    return _replaced(data, encoding, _STUDY_DATE, good.replace(b"DA", b"ZZ") if encoding.explicit else good)


def _odd(data: bytes, encoding: Encoding) -> bytes:
    value = b"XH-ODD-"
    return _replaced(data, encoding, _PATIENT_ID, writing.header(_PATIENT_ID, "LO", len(value), encoding) + value)


def _half_pixels(data: bytes, encoding: Encoding) -> bytes:
    pixels = _found(data, encoding, PIXEL_DATA)
    if pixels is None:
        return data
    if pixels.undefined:
        streams = [piece[: len(piece) // 4 * 2] for piece in pieces(pixels.value, encoding)][1:]
        return _replaced(data, encoding, PIXEL_DATA, writing.fragments(PIXEL_DATA, streams, encoding))
    half = pixels.value[: len(pixels.value) // 4 * 2]
    return _replaced(data, encoding, PIXEL_DATA, writing.element(PIXEL_DATA, pixels.vr, half, encoding))


def _beyond(data: bytes, encoding: Encoding) -> bytes:
    """The last value is said to be longer than what is left."""
    elements = walk(data, encoding).elements
    if not elements:
        return data
    last = elements[-1]
    longest = 0x7FFFFFF0 if not encoding.explicit or last.vr in LONG else 0xFFF0
    return data[: last.start] + writing.header(last.tag, last.vr, longest, encoding) + last.value[:_GARBAGE]


def _open_sequence(data: bytes, encoding: Encoding) -> bytes:
    """A sequence of undefined length that nothing ends."""
    opened = writing.header(_REQUEST, "SQ", UNDEFINED, encoding) + writing.delimiter(ITEM, UNDEFINED, encoding)
    return _replaced(data, encoding, _REQUEST, opened)


def _garbage(data: bytes, encoding: Encoding) -> bytes:
    blocks = (hashlib.sha256(struct.pack("I", n)).digest() for n in range(_GARBAGE // 32))
    return b"".join(blocks)


def _unknown_class(item: DicomObject) -> DicomObject:
    return dataclasses.replace(_saying({_SOP_CLASS: UNKNOWN_CLASS.encode()})(item), sop_class=UNKNOWN_CLASS)


def _unknown_syntax(item: DicomObject) -> DicomObject:
    return dataclasses.replace(item, transfer_syntax=UNKNOWN_SYNTAX)


def _by(change: Callable[[bytes, Encoding], bytes]) -> Callable[[DicomObject], DicomObject]:
    return lambda item: _rewritten(item, change)


def _spoil(title: str, expected: Expect, make: Callable[[DicomObject], DicomObject]) -> Spoil:
    return Spoil(title=title, expected=expected, make=make)


_MISDECLARED = {CHARACTER_SET: b"ISO_IR 192", _PATIENT_NAME: _CHINESE}
_UNDECLARED = {CHARACTER_SET: b"", _PATIENT_NAME: _CHINESE}
_LONG_NUMBER = b"9" * _TOO_LONG

SPOILS: Mapping[str, Spoil] = {
    "missing_instance_uid": _spoil("数据集中没有 SOP Instance UID", Expect.DECLINED, _without(_SOP_INSTANCE)),
    "missing_study_uid": _spoil("数据集中没有 Study Instance UID", Expect.DECLINED, _without(_STUDY)),
    "other_instance_uid": _spoil(
        "数据集中的 SOP Instance UID 与命令不符", Expect.DECLINED, _saying({_SOP_INSTANCE: OTHER_INSTANCE.encode()})
    ),
    "wrong_vr": _spoil("VR 不是任何一种值表示", Expect.ALIKE, _by(_wrong_vr)),
    "truncated_pixels": _spoil("像素数据只有一半", Expect.ALIKE, _by(_half_pixels)),
    "odd_length": _spoil("值的长度为奇数", Expect.ALIKE, _by(_odd)),
    "unknown_syntax": _spoil("不存在的传输语法", Expect.DECLINED, _unknown_syntax),
    "unknown_class": _spoil("不存在的 SOP Class", Expect.DECLINED, _unknown_class),
    "empty": _spoil("空数据集", Expect.DECLINED, _by(lambda data, encoding: b"")),
    "truncated": _spoil("数据集中途截断", Expect.ALIKE, _by(lambda data, encoding: data[: len(data) // 4 * 2])),
    "text_too_long": _spoil("检查号超过 VR 允许的长度", Expect.ALIKE, _saying({_ACCESSION: _LONG_NUMBER})),
    "misdeclared_charset": _spoil("声明 ISO_IR 192，实为 GB18030", Expect.ALIKE, _saying(_MISDECLARED)),
    "undeclared_charset": _spoil("中文而没有声明字符集 (0008,0005)", Expect.ALIKE, _saying(_UNDECLARED)),
    "length_beyond_end": _spoil("值的长度超出数据集末尾", Expect.ALIKE, _by(_beyond)),
    "open_sequence": _spoil("序列没有结束标记", Expect.ALIKE, _by(_open_sequence)),
    "garbage": _spoil("无意义的字节", Expect.DECLINED, _by(_garbage)),
}
