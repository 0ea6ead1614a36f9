"""Starts each product's server once and gives every test an empty set of contract tables on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)

from drivers.servers import SERVERS, server_for
from drivers.sql import driver_for
from harness.model import Rendered, Reply, SqlEndpoint, Statement
from harness.ports import Driver, Session
from tests.contract.traits import TRAITS, Traits

METADATA = MetaData()
PATIENT = Table(
    "contract_patient",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code", String(20), nullable=False),
    Column("fee", Numeric(10, 2)),
    Column("born", Date),
    Column("seen", DateTime),
    Column("note", Text),
    UniqueConstraint("code", name="contract_patient_code"),
    CheckConstraint("fee >= 0", name="contract_patient_fee"),
)
VISIT = Table(
    "contract_visit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("patient_id", Integer, ForeignKey("contract_patient.id", name="contract_visit_patient"), nullable=False),
)
WORDS = Table("contract_words", METADATA, Column("word", String(40)), Column("n", Integer))  # no key

NEW = Statement(
    name="new",
    body=insert(PATIENT).values(
        code=bindparam("c"), fee=bindparam("f"), born=bindparam("b"), seen=bindparam("s"), note=bindparam("n")
    ),
)
FIND = Statement(
    name="find",
    body=select(PATIENT.c.code, PATIENT.c.fee, PATIENT.c.born, PATIENT.c.seen, PATIENT.c.note)
    .where(PATIENT.c.code == bindparam("c"))
    .order_by(PATIENT.c.id),
)
TOUCH = Statement(name="touch", body=update(PATIENT).where(PATIENT.c.code == bindparam("c")).values(fee=bindparam("f")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server under contract."""

    endpoint: SqlEndpoint
    driver: Driver
    traits: Traits
    home: Path | None  # of a server that we started ourselves

    def render(self, statement: Statement) -> Rendered:
        return self.driver.render(statement)

    def run(self, session: Session, sql: str, *params: Any) -> Reply:
        return session.execute(Rendered(name="text", sql=sql, order=(), returns_rows=False), params)


def _products() -> list[str]:
    return ["other"] if os.environ.get("XINHENG_CONTRACT_URL") else list(SERVERS)


@pytest.fixture(scope="session", params=_products())
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    product: str = request.param
    if product == "other":
        secret = "XINHENG_CONTRACT_PASSWORD" if "XINHENG_CONTRACT_PASSWORD" in os.environ else ""
        endpoint = SqlEndpoint(url=os.environ["XINHENG_CONTRACT_URL"], password_env=secret)
        driver = driver_for(endpoint)
        yield Target(endpoint=endpoint, driver=driver, traits=TRAITS[driver.product_id], home=None)
        return
    home = tmp_path_factory.mktemp(product)
    server = server_for(product, home)
    facts = server.start()
    try:
        endpoint = SqlEndpoint(url=facts["url"], product=facts["product"])
        yield Target(endpoint=endpoint, driver=driver_for(endpoint), traits=TRAITS[product], home=home)
    finally:
        server.discard()


@pytest.fixture(scope="session")
def created(target: Target) -> Target:
    target.driver.create(METADATA, mark="contract")
    return target


@pytest.fixture
def tables(created: Target) -> Target:
    """The contract tables, empty. Emptied only where a test committed something: TRUNCATE is slow on some products."""
    session = created.driver.connect()
    filled = [name for name in METADATA.tables if created.run(session, f"SELECT 1 FROM {name} LIMIT 1").rows]
    session.close()
    if filled:
        created.driver.clear(METADATA)
    return created


@pytest.fixture
def connect(target: Target) -> Iterator[Callable[..., Session]]:
    """Opens sessions and closes them at the end of the test."""
    opened: list[Session] = []

    def opener(**how: float) -> Session:
        opened.append(target.driver.connect(**how))
        return opened[-1]

    yield opener
    for session in opened:
        session.rollback()
        session.close()


@pytest.fixture
def session(tables: Target, connect: Callable[..., Session]) -> Session:
    return connect()
