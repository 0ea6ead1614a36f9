"""The migrated database is broken on purpose; each defect is caught under its own kind, and nothing else is reported.

Without these, a green report would mean nothing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.model import Part, Role, Stack
from harness.result import Judgement, Result
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


@pytest.mark.parametrize("product", ["seekdb", pytest.param("twin", marks=pytest.mark.long)])
class TestBrokenOnPurpose:
    """Three defects, on another product and on the same one."""

    @pytest.fixture
    def stacks(self, product: str, original: Stack, request: pytest.FixtureRequest) -> dict[Role, Stack]:
        return {Role.ORIGINAL: original, Role.MIGRATED: request.getfixturevalue(product)}

    def test_one_price_changed(self, tmp_path: Path, stacks: dict[Role, Stack]) -> None:
        def dearer(cursor: Any) -> None:
            cursor.execute("SELECT drug_code FROM prescription_item ORDER BY prescription_id, line_no LIMIT 1")
            (code,) = cursor.fetchone()
            cursor.execute("UPDATE drug SET unit_price = unit_price + 0.01 WHERE drug_code = %s", (code,))

        result = run(tmp_path / "run", stacks, broken_by=dearer, parts=FUNCTIONAL)
        found = roots(result)
        assert [(f.transaction, f.step, f.column, f.kind) for f in found] == [
            ("table:drug", "before", "unit_price", "number")
        ]
        assert verdict(result, "PV-FUNC-1") is Judgement.FAIL

    def test_unique_index_lost_so_that_a_slot_is_sold_twice(self, tmp_path: Path, stacks: dict[Role, Stack]) -> None:
        on_table = " ON registration" if stacks[Role.MIGRATED].sql.product == "oceanbase" else ""

        def unguarded(cursor: Any) -> None:
            cursor.execute(f"DROP INDEX uq_registration_active_slot{on_table}")

        result = run(tmp_path / "run", stacks, broken_by=unguarded, parts=FUNCTIONAL)
        found = roots(result)
        assert [(f.transaction, f.step, f.kind) for f in found] == [
            ("probe_double_booking", "add_registration", "outcome")
        ]
        sold_twice = [i for i in result.invariants if not i.holds]
        assert {i.stack for i in sold_twice} == {"migrated"}
        assert len({i.name for i in sold_twice}) == 1
        assert verdict(result, "PV-FUNC-1") is Judgement.FAIL

    def test_a_statement_that_fails(self, tmp_path: Path, stacks: dict[Role, Stack]) -> None:
        breaking, mending = TRIGGER[stacks[Role.MIGRATED].sql.product]

        def break_it(cursor: Any) -> None:
            for statement in breaking:
                cursor.execute(statement)

        result = run(
            tmp_path / "run",
            stacks,
            broken_by=break_it,
            mended_by=lambda cursor: cursor.execute(mending),
            parts=FUNCTIONAL,
        )
        found = roots(result)
        assert [(f.transaction, f.step, f.kind) for f in found] == [
            ("execute_order", "add_order_execution", "error_class")
        ]
        assert result.ledger["his"].error > 0
        assert verdict(result, "PV-FUNC-1") is Judgement.FAIL

    def test_a_lost_column_is_a_finding_and_no_fault(self, tmp_path: Path, stacks: dict[Role, Stack]) -> None:
        result = run(
            tmp_path / "run",
            stacks,
            broken_by=lambda cursor: cursor.execute("ALTER TABLE bed_transfer RENAME COLUMN transferred_at TO at_time"),
            mended_by=lambda cursor: cursor.execute("ALTER TABLE bed_transfer RENAME COLUMN at_time TO transferred_at"),
            parts=FUNCTIONAL,
        )
        found = {(f.transaction, f.kind) for f in roots(result)}
        assert found == {("table:bed_transfer", "columns"), ("transfer_bed", "error_class")}


def test_data_that_a_migration_brought_is_compared_as_it_is(
    tmp_path: Path, stacks_file: Path, plan_file: Path, original: Stack, seekdb: Stack
) -> None:
    """`data.mode = "keep"`: nothing is loaded into the migrated stack, and tables that are not ours are not emptied."""
    assert main(["prepare", "--stacks", str(stacks_file), "--plan", str(plan_file)]) == 0

    def tool(cursor: Any) -> None:
        cursor.execute("DROP TABLE xinheng_mark")  # as if another program had made the tables
        cursor.execute("UPDATE bed SET bed_fee = bed_fee + 1 WHERE bed_id = 'W00000001'")

    with_cursor(seekdb, tool)
    plan = load_plan(plan_file)
    kept = replace(plan, data=replace(plan.data, mode="keep"))
    result = run(tmp_path / "run", {Role.ORIGINAL: original, Role.MIGRATED: seekdb}, plan=kept)
    assert [(f.transaction, f.step, f.column, f.kind) for f in roots(result)] == [
        ("table:bed", "before", "bed_fee", "number")
    ]
    assert result.load == ()
    assert verdict(result, "PV-PERF-1") is Judgement.NOT_RUN
    with_cursor(seekdb, drop_all)  # the next test finds an empty database
