"""Rendering and row order, without a server: what a driver refuses to render, and that its order is total."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, func, insert, select, text, update
from sqlalchemy.dialects import postgresql

from drivers.sql import driver_for
from drivers.sql.bulk import chunks, copy_text, values_text
from drivers.sql.order import rank, sort_rows
from harness.errors import BadInput
from harness.model import Row, SqlEndpoint, Statement

_PG = driver_for(SqlEndpoint(url="postgresql+psycopg2://u@h/db", product="postgresql"))
_OB = driver_for(SqlEndpoint(url="mysql+pymysql://u@h/db", product="oceanbase"))
_BOTH = pytest.mark.parametrize("driver", [_PG, _OB], ids=["postgresql", "oceanbase"])
_T = Table("t", MetaData(), Column("id", Integer, primary_key=True), Column("name", String(9)))


@_BOTH
def test_parameters_keep_their_textual_order(driver: Any) -> None:
    body = update(_T).where(_T.c.id == bindparam("which")).values(name=func.concat(bindparam("a"), "%", bindparam("a")))
    rendered = driver.render(Statement(name="s", body=body))
    assert rendered.order == ("a", "a", "which")
    assert rendered.sql.count("%s") == 3
    assert "'%%'" in rendered.sql
    assert not rendered.returns_rows


@_BOTH
def test_inserts_do_not_ask_for_keys_by_themselves(driver: Any) -> None:
    rendered = driver.render(Statement(name="s", body=insert(_T).values(name=bindparam("n"))))
    assert "RETURNING" not in rendered.sql.upper()
    assert rendered.order == ("n",)


@_BOTH
@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 1", True),
        ("  -- why\n select 1", True),
        ("(SELECT 1) UNION (SELECT 2)", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (SELECT 1 AS i) UPDATE t SET name = 'x' FROM a WHERE id = i", False),
        ("INSERT INTO t (id) VALUES (:i) RETURNING id", True),
        ("DELETE FROM t WHERE id = :i", False),
        ("SELECT id FROM t FOR UPDATE", True),
    ],
)
def test_texts_that_answer_with_rows(driver: Any, sql: str, rows: bool) -> None:
    assert driver.render(Statement(name="s", body=text(sql))).returns_rows is rows


def test_a_body_the_product_cannot_say_is_named() -> None:
    body = postgresql.insert(_T).values(name=bindparam("n")).on_conflict_do_nothing().returning(_T.c.id)
    assert _PG.render(Statement(name="s", body=body)).returns_rows
    with pytest.raises(BadInput, match=r"new_patient.*oceanbase"):
        _OB.render(Statement(name="new_patient", body=body))


@_BOTH
def test_defaults_on_the_python_side_are_refused(driver: Any) -> None:
    table = Table("d", MetaData(), Column("id", Integer, primary_key=True), Column("kind", String(9), default="x"))
    with pytest.raises(BadInput, match="kind"):
        driver.render(Statement(name="s", body=insert(table).values(id=bindparam("i"))))


@_BOTH
def test_lists_of_unknown_length_are_refused(driver: Any) -> None:
    body = select(_T).where(_T.c.id.in_(bindparam("ids", expanding=True)))
    with pytest.raises(BadInput, match="ids"):
        driver.render(Statement(name="s", body=body))


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text(),
    st.dates(),
    st.datetimes(),
    st.binary(),
)


@given(st.lists(st.tuples(_VALUES, _VALUES)))
def test_the_order_is_total_whatever_the_values(rows: list[tuple[Any, ...]]) -> None:
    one, two = list(rows), list(reversed(rows))
    sort_rows(one, ())
    sort_rows(two, ())
    assert [[rank(value) for value in row] for row in one] == [[rank(value) for value in row] for row in two]


@given(st.lists(st.one_of(st.none(), st.text())))
def test_none_comes_first_and_the_rest_by_code_point(values: list[str | None]) -> None:
    rows: list[tuple[Any, ...]] = [(value,) for value in values]
    sort_rows(rows, (0,))
    texts = [row[0] for row in rows if row[0] is not None]
    assert [row[0] for row in rows] == [None] * (len(rows) - len(texts)) + sorted(texts)


def test_bulk_texts() -> None:
    day, moment = dt.date(2026, 3, 2), dt.datetime.fromisoformat("2026-03-02T08:00:00")
    rows: list[Row] = [(1, "a\tb\\", Decimal("1E+3"), day, None, b"\x00\xff"), (2, "", None, day, moment, None)]
    assert copy_text(rows) == (
        "1\ta\\tb\\\\\t1E+3\t2026-03-02\t\\N\t\\\\x00ff\n2\t\t\\N\t2026-03-02\t2026-03-02 08:00:00\t\\N\n"
    )
    other: list[Row] = [(None, "甲", moment, day, None), (2.5, None, moment, None, None)]
    assert (
        copy_text(other) == "\\N\t甲\t2026-03-02T08:00:00\t2026-03-02\t\\N\n2.5\t\\N\t2026-03-02T08:00:00\t\\N\t\\N\n"
    )
    quoted = values_text(rows, lambda value: f"<{value}>")
    assert quoted == ("(1,<a\tb\\>,1000,'2026-03-02',NULL,x'00ff'),(2,'',NULL,'2026-03-02','2026-03-02 08:00:00',NULL)")
    assert [len(chunk) for chunk in chunks(iter(rows * 3), 4)] == [4, 2]
