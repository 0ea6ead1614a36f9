"""Which studies of an archive a pass reads and clears: its own, wherever the archive lists them, and nobody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from harness.execute.archives import objects_table, present
from harness.execute.site import Hospital
from harness.imaging import ArchiveUse, DicomObject, InstanceHeld, StudyHeld
from harness.model import Item

DAY = dt.date(2026, 3, 2)
USE = ArchiveUse(
    interface="archive",
    ours=lambda uid: uid.startswith("2.25.9"),
    objects=lambda world: (),
    dates=lambda world: (DAY, DAY),
)


@dataclass(frozen=True, slots=True)
class FakePack:
    archive: ArchiveUse = USE


@dataclass(slots=True)
class FakeArchive:
    """Lists some studies by date, knows more."""

    listed: Sequence[str] = ()
    known: Sequence[str] = ()
    handed_out: Sequence[DicomObject] = ()
    asked: list[str] = field(default_factory=list)

    def studies(self, first: dt.date | None = None, last: dt.date | None = None) -> Iterator[StudyHeld]:
        assert (first, last) == (DAY, DAY)
        return (StudyHeld(study=uid) for uid in self.listed)

    def instances(self, study: str) -> Iterator[InstanceHeld]:
        self.asked.append(study)
        if study in self.known:
            yield InstanceHeld(series=f"{study}.1", instance=f"{study}.1.1")

    def objects(self, study: str) -> Iterator[DicomObject]:
        yield from self.handed_out


def of(archive: FakeArchive, *params: dict[str, Any]) -> tuple[list[str], list[str]]:
    hospital = Hospital(pack=cast(Any, FakePack()), world=None)
    items = [Item(seq=n, transaction="t", params=each) for n, each in enumerate(params, 1)]
    listed, studies = present(cast(Any, archive), hospital, items)
    return [held.study for held in listed], studies


def test_studies_of_others_are_left_alone() -> None:
    archive = FakeArchive(listed=("2.25.91", "1.2.840.1"), known=("1.2.840.1",))
    assert of(archive, {"study": {"uid": "1.2.840.1"}}) == (["2.25.91"], ["2.25.91"])
    assert archive.asked == []


def test_a_study_that_is_listed_under_another_date_is_ours_all_the_same() -> None:
    archive = FakeArchive(listed=("2.25.91",), known=("2.25.92",))
    params = {"study": {"uid": "2.25.92", "images": 3}, "more": [["2.25.93", 1]]}
    assert of(archive, params, {"study_uid": "2.25.91"}) == (["2.25.91"], ["2.25.91", "2.25.92"])
    assert sorted(archive.asked) == ["2.25.92", "2.25.93"]


def test_what_is_listed_and_not_handed_out_has_its_row() -> None:
    table = objects_table("archive", cast(Any, FakeArchive(known=("2.25.91",))), ["2.25.91"])
    (row,) = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    assert (row["SOPInstanceUID"], row["(listed)"], row["(retrieved)"]) == ("2.25.91.1.1", 1, 0)
    assert table.open and table.key == ("SOPInstanceUID",)
