"""The generated records: in order whatever the scale, the same for the same scale, of the promised size."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model import Scale
from scenarios.emr import PACK, catalogue, judging
from scenarios.emr.writing import body_of, changes, sections_of, written
from scenarios.people import residents
from tests.packs.bookkeeping import structural
from tests.packs.record_room import archival

SCALES = st.builds(
    Scale,
    outpatients_per_day=st.integers(1, 30),
    days=st.integers(1, 4),
    seed=st.integers(0, 2**31),
)
Tables = dict[str, list[tuple[object, ...]]]


def rows_of(scale: Scale) -> Tables:
    return {table: list(rows) for table, _, rows in PACK.rows(PACK.world(scale))}


def column(tables: Tables, table: str, name: str) -> list[object]:
    place = PACK.metadata.tables[table].columns.keys().index(name)
    return [row[place] for row in tables[table]]


@settings(max_examples=4, deadline=None)
@given(SCALES)
def test_every_record_room_is_in_order(scale: Scale) -> None:
    tables = rows_of(scale)
    assert [*structural(PACK.metadata, tables), *archival(PACK.metadata, tables)] == []


def test_the_same_scale_gives_the_same_records_and_another_seed_others() -> None:
    scale = Scale(outpatients_per_day=8, days=2, seed=3)
    assert rows_of(scale) == rows_of(scale)
    assert PACK.pools(PACK.world(scale)) == PACK.pools(PACK.world(scale))
    assert rows_of(scale) != rows_of(Scale(outpatients_per_day=8, days=2, seed=4))


def test_the_default_hospital_has_the_size_it_promises() -> None:
    tables = rows_of(Scale())
    texts = sum(len(cell.encode("utf-8")) for rows in tables.values() for row in rows for cell in row
                if isinstance(cell, str))  # fmt: skip
    assert 25_000 < sum(map(len, tables.values())) < 40_000
    assert 18_000_000 < texts < 25_000_000
    assert len(tables["emr_patient"]) == 1000
    assert {name for name, rows in tables.items() if not rows} == set()
    lengths = [len(str(text).encode("utf-8")) for text in column(tables, "emr_record_version", "content")]
    assert max(lengths) > 60_000
    assert sum(length > 10_000 for length in lengths) > 200


def test_patients_are_the_residents() -> None:
    """Whoever asks for patient P00000017 of a seed, in whatever system, gets the same person."""
    tables = rows_of(Scale(outpatients_per_day=10, days=1, seed=9))
    for row, (patient_id, person) in zip(tables["emr_patient"], residents(9), strict=False):
        assert row[:3] == (patient_id, person.resident_id, person.patient_name)


def test_what_makes_databases_err_is_there() -> None:
    tables = rows_of(Scale(outpatients_per_day=60, days=2))
    texts = [str(text) for text in column(tables, "emr_record_version", "content")]
    assert any("𠮷" in text for text in texts)
    assert any("䶮㼆" in text for text in texts)
    assert any("&lt;60 mmHg" in text for text in texts)
    assert any("B%0302" in text and "\n" in text for text in texts)
    assert any(at.microsecond for at in column(tables, "emr_record_version", "saved_at"))  # type: ignore[attr-defined]
    assert {"AUTHOR", "SENIOR"} == set(column(tables, "emr_signature", "role"))
    assert None in column(tables, "emr_front_page", "drg_code")
    assert {"DRAFT", "SIGNED", "ARCHIVED"} == set(column(tables, "emr_record", "status"))
    signed, due = (column(tables, "emr_record", name) for name in ("signed_at", "due_at"))
    late = {at > by for at, by in zip(signed, due, strict=True) if at is not None}  # type: ignore[operator]
    assert late == {True, False}


def test_sections_come_back_as_they_were_written() -> None:
    told = {catalogue.COMPLAINT: "发热<1天 & 头痛", catalogue.ILLNESS: "PaO₂>60 mmHg，家属“李𠮷”\n第二行"}
    text = written("E1", body_of(catalogue.ADMISSION, told.items()))
    assert sections_of(text) == told
    assert sections_of(text[:-1]) == sections_of("<x/>") == {}
    assert changes(told, {catalogue.COMPLAINT: "发热", catalogue.PAST: "无"}) == [
        (catalogue.COMPLAINT, "CHANGE", 10, 2),
        (catalogue.ILLNESS, "REMOVE", len(told[catalogue.ILLNESS]), 0),
        (catalogue.PAST, "ADD", 0, 1),
    ]


def test_the_rules_of_the_record_room() -> None:
    monday, friday = dt.datetime(2026, 3, 2, 9), dt.datetime(2026, 3, 6, 9)
    assert judging.archive_by("O", friday) == dt.datetime(2026, 3, 9, 17, 30)  # the weekend does not count
    assert judging.archive_by("I", monday) == dt.datetime(2026, 3, 5, 17, 30)
    assert judging.keep_until("O", dt.datetime(2024, 2, 29)) == dt.datetime(2039, 2, 28)
    assert judging.keep_until("I", monday).year == 2056
    assert judging.stay_days(monday, monday) == 1
    assert judging.group_of("K35.800") == ("GD25", Decimal("0.8312"))
    clocks = {"admitted_at": monday, "operated_at": None, "left_at": friday, "died_at": None}
    due = {code: judging.due_at(kind, clocks, friday) for code, kind in catalogue.TYPES.items()}
    assert due[catalogue.FIRST_COURSE] == monday.replace(hour=17)
    assert due[catalogue.ADMISSION] == monday.replace(day=3)
    assert due[catalogue.DISCHARGE] == friday.replace(day=7)
    assert due[catalogue.OPERATION] is due[catalogue.DEATH] is None
    assert judging.due_at(catalogue.TYPES[catalogue.DISCHARGE], {**clocks, "died_at": friday}, friday) is None


def test_the_auditor_notices() -> None:
    """The checks above can fail."""
    tables = rows_of(Scale(outpatients_per_day=10, days=2))

    def change(table: str, name: str, value: object, row: int = 0) -> None:
        columns = PACK.metadata.tables[table].columns.keys()
        old = dict(zip(columns, tables[table][row], strict=True))
        tables[table][row] = tuple({**old, name: value}.values())

    change("emr_record_version", "content_length", 1)
    change("emr_signature", "digest", "x", 1)
    change("emr_archive", "seal", "x")
    change("emr_front_fee", "amount", Decimal("0.01"))
    change("emr_document", "retrievals", 99)
    change("emr_quoted_result", "value_text", "x")
    tables["emr_revision"].clear()
    found = " | ".join(archival(PACK.metadata, tables))
    for sign in ("not what was saved", "another text", "is broken", "not add up", "was looked at", "quotes", "trace"):
        assert sign in found
