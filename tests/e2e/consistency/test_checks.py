"""What a hospital asks of its data as a whole, on four pairs of databases: what got worse is found, and only that."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from harness.data_result import Check, CheckKind, TablesSettings
from harness.model import Row
from harness.result import Judgement
from tests.e2e.consistency.battery import Plant, Planted, to
from tests.e2e.consistency.comparing import compared, fill
from tests.e2e.consistency.test_battery import H2, MARIADB, endpoint

pytestmark = pytest.mark.e2e

DEPARTMENTS = ("内科", "外科", "icu", "ICU", "儿科")
PASS, FAIL = Judgement.PASS, Judgement.FAIL


def _at(number: int) -> dt.datetime:
    return dt.datetime(2025, 1, 30, 12, 0) + dt.timedelta(hours=7 * number)


def _document(n: int) -> Row:
    department = None if n % 50 == 0 else DEPARTMENTS[n % 5]
    title = (None, " ", "出院小结", "病程记录")[n % 4]
    return n, department, title, _at(n), _at(n) + dt.timedelta(minutes=n % 3 - 1), "\ue5e5氏" if n % 60 == 0 else "王氏"


BILLS = Planted(
    name="check_bill",
    columns=lambda: [
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("dept", sa.String(20)),
        sa.Column("amount", sa.Numeric(10, 2)),
        sa.Column("billed", sa.DateTime()),
    ],
    row=lambda n: (n, None if n % 40 == 0 else DEPARTMENTS[n % 5], Decimal(n * 37 % 1000) / 100, _at(n)),
    plants=(
        Plant(kind="number", column="amount", row=7, to=lambda value: value + Decimal("0.01")),
        Plant(kind="text", column="dept", row=9, to=to("内科")),
    ),
)
DOCUMENTS = Planted(
    name="check_doc",
    columns=lambda: [
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("dept", sa.String(20)),
        sa.Column("title", sa.String(40)),
        sa.Column("applied", sa.DateTime()),
        sa.Column("done", sa.DateTime()),
        sa.Column("name", sa.String(20)),
    ],
    row=_document,
    plants=(
        Plant(kind="text", column="dept", row=11, to=to("神经科")),
        Plant(kind="text", column="title", row=14, to=to("  ")),
        Plant(kind="time", column="done", row=16, to=lambda value: value - dt.timedelta(minutes=5)),
        Plant(kind="charset", column="name", row=17, to=to("\ufffd氏")),
    ),
)
CODES = Planted(
    name="check_dict",
    columns=lambda: [sa.Column("n", sa.Integer(), primary_key=True), sa.Column("code", sa.String(20))],
    row=lambda n: (n, DEPARTMENTS[n - 1]),
    rows=len(DEPARTMENTS),
)
CHECKS = (
    Check(kind=CheckKind.TOTALS, table="check_bill", month="billed", by=("dept",), columns=("amount",)),
    Check(kind=CheckKind.TOTALS, table="check_doc", by=("dept",)),
    Check(kind=CheckKind.CODES, table="check_doc", columns=("dept",), to="check_dict.code"),
    Check(kind=CheckKind.COMPLETE, table="check_doc", columns=("dept", "title")),
    Check(kind=CheckKind.MATCHED, table="check_bill", columns=("id",), to="check_doc.id"),
    Check(kind=CheckKind.TIMELY, table="check_doc", columns=("applied", "done")),
    Check(kind=CheckKind.CHARACTERS, table="check_d*"),
)
SETTINGS = TablesSettings(original={}, migrated={}, tables=("check_*",), checks=CHECKS)
PAIRS = [
    ("postgresql", "oceanbase"),
    pytest.param("postgresql", "mariadb", marks=MARIADB),
    pytest.param("mariadb", "oceanbase", marks=MARIADB),
    pytest.param("postgresql", "h2", marks=H2),
]


@pytest.mark.parametrize(("original", "migrated"), PAIRS)
def test_what_got_worse_is_found_and_only_that(original: str, migrated: str, servers: Path, tmp_path: Path) -> None:
    tables = (BILLS, DOCUMENTS, CODES)
    mine = fill(endpoint(original, "original", servers), tables, migrated=False)
    there = fill(endpoint(migrated, "migrated", servers), [replace(t, plants=()) for t in tables], migrated=True)
    same = compared(mine, there, tmp_path / "same", SETTINGS)
    assert [each for each in same.checks if each.judgement is not PASS or each.original != each.migrated] == []
    there = fill(endpoint(migrated, "migrated", servers), tables, migrated=True)
    worse = compared(mine, there, tmp_path / "worse", SETTINGS)
    found = {(c.check.kind.value, c.check.table.lower(), c.check.columns[-1:]): c for c in worse.checks}
    assert {key for key, each in found.items() if each.judgement is FAIL} == {
        ("totals", "check_bill", ("amount",)), ("totals", "check_doc", ()), ("codes", "check_doc", ("dept",)),
        ("complete", "check_doc", ("title",)), ("timely", "check_doc", ("done",)),
        ("characters", "check_doc", ("name",)),
    }  # fmt: skip
    assert found["totals", "check_bill", ("amount",)].differing == 3  # of the sum, and of both departments
    codes = found["codes", "check_doc", ("dept",)]
    assert codes.original == (294, 300)
    assert found["characters", "check_doc", ("name",)].original == (5, 0)
    assert found["characters", "check_doc", ("name",)].migrated == (5, 1)
    complete = sum(1 for n in range(1, 301) if n % 50 and n % 4 > 1)
    assert found["complete", "check_doc", ("title",)].original == (complete, 300)
    assert found["timely", "check_doc", ("done",)].original == (200, 300)


def test_a_check_of_what_is_not_there_decides_nothing(servers: Path, tmp_path: Path) -> None:
    mine = fill(endpoint("postgresql", "original", servers), [CODES], migrated=False)
    there = fill(endpoint("postgresql", "migrated", servers), [CODES], migrated=True)
    unknown = Check(kind=CheckKind.COMPLETE, table="check_dict", columns=("titel",))
    result = compared(mine, there, tmp_path / "out", replace(SETTINGS, tables=("check_dict",), checks=(unknown,)))
    assert result.checks[0].judgement is Judgement.INCONCLUSIVE
    assert "titel" in result.checks[0].trouble
