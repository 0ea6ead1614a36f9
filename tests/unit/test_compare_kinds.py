"""Every kind of difference in replies and in stored data, large tables, and that no edit ever goes unnoticed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compare.functional import Observed, Recordings, compare_pack
from harness.compare.rows import align, order_kind
from harness.model import StepRecord
from harness.normalise import classify
from tests.unit.test_compare_functional import (
    AT,
    DAY,
    FAILED,
    ITEMS,
    REFUSED,
    change,
    compare,
    observe,
    places,
    roots,
    step,
    table,
)

# --------------------------------------------------------------------------- kinds in results


def lists(*rows: tuple[Any, ...]) -> Callable[[StepRecord], StepRecord]:
    return lambda s: replace(s, columns=("name", "rank", "code"), rows=rows)


@pytest.mark.parametrize(
    ("original", "migrated", "expected"),
    [
        ([("甲", 1, "a"), ("乙", 2, "b")], [("乙", 2, "b"), ("甲", 1, "a")], [":row_order"]),
        (
            [("甲", 1, "a"), ("乙", 2, "b"), ("丙", None, "c")],
            [("丙", None, "c"), ("甲", 1, "a"), ("乙", 2, "b")],
            [":null_order"],
        ),
        (
            [("甲", Decimal("1.50"), "a"), ("丙", None, "c")],
            [("丙", None, "c"), ("甲", Decimal("1.5"), "a")],
            ["rank:decimal_scale", ":null_order"],
        ),
        ([("甲", 1, "a"), ("乙", 2, "b")], [("甲", 1, "a")], [":row_missing"]),
        ([("甲", 1, "a")], [("甲", 1, "a"), ("甲", 1, "a")], [":row_extra"]),
        ([("甲", 1, "a"), ("乙", 2, "b")], [("甲", 1, "a"), ("乙", 3, "b")], ["rank:number"]),
        ([("甲", 1, "a")], [("甲", 1, "a  ")], ["code:padding"]),
        ([("甲", 1, "")], [("甲", 1, None)], ["code:empty_null"]),
        ([("甲", 1, "a"), ("乙", 2, "b"), ("丙", 3, "c")], [("乙", 2, "b"), ("丙", 3, "c")], [":row_missing"]),
    ],
)
def test_rows(original: list[Any], migrated: list[Any], expected: list[str]) -> None:
    seq = 2  # a history
    one = change(observe(ITEMS), seq, lists(*original))
    two = change(observe(ITEMS), seq, lists(*migrated))
    found = compare_pack("his", ITEMS, Recordings(original_1=one, original_2=one, migrated=two))
    assert places(found.findings) == [f"history.charges_of.{e}" for e in expected]
    assert found.ledger.different == 1


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lambda s: replace(s, affected=0), "affected"),
        (lambda s: replace(s, columns=("A", "b")), "columns"),
        (lambda s: replace(s, kind=REFUSED, error_class="unique"), "outcome"),
        (lambda s: replace(s, kind=FAILED, error_class="syntax"), "error_class"),
        (lambda s: replace(s, statement="another"), "outcome"),
    ],
)
def test_steps(edit: Callable[[StepRecord], StepRecord], kind: str) -> None:
    found = compare(change(observe(ITEMS), 2, edit))
    assert [f.kind for f in roots(found)] == [kind]


def test_the_same_refusal_is_equal_whatever_the_message() -> None:
    refused = replace(ITEMS[-1], seq=ITEMS[-1].seq)
    found = compare(change(observe(ITEMS), refused.seq, lambda s: replace(s, message="Duplicate entry"), at=1))
    assert found.findings == ()


def test_failing_alike_is_equal_but_noted_and_not_done() -> None:
    def fails(observed: Observed) -> Observed:
        records = [
            replace(r, outcome=FAILED, steps=(step("x", kind=FAILED, error_class="syntax"),))
            if r.transaction == "daily"
            else r
            for r in observed.transactions
        ]
        return replace(observed, transactions=tuple(records))

    same = fails(observe(ITEMS))
    found = compare_pack("his", ITEMS, Recordings(original_1=same, original_2=same, migrated=same))
    assert found.findings == ()
    assert found.failed_alike == {"daily": 1}
    assert "daily" not in found.agreed


# --------------------------------------------------------------------------- stored data


def with_rows(observed: Observed, name: str, rows: Any) -> Observed:
    return replace(observed, after={**observed.after, name: replace(observed.after[name], rows=tuple(rows))})


def test_a_gap_in_the_numbering_is_one_fact() -> None:
    full = observe(ITEMS)
    log = full.after["audit_log"]
    found = compare(with_rows(full, "audit_log", [(r[0] + (3 if r[0] > 20 else 0), *r[1:]) for r in log.rows]))
    assert places(found.findings) == ["table:audit_log.after.audit_id:identity"]
    assert found.findings[0].count == 60


def test_a_clock_beside_the_number_makes_no_other_row() -> None:
    """Nobody knows here that it moves, and for some rows it happens to say the same."""
    columns = "id action object_id staff_id occurred_at created_at"

    def state(late: int) -> Observed:
        rows = [
            (n, "SIGN", f"E{n:08d}", "S1", AT, AT + dt.timedelta(seconds=n, microseconds=late * (n % 4 > 0)))
            for n in range(1, 41)
        ]
        return Observed(after={"log": replace(table("log", columns, rows), key=("id",))})

    one, two = state(0), state(1_400_000)
    found = compare_pack("x", [], Recordings(original_1=one, original_2=Observed(), migrated=two))
    assert places(found.findings) == ["table:log.after.created_at:time"]


def test_a_missing_table_is_missing_rows() -> None:
    full = observe(ITEMS)
    found = compare(replace(full, after={k: v for k, v in full.after.items() if k != "charge"}))
    assert places(roots(found)) == ["table:charge.after.:row_missing"]
    assert found.tables.different == 40


@pytest.mark.long
def test_large_tables_in_about_a_second() -> None:
    columns = " ".join(f"c{n}" for n in range(12))

    def rows(moved: int) -> list[tuple[Any, ...]]:
        return [
            (
                f"K{n:08d}",
                n,
                Decimal(n) / 100,
                AT + dt.timedelta(seconds=n + moved),
                "张三",
                "x" * 20,
                None,
                1,
                2,
                "a",
                DAY,
                n,
            )
            for n in range(100_000)
        ]

    one, two = table("big", columns, rows(0)), table("big", columns, rows(0))
    began = time.process_time()
    same = Recordings(
        original_1=Observed(before={"big": one}),
        original_2=Observed(before={"big": two}),
        migrated=Observed(before={"big": two}),
    )
    assert compare_pack("x", [], same).tables.equal == 100_000
    assert time.process_time() - began < 3
    moved = table("big", columns, rows(1))
    began = time.process_time()
    noisy = Recordings(
        original_1=Observed(before={"big": one}),
        original_2=Observed(before={"big": moved}),
        migrated=Observed(before={"big": moved}),
    )
    found = compare_pack("x", [], noisy)
    assert (found.tables.equal_by_rule, len(found.findings)) == (100_000, 1)
    assert time.process_time() - began < 12


# --------------------------------------------------------------------------- whatever is edited

texts = st.sampled_from(["", "a", "A", "a "])
numbers = st.one_of(st.integers(0, 3), st.decimals(0, 3, places=1), st.decimals(0, 3, places=2), st.floats(0, 3))
cells = st.one_of(st.none(), texts, numbers, st.datetimes())
rows = st.lists(st.tuples(cells, cells, cells), max_size=6)


@given(rows, rows)
def test_every_row_is_paired_once_or_left_over(a: list[Any], b: list[Any]) -> None:
    found = align(a, b)
    assert sorted([i for i, _ in found.pairs] + list(found.missing)) == list(range(len(a)))
    assert sorted([j for _, j in found.pairs] + list(found.extra)) == list(range(len(b)))


@given(rows, st.randoms())
def test_shuffled_rows_are_the_same_rows(a: list[Any], random: Any) -> None:
    b = list(a)
    random.shuffle(b)
    found = align(a, b)
    assert not found.missing and not found.extra
    assert all(classify(a[i], b[j]) is None for i, j in found.pairs)
    if order_kind(a, found) is None:
        assert all(classify(x, y) is None for x, y in zip(a, b, strict=True))


@settings(max_examples=60, deadline=None)
@given(rows, rows, st.integers(0, len(ITEMS) - 1))
def test_no_edit_of_a_reply_goes_unnoticed(a: list[Any], b: list[Any], seq: int) -> None:
    """Equal in the ledger means equal cell by cell, in order; anything else leaves a finding."""
    one, two = (change(observe(ITEMS), seq, lists(*reply)) for reply in (a, b))
    found = compare_pack("his", ITEMS, Recordings(original_1=one, original_2=one, migrated=two))
    same = len(a) == len(b) and all(classify(x, y) is None for x, y in zip(a, b, strict=True))
    assert found.ledger.balanced
    assert (found.ledger.different == 0) == same == (not found.findings)
    assert (ITEMS[seq].transaction in found.agreed) == same


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), cells), max_size=5),
    st.lists(st.tuples(st.sampled_from("abcd"), cells), max_size=5),
)
def test_no_edit_of_stored_data_goes_unnoticed(a: list[Any], b: list[Any]) -> None:
    """Keys may even occur twice, as they do where a unique index was lost."""
    one, two = (
        Observed(transactions=(), before={"t": table("t", "code value", sorted(r, key=repr))}, after={}) for r in (a, b)
    )
    found = compare_pack("x", [], Recordings(original_1=one, original_2=one, migrated=two))
    left, right = (sorted(map(repr, side)) for side in (a, b))
    assert found.tables.balanced and found.tables.total >= max(len(a), len(b))
    if left == right:
        assert found.tables.different == 0
    if found.tables.different == 0:
        assert all(classify(x, y) is None for x, y in zip(sorted(a, key=repr), sorted(b, key=repr), strict=True))
