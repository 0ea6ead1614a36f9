"""The migrated database is broken on purpose; each defect is caught under its own kind, and nothing else is reported.

Without these, a green report would mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.model import Part, Role, Stack
from harness.result import Finding, Judgement, Result
from harness.settings import load_plan
from tests.e2e.running import roots, run, with_cursor

pytestmark = pytest.mark.e2e

FUNCTIONAL = (Part.FUNCTIONAL,)

# Every insert into order_execution fails from now on; and the statement that ends this.
TRIGGER = {
    "postgresql": (
        (
            (
                "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'broken on purpose'; END $$"
            ),
            "CREATE TRIGGER broken BEFORE INSERT ON order_execution FOR EACH ROW EXECUTE FUNCTION broken()",
        ),
        "DROP TRIGGER broken ON order_execution",
    ),
    "oceanbase": (
        (
            (
                "CREATE TRIGGER broken BEFORE INSERT ON order_execution FOR EACH ROW "
                "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'broken on purpose'"
            ),
        ),
        "DROP TRIGGER broken",
    ),
}


def drop_all(cursor: Any) -> None:
    """Leave nothing in the migrated database."""
    cursor.execute("SHOW TABLES")
    tables = [name for (name,) in cursor.fetchall()]
    cursor.execute("SET foreign_key_checks = 0")
    for table in tables:
        cursor.execute(f"DROP TABLE {table}")


def verdict(result: Result, clause: str) -> Judgement:
    return next(v.verdict for v in result.verdicts if v.clause == clause)


def test_healthy_migration_has_only_declared_differences(tmp_path: Path, original: Stack, seekdb: Stack) -> None:
    result = run(tmp_path / "run", {Role.ORIGINAL: original, Role.MIGRATED: seekdb})
    assert roots(result) == []
    assert result.ledger["his"].balanced
    assert result.ledger["his"].equal_by_rule > 0  # the two products do differ where the pack says so
    assert verdict(result, "PV-FUNC-1") is Judgement.PASS
    assert all(i.holds for i in result.invariants)
    used = [rule for rule in result.rules if rule["count"]]
    assert used, "no declared rule explained anything"


def test_two_identical_stacks_report_nothing(tmp_path: Path, original: Stack, twin: Stack) -> None:
    result = run(tmp_path / "run", {Role.ORIGINAL: original, Role.MIGRATED: twin})
    assert [f for f in result.findings if f.explained_by != "noise"] == []
    assert result.ledger["his"].different == result.ledger["his"].error == result.ledger["his"].not_run == 0
    assert verdict(result, "PV-FUNC-1") is Judgement.PASS


Act = Callable[[Any], None]


def saying(*statements: str) -> Act:
    def act(cursor: Any) -> None:
        for statement in statements:
            cursor.execute(statement)

    return act


def nothing(cursor: Any) -> None:
    """What is not mended stays."""


def dearer(cursor: Any) -> None:
    cursor.execute("SELECT drug_code FROM prescription_item ORDER BY prescription_id, line_no LIMIT 1")
    (code,) = cursor.fetchone()
    cursor.execute("UPDATE drug SET unit_price = unit_price + 0.01 WHERE drug_code = %s", (code,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What is done to the migrated database, how it is mended afterwards, and what has to be found."""

    breaks: Act
    mends: Act = nothing
    found: frozenset[tuple[str, str]]  # transaction, kind
    where: frozenset[tuple[str, str]] = frozenset()  # step, column

    def seen_in(self, found: list[Finding]) -> bool:
        own = [f for f in found if (f.transaction, f.kind) in self.found]
        return len(own) == len(self.found) and self.where <= {(f.step, f.column) for f in own}


def defects(product: str) -> dict[str, Defect]:
    breaking, mending = TRIGGER[product]
    on_table = " ON registration" if product == "oceanbase" else ""
    rename = "ALTER TABLE bed_transfer RENAME COLUMN {} TO {}"
    return {
        "one price changed": Defect(
            breaks=dearer, found=frozenset({("table:drug", "number")}), where=frozenset({("before", "unit_price")})
        ),
        "unique index lost, so that a slot is sold twice": Defect(
            breaks=saying(f"DROP INDEX uq_registration_active_slot{on_table}"),
            found=frozenset({("probe_double_booking", "outcome")}),
            where=frozenset({("add_registration", "")}),
        ),
        "a statement that fails": Defect(
            breaks=saying(*breaking),
            mends=saying(mending),
            found=frozenset({("execute_order", "error_class")}),
            where=frozenset({("add_order_execution", "")}),
        ),
        "a lost column": Defect(
            breaks=saying(rename.format("transferred_at", "at_time")),
            mends=saying(rename.format("at_time", "transferred_at")),
            found=frozenset({("table:bed_transfer", "columns"), ("transfer_bed", "error_class")}),
        ),
    }


def broken_run(run_dir: Path, original: Stack, migrated: Stack, chosen: list[Defect]) -> Result:
    """A functional run on which every one of these is found under its own kind, and nothing else."""

    def break_all(cursor: Any) -> None:
        for defect in chosen:
            defect.breaks(cursor)

    def mend_all(cursor: Any) -> None:
        for defect in chosen:
            defect.mends(cursor)

    stacks = {Role.ORIGINAL: original, Role.MIGRATED: migrated}
    result = run(run_dir, stacks, broken_by=break_all, mended_by=mend_all, parts=FUNCTIONAL)
    found = roots(result)
    assert {(f.transaction, f.kind) for f in found} == frozenset().union(*(d.found for d in chosen))
    assert all(defect.seen_in(found) for defect in chosen)
    assert verdict(result, "PV-FUNC-1") is Judgement.FAIL
    return result


def test_every_defect_is_found_beside_the_others(tmp_path: Path, original: Stack, seekdb: Stack) -> None:
    result = broken_run(tmp_path / "run", original, seekdb, list(defects("oceanbase").values()))
    sold_twice = [i for i in result.invariants if not i.holds]
    assert {i.stack for i in sold_twice} == {"migrated"}
    assert len({i.name for i in sold_twice}) == 1
    assert result.ledger["his"].error > 0


@pytest.mark.long
@pytest.mark.parametrize("name", list(defects("oceanbase")))
@pytest.mark.parametrize("product", ["seekdb", "twin"])
def test_every_defect_is_found_alone(
    tmp_path: Path, product: str, name: str, original: Stack, request: pytest.FixtureRequest
) -> None:
    migrated: Stack = request.getfixturevalue(product)
    broken_run(tmp_path / "run", original, migrated, [defects(migrated.sql.product)[name]])


def test_data_that_a_migration_brought_is_compared_as_it_is(
    tmp_path: Path, stacks_file: Path, plan_file: Path, original: Stack, seekdb: Stack
) -> None:
    """`data.mode = "keep"`: nothing is loaded into the migrated stack, and tables that are not ours are not emptied."""
    assert main(["prepare", "--stacks", str(stacks_file), "--plan", str(plan_file)]) == 0

    def tool(cursor: Any) -> None:
        cursor.execute("DROP TABLE xinheng_mark")  # as if another program had made the tables
        cursor.execute("SELECT MIN(patient_id) FROM patient WHERE address IS NOT NULL")
        (patient,) = cursor.fetchone()  # addresses are read by no transaction, so that nothing follows from this
        cursor.execute("UPDATE patient SET address = '改在别处' WHERE patient_id = %s", (patient,))

    with_cursor(seekdb, tool)
    plan = load_plan(plan_file)
    kept = replace(plan, data=replace(plan.data, mode="keep"))
    result = run(tmp_path / "run", {Role.ORIGINAL: original, Role.MIGRATED: seekdb}, plan=kept)
    assert [(f.transaction, f.step, f.column, f.kind) for f in roots(result)] == [
        ("table:patient", "before", "address", "text")
    ]
    assert result.load == ()
    assert verdict(result, "PV-PERF-1") is Judgement.NOT_RUN
    with_cursor(seekdb, drop_all)  # the next test finds an empty database
