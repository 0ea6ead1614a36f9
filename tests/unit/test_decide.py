"""A level may stop as soon as everything is decided, and the final assessment then says the same."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from harness.assess import assess
from harness.assess.decide import decided, stopped
from harness.recording import read_json, write_json
from harness.result import Judgement
from harness.settings import load_plan, plan_as_dict
from tests.unit.test_assess import LEVELS, write_block, write_whole

LOAD = replace(load_plan("smoke").load, rounds=2, until_decided=True, levels=LEVELS[:1])
PLAN = replace(load_plan("smoke"), load=LOAD)


def with_plan(run: Path) -> Path:
    """One level that may go through its order twice, of which one round is recorded."""
    known = read_json(run / "run.json")
    write_json(run / "run.json", {**known, "plan": msgspec.to_builtins(plan_as_dict(PLAN))})
    for block in (run / "recordings/his/load").iterdir():
        if int(block.name[:2]) > len(LOAD.order):
            shutil.rmtree(block)
    return run


@pytest.mark.parametrize(
    ("slower", "n", "says"), [(2.0, 900, "不通过 3 项"), (1.0, 4000, "通过 3 项"), (1.18, 900, "")]
)
def test_a_level_stops_when_everything_is_decided(tmp_path: Path, slower: float, n: int, says: str) -> None:
    run = with_plan(write_whole(tmp_path / "run", slower=slower, n=n))
    because = decided(run, "his", 0)
    assert bool(because) == bool(says) and says in because
    verdicts = {e.verdict for e in assess(run)[0].estimates if e.metric == "p95_ratio"}
    assert (Judgement.INCONCLUSIVE in verdicts) == (not says)


def test_the_assessment_knows_of_an_early_end(tmp_path: Path) -> None:
    run = with_plan(write_whole(tmp_path / "run", slower=2.0))
    assert stopped(run, PLAN, ["his"]) == {}
    short = next(v for v in assess(run)[0].verdicts if v.clause == "PV-PERF-3")
    assert "负载块不齐" in short.reason
    write_json(run / "recordings/his/load/level-1.json", {"stopped_after_round": 0, "because": "都已判定。"})
    assert stopped(run, PLAN, ["his"]) == {("his", LEVELS[0].name): 1}
    result = assess(run)[0]
    assert "负载块不齐" not in next(v for v in result.verdicts if v.clause == "PV-PERF-3").reason
    assert {e.verdict for e in result.estimates if e.metric == "p95_ratio"} == {Judgement.FAIL}
    assert all("这是第 1 次" in e.method for e in result.estimates if e.metric == "p95_ratio")


def test_a_later_look_has_more_to_spend(tmp_path: Path) -> None:
    run = with_plan(write_whole(tmp_path / "run", slower=1.0))
    for i, letter in enumerate(LOAD.order):
        write_block(run, 5 + i, "original" if letter == "A" else "migrated", 0)
    methods = {e.method for e in assess(run)[0].estimates if e.metric == "p95_ratio"}
    assert len(methods) == 1 and "这是第 2 次" in methods.pop()
