"""An image archive that exists only as arithmetic: as many studies as wanted, made when asked for.

It stands in for real archives where their number of images could not be stored here. Not a PACS: no network, no file.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.errors import StackRefused, StackUnreachable
from harness.imaging import DicomObject, InstanceHeld, StudyHeld

CT, LITTLE = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"
FIRST = dt.date(2020, 1, 1)


def study_uid(n: int) -> str:
    return f"2.25.7{n:08d}"


def object_uid(study: int, n: int) -> str:
    return f"{study_uid(study)}.1.{n}"


def element(group: int, number: int, vr: str, value: bytes) -> bytes:
    value += (b"\0" if vr in ("UI", "OW") else b" ") * (len(value) % 2)
    size = struct.pack("<HI", 0, len(value)) if vr == "OW" else struct.pack("<H", len(value))
    return struct.pack("<HH", group, number) + vr.encode() + size + value


def dataset(study: int, n: int, *, name: str = "XH^张三", pixels: bytes = b"", date: str = "") -> bytes:
    return b"".join(
        (
            element(0x0008, 0x0005, "CS", b"ISO_IR 192"),
            element(0x0008, 0x0016, "UI", CT.encode()),
            element(0x0008, 0x0018, "UI", object_uid(study, n).encode()),
            element(0x0008, 0x0020, "DA", date.encode()),
            element(0x0008, 0x0060, "CS", b"CT"),
            element(0x0010, 0x0010, "PN", name.encode()),
            element(0x0010, 0x0020, "LO", f"XH{study}".encode()),
            element(0x0020, 0x000D, "UI", study_uid(study).encode()),
            element(0x0020, 0x000E, "UI", f"{study_uid(study)}.1".encode()),
            element(0x0028, 0x0002, "US", struct.pack("<H", 1)),
            element(0x0028, 0x0010, "US", struct.pack("<H", 4)),
            element(0x0028, 0x0011, "US", struct.pack("<H", 4)),
            element(0x0028, 0x0100, "US", struct.pack("<H", 16)),
            element(0x7FE0, 0x0010, "OW", pixels or struct.pack("<16H", *(n % 4095 + 1 for _ in range(16)))),
        )
    )


@dataclass(kw_only=True)
class Contents:
    """What one synthetic archive holds."""

    studies: int
    images: int  # of a study
    per_day: int = 20
    without: frozenset[int] = frozenset()  # studies that are not there
    lacking: Mapping[int, frozenset[int]] = field(default_factory=dict)  # study → images that are not there
    added: Mapping[int, int] = field(default_factory=dict)  # study → images more than usual
    named: Mapping[tuple[int, int], str] = field(default_factory=dict)  # image → other name of the patient
    redrawn: frozenset[tuple[int, int]] = frozenset()  # images with other pixels
    dated: Mapping[int, str] = field(default_factory=dict)  # study → other date
    limit: int = 0  # results of one question at most, without a word
    failing: frozenset[int] = frozenset()  # studies that break the connection
    hidden: frozenset[tuple[int, int]] = frozenset()  # images that are listed and never handed out
    asked: list[str] = field(default_factory=list)  # studies whose images were listed
    fetched: list[str] = field(default_factory=list)
    tells: bool = True  # numbers of series and images
    before: Callable[[str], None] = lambda study: None

    def but(self, **defects: Any) -> Contents:
        return replace(self, asked=[], fetched=[], **defects)


class SyntheticArchive:
    """`harness.ports.Archive` over `Contents`."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents

    def studies(self, first: dt.date | None = None, last: dt.date | None = None) -> Iterator[StudyHeld]:
        for given, found in enumerate(self._between(first, last)):
            if self.contents.limit and given >= self.contents.limit:
                return
            own = self.contents.images - len(self.contents.lacking.get(found, ())) + self.contents.added.get(found, 0)
            yield StudyHeld(
                study=study_uid(found),
                patient=f"XH{found}",
                date=self._date(found),
                modalities=("CT",) if found % 3 else ("DX",),
                series=1 if self.contents.tells else None,
                instances=own if self.contents.tells else None,
            )

    def instances(self, study: str) -> Iterator[InstanceHeld]:
        self.contents.asked.append(study)
        self.contents.before(study)
        for _, uid in self._images(study):
            yield InstanceHeld(series=f"{study}.1", instance=uid, sop_class=CT)

    def objects(self, study: str) -> Iterator[DicomObject]:
        self.contents.fetched.append(study)
        for n, uid in self._images(study):
            place = (int(study[len("2.25.7") :]), n)
            if place in self.contents.hidden:
                continue
            data = dataset(
                *place,
                name=self.contents.named.get(place, "XH^张三"),
                pixels=bytes(32) if place in self.contents.redrawn else b"",
            )
            yield DicomObject(sop_class=CT, sop_instance=uid, transfer_syntax=LITTLE, dataset=data)

    def store(self, item: DicomObject, /) -> Any:
        raise AssertionError("a comparison writes nothing")

    def remove(self, study: str) -> None:
        raise AssertionError("a comparison removes nothing")

    def close(self) -> None:
        pass

    def _between(self, first: dt.date | None, last: dt.date | None) -> Iterator[int]:
        own = self.contents
        begin, end = 0, own.studies
        if first and last:
            begin = max(0, (first - FIRST).days * own.per_day)
            end = min(own.studies, ((last - FIRST).days + 1) * own.per_day)
            bounds = (f"{first:%Y%m%d}", f"{last:%Y%m%d}")
            yield from (n for n, date in own.dated.items() if bounds[0] <= date <= bounds[1] and n not in own.without)
        yield from (n for n in range(begin, end) if n not in own.without and not (first and n in own.dated))

    def _date(self, study: int) -> str:
        usual = FIRST + dt.timedelta(days=study // self.contents.per_day)
        return self.contents.dated.get(study, f"{usual:%Y%m%d}")

    def _images(self, study: str) -> Iterator[tuple[int, str]]:
        known = study.startswith("2.25.7") and int(study[len("2.25.7") :])
        if known is False or known in self.contents.without or known >= self.contents.studies:
            return
        if known in self.contents.failing:
            raise StackUnreachable("连接断了。")
        for n in range(self.contents.images + self.contents.added.get(known, 0)):
            if n not in self.contents.lacking.get(known, ()):
                yield n, object_uid(known, n)


class Declining(SyntheticArchive):
    """Says that there are too many instead of keeping some back."""

    def studies(self, first: dt.date | None = None, last: dt.date | None = None) -> Iterator[StudyHeld]:
        found = list(super().studies(first, last))
        if len(found) > 30:
            raise StackRefused("结果过多。")
        yield from found
