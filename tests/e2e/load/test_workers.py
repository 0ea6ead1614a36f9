"""Blocks carried out by several generator processes: exact books, workers that are killed, a block done again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

import scenarios
from harness import pipeline
from harness.events import Event, Note, Progress, Sealed
from harness.execute.block_spec import ANSWER_FILE, BEGUN_FILE
from harness.model import Item, Part, Role, Stack
from harness.pacer import NS
from harness.recording import Recording, read_items, read_json
from harness.samples import SAMPLE, Rows, appended_by, read_samples
from harness.settings import Plan
from tests.e2e.running import TOOLS, borne, small_plan

pytestmark = pytest.mark.e2e


@pytest.fixture
def stacks(original: Stack, twin: Stack) -> Mapping[Role, Stack]:
    return {Role.ORIGINAL: original, Role.MIGRATED: twin}


@pytest.fixture
def block(tmp_path: Path) -> Path:
    """Where the first block of the run lies."""
    return tmp_path / "run/recordings/his/load/01-original"


def plan(*, lag_p99_ms: float | None = None, **load: Any) -> Plan:
    """A few patients, one level, and limits that no busy machine passes."""
    small = borne(small_plan())
    limits = small.limits
    if lag_p99_ms is not None:
        limits = replace(limits, lag_p99_ms=replace(limits.lag_p99_ms, value=lag_p99_ms))
    asked = {"processes": 2, "calibrate": False, "repeats": 0, **load}
    data = replace(small.data, outpatients_per_day=60, days=2)
    return replace(small, data=data, limits=limits, load=replace(small.load, **asked))


def first_block(
    block: Path, stacks: Mapping[Role, Stack], chosen: Plan, meanwhile: Callable[[], None] = lambda: None
) -> list[Event]:
    """Run until the first block is sealed; what was said until then."""
    said: list[Event] = []
    run_dir, packs = block.parents[3], [scenarios.pack("his")]
    running = pipeline.run(run_dir, plan=chosen, stacks=stacks, packs=packs, tools=TOOLS, parts=[Part.LOAD])
    for event in running:
        said.append(event)
        if isinstance(event, Progress):
            meanwhile()
        if isinstance(event, Sealed):
            break
    return said


def begun(block: Path) -> list[dict[str, Any]]:
    """The processes of a block once all of them have recorded something."""
    came: list[dict[str, Any]] = read_json(block / BEGUN_FILE)["came"] if (block / BEGUN_FILE).exists() else []
    files = [appended_by(block, each["number"]) for each in came]
    return came if all(path.exists() and path.stat().st_size for path in files) else []


def work(block: Path) -> list[Item]:
    return list(read_items(block.parents[3] / "workload/his-load-1.jsonl"))


def transactions(samples: Rows) -> set[tuple[int, int]]:
    return set(zip(samples["item"].tolist(), samples["user"].tolist(), strict=True))


def test_two_processes_share_the_users_and_the_books_balance(block: Path, stacks: Mapping[Role, Stack]) -> None:
    first_block(block, stacks, plan())
    facts, items, samples = Recording(block).facts(), work(block), read_samples(block)
    assert facts["planned"] == len(items) == facts["done"] + facts["not_sent"]
    assert facts["gaps"] == []
    assert [(each["name"], each["users"]) for each in facts["generators"]] == [("0", 2), ("1", 2)]
    assert facts["generators"][0]["pid"] != facts["generators"][1]["pid"]
    assert facts["self_test"]["users"] == facts["self_test"]["in_flight"] == 4
    assert np.array_equal(samples["user"] % 2, samples["process"])
    done = transactions(samples)
    assert len(done) == facts["done"]
    assert done <= {(item.seq, item.user) for item in items}
    assert {user for _, user in done} == {0, 1, 2, 3}


def test_a_killed_worker_is_named_and_what_it_had_recorded_stays(block: Path, stacks: Mapping[Role, Stack]) -> None:
    killed: dict[str, Any] = {}

    def kill() -> None:
        if not killed and (came := begun(block)):
            killed.update(came[1], kept=appended_by(block, 1).read_bytes())
            psutil.Process(killed["pid"]).kill()

    first_block(block, stacks, plan(seconds=3.0), kill)
    facts, samples = Recording(block).facts(), read_samples(block)
    (gap,) = facts["gaps"]
    assert (gap["what"], gap["name"], gap["host"], gap["block"]) == ("worker", "1", killed["host"], block.name)
    assert str(killed["pid"]) in gap["lost"]
    dead, alive = samples[samples["process"] == 1], samples[samples["process"] == 0]
    assert len(dead) >= len(killed["kept"]) // SAMPLE.itemsize > 0
    assert gap["start_s"] == pytest.approx(dead["answered"].max() / NS)
    assert gap["start_s"] < gap["end_s"] == 3.0
    lost = sum(item.user % 2 for item in work(block)) - len(transactions(dead))
    assert lost > 0
    assert f"失去 {lost} 笔" in gap["lost"]
    assert facts["planned"] == facts["done"] + facts["not_sent"] + lost
    assert alive["due"].max() > dead["answered"].max()
    assert facts["end_mono_ns"] - facts["epoch_mono_ns"] >= 3 * NS


def test_workers_die_with_their_master_and_the_block_is_accounted_for(
    block: Path, stacks: Mapping[Role, Stack]
) -> None:
    family: list[psutil.Process] = []

    def kill() -> None:
        if not family and (came := begun(block)):
            workers = [psutil.Process(each["pid"]) for each in came]
            family.extend([*workers[0].parents()[:1], *workers])
            family[0].kill()

    first_block(block, stacks, plan(seconds=3.0), kill)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert family
    assert not alive
    facts = Recording(block).facts()
    assert [gap["name"] for gap in facts["gaps"]] == ["0", "1"]
    assert facts["done"] == len(transactions(read_samples(block)))


def test_a_spoilt_block_is_set_aside_and_done_again(block: Path, stacks: Mapping[Role, Stack]) -> None:
    killed: list[int] = []

    def kill() -> None:
        if not killed and (came := begun(block)):
            killed.append(came[0]["pid"])
            psutil.Process(killed[0]).kill()

    said = first_block(block, stacks, plan(processes=1, repeats=1), kill)
    assert any(str(killed[0]) in event.text and "重做" in event.text for event in said if isinstance(event, Note))
    facts = Recording(block).facts()
    assert (facts["attempt"], facts["gaps"]) == (2, [])
    aside = block.with_name(f"{block.name}.1")
    assert len(read_samples(aside))
    (gap,) = read_json(aside / ANSWER_FILE)["gaps"]
    assert gap["name"] == "0"


@pytest.mark.long
def test_a_generator_that_is_too_slow_gets_processes_and_is_given_up_in_the_end(
    block: Path, stacks: Mapping[Role, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    said = first_block(block, stacks, plan(processes=1, repeats=2, lag_p99_ms=1e-6))
    facts = Recording(block).facts()
    assert (facts["attempt"], facts["processes"], len(facts["generators"])) == (3, 2, 2)
    assert sum("仍然无效" in event.text for event in said if isinstance(event, Note)) == 1
