"""Command sets (PS3.7 annex E): what one side asks of the other and how it answers. Bytes only.

Not here: what a status means (`statuses.py`).
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Callable, Mapping

from drivers.messages.dicom.wire import NotDicom

Command = Mapping["Field", str | int | bytes]


class Kind(enum.IntEnum):
    """Command fields of requests; a response has the highest bit set."""

    C_STORE = 0x0001
    C_GET = 0x0010
    C_FIND = 0x0020
    C_MOVE = 0x0021
    C_ECHO = 0x0030
    N_EVENT_REPORT = 0x0100
    N_SET = 0x0120
    N_ACTION = 0x0130
    N_CREATE = 0x0140
    C_CANCEL = 0x0FFF


RESPONSE = 0x8000
NO_DATASET, SOME_DATASET = 0x0101, 0x0001
MEDIUM = 0x0000


class Field(enum.IntEnum):
    """Elements of group 0000."""

    AFFECTED_CLASS = 0x0002
    REQUESTED_CLASS = 0x0003
    COMMAND = 0x0100
    MESSAGE = 0x0110
    ANSWERED = 0x0120  # message id being responded to
    DESTINATION = 0x0600
    PRIORITY = 0x0700
    DATASET = 0x0800
    STATUS = 0x0900
    COMMENT = 0x0902
    AFFECTED_INSTANCE = 0x1000
    REQUESTED_INSTANCE = 0x1001
    EVENT = 0x1002
    ACTION = 0x1008
    REMAINING = 0x1020
    COMPLETED = 0x1021
    FAILED = 0x1022
    WARNING = 0x1023
    ORIGINATOR = 0x1030
    ORIGINATING_MESSAGE = 0x1031


_UIDS = {Field.AFFECTED_CLASS, Field.REQUESTED_CLASS, Field.AFFECTED_INSTANCE, Field.REQUESTED_INSTANCE}
_TEXTS = {Field.DESTINATION, Field.COMMENT, Field.ORIGINATOR}
_HEAD = struct.Struct("<HHL")
_SHORT = struct.Struct("<H")
_NUMBER = struct.Struct("<HHLH")
_GROUP_LENGTH = struct.Struct("<HHLL")


def encoded(command: Command) -> bytes:
    """In implicit little endian, as all command sets are, the group length before it."""
    parts = []
    for name in sorted(command):
        value = command[name]
        if isinstance(value, int):
            parts.append(_NUMBER.pack(0, name, 2, value))
            continue
        raw = value.encode("ascii", "replace") if isinstance(value, str) else value
        if len(raw) % 2:
            raw += b"\0" if name in _UIDS else b" "
        parts.append(_HEAD.pack(0, name, len(raw)) + raw)
    body = b"".join(parts)
    return _GROUP_LENGTH.pack(0, 0, 4, len(body)) + body


def decoded(data: bytes) -> dict[Field, str | int | bytes]:
    """The elements that we know of; others are passed over."""
    found: dict[Field, str | int | bytes] = {}
    at, end = 0, len(data)
    while at < end:
        if end - at < _HEAD.size:
            raise NotDicom("命令集不完整")
        group, element, length = _HEAD.unpack_from(data, at)
        start, at = at + _HEAD.size, at + _HEAD.size + length
        if group or at > end:
            raise NotDicom("命令集的编码有误")
        known = _KNOWN.get(element)
        if known is not None:
            name, read = known
            found[name] = read(data[start:at])
    if Field.COMMAND not in found or Field.DATASET not in found:
        raise NotDicom("命令集缺少命令字段或数据集类型")
    return found


def number(command: Command, name: Field, default: int = 0) -> int:
    value = command.get(name, default)
    return value if isinstance(value, int) else default


def text(command: Command, name: Field) -> str:
    value = command.get(name, "")
    return value if isinstance(value, str) else ""


def answer(request: Command, status: int) -> dict[Field, str | int | bytes]:
    """The response to a request of the peer's, without a data set."""
    told: dict[Field, str | int | bytes] = {
        Field.COMMAND: number(request, Field.COMMAND) | RESPONSE,
        Field.ANSWERED: number(request, Field.MESSAGE),
        Field.DATASET: NO_DATASET,
        Field.STATUS: status,
    }
    kept = (Field.AFFECTED_CLASS, Field.AFFECTED_INSTANCE, Field.EVENT)
    return told | {name: request[name] for name in kept if name in request}


def _uid(raw: bytes) -> str:
    return raw.decode("latin-1").rstrip("\0 ")


def _number(raw: bytes) -> int:
    if len(raw) != _SHORT.size:
        raise NotDicom("命令集中一个数的长度有误")
    value: int = _SHORT.unpack(raw)[0]
    return value


def _text(raw: bytes) -> str:
    """An error comment comes in whatever the peer's machine writes."""
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec).strip("\0 ")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").strip("\0 ")


_KNOWN: dict[int, tuple[Field, Callable[[bytes], str | int]]] = {
    int(each): (each, _uid if each in _UIDS else _text if each in _TEXTS else _number) for each in Field
}
