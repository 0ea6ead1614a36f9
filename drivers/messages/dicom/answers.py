"""Replies of DICOM services, and what they bring: data sets of matches, objects of a retrieval.

A body is made when somebody reads it, so that no decoding of ours is in a measured time. Not here: who waits for them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from drivers.messages.dicom.commands import Command, Field, Kind, number, text
from drivers.messages.dicom.fetched import Fetched
from drivers.messages.dicom.statuses import Meaning, meaning
from harness.model import ErrorClass, Reply, ReplyKind

HELD = 256 << 20  # bytes that all retrievals of a process together keep as they came: more than a CT of 300 slices


class DicomReply(Reply):
    """A reply whose body is made at its first reading."""

    __slots__ = ("_body", "_make")

    def __init__(self, told: Meaning, message: str, make: Callable[[], bytes] | None = None) -> None:
        super().__init__(told.kind, error_class=told.error_class, message=message, status=told.word)
        self._make = make

    @property
    def body(self) -> bytes:
        if self._make is not None:
            make, self._make = self._make, None
            self._body = make()
        return self._body

    @body.setter
    def body(self, made: bytes) -> None:
        self._body = made


def answered(command: Command, service: Kind, make: Callable[[], bytes] | None = None) -> DicomReply:
    """What the final response to a request says."""
    code = number(command, Field.STATUS)
    told = meaning(code, service)
    comment = text(command, Field.COMMENT)
    return DicomReply(told, f"{code:04X}H {told.text}" + (f"：{comment}" if comment else ""), make)


def of(kind: ReplyKind, error_class: ErrorClass, message: str, status: str) -> Reply:
    return Reply(kind, error_class=error_class, message=message, status=status)


def as_json(datasets: Iterable[tuple[bytes, str]]) -> bytes:
    """Data sets with their transfer syntaxes in the DICOM JSON Model."""
    from harness.content.dicom import dataset_to_json

    return _written([dataset_to_json(data, syntax) for data, syntax in datasets])


class _Room:
    """What all retrievals of this process share."""

    def __init__(self) -> None:
        self._held = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        with self._lock:
            fits = self._held + size <= HELD
            self._held += size if fits else 0
        return fits

    def give_back(self, size: int) -> None:
        with self._lock:
            self._held -= size


_room = _Room()


class Collected:
    """The objects of one retrieval: as they came while there is room, otherwise only what is told of them."""

    __slots__ = ("_raw", "_rows", "count")

    def __init__(self) -> None:
        self._raw: list[Fetched] = []
        self._rows: list[Mapping[str, Any]] = []
        self.count = 0

    def add(self, item: Fetched) -> None:
        if _room.take(item.size):
            self._raw.append(item)
        else:
            self._rows.append(_summary(item))
        self.count += 1

    def __del__(self) -> None:
        _room.give_back(sum(each.size for each in self._raw))

    def body(self, final: Command) -> bytes:
        """In the order of their UIDs: in which order an archive hands them out is its own affair."""
        while self._raw:
            self._rows.append(_summary(self._raw[-1]))
            _room.give_back(self._raw.pop().size)
        rows = sorted(self._rows, key=lambda row: (str(row.get("series")), str(row.get("instance"))))
        counts = {name.name.lower(): number(final, name) for name in (Field.COMPLETED, Field.FAILED, Field.WARNING)}
        return _written({"objects": rows, **counts})


def _summary(item: Fetched) -> Mapping[str, Any]:
    from harness.content.dicom import summary

    return summary(item.whole())


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
