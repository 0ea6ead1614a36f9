"""The generated laboratory: reproducible, true to its own rules at every scale, with all that makes databases err."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model import Scale
from scenarios.lis import PACK
from scenarios.lis.catalogue import ANALYTES, PANELS, TUBES
from scenarios.lis.generate_books import limits_of
from scenarios.lis.judging import Seen, hold_reason, judge, spread, violated
from scenarios.lis.values import Bank
from tests.packs.bookkeeping import structural
from tests.packs.laboratory import directorial

SCALES = st.builds(
    Scale,
    outpatients_per_day=st.integers(1, 60),
    days=st.integers(1, 6),
    seed=st.integers(0, 2**31),
)


def rows_of(scale: Scale) -> dict[str, list[tuple[object, ...]]]:
    return {table: list(rows) for table, _, rows in PACK.rows(PACK.world(scale))}


def column(tables: dict[str, list[tuple[object, ...]]], table: str, name: str) -> list[object]:
    place = PACK.metadata.tables[table].columns.keys().index(name)
    return [row[place] for row in tables[table]]


@settings(max_examples=12, deadline=None)
@given(SCALES)
def test_every_laboratory_is_in_order(scale: Scale) -> None:
    tables = rows_of(scale)
    assert [*structural(PACK.metadata, tables), *directorial(PACK.metadata, tables)] == []


@settings(max_examples=3, deadline=None)
@given(SCALES)
def test_the_same_scale_gives_the_same_laboratory(scale: Scale) -> None:
    assert rows_of(scale) == rows_of(scale)
    assert PACK.pools(PACK.world(scale)) == PACK.pools(PACK.world(scale))


def test_another_seed_gives_another_laboratory() -> None:
    assert rows_of(Scale(seed=1)) != rows_of(Scale(seed=2))


def test_the_tubes_of_a_day_follow_from_the_outpatients() -> None:
    tables = rows_of(Scale(outpatients_per_day=100, days=5))
    printed = [at for at in column(tables, "lis_specimen", "printed_at") if at.day == 27]  # type: ignore[attr-defined]
    assert 2.1 < len(printed) / 100 < 3.1
    assert 5 < len(tables["lis_result"]) / len(tables["lis_specimen"]) < 10
    assert {name for name, rows in tables.items() if not rows} == {"lis_workload", "lis_control_summary"}


def test_the_default_laboratory_has_the_size_it_promises() -> None:
    tables = rows_of(Scale())
    assert 75_000 < sum(map(len, tables.values())) < 87_000
    assert len(tables["lis_patient"]) == 1000


def test_what_makes_databases_err_is_there() -> None:
    tables = rows_of(Scale(days=4))
    texts = [text for text in column(tables, "lis_result", "value_text") if isinstance(text, str)]
    assert any(text.endswith("0") and "." in text for text in texts)  # zeros that belong to the value
    assert any(text.startswith("<") for text in texts)
    assert None in column(tables, "lis_result", "value_text")
    assert {"10^9/L", "μmol/L", "‰", None} <= set(column(tables, "lis_result", "unit"))
    assert any(at.microsecond for at in column(tables, "lis_result", "observed_at"))  # type: ignore[attr-defined]
    assert any(len(str(note)) > 1000 for note in column(tables, "lis_result", "note"))
    assert {"S", "I", "R"} == set(column(tables, "lis_susceptibility", "interpretation"))
    assert any(str(mic).startswith("≤") for mic in column(tables, "lis_susceptibility", "mic_text"))
    names = column(tables, "lis_patient", "patient_name")
    assert any(ord(character) > 0xFFFF for name in names for character in str(name))
    assert {"X", "F", "P"} == set(column(tables, "lis_result", "result_status"))
    assert {"D", None} == set(column(tables, "lis_result", "delta_flag"))


def test_limits_leave_room_between_normal_and_critical() -> None:
    for analyte in ANALYTES.values():
        if analyte.ranges:
            low, high = analyte.auto
            assert analyte.critical_low is None or analyte.critical_low < low, analyte.code
            assert analyte.critical_high is None or analyte.critical_high > high, analyte.code


def test_the_bank_keeps_its_promise() -> None:
    """What is called normal passes automatic review, the rest is held, and only the critical sets are critical."""
    bank: Bank = PACK.world(Scale(outpatients_per_day=1, days=1)).bank

    def reviewed(panel_code: str, values: object, gender: str, *, child: bool) -> tuple[str | None, set[str]]:
        seen, critical = [], set()
        for code, kind, text, _ in values:  # type: ignore[attr-defined]
            known = limits_of(ANALYTES[code], gender, child=child)
            judged = judge(kind, text, known, None)
            seen.append((code, kind, text, *judged, known.auto_low, known.auto_high))
            critical |= {code} if judged.abnormal_flag in ("LL", "HH") else set()
        return hold_reason([Seen(*row) for row in seen]), critical

    for gender, child in (("M", False), ("F", False), ("F", True)):
        for code, sets in bank.normal.items():
            held = {reviewed(code, one.values, gender, child=child)[0] is not None for one in sets}
            assert held == {PANELS[code].always_held}, code
        for code, sets in bank.held.items():
            for one in sets:
                reason, critical = reviewed(code, (*one.values, *filter(None, [one.again])), gender, child=child)
                assert reason, (code, one)
                assert critical == set(), (code, one)
        for code, sets in bank.critical.items():
            for one in sets:
                assert reviewed(code, one.values, gender, child=child)[1] == {one.critical}, (code, one)
                again = [one.again] if one.again else []
                assert reviewed(code, again, gender, child=child)[1] == set()


def test_no_tube_measures_an_analyte_twice() -> None:
    for tubes in TUBES:
        for tube in tubes:
            codes = [analyte.code for panel in tube.panels for analyte in PANELS[panel].analytes]
            assert len(set(codes)) == len(codes)


def test_westgard_and_spread() -> None:
    def at(*scores: str) -> str | None:
        before, now = (Decimal(s) if s else None for s in scores)
        return violated(now or Decimal(0), before, Decimal(0), Decimal(1))

    assert at("", "3") is None
    assert at("", "3.0001") == at("", "-3.0001") == "1-3s"
    assert at("2.1", "2.1") == at("-2.1", "-2.1") == "2-2s"
    assert at("2.1", "-2.1") is at("2", "2.1") is at("", "2.9") is None
    values = [Decimal(v) for v in ("4.10", "4.20", "4.45", "4.05")]  # SD and CV by hand: 0.1780, 4.24 %
    found = spread(len(values), sum(values, Decimal(0)), sum((v * v for v in values), Decimal(0)))
    assert found == (Decimal("4.2000"), Decimal("0.1780"), Decimal("4.24"))
    assert spread(1, Decimal(5), Decimal(25)) == (Decimal("5.0000"), None, None)


def test_the_auditor_notices() -> None:
    """The checks above can fail."""
    tables = rows_of(Scale(outpatients_per_day=20, days=2))

    def change(table: str, name: str, value: object, *, row: int = 0) -> None:
        columns = PACK.metadata.tables[table].columns.keys()
        old = dict(zip(columns, tables[table][row], strict=True))
        tables[table][row] = tuple({**old, name: value}.values())

    change("lis_specimen", "serial_no", 999_999, row=column(tables, "lis_specimen", "status").index("RECEIVED"))
    change("lis_result", "value_number", Decimal("-1"), row=column(tables, "lis_result", "value_type").index("NM"))
    change("lis_report", "turnaround_minutes", -5)
    change(
        "lis_control_result", "status", "REJECTED", row=column(tables, "lis_control_result", "status").index("ACCEPTED")
    )
    tables["lis_critical_notice"].clear()
    found = " | ".join(directorial(PACK.metadata, tables))
    for sign in ("have gaps", "not the same", "wrong turnaround", "REJECTED at", "with 0 answers"):
        assert sign in found
