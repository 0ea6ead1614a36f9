"""The tables and statements that the contract is tried on: the kinds of columns that hospital systems are made of."""

from __future__ import annotations

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

from harness.model import Statement

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
