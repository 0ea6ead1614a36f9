"""What people see while a block runs: counted behind the growing files, and shown beside the other stack."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from harness import events
from harness.execute.block_spec import BlockSpec
from harness.execute.live import Tail
from harness.model import ReplyKind
from harness.progress import Display
from harness.samples import PACK, SAMPLE, appended_by

MS = 1_000_000


def a_spec(folder: Path) -> BlockSpec:
    return BlockSpec(
        pack="his", known_as="his", stack="original", endpoint={}, endpoints={}, level="高峰", level_number=1,
        position=9, users=4, seconds=60.0, warmup_s=0.0, workload="", folder=str(folder),
    )  # fmt: skip


def append(folder: Path, process: int, times_ms: np.ndarray, *, seq: int, failed: int = 0) -> None:
    """One-step transactions of 20 users, each due 100 ms after the user's last and sent at once."""
    with appended_by(folder, process).open("ab") as file:
        for i, ms in enumerate(times_ms):
            due = (seq + i) * 100 * MS
            reply = ReplyKind.FAILED if i < failed else ReplyKind.OK
            file.write(PACK(due, due, due + int(ms * MS), seq + i, (seq + i) % 20, 0, 0, reply, 0))


def test_figures_follow_the_growing_files_of_all_processes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    first, second = rng.lognormal(2, 0.6, 400), rng.lognormal(3, 0.6, 400)
    tail = Tail(a_spec(tmp_path))
    append(tmp_path, 0, first, seq=0, failed=3)
    append(tmp_path, 1, first, seq=0)
    (early,) = tail.look(1.0)
    assert (early.done, early.errors, early.position) == (798, 3, 9), "the last of each file may go on"
    assert early.per_s == pytest.approx(798)
    assert list(tail.look(1.5)) == [], "not more often than once a second"
    append(tmp_path, 0, second, seq=400)
    (late,) = tail.look(3.0)
    assert late.done == 798 + 400
    assert late.per_s == pytest.approx(200)
    assert late.p95_ms == pytest.approx(np.quantile(np.concatenate([first, first, second]), 0.95), rel=0.04)


def test_a_torn_record_is_waited_for(tmp_path: Path) -> None:
    tail = Tail(a_spec(tmp_path))
    append(tmp_path, 0, np.full(10, 5.0), seq=0)
    path = appended_by(tmp_path, 0)
    whole = path.read_bytes()
    path.write_bytes(whole[: -SAMPLE.itemsize // 2])
    assert [live.done for live in tail.look(1.0)] == [8]
    path.write_bytes(whole)
    append(tmp_path, 0, np.full(1, 5.0), seq=10)
    assert [live.done for live in tail.look(2.0)] == [10]


LIVE = events.Live(
    pack="his", level="高峰", stack="original", position=9, done=5, per_s=141.0, p95_ms=20.8, lag_p99_ms=1.2, errors=0
)


def test_both_stacks_stand_beside_each_other() -> None:
    out = io.StringIO()
    with Display(Console(file=out, force_terminal=True, width=120, color_system=None)) as display:
        display(events.Stage(name="负载 9/12", total=40.0))
        display(LIVE)
        display(events.Stage(name="负载 10/12", total=40.0))
        display(replace(LIVE, stack="migrated", position=10, per_s=118.0))
        display(events.Progress(done=20))
        shown = Console(file=io.StringIO(), width=120, record=True)
        shown.print(display._drawn())
    lines = shown.export_text().splitlines()
    (original,) = [line for line in lines if "141.0" in line]
    (migrated,) = [line for line in lines if "118.0" in line]
    assert "原系统" in original and "第 9 块" in original
    assert "迁移后系统" in migrated and "正在进行" in migrated
