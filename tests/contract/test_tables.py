"""Whole tables: created with a mark, loaded, read, cleared; somebody else's tables are never touched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from harness.errors import Fault, StackProtected
from harness.model import ReplyKind
from harness.ports import Session
from tests.contract.schema import METADATA, NEW, PATIENT
from tests.contract.targets import Target

_MOMENT = dt.datetime.fromisoformat("2020-02-29T23:59:58")
_COLUMNS = [column.name for column in PATIENT.columns]
_ROWS = [
    (3, "丙", Decimal("0.00"), None, None, ""),
    (1, "𠮷%", Decimal("1.50"), dt.date(2020, 2, 29), _MOMENT, "a\tb\nc\\d'e\"f\r"),
    (2, "乙\x1f", None, None, None, None),
]


def test_load_and_state(tables: Target) -> None:
    driver = tables.driver
    assert driver.load(PATIENT.name, _COLUMNS, iter(_ROWS)) == 3
    assert driver.load("contract_visit", ["patient_id", "id"], [(1, 8), (1, 7)]) == 2
    words = [("b", 1), (None, 2), ("a", None), ("a", 3), ("B", 1)]
    assert driver.load("contract_words", ["word", "n"], words) == 5
    states = {state.table: state for state in driver.state(METADATA)}
    patient = states["contract_patient"]
    assert (patient.columns, patient.key) == (tuple(_COLUMNS), ("id",))
    assert patient.rows == tuple(tables.traits.stored_row(row) for row in sorted(_ROWS))
    assert states["contract_visit"].rows == ((7, 1), (8, 1))
    # No key: by the whole row, None first, code points and not a collation.
    assert states["contract_words"].rows == ((None, 2), ("B", 1), ("a", None), ("a", 3), ("b", 1))


def test_load_of_nothing(tables: Target) -> None:
    assert tables.driver.load(PATIENT.name, _COLUMNS, []) == 0


def test_load_of_many_chunks(tables: Target) -> None:
    rows = [(i, f"P{i}", Decimal(i) / 100, None, None, None if i % 7 else "注") for i in range(1, 3_001)]
    assert tables.driver.load(PATIENT.name, _COLUMNS, rows) == 3_000
    patient = next(state for state in tables.driver.state(METADATA) if state.table == PATIENT.name)
    assert len(patient.rows) == 3_000
    assert patient.rows[-1] == tables.traits.stored_row(rows[-1])


def test_load_of_rows_longer_than_a_packet_in_sum(tables: Target) -> None:
    rows = [(i, f"P{i}", None, None, None, "长文" * 10_000) for i in range(1, 401)]  # 24 MB in one chunk
    assert tables.driver.load(PATIENT.name, _COLUMNS, rows) == 400


def test_new_rows_come_after_loaded_ones_and_after_clear_from_the_start(tables: Target, session: Session) -> None:
    driver = tables.driver
    driver.load(PATIENT.name, _COLUMNS, _ROWS)
    driver.finish_load(METADATA)
    new = driver.render(NEW)
    values = [{"c": "new"}.get(name) for name in new.order]
    assert session.execute(new, values).kind is ReplyKind.OK
    newest = "SELECT max(id) FROM contract_patient"
    assert tables.run(session, newest).rows[0][0] > 3
    session.commit()
    driver.clear(METADATA)
    assert all(not state.rows for state in driver.state(METADATA))
    session.execute(new, values)
    assert tables.run(session, newest).rows[0][0] == 1


def test_a_failed_load_leaves_nothing(tables: Target) -> None:
    with pytest.raises(Fault, match="contract_patient"):
        tables.driver.load(PATIENT.name, _COLUMNS, [*_ROWS, _ROWS[0]])
    assert not next(state for state in tables.driver.state(METADATA) if state.table == PATIENT.name).rows


@pytest.fixture
def foreign(created: Target) -> Iterator[MetaData]:
    """A table that somebody else made and filled."""
    metadata = MetaData()
    Table("contract_foreign", metadata, Column("id", Integer, primary_key=True, autoincrement=False))
    session = created.driver.connect()
    created.run(session, "CREATE TABLE contract_foreign (id INTEGER PRIMARY KEY)")
    created.run(session, "INSERT INTO contract_foreign VALUES (42)")
    session.commit()
    yield metadata
    assert created.run(session, "SELECT id FROM contract_foreign").rows[0][0] == 42
    session.rollback()
    created.run(session, "DROP TABLE contract_foreign")
    session.commit()
    session.close()


def test_foreign_tables_are_protected(created: Target, foreign: MetaData) -> None:
    driver = created.driver
    assert driver.foreign_tables(["contract_foreign", "contract_patient", "contract_absent"]) == ("contract_foreign",)
    with pytest.raises(StackProtected, match="contract_foreign"):
        driver.create(foreign, mark="contract")
    with pytest.raises(StackProtected):
        driver.load("contract_foreign", ["id"], [(1,)])
    with pytest.raises(StackProtected):
        driver.clear(foreign)


def test_create_again_starts_empty(tables: Target) -> None:
    tables.driver.load("contract_words", ["word", "n"], [("a", 1)])
    tables.driver.create(METADATA, mark="contract")
    assert all(not state.rows for state in tables.driver.state(METADATA))
