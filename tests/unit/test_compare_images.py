"""An image archive compared as an open table: attributes that come and go, images that are lost under their name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.assess.images import images_held
from harness.compare.functional import Comparison, Observed, Recordings, compare_pack
from harness.interface_result import ImagesHeld
from harness.model import Item, ReplyKind, StepRecord, TableState, TransactionRecord

STUDY, OTHER = "2.25.1001", "2.25.1002"
Objects = Mapping[str, Mapping[str, Any]]


def held(study: str = STUDY, **more: Any) -> dict[str, Any]:
    known = {"StudyInstanceUID": study, "SeriesInstanceUID": f"{study}.1", "Modality": "CT", "PatientName": "王^小东"}
    handed = {"(listed)": 1, "(retrieved)": 1, "(unreadable)": None, "PixelData": b"one"}
    return known | handed | more


HELD = {f"2.25.{n}": held(STUDY if n < 3 else OTHER, InstanceNumber=n) for n in range(1, 5)}


def archive(objects: Objects) -> dict[str, TableState]:
    columns = ("SOPInstanceUID", *dict.fromkeys(name for each in objects.values() for name in each))
    rows = tuple((uid, *(each.get(name) for name in columns[1:])) for uid, each in sorted(objects.items()))
    studies = sorted({(each["StudyInstanceUID"], "XH1") for each in objects.values()})
    listed = TableState(
        table="archive_studies", columns=("StudyInstanceUID", "PatientID"), key=("StudyInstanceUID",),
        rows=tuple(studies), open=True,
    )  # fmt: skip
    kept = TableState(table="archive", columns=columns, key=("SOPInstanceUID",), rows=rows, open=True)
    return {"archive_studies": listed, "archive": kept}


def stored(seq: int, uid: str, study: str, *, kind: ReplyKind = ReplyKind.OK) -> TransactionRecord:
    noted = json.dumps({"SOPInstanceUID": uid, "StudyInstanceUID": study})
    return _sent(seq, "store", "C-STORE 1.2.840.10008.5.1.4.1.1.2", noted, kind)


def removal(seq: int, study: str) -> TransactionRecord:
    return _sent(seq, "remove", "REMOVE ", study, ReplyKind.OK)


def _sent(seq: int, name: str, address: str, noted: str, kind: ReplyKind) -> TransactionRecord:
    step = StepRecord(statement=name, kind=kind, error_class="", affected=-1, sent=noted.encode(), address=address)
    return TransactionRecord(seq=seq, transaction=name, outcome=kind, reason="", steps=(step,))


STORED = tuple(stored(n, uid, each["StudyInstanceUID"]) for n, (uid, each) in enumerate(HELD.items(), 1))


def recordings(migrated: Objects, *, original: Objects = HELD, records: Sequence[Any] = STORED) -> Recordings:
    first = Observed(transactions=records, before=archive({}), after=archive(original))
    return Recordings(
        original_1=first, original_2=first,
        migrated=Observed(transactions=records, before=archive({}), after=archive(migrated)),
    )  # fmt: skip


def compared(migrated: Objects, **more: Any) -> Comparison:
    made = recordings(migrated, **more)
    items = [
        Item(seq=r.seq, transaction=r.transaction, params={"uid": f"2.25.{r.seq}"})
        for r in made.original_1.transactions
    ]
    return compare_pack("pacs", items, made)


def kinds(comparison: Comparison) -> set[tuple[str, str]]:
    return {(f.column, f.kind) for f in comparison.findings}


def without(objects: Objects, *names: str) -> dict[str, dict[str, Any]]:
    return {uid: {k: v for k, v in each.items() if k not in names} for uid, each in objects.items()}


def of(held_: Sequence[ImagesHeld], stack: str) -> ImagesHeld:
    return next(each for each in held_ if each.stack == stack)


def test_the_same_archive_has_no_difference() -> None:
    found = compared(HELD)
    assert not found.findings
    assert found.tables.equal == found.tables.total == 6  # four objects, two studies


def test_an_attribute_that_every_object_lost_is_one_finding_of_its_own() -> None:
    assert kinds(compared(without(HELD, "PatientName"))) == {("PatientName", "null")}


def test_an_attribute_that_came_from_nowhere_is_seen_too() -> None:
    more = HELD | {"2.25.1": held(InstanceNumber=1, InstitutionName="另一家医院")}
    assert kinds(compared(more)) == {("InstitutionName", "null")}


def test_other_pixels_are_another_kind_than_another_text() -> None:
    changed = HELD | {
        "2.25.1": held(InstanceNumber=1, PixelData=b"two"),
        "2.25.2": held(InstanceNumber=2, PatientName="王^小冬"),
    }
    assert kinds(compared(changed)) == {("PixelData", "binary"), ("PatientName", "text")}


def test_an_image_that_was_taken_and_is_not_there_is_a_silent_loss() -> None:
    left = {uid: each for uid, each in HELD.items() if uid != "2.25.2"}
    assert kinds(compared(left)) == {("", "silent_loss")}


def test_an_image_that_is_listed_and_not_handed_out_is_lost_as_well() -> None:
    listed = HELD | {"2.25.2": held(InstanceNumber=2, **{"(retrieved)": 0})}
    assert kinds(compared(listed)) == {("(retrieved)", "silent_loss")}


def test_an_image_whose_storing_was_refused_is_merely_missing() -> None:
    records = (stored(1, "2.25.1", STUDY, kind=ReplyKind.REFUSED), *STORED[1:])
    left = {uid: each for uid, each in HELD.items() if uid != "2.25.1"}
    assert kinds(compared(left, records=records)) == {("", "row_missing")}


def test_a_study_that_should_be_gone_is_a_surplus() -> None:
    records = (*STORED, removal(9, OTHER))
    gone = {uid: each for uid, each in HELD.items() if each["StudyInstanceUID"] != OTHER}
    found = compared(HELD, original=gone, records=records)
    assert {f.kind for f in found.findings} == {"row_extra"}


def test_what_both_have_lost_is_counted_though_it_is_no_difference() -> None:
    left = {uid: each for uid, each in HELD.items() if uid != "2.25.2"}
    made = recordings(left, original=left)
    for stack in ("original", "migrated"):
        seen = list(images_held("pacs", made))
        ct = [h for h in seen if h.stack == stack and h.modality == "CT"]
        unknown = [h for h in seen if h.stack == stack and h.modality == "?"]
        assert [(h.objects, h.acknowledged, h.lost) for h in ct] == [(3, 3, 0)]
        assert [(h.acknowledged, h.lost, h.lost_examples) for h in unknown] == [(1, 1, ("2.25.2",))]


def test_what_was_removed_is_not_lost() -> None:
    records = (*STORED, removal(9, OTHER))
    gone = {uid: each for uid, each in HELD.items() if each["StudyInstanceUID"] != OTHER}
    seen = list(images_held("pacs", recordings(gone, original=gone, records=records)))
    assert sum(h.lost for h in seen) == 0
    assert sum(h.acknowledged for h in seen if h.stack == "original") == 4


def test_a_modality_is_counted_per_stack() -> None:
    seen = list(images_held("pacs", recordings(HELD | {"2.25.1": held(**{"(listed)": 2})})))
    migrated = of(seen, "migrated")
    assert (migrated.studies, migrated.series, migrated.objects, migrated.twice) == (2, 2, 4, 1)
    assert of(seen, "original").twice == 0
