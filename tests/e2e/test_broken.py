"""The migrated database is broken on purpose; each defect is caught under its own kind, and nothing else is reported.

Without these, a green report would mean nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.model import Role, Stack
from harness.result import Judgement, Result
from tests.e2e.running import roots, run

pytestmark = pytest.mark.e2e


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


@pytest.mark.parametrize("product", ["seekdb", "twin"])
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

        result = run(tmp_path / "run", stacks, broken_by=dearer)
        found = roots(result)
        assert [(f.transaction, f.step, f.column, f.kind) for f in found] == [
            ("table:drug", "before", "unit_price", "number")
        ]
        assert verdict(result, "PV-FUNC-1") is Judgement.FAIL

    def test_unique_index_lost_so_that_a_slot_is_sold_twice(self, tmp_path: Path, stacks: dict[Role, Stack]) -> None:
        on_table = " ON registration" if stacks[Role.MIGRATED].sql.product == "oceanbase" else ""

        def unguarded(cursor: Any) -> None:
            cursor.execute(f"DROP INDEX uq_registration_active_slot{on_table}")

        result = run(tmp_path / "run", stacks, broken_by=unguarded)
        found = roots(result)
        assert {f.kind for f in found} == {"error_class"}, found
        assert len({f.transaction for f in found}) == 1
        sold_twice = [i for i in result.invariants if not i.holds]
        assert {i.stack for i in sold_twice} == {"migrated"}
        assert len({i.name for i in sold_twice}) == 1
        assert verdict(result, "PV-FUNC-1") is Judgement.FAIL
        assert verdict(result, "PV-PERF-3") is Judgement.FAIL

    def test_a_statement_that_fails(self, tmp_path: Path, stacks: dict[Role, Stack]) -> None:
        def renamed(cursor: Any) -> None:
            cursor.execute("ALTER TABLE order_execution RENAME COLUMN nurse_id TO nurse")

        def back(cursor: Any) -> None:
            cursor.execute("ALTER TABLE order_execution RENAME COLUMN nurse TO nurse_id")

        result = run(tmp_path / "run", stacks, broken_by=renamed, mended_by=back)
        found = [f for f in roots(result) if f.transaction != "table:order_execution"]
        assert {f.kind for f in found} == {"error_class"}, found
        assert len({f.transaction for f in found}) == 1
        assert result.ledger["his"].error > 0
        assert verdict(result, "PV-FUNC-1") is Judgement.FAIL
