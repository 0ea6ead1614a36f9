"""Two stacks that take turns: loaded at the same time, never in the same turn, and resumed only together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import scenarios
from harness import pipeline
from harness.assess import assess
from harness.events import Event
from harness.folding import fold
from harness.model import Part, Role, Stack
from harness.recording import Recording
from harness.samples import read_samples
from harness.settings import Plan
from tests.e2e.running import TOOLS, borne, small_plan

pytestmark = pytest.mark.e2e

TURN_NS = 250_000_000


def by_turns() -> Plan:
    plan = borne(small_plan())
    load = replace(plan.load, order="ABBA", turn_seconds=TURN_NS / 1e9, seconds=3.0, warmup_seconds=0.5, rounds=2)
    level = replace(load.levels[0], users=6, rate_per_s=60.0)
    return replace(plan, load=replace(load, levels=(level,)))


def loaded(run_dir: Path, stacks: dict[Role, Stack]) -> list[Event]:
    packs = [scenarios.pack("his")]
    return list(pipeline.run(run_dir, plan=by_turns(), stacks=stacks, packs=packs, tools=TOOLS, parts=[Part.LOAD]))


def test_each_is_loaded_in_its_own_turns_only(tmp_path: Path, original: Stack, twin: Stack) -> None:
    run_dir = tmp_path / "run"
    stacks = {stack.role: stack for stack in (original, twin)}
    loaded(run_dir, stacks)
    folder = run_dir / "recordings/his/load"
    blocks = [folder / name for name in ("01-original", "02-migrated", "03-original", "04-migrated")]
    facts = [Recording(block).facts() for block in blocks]
    assert facts[0]["epoch_mono_ns"] == facts[1]["epoch_mono_ns"] < facts[2]["epoch_mono_ns"]
    for block, letter in zip(blocks, "ABAB", strict=True):
        turns = np.unique(fold(read_samples(block), Recording(block).facts()["steps"]).due // TURN_NS)
        assert {"ABBA"[turn % 4] for turn in turns} == {letter}
        assert turns.max() > 12  # of 24: the whole of both stacks' time
    result, _ = assess(run_dir)
    assert [(b.stack, b.position, b.valid) for b in result.load] == [
        ("original", 1, True), ("migrated", 2, True), ("original", 3, True), ("migrated", 4, True),
    ]  # fmt: skip
    assert all(b.done == b.planned and b.throughput_per_s > 30 for b in result.load)
    (throughput,) = (e for e in result.estimates if e.metric == "throughput_ratio")
    assert 0.5 < throughput.value < 2.0
    assert all("轮流" in e.method for e in result.estimates if e.metric == "p95_ratio")

    # One of two without its seal, as a kill between the seals leaves it: both are done again.
    (blocks[2] / "recording.json").unlink()
    loaded(run_dir, stacks)
    assert (folder / "03-original.1").exists() and (folder / "04-migrated.1").exists()
    assert Recording(blocks[0]).facts() == facts[0]
    again = [Recording(block).facts()["epoch_mono_ns"] for block in blocks[2:]]
    assert again[0] == again[1] > facts[2]["epoch_mono_ns"]
