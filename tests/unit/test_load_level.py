"""Where a level's blocks lie, and when it stops: also where a run is resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.execute.load_level import LevelBlocks, OneBlock
from harness.settings_load import Level, LoadPlan

LEVELS = (Level(name="低谷", users=4, rate_per_s=4.0), Level(name="高峰", users=8, rate_per_s=9.0))
LOAD = LoadPlan(order="ABBA", seconds=2.0, warmup_seconds=0.5, levels=LEVELS, rounds=3, until_decided=True)


def level(run_dir: Path, index: int, load: LoadPlan = LOAD, because: str = "") -> LevelBlocks:
    return LevelBlocks(
        run_dir=run_dir, pack="his", load=load, level=LEVELS[index], index=index, decided=lambda *_: because
    )


def carry_out(blocks: LevelBlocks, round_: int) -> None:
    for block in in_order(blocks, round_):
        block.recording.begin()
        block.recording.seal({})


def in_order(blocks: LevelBlocks, round_: int) -> list[OneBlock]:
    return [block for together in blocks.of(round_) for block in together]


def test_positions_do_not_depend_on_what_ran(tmp_path: Path) -> None:
    assert [block.position for block in in_order(level(tmp_path, 0), 0)] == [1, 2, 3, 4]
    assert [block.position for block in in_order(level(tmp_path, 0), 2)] == [9, 10, 11, 12]
    assert [block.recording.folder.name for block in in_order(level(tmp_path, 1), 0)] == [
        "13-original", "14-migrated", "15-migrated", "16-original",
    ]  # fmt: skip


def test_by_turns_a_round_has_one_block_of_each_stack_at_the_same_time(tmp_path: Path) -> None:
    blocks = level(tmp_path, 1, load=replace(LOAD, turn_seconds=1.0))
    (together,) = blocks.of(1)
    assert [block.recording.folder.name for block in together] == ["09-original", "10-migrated"]


def test_in_parallel_every_two_blocks_run_at_the_same_time(tmp_path: Path) -> None:
    rounds = level(tmp_path, 0, load=replace(LOAD, parallel=True)).of(1)
    assert [[block.recording.folder.name for block in together] for together in rounds] == [
        ["05-original", "06-migrated"], ["07-migrated", "08-original"],
    ]  # fmt: skip


def test_a_level_that_is_decided_stops_and_a_resumed_run_knows(tmp_path: Path) -> None:
    blocks = level(tmp_path, 0, because="全部判定")
    carry_out(blocks, 0)
    assert blocks.stop(0) == "全部判定"
    assert list(level(tmp_path, 0).rounds) == [0]
    assert list(level(tmp_path, 1).rounds) == [0, 1, 2]


def test_a_resumed_run_does_not_ask_about_a_round_that_others_followed(tmp_path: Path) -> None:
    blocks = level(tmp_path, 0, because="现在看来够了")
    carry_out(blocks, 0)
    carry_out(blocks, 1)
    assert blocks.stop(0) == ""
    assert blocks.stop(1) == "现在看来够了"


def test_nobody_is_asked_after_the_last_round_or_where_the_plan_does_not_want_it(tmp_path: Path) -> None:
    assert level(tmp_path, 0, because="够了").stop(2) == ""
    assert level(tmp_path, 0, load=replace(LOAD, until_decided=False), because="够了").stop(0) == ""
