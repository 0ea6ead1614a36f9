"""Two states of a table, two records of a transaction: what differs is told once, as what it is, and by its key."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from harness.compare.differences import Difference, TableDifferences, of_table, of_transaction
from harness.compare.replies import Spoken
from harness.content.how import usual
from harness.model import ReplyKind, StepRecord, TableState, TransactionRecord
from harness.normalise import Kind

OK, REFUSED, FAILED = ReplyKind.OK, ReplyKind.REFUSED, ReplyKind.FAILED


def table(columns: str, *rows: tuple[Any, ...], key: str = "id") -> TableState:
    return TableState(table="log", columns=tuple(columns.split()), key=tuple(key.split()), rows=rows)


def told(found: TableDifferences) -> list[tuple[Kind, str, tuple[Any, ...]]]:
    return [(d.kind, d.column, d.key) for row in found.rows for d in row]


def differences(a: TableState, b: TableState, *moving: str) -> TableDifferences:
    return of_table(a, b, "after", {("table:log", "after"): frozenset(moving)})


def log(*numbers: int, amount: str = "1.50") -> TableState:
    """A log of five visits; the numbers are the database's own."""
    rows = tuple((number, f"V{n}", f"A{n}", Decimal(amount)) for n, number in enumerate(numbers))
    return table("id visit action amount", *rows)


# --------------------------------------------------------------------------- tables


def test_a_gap_in_the_numbering_is_one_kind_of_fact() -> None:
    found = differences(log(1, 2, 3, 4, 5), log(1, 2, 4, 5, 6))
    assert told(found) == [(Kind.IDENTITY, "id", (n,)) for n in (3, 4, 5)]
    assert found.total == 5
    scaled = differences(log(1, 2, 3, 4, 5), log(1, 2, 4, 5, 6, amount="1.5"))
    assert {(kind, column) for kind, column, _ in told(scaled)} == {
        (Kind.IDENTITY, "id"), (Kind.DECIMAL_SCALE, "amount"),
    }  # fmt: skip


def test_a_row_that_is_lost_beside_a_gap_is_lost() -> None:
    whole, torn = log(1, 2, 3, 4, 5), log(1, 2, 4, 5, 6)
    torn = TableState(table="log", columns=torn.columns, key=torn.key, rows=torn.rows[:-1])
    assert told(differences(whole, torn)) == [
        (Kind.IDENTITY, "id", (3,)), (Kind.IDENTITY, "id", (4,)), (Kind.ROW_MISSING, "", (5,)),
    ]  # fmt: skip
    back = differences(torn, whole)
    assert (Kind.ROW_EXTRA, "", (5,)) in told(back) and back.total == 5


def test_a_value_that_changed_under_its_number_is_no_other_row() -> None:
    changed = table("id visit action amount", (1, "V0", "ADD", 7), (2, "V1", "ADD", 8), (3, "V2", "DEL", 9))
    before = table("id visit action amount", (1, "V0", "ADD", 7), (2, "V1", "ADD", 8), (3, "V2", "ADD", 9))
    assert told(differences(before, changed)) == [(Kind.TEXT, "action", (3,))]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (table("id visit action", ("A", "V", "x")), table("id visit action", ("B", "V", "x"))),
        (table("id n visit", (1, 1, "V"), key="id n"), table("id n visit", (2, 1, "V"), key="id n")),
        (table("id visit", (1, "V")), table("id visit", (2, "V"))),  # one column more is not enough to know a row
    ],
)
def test_what_the_database_did_not_number_is_known_by_its_key(a: TableState, b: TableState) -> None:
    found = differences(a, b)
    key = tuple(a.rows[0][: len(a.key)]), tuple(b.rows[0][: len(b.key)])
    assert told(found) == [(Kind.ROW_MISSING, "", key[0]), (Kind.ROW_EXTRA, "", key[1])]
    assert found.total == 2


@pytest.mark.parametrize(("key", "moving"), [("", ()), ("id", ("id",))])
def test_without_a_key_to_go_by_rows_are_paired_by_what_they_say(key: str, moving: tuple[str, ...]) -> None:
    a = table("id visit amount", ("x", "V0", 1), ("y", "V1", 2), key=key)
    b = table("id visit amount", ("x", "V1", 2), ("y", "V0", 1), key=key)
    assert {column for _, column, _ in told(differences(a, b, *moving))} <= {"id"}


def test_columns_are_the_same_by_name_whatever_their_case_and_order() -> None:
    a = table("id visit amount", ("A", "V", 1), ("B", "W", 2))
    same = TableState(table="log", columns=("AMOUNT", "ID", "VISIT"), key=("ID",), rows=((1, "A", "V"), (2, "B", "W")))
    found = differences(a, same)
    assert (found.rows, found.whole) == ((), ())
    fewer = TableState(table="log", columns=("amount", "id"), key=("id",), rows=((1, "A"), (3, "B")))
    found = differences(a, fewer)
    assert [d.kind for d in found.whole] == [Kind.COLUMNS]
    assert told(found) == [(Kind.NUMBER, "amount", ("B",))]


# --------------------------------------------------------------------------- transactions


def step(name: str, kind: ReplyKind = OK, error_class: str = "", **more: Any) -> StepRecord:
    return StepRecord(statement=name, kind=kind, error_class=error_class, affected=-1, **more)


def transaction(*steps: StepRecord, outcome: ReplyKind = OK, reason: str = "") -> TransactionRecord:
    return TransactionRecord(seq=1, transaction="t", outcome=outcome, reason=reason, steps=steps)


def between(a: TransactionRecord, b: TransactionRecord) -> list[tuple[Kind, str, tuple[str, str]]]:
    return [(d.kind, d.step, d.pair) for d in of_transaction(a, b, {}, {})]


@pytest.mark.parametrize(
    ("a", "b", "kind", "pair"),
    [
        (step("x"), step("x", REFUSED, "unique"), Kind.OUTCOME, ("ok", "unique")),
        (step("x"), step("x", FAILED, "unknown_object"), Kind.ERROR_CLASS, ("ok", "unknown_object")),
        (step("x", REFUSED, "unique"), step("x", REFUSED, "check"), Kind.ERROR_CLASS, ("unique", "check")),
        (step("x", FAILED, "deadlock"), step("x", FAILED), Kind.ERROR_CLASS, ("deadlock", "failed")),
    ],
)
def test_another_answer_ends_the_comparison(a: StepRecord, b: StepRecord, kind: Kind, pair: tuple[str, str]) -> None:
    later = step("y", rows=((1,),), columns=("n",)), step("y", rows=((2,),), columns=("n",))
    assert between(transaction(a, later[0]), transaction(b, later[1])) == [(kind, "x", pair)]
    assert between(transaction(a, later[0]), transaction(a, later[0])) == []


def test_another_way_is_told_at_the_step_where_it_parts() -> None:
    refused = transaction(step("x"), outcome=REFUSED, reason="full")
    assert between(transaction(step("x"), step("y")), refused) == [(Kind.OUTCOME, "y", ("ok", "refused"))]
    assert between(refused, transaction(step("x"), step("y"))) == [(Kind.OUTCOME, "y", ("refused", "ok"))]
    assert between(transaction(step("x")), refused) == [(Kind.OUTCOME, "x", ("ok", "refused"))]
    assert between(transaction(), transaction(outcome=FAILED)) == [(Kind.OUTCOME, "", ("ok", "failed"))]


def test_equal_bytes_say_different_things_in_different_charsets() -> None:
    body = "姓名：王".encode()
    sent = transaction(step("m", body=body, sent=b"?"))

    def found(*charsets: str) -> list[Difference]:
        one, other = charsets
        spoken = Spoken(content="text", how=usual("text"), charsets=(one, other))
        return of_transaction(sent, sent, {}, {"m": spoken})

    assert found("UTF-8", "UTF-8") == []
    assert [d.kind for d in found("UTF-8", "GB18030")] == [Kind.CHARSET]
