"""What goes into a database comes out the same, with the same Python type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import bindparam, literal, select

from harness.model import ReplyKind, Statement
from harness.ports import Session
from tests.contract.schema import FIND, NEW, PATIENT, TOUCH
from tests.contract.targets import Target


def _store(target: Target, session: Session, **given: Any) -> tuple[Any, ...]:
    values = {"c": "A1", "f": None, "b": None, "s": None, "n": None} | given
    new, find = target.render(NEW), target.render(FIND)
    reply = session.execute(new, [values[name] for name in new.order])
    assert reply.kind is ReplyKind.OK, reply.message
    assert (type(reply.affected), reply.affected) == (int, 1)
    found = session.execute(find, [values["c"]])
    assert found.columns == ("code", "fee", "born", "seen", "note")
    (row,) = found.rows
    return tuple(row)


@pytest.mark.parametrize("fee", ["0.00", "0.01", "12.50", "99999999.99", "1005.10"])
def test_money_is_exact(tables: Target, session: Session, fee: str) -> None:
    back = _store(tables, session, f=Decimal(fee))[1]
    assert isinstance(back, Decimal)
    assert back == Decimal(fee)
    if tables.traits.keeps_scale:
        assert str(back) == fee


@pytest.mark.parametrize("day", ["1901-01-01", "1988-07-01", "2000-02-29", "2026-12-31", "9999-12-31"])
def test_dates(tables: Target, session: Session, day: str) -> None:
    moment = dt.datetime.fromisoformat(f"{day}T23:59:58")
    row = _store(tables, session, b=moment.date(), s=moment)
    expected = tables.traits.stored(moment.date()), moment
    assert row[2:4] == expected
    assert [type(value) for value in row[2:4]] == [type(value) for value in expected]


@pytest.mark.parametrize(
    "text",
    [
        "张三",
        "𠮷野家𬭎",  # outside the basic plane: four bytes in UTF-8 and in GB18030
        "100%s ％ %%",
        'o\'Neill "q" \\ back',
        "行一\n行二\t制表\r",
        "尾空格 ",
        "é e\u0301",  # composed and decomposed stay apart
        "x" * 60_000,
        "汉" * 20_000,
    ],
)
def test_texts(tables: Target, session: Session, text: str) -> None:
    assert _store(tables, session, n=text)[4] == text


def test_none_and_empty_text_stay_apart(tables: Target, session: Session) -> None:
    assert _store(tables, session, n=None)[4] is None
    assert _store(tables, session, c="A2", n="")[4] == tables.traits.stored("")


def test_nul_character_is_stored_or_refused_as_a_value(tables: Target, session: Session) -> None:
    new = tables.render(NEW)
    given = {"c": "A1", "f": None, "b": None, "s": None, "n": "a\x00b"}
    reply = session.execute(new, [given[name] for name in new.order])
    expected = ReplyKind.OK if tables.traits.stores_nul_character else ReplyKind.REFUSED
    assert reply.kind is expected


@pytest.mark.capability("session_time_zone")
def test_now_is_china_standard_time(tables: Target, session: Session) -> None:
    shown = tables.run(session, "SELECT LOCALTIMESTAMP{dual}").rows[0][0]
    china = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None)
    assert abs(shown - china) < dt.timedelta(minutes=2)


def test_update_to_the_same_value_counts_the_matched_row(tables: Target, session: Session) -> None:
    _store(tables, session, f=Decimal("1.00"))
    touch = tables.render(TOUCH)
    given = {"c": "A1", "f": Decimal("1.00")}
    assert session.execute(touch, [given[name] for name in touch.order]).affected == 1
    given["c"] = "nobody"
    assert session.execute(touch, [given[name] for name in touch.order]).affected == 0


def test_constants_and_per_cent_signs_are_part_of_the_text(tables: Target, session: Session) -> None:
    _store(tables, session, c="五折50%", n="a")
    body = select(PATIENT.c.code, literal("100% '\\").label("k")).where(
        PATIENT.c.code.like("%50\\%", escape="\\"), PATIENT.c.note.in_(["a", "b"]), PATIENT.c.note == bindparam("n")
    )
    rendered = tables.render(Statement(name="q", body=body))
    assert rendered.order == ("n",)
    assert rendered.returns_rows
    assert [tuple(row) for row in session.execute(rendered, ["a"]).rows] == [("五折50%", "100% '\\")]


def test_own_text_of_the_product_wins_over_the_body(tables: Target, session: Session) -> None:
    _store(tables, session)
    driver = tables.driver
    keys = dict.fromkeys((driver.family, driver.product_id))
    texts = {key: f"SELECT '{key} 5%', code FROM contract_patient WHERE code = :x" for key in keys}
    for key in keys:  # the product's id, known last, wins over the family
        known = {other: texts[other] for other in keys if other in (driver.family, key)}
        rendered = driver.render(Statement(name="q", body=select(literal("body")), texts=known))
        assert [tuple(row) for row in session.execute(rendered, ["A1"]).rows] == [(f"{key} 5%", "A1")]


def test_every_row_has_arrived_when_execute_returns(tables: Target, session: Session) -> None:
    rows = [(f"w{i:05d}", i) for i in range(20_000)]
    assert tables.driver.load("contract_words", ["word", "n"], rows) == len(rows)
    reply = tables.run(session, "SELECT word, n FROM contract_words")
    assert len(reply.rows) == len(rows)
    assert reply.affected == -1
