"""Both stacks under load at the same time, as on machines of their own; refused where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import scenarios
from harness import pipeline
from harness.assess import assess
from harness.errors import BadInput
from harness.events import Event
from harness.execute import apart
from harness.folding import fold
from harness.model import Host, Part, Role, Stack
from harness.recording import Recording
from harness.samples import read_samples
from harness.settings import Plan
from tests.e2e.running import TOOLS, borne, small_plan

pytestmark = pytest.mark.e2e


def at_once() -> Plan:
    plan = borne(small_plan())
    load = replace(plan.load, order="ABBA", parallel=True, seconds=3.0, warmup_seconds=0.5)
    level = replace(load.levels[0], users=6, rate_per_s=60.0)
    return replace(plan, load=replace(load, levels=(level,)))


def loaded(run_dir: Path, stacks: Mapping[Role, Stack]) -> list[Event]:
    packs = [scenarios.pack("his")]
    return list(pipeline.run(run_dir, plan=at_once(), stacks=stacks, packs=packs, tools=TOOLS, parts=[Part.LOAD]))


@pytest.fixture
def stacks(original: Stack, twin: Stack) -> Mapping[Role, Stack]:
    here = {role: (Host(name=f"{role.value}-db", agent="local"),) for role in Role}
    return {stack.role: replace(stack, hosts=here[stack.role]) for stack in (original, twin)}


def test_on_one_machine_it_is_refused_before_anything_is_written(tmp_path: Path, stacks: Mapping[Role, Stack]) -> None:
    with pytest.raises(BadInput, match="在同一台机器上，会互相拖慢"):
        loaded(tmp_path / "run", stacks)
    assert not (tmp_path / "run").exists()


def test_blocks_of_two_stacks_begin_and_end_together(
    tmp_path: Path, stacks: Mapping[Role, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "machine_of", lambda host: f"pretended machine of {host.name}")  # there is only one here
    run_dir = tmp_path / "run"
    told = [str(getattr(event, "name", "")) for event in loaded(run_dir, stacks)]
    assert sum("两侧同时" in name for name in told) == 2
    folder = run_dir / "recordings/his/load"
    blocks = [folder / name for name in ("01-original", "02-migrated", "03-migrated", "04-original")]
    facts = [Recording(block).facts() for block in blocks]
    epochs = [each["epoch_mono_ns"] for each in facts]
    assert epochs[0] == epochs[1] < epochs[2] == epochs[3]
    pair = zip(blocks[:2], facts[:2], strict=True)
    first, second = (sorted(fold(read_samples(block), said["steps"]).due) for block, said in pair)
    assert first == second  # the same moments on both sides
    result, _ = assess(run_dir)
    assert [(b.stack, b.position, b.valid) for b in result.load] == [
        ("original", 1, True), ("migrated", 2, True), ("migrated", 3, True), ("original", 4, True),
    ]  # fmt: skip
    assert all(b.done == b.planned and b.throughput_per_s > 30 for b in result.load)
    assert all("同时施压" in e.method for e in result.estimates if e.metric == "p95_ratio")
