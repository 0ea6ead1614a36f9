"""What the databases hold, as a part of a run: judged with the rest, kept, and not done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.assess import assess
from harness.model import Part, Role
from harness.result import Judgement, Result
from reports import write_all
from tests.e2e.consistency.battery import tables
from tests.e2e.consistency.comparing import fill
from tests.e2e.running import run, small_plan, stack_on

pytestmark = pytest.mark.e2e

CHOSEN = ("money", "untouched")


def comp_2(result: Result) -> tuple[Judgement, str]:
    return next((v.verdict, v.reason) for v in result.verdicts if v.clause == "PV-COMP-2")


def test_the_contents_of_two_databases_as_a_part_of_a_run(servers: Path, tmp_path: Path) -> None:
    stacks = {
        Role.ORIGINAL: stack_on(Role.ORIGINAL, "postgresql", servers),
        Role.MIGRATED: stack_on(Role.MIGRATED, "oceanbase", servers),
    }
    planted = [each for each in tables(nan=True, zone=True) if each.name in CHOSEN]
    for role, stack in stacks.items():
        fill(stack.sql, planted, migrated=role is Role.MIGRATED)
    result = run(tmp_path / "run", stacks, plan=small_plan(), parts=(Part.DATA,))
    assert result.consistency is not None
    states = {table.table: table.state.value for table in result.consistency.tables if table.table in CHOSEN}
    assert states == {"money": "different", "untouched": "equal"}
    verdict, reason = comp_2(result)
    assert verdict is Judgement.FAIL and result.consistency.reason in reason
    write_all(tmp_path / "run", *assess(tmp_path / "run"))
    page = (tmp_path / "run" / "report.html").read_text()
    assert 'id="consistency"' in page and "tables.html" in page
    assert "money" in (tmp_path / "run" / "tables.html").read_text()
    log = tmp_path / "run" / "recordings" / "data" / "comparison.jsonl"
    before = log.stat().st_mtime_ns
    again = run(tmp_path / "run", stacks, plan=small_plan(), parts=(Part.DATA,))
    assert (again.consistency, log.stat().st_mtime_ns) == (result.consistency, before)
