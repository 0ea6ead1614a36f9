"""Two real runs of one plan on the same servers are held against each other by the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import reports
from harness.assess import assess
from harness.evidence import sealing
from harness.model import Part, Stack
from tests.e2e.running import run, small_plan, xinheng

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def test_two_runs_of_one_plan(tmp_path: Path, original: Stack, twin: Stack) -> None:
    stacks = {stack.role: stack for stack in (original, twin)}
    plan = small_plan()
    busy = replace(plan.load.levels[0], rate_per_s=150.0)
    plan = replace(
        plan,
        data=replace(plan.data, outpatients_per_day=60),
        functional=replace(plan.functional, transactions=150),
        load=replace(plan.load, seconds=3.0, levels=(busy,)),
        performance=replace(plan.performance, min_samples=20),
    )
    for name in ("before", "after"):
        folder = tmp_path / name
        run(folder, stacks, plan=plan, parts=(Part.FUNCTIONAL, Part.LOAD))
        reports.write_all(folder, *assess(folder))
        sealing.seal(folder)

    comparing = xinheng("compare", "before", "after", "--json", cwd=tmp_path)
    out, errors = comparing.communicate(timeout=120)
    assert comparing.returncode in (0, 1, 2), errors
    found = json.loads(out)
    assert found["conclusion"] == {0: "pass", 1: "fail", 2: "inconclusive"}[comparing.returncode]
    assert found["same_other"] and found["a"]["run_id"] != found["b"]["run_id"]
    (level,) = found["levels"]
    assert level["blocks_a"] == level["blocks_b"] == 1
    measured = [time for time in level["times"] if time["judged"] and time["direct"]["value"]]
    assert measured, "the busiest transactions have enough samples"
    assert all(0.02 < time["direct"]["value"] < 50 for time in measured)
    assert {time["change"] for time in measured} <= {"inconclusive", "not_counted"}  # one block each decides nothing
    assert {each["move"] for each in found["findings"]} <= {"same", "changed"}  # the same systems both times
    assert (tmp_path / "compare-before-after" / "comparison.html").stat().st_size > 20_000
    assert sealing.check(tmp_path / "before") == sealing.check(tmp_path / "after") == []

    with (tmp_path / "after" / "run.json").open("a") as known:
        known.write("\n")
    touched = xinheng("compare", "before", "after", cwd=tmp_path)
    _, errors = touched.communicate(timeout=240)
    assert touched.returncode == 3 and "run.json：大小由" in errors
