"""The capacity search on a real database: steps are recorded, and an interrupted search goes on."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness.model import Part, Role, Stack
from harness.settings import Plan
from harness.settings_load import CapacityPlan
from tests.e2e.running import run, small_plan

pytestmark = pytest.mark.long

SEARCH = CapacityPlan(
    stacks=("original",), limit_ms=60_000.0, start_per_s=30.0, step_seconds=2.0, warmup_seconds=0.5, users=4,
    repeats=1, most_steps=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def stacks(original: Stack, twin: Stack) -> Mapping[Role, Stack]:
    return {Role.ORIGINAL: original, Role.MIGRATED: twin}


def searching() -> Plan:
    plan = small_plan()
    busy = replace(plan.limits.lag_p99_ms, value=10_000.0)  # whatever else this machine does
    return replace(plan, capacity=SEARCH, limits=replace(plan.limits, lag_p99_ms=busy))


def test_a_search_leaves_its_steps_and_goes_on_where_it_was(stacks: Mapping[Role, Stack], tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    first = run(run_dir, stacks, plan=searching(), parts=(Part.CAPACITY,))
    (found,) = first.capacities
    assert (found.stack, len(found.steps)) == ("original", 3)
    assert found.steps[0].rate_per_s == 30
    assert all(step.n for step in found.steps)
    steps = run_dir / "recordings/his/capacity/original"
    kept = (steps / "02/recording.json").stat().st_mtime_ns
    (steps / "03/recording.json").unlink()
    again = run(run_dir, stacks, plan=searching(), parts=(Part.CAPACITY,))
    assert [s.rate_per_s for s in again.capacities[0].steps] == [s.rate_per_s for s in found.steps]
    assert (steps / "02/recording.json").stat().st_mtime_ns == kept
    assert (steps / "03.1").is_dir(), "what was interrupted is kept beside it"
