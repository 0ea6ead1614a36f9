"""kill -9 of a host's agent in the middle of a load block: the run goes on, revives it, and says what is missing."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

import scenarios
from harness import pipeline
from harness.assess import assess
from harness.events import Note, Progress
from harness.model import Host, Part, Role, Stack
from tests.e2e.running import TOOLS, small_plan

pytestmark = pytest.mark.e2e


def agent_of(out: Path) -> psutil.Process:
    """The agent that writes a readings file."""
    children = psutil.Process().children()
    [agent] = [child for child in children if "harness.agent" in child.cmdline() and str(out) in child.cmdline()]
    return agent


def sampled(run_dir: Path) -> bool:
    """Whether a block on the migrated stack is under way."""
    return any(path.stat().st_size for path in run_dir.glob("recordings/his/load/*-migrated/samples-*.bin"))


def test_the_run_goes_on_and_names_the_gap(tmp_path: Path, original: Stack, twin: Stack) -> None:
    plan = small_plan()
    plan = replace(plan, load=replace(plan.load, seconds=4.0, calibrate=False, repeats=0))
    stacks = {s.role: replace(s, hosts=(Host(name="here"),)) for s in (original, twin)}
    out = tmp_path / "run/readings/migrated-here.jsonl"
    kept, notes = b"", []
    for event in pipeline.run(
        tmp_path / "run", plan=plan, stacks=stacks, packs=[scenarios.pack("his")], tools=TOOLS, parts=[Part.LOAD]
    ):
        match event:
            case Progress() if not kept and sampled(tmp_path / "run"):
                agent_of(out).send_signal(signal.SIGKILL)
                kept = out.read_bytes()
            case Note(text=text):
                notes.append(text)
    assert kept and out.read_bytes().startswith(kept)
    assert any("主机 here 的探针中断过，已重新启动" in note for note in notes)
    result, series = assess(tmp_path / "run")
    gaps = [gap for gap in result.gaps if gap.what == "agent"]  # where the machine stood still there are others
    assert any(
        (gap.stack, gap.host) == (Role.MIGRATED.value, "here")
        and "没有资源读数" in gap.lost
        and "his/" in gap.lost  # the block that it touches
        for gap in gaps
    )
    assert all(gap.end_s - gap.start_s < plan.load.seconds for gap in gaps)
    assert [b.stack for b in result.load] == ["original", "migrated"]
    assert all(b.done == b.planned for b in result.load)
    resources = next(v for v in result.verdicts if v.clause == "PV-PERF-2")
    assert f"探针中断 {len(gaps)} 处" in resources.reason
    assert {b.stack for b in result.bottlenecks} == {"original", "migrated"}
    assert all("throughput" in line.values and line.host == "here" for line in series.timelines)
    assert not [p for p in psutil.Process().children() if p.pid != os.getpid() and "harness.agent" in p.cmdline()]
