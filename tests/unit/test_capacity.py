"""The capacity from a run folder alone: what was recorded step by step gives the same answer as the search had."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.assess.capacity import capacities
from harness.capacity_step import measured, steps_of
from harness.judge import Material
from harness.judge.capacity import capacity_told
from harness.load_result import Capacity
from harness.pacer import NS
from harness.recording import Recording, write_json
from harness.samples import SAMPLE, appended_by, seal_samples
from harness.seeking import Ask, Bounds, conclude, next_step
from harness.settings import Plan, load_plan
from harness.settings_load import CapacityPlan

SMOKE = load_plan("smoke")
PLAN = replace(SMOKE, capacity=CapacityPlan(stacks=("migrated",), step_seconds=4.0, warmup_seconds=1.0, resolution=0.1))
RUN = {"packs": {"his": {"transactions_per_visit": 9.0}}}
USERS = 8
SATURATED = 300.0  # per second


def samples(rate: float, seconds: float) -> Any:
    """A queue of one server with exponential service, work shared out among the users."""
    rng = np.random.default_rng(int(rate * 1000))
    n = rng.poisson(rate * seconds)
    due = np.sort(rng.integers(0, int(seconds * NS), n))
    service = (rng.exponential(1 / SATURATED, n) * NS).astype(np.int64)
    begun = np.zeros(n, dtype=np.int64)
    free = 0
    for i in range(n):
        begun[i] = max(due[i], free)
        free = begun[i] + service[i]
    whole = np.zeros(n, dtype=SAMPLE)
    whole["due"], whole["sent"], whole["answered"] = due, due + 1000, begun + service + 1000
    whole["item"], whole["user"] = np.arange(n), np.arange(n) % USERS
    return whole[np.argsort(whole["answered"], kind="stable")]


def write_step(run: Path, number: int, ask: Ask, *, cpu: float = 0.1, broken: bool = False) -> Recording:
    recording = Recording(run / f"recordings/his/capacity/migrated/{number:02d}")
    recording.begin()
    seconds = PLAN.capacity.step_seconds
    drawn = samples(ask.rate_per_s, seconds)
    drawn.tofile(appended_by(recording.folder, 0))
    seal_samples(recording.folder)
    write_json(recording.folder / "invariants.json", [{"title": "一号一人", "holds": not broken}])
    recording.seal(
        {
            "rate_per_s": ask.rate_per_s, "users": USERS, "seconds": seconds, "warmup_s": 1.0, "steps": ["commit"],
            "planned": len(drawn), "processes": ask.processes, "generator": {"cpu": cpu}, "gaps": [],
        }
    )  # fmt: skip
    return recording


def write_search(run: Path, *, busy_from: float = 9e9, plan: Plan = PLAN) -> Bounds:
    bounds = Bounds(plan=plan.capacity, error_rate=plan.limits.error_rate.value)
    history = []
    while (ask := next_step(history, bounds)) is not None:
        cpu = 0.95 if ask.rate_per_s >= busy_from else 0.1
        history.append(measured(write_step(run, len(history) + 1, ask, cpu=cpu), plan.limits))
    return bounds


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Capacity:
    run = tmp_path_factory.mktemp("run")
    write_search(run)
    (one,) = capacities(run, RUN, PLAN)
    return one


def test_the_queue_is_found_where_it_saturates(found: Capacity) -> None:
    assert (found.pack, found.stack, found.metric) == ("his", "migrated", "p95")
    assert 0.6 * SATURATED < found.sustained_per_s < found.refused_per_s < 1.1 * SATURATED
    assert 0.35 * SATURATED < found.knee_per_s < 0.75 * SATURATED, "of one server it is at half"
    assert found.limited_by.startswith(f"每秒 {found.refused_per_s:.1f} 笔时")
    assert found.outpatients_per_day == int(found.sustained_per_s * 3600 / (9 * 0.15))


def test_every_step_is_told_with_its_reason(found: Capacity) -> None:
    assert [step.sustained for step in found.steps[:3]] == [True] * 3
    refused = [step for step in found.steps if not step.sustained]
    assert refused
    assert all(step.reason and step.valid for step in refused)
    assert all(step.p50_ms <= step.p95_ms <= step.p99_ms for step in found.steps)


def test_it_is_evidence_in_one_clause(found: Capacity) -> None:
    clause = capacity_told(Material(plan=PLAN, stacks={}, packs={}, capacities=(found,)))
    assert clause.startswith(f"迁移后系统 his 最高可持续每秒 {found.sustained_per_s:.0f} 笔")
    assert f"拐点约每秒 {found.knee_per_s:.0f} 笔" in clause
    assert capacity_told(Material(plan=PLAN, stacks={}, packs={})) == ""


def test_the_recording_alone_gives_the_searchs_own_answer(tmp_path: Path, found: Capacity) -> None:
    bounds = write_search(tmp_path)
    history = [measured(each, PLAN.limits) for each in steps_of(tmp_path / "recordings/his/capacity/migrated")]
    assert conclude(history, bounds).sustained_per_s == found.sustained_per_s
    assert capacities(tmp_path, json.loads(json.dumps(RUN)), PLAN) == (found,)


def test_the_generators_own_limit_is_not_the_systems(tmp_path: Path) -> None:
    write_search(tmp_path, busy_from=100.0)
    (one,) = capacities(tmp_path, RUN, PLAN)
    assert one.sustained_per_s == 80
    assert one.refused_per_s == 0
    assert "不是被测系统的容量" in one.limited_by
    assert not one.steps[-1].valid


def test_a_step_that_breaks_an_invariant_is_not_sustained(tmp_path: Path) -> None:
    recording = write_step(tmp_path, 1, Ask(rate_per_s=20.0, processes=1), broken=True)
    seen = measured(recording, PLAN.limits)
    assert Bounds(plan=PLAN.capacity, error_rate=0.1).why_refused(seen, 1e9) == "违反业务不变量：一号一人"


def test_what_is_unfinished_does_not_count(tmp_path: Path) -> None:
    write_step(tmp_path, 1, Ask(rate_per_s=20.0, processes=1))
    Recording(tmp_path / "recordings/his/capacity/migrated/02").begin()
    assert len(list(steps_of(tmp_path / "recordings/his/capacity/migrated"))) == 1
    assert capacities(tmp_path, {"packs": {"lis": {}}}, PLAN) == ()
