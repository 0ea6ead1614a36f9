"""Two catalogues: every drift under its kind and weight, and nothing where only the spelling differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.catalogue import (
    Catalogue,
    Column,
    Counter,
    Key,
    KeyKind,
    Program,
    ProgramKind,
    Table,
    TypeClass,
)
from harness.compare.schemas import differences
from harness.data_result import Weight

BIG, SHORT = (-(1 << 63), (1 << 63) - 1), (-(1 << 31), (1 << 31) - 1)
ID = Column(name="id", declared="bigint", type_class=TypeClass.INTEGER, holds=BIG, nullable=False)
NAME = Column(name="name", declared="varchar(40)", type_class=TypeClass.TEXT, length=40, unit="chars")
FEE = Column(name="fee", declared="numeric(10,2)", type_class=TypeClass.DECIMAL, precision=10, scale=2, default="0")
AT = Column(name="at", declared="timestamp(6)", type_class=TypeClass.DATETIME, scale=6)
PRIMARY = Key(name="pk", kind=KeyKind.PRIMARY, columns=("id",))
FOREIGN = Key(name="fk", kind=KeyKind.FOREIGN, columns=("name",), refers="people(name)", rule="DELETE CASCADE")
CHECK = Key(name="ck", kind=KeyKind.CHECK, definition="fee >= 0")
INDEX = Key(name="ix", kind=KeyKind.INDEX, columns=("name",))
TAX = Column(name="tax", declared="double precision", type_class=TypeClass.FLOAT, precision=53)
BILL = Table(name="bill", columns=(ID, NAME, FEE, AT, TAX), keys=(PRIMARY, FOREIGN, CHECK, INDEX))
TRIGGER = Program(name="audit", kind=ProgramKind.TRIGGER, table="bill")
ORIGINAL = Catalogue(
    product_id="postgresql",
    schema="public",
    tables=(BILL,),
    counters=(Counter(name="bill_id_seq", next_value=500, table="bill", column="id"),),
    programs=(TRIGGER,),
)


def decimal(precision: int, scale: int = 0) -> Column:
    """The number of bills as a decimal."""
    return replace(ID, type_class=TypeClass.DECIMAL, holds=None, precision=precision, scale=scale)


def drifted(**changes: Any) -> Catalogue:
    """The original with another table, or other counters and programs."""
    table = replace(BILL, **{name: changes.pop(name) for name in ("name", "columns", "keys") if name in changes})
    return replace(ORIGINAL, tables=(table,), **changes)


def found(migrated: Catalogue) -> set[tuple[str, str, Weight]]:
    return {(each.kind, each.name, each.weight) for each in differences(ORIGINAL, migrated)}


def columns(*changed: Column) -> tuple[Column, ...]:
    by = {column.name: column for column in changed}
    return tuple(by.get(column.name, column) for column in BILL.columns)


def test_other_spellings_are_no_difference() -> None:
    upper = tuple(replace(column, name=column.name.upper()) for column in BILL.columns)
    wider = tuple(replace(column, declared="whatever") for column in upper)
    keys = tuple(replace(key, name="", columns=tuple(c.upper() for c in key.columns)) for key in BILL.keys)
    keys = tuple(replace(key, refers=key.refers.upper()) for key in keys)
    assert found(drifted(name="BILL", columns=wider, keys=keys)) == set()


MUST, NOTE = Weight.MUST, Weight.NOTE


@pytest.mark.parametrize(
    ("migrated", "expected"),
    [
        (replace(ORIGINAL, tables=(), counters=()), {("table_missing", "", MUST)}),
        (drifted(columns=BILL.columns[:-1]), {("column_missing", "tax", MUST)}),
        (drifted(columns=columns(replace(NAME, length=30))), {("length", "name", MUST)}),
        (drifted(columns=columns(replace(NAME, length=40, unit="bytes"))), {("length", "name", MUST)}),
        (drifted(columns=columns(replace(NAME, length=80))), {("length", "name", NOTE)}),
        (drifted(columns=columns(replace(NAME, type_class=TypeClass.INTEGER))), {("type", "name", MUST)}),
        (drifted(columns=columns(replace(ID, type_class=TypeClass.DECIMAL, holds=None))), set()),
        (drifted(columns=columns(decimal(19))), set()),
        (drifted(columns=columns(decimal(18))), {("precision", "id", MUST)}),
        (drifted(columns=columns(decimal(20, scale=2))), {("precision", "id", MUST)}),
        (drifted(columns=columns(replace(ID, holds=SHORT))), {("precision", "id", MUST)}),
        (drifted(columns=columns(replace(ID, holds=(0, (1 << 64) - 1)))), {("precision", "id", MUST)}),
        (drifted(columns=columns(replace(ID, holds=(BIG[0], 2 * BIG[1])))), {("precision", "id", NOTE)}),
        (drifted(columns=columns(replace(TAX, precision=24))), {("precision", "tax", MUST)}),
        (drifted(columns=columns(replace(TAX, precision=113))), {("precision", "tax", NOTE)}),
        (drifted(columns=columns(replace(TAX, precision=None))), set()),
        (drifted(columns=columns(replace(ID, holds=(0, BIG[1])))), {("precision", "id", MUST)}),
        (drifted(columns=columns(replace(ID, holds=(BIG[0], BIG[1] - 1)))), {("precision", "id", MUST)}),
        (drifted(columns=columns(replace(FEE, precision=None, scale=None))), set()),
        (drifted(columns=columns(replace(AT, scale=None))), set()),
        (drifted(columns=columns(replace(FEE, precision=10, scale=1))), {("precision", "fee", MUST)}),
        (drifted(columns=columns(replace(FEE, precision=9))), {("precision", "fee", MUST)}),
        (drifted(columns=columns(replace(FEE, precision=12))), {("precision", "fee", NOTE)}),
        (drifted(columns=columns(replace(AT, scale=0))), {("precision", "at", MUST)}),
        (drifted(columns=columns(replace(NAME, nullable=False))), {("nullability", "name", MUST)}),
        (drifted(columns=columns(replace(FEE, default=""))), {("default", "fee", MUST)}),
        (drifted(columns=columns(replace(FEE, default="'0'::numeric"))), set()),
        (drifted(columns=columns(replace(FEE, default="0.00"))), set()),
        (drifted(columns=columns(replace(FEE, default="1"))), {("default", "fee", MUST)}),
        (drifted(columns=columns(replace(FEE, default="nought()"))), {("default", "fee", NOTE)}),
        (drifted(keys=(FOREIGN, CHECK, INDEX)), {("primary_missing", "pk", MUST)}),
        (drifted(keys=(PRIMARY, CHECK, INDEX)), {("foreign_missing", "fk", MUST)}),
        (drifted(keys=(PRIMARY, replace(FOREIGN, rule=""), CHECK, INDEX)), {("foreign_rule", "fk", MUST)}),
        (drifted(keys=(PRIMARY, FOREIGN, INDEX)), {("check_count", "", MUST)}),
        (drifted(keys=(PRIMARY, FOREIGN, CHECK, replace(INDEX, valid=False))), {("key_invalid", "ix", MUST)}),
        (
            drifted(keys=(*BILL.keys, Key(name="u", kind=KeyKind.UNIQUE, columns=("at",)))),
            {("unique_extra", "u", MUST)},
        ),
        (drifted(counters=(replace(ORIGINAL.counters[0], next_value=499),)), {("counter_behind", "id", MUST)}),
        (drifted(counters=(replace(ORIGINAL.counters[0], next_value=501),)), set()),
        (drifted(counters=(replace(ORIGINAL.counters[0], step=50),)), {("counter_step", "id", MUST)}),
        (
            drifted(counters=(replace(ORIGINAL.counters[0], next_value=500, highest=500),)),
            {("counter_behind_rows", "id", MUST)},
        ),
        (drifted(counters=(replace(ORIGINAL.counters[0], next_value=501, highest=500),)), set()),
        (drifted(counters=(replace(ORIGINAL.counters[0], next_value=None, highest=500),)), set()),
        (drifted(counters=(replace(ORIGINAL.counters[0], next_value=500, highest=None),)), set()),
        (
            drifted(counters=(replace(ORIGINAL.counters[0], next_value=500, highest=900, step=-1),)),
            {("counter_step", "id", MUST)},
        ),
        (drifted(programs=()), {("trigger_missing", "audit", MUST)}),
        (
            drifted(programs=(replace(TRIGGER, working=False, why_not="已停用"),)),
            {("trigger_not_working", "audit", MUST)},
        ),
        (replace(ORIGINAL, longest_name=3), {("name_too_long", "bill", MUST), ("name_too_long", "name", MUST)}),
    ],
)
def test_a_drift_under_its_kind(migrated: Catalogue, expected: set[tuple[str, str, Weight]]) -> None:
    assert found(migrated) == expected


def test_an_index_that_a_key_covers_is_not_missed() -> None:
    longer = Key(name="u", kind=KeyKind.INDEX, columns=("name", "at"))
    assert found(drifted(keys=(PRIMARY, FOREIGN, CHECK, longer))) == {("index_extra", "u", NOTE)}
    assert ("index_missing", "ix", NOTE) in found(drifted(keys=(PRIMARY, CHECK)))


ACTIVE = Key(name="a", kind=KeyKind.UNIQUE, columns=("name",), definition="WHERE fee > 0")
FOLDED = Key(name="f", kind=KeyKind.UNIQUE, definition="lower(name)")
WHOLE = Key(name="w", kind=KeyKind.UNIQUE, columns=("name",))


@pytest.mark.parametrize(
    ("original", "migrated", "expected"),
    [
        ((ACTIVE, FOLDED), (ACTIVE, FOLDED), set()),
        ((ACTIVE,), (replace(ACTIVE, name="other", definition="部分行"),), set()),
        ((ACTIVE,), (), {("unique_missing", "a", MUST)}),
        ((FOLDED, replace(FOLDED, name="g")), (FOLDED,), {("unique_missing", "g", MUST)}),
        ((FOLDED,), (FOLDED, replace(FOLDED, name="g")), {("unique_extra", "g", MUST)}),
        ((ACTIVE,), (WHOLE,), {("unique_missing", "a", MUST), ("unique_extra", "w", MUST)}),
        ((WHOLE, replace(WHOLE, name="twice")), (WHOLE,), set()),
        ((WHOLE,), (), {("unique_missing", "w", MUST)}),
    ],
)
def test_uniqueness_of_some_rows_or_by_an_expression_is_not_lost(
    original: tuple[Key, ...], migrated: tuple[Key, ...], expected: set[tuple[str, str, Weight]]
) -> None:
    one, other = (replace(ORIGINAL, tables=(replace(BILL, keys=(*BILL.keys, *keys)),)) for keys in (original, migrated))
    assert {(each.kind, each.name, each.weight) for each in differences(one, other)} == expected


def test_only_a_key_of_every_row_tells_rows_apart() -> None:
    filled = tuple(replace(column, nullable=False) for column in BILL.columns)
    assert replace(BILL, columns=filled, keys=(FOLDED, ACTIVE)).row_key == ()
    assert replace(BILL, columns=filled, keys=(ACTIVE, WHOLE)).row_key == ("name",)


def test_a_column_that_demands_a_value_breaks_inserts() -> None:
    demanding = replace(NAME, name="unit", nullable=False)
    assert found(drifted(columns=(*BILL.columns, demanding))) == {("column_extra", "unit", MUST)}
    for harmless in ({"default": "'x'"}, {"generated": "identity"}, {"nullable": True}):
        assert found(drifted(columns=(*BILL.columns, replace(demanding, **harmless)))) == {
            ("column_extra", "unit", NOTE)
        }


def between(original: Catalogue, migrated: Catalogue) -> list[tuple[str, Weight, str, str]]:
    return [(each.kind, each.weight, each.original, each.migrated) for each in differences(original, migrated)]


def with_columns(*changed: Column, **table: Any) -> Catalogue:
    return replace(ORIGINAL, tables=(replace(BILL, columns=columns(*changed), **table),))


def test_comments_are_noted_where_the_original_had_one() -> None:
    told, none = with_columns(replace(FEE, comment="费用"), comment="账单"), ORIGINAL
    other = with_columns(replace(FEE, comment="价"), comment="单")
    assert between(told, told) == between(none, told) == []
    assert between(told, other) == [("comment", NOTE, "账单", "单"), ("comment", NOTE, "费用", "价")]
    assert between(told, none) == [("comment", NOTE, "账单", ""), ("comment", NOTE, "费用", "")]


def test_what_numbers_itself_needs_no_default() -> None:
    by_sequence = with_columns(replace(ID, default="nextval('bill_id_seq')", generated="sequence"))
    assert between(by_sequence, with_columns(replace(ID, generated="identity"))) == []
    assert between(by_sequence, with_columns(replace(ID, default="0"))) == [("generated", MUST, "sequence", "")]


def test_both_sides_are_shown() -> None:
    open_name, closed = with_columns(NAME), with_columns(replace(NAME, nullable=False))
    assert between(open_name, closed) == [("nullability", MUST, "NULL", "NOT NULL")]
    assert between(closed, open_name) == [("nullability", MUST, "NOT NULL", "NULL")]
    lost = [shown for kind, _, shown, _ in between(ORIGINAL, with_columns(keys=())) if kind != "check_count"]
    assert lost == ["(id)", "(name) → people(name)", "(name)"]
    assert between(with_columns(keys=(*BILL.keys, ACTIVE)), ORIGINAL) == [("unique_missing", MUST, "WHERE fee > 0", "")]


def test_the_order_of_columns_counts_for_the_primary_key_only() -> None:
    def keyed(kind: KeyKind, *names: str) -> Catalogue:
        return with_columns(keys=(Key(name="k", kind=kind, columns=names),))

    for kind, expected in ((KeyKind.PRIMARY, [("key_order", NOTE)]), (KeyKind.UNIQUE, [])):
        said = between(keyed(kind, "id", "name"), keyed(kind, "name", "id"))
        assert [(what, weight) for what, weight, _, _ in said] == expected
        assert between(keyed(kind, "id", "name"), keyed(kind, "ID", "NAME")) == []


def test_an_index_by_an_expression_is_covered_by_no_other() -> None:
    folded = replace(FOLDED, kind=KeyKind.INDEX)
    assert ("index_missing", NOTE, "lower(name)", "") in between(with_columns(keys=(*BILL.keys, folded)), ORIGINAL)


def test_names_that_fall_together_without_case() -> None:
    twice = replace(ORIGINAL, tables=(replace(BILL, columns=(*BILL.columns, replace(NAME, name="NAME"))),))
    assert ("name_collision", "NAME") in {(d.kind, d.name) for d in differences(twice, ORIGINAL)}


def test_only_the_tables_that_are_asked_for() -> None:
    other = replace(BILL, name="Visit")
    sequence, own = Counter(name="s", next_value=9), Counter(name="v", next_value=9, table="Visit", column="id")
    both = replace(ORIGINAL, tables=(BILL, other), counters=(*ORIGINAL.counters, own, sequence))
    none = replace(both, tables=(), counters=(), programs=())
    behind = tuple(replace(each, next_value=1, highest=5) for each in both.counters)

    def said(migrated: Catalogue, *only: str) -> set[tuple[str, str]]:
        return {(each.kind, each.table or each.name) for each in differences(both, migrated, only)}

    assert said(none, "visit") == {("table_missing", "Visit"), ("counter_missing", "s")}
    assert said(none, "bill") == {("table_missing", "bill"), ("counter_missing", "s"), ("trigger_missing", "bill")}
    assert said(replace(both, counters=behind), "visit") == {
        ("counter_behind", "Visit"), ("counter_behind_rows", "Visit"), ("counter_behind", "s"),
    }  # fmt: skip


def test_checks_are_counted_and_not_null_is_none() -> None:
    filled = Key(name="n", kind=KeyKind.CHECK, definition="(name IS NOT NULL)")
    assert found(drifted(keys=(*BILL.keys, filled))) == set()
    assert found(drifted(keys=(*BILL.keys, replace(CHECK, definition="fee < 9")))) == {("check_count", "", NOTE)}
    assert found(drifted(keys=(PRIMARY, FOREIGN, filled, INDEX))) == {("check_count", "", MUST)}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (KeyKind.FOREIGN, {("foreign_missing", MUST), ("foreign_extra", MUST)}),
        (KeyKind.INDEX, {("index_missing", NOTE), ("index_extra", NOTE)}),
        (KeyKind.UNIQUE, set()),
    ],
)
def test_where_the_order_of_columns_makes_another_key(kind: KeyKind, said: set[tuple[str, Weight]]) -> None:
    key = Key(name="k", kind=kind, columns=("id", "name"), refers="p(a,b)" if kind is KeyKind.FOREIGN else "")
    one, other = (with_columns(keys=(key_,)) for key_ in (key, replace(key, columns=("name", "id"))))
    assert {(what, weight) for what, weight, _, _ in between(one, other)} == said
    assert between(one, one) == []


def test_what_is_not_told_of_a_counter_is_no_difference() -> None:
    for untold in ({"next_value": None}, {"next_value": 501, "highest": None}):
        assert found(drifted(counters=(replace(ORIGINAL.counters[0], **untold),))) == set()
    asked = replace(ORIGINAL, counters=(replace(ORIGINAL.counters[0], next_value=None),))
    assert list(differences(asked, ORIGINAL)) == []
    named = replace(ORIGINAL, counters=(Counter(name="s", next_value=9),))
    assert [(d.kind, d.name) for d in differences(named, replace(named, counters=()))] == [("counter_missing", "s")]


def test_programs_are_paired_by_kind_and_name() -> None:
    view = Program(name="Open", kind=ProgramKind.VIEW)
    both = replace(ORIGINAL, programs=(TRIGGER, view))
    assert list(differences(both, replace(both, programs=(replace(view, name="OPEN"), TRIGGER)))) == []
    assert found(replace(both)) == {("view_extra", "Open", NOTE)}
    broken = replace(TRIGGER, working=False, why_not="已停用")
    assert [d.kind for d in differences(replace(ORIGINAL, programs=(broken,)), ORIGINAL)] == []
    job = replace(both, programs=(TRIGGER, replace(view, kind=ProgramKind.JOB)))
    assert [d.kind for d in differences(both, job)] == ["view_missing", "job_extra"]
