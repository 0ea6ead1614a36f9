"""Reading load blocks: what is left out as warm-up, what broke, what an old or a broken block says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.assess.blocks import Block, read_blocks
from harness.model import ReplyKind
from harness.recording import Recording
from harness.samples import READ, SAMPLE, appended_by, seal_samples
from harness.settings import load_plan

NS, MS = 10**9, 10**6
SECONDS = 40.0
STEPS = ["select", "commit", "rollback"]
LIMITS = load_plan("smoke").limits


def rows(seed: int, *, cold_s: float = 0.0, per_s: int = 100, timed_out: int = 0) -> np.ndarray:
    """Two steps each; `cold_s` seconds are 200 ms slower; the last `timed_out` transactions never end."""
    n = int(SECONDS * per_s)
    rng = np.random.default_rng(seed)
    found = np.zeros((n, 2), dtype=SAMPLE)
    due = np.sort(rng.integers(0, int((SECONDS - 1) * NS), n))
    took = (np.exp(rng.normal(0, 0.3, n)) * 5 * MS + np.where(due < cold_s * NS, 200 * MS, 0)).astype(np.int64)
    found["due"], found["sent"] = due[:, None], due[:, None] + 50_000
    found["answered"] = found["sent"] + took[:, None]
    found["item"], found["user"] = np.arange(n)[:, None], np.arange(n)[:, None]
    found["step"] = [[0, 1]]
    if timed_out:
        found["step"][-timed_out:, 1] = 2
        found["reply"][-timed_out:, 0] = int(ReplyKind.TIMED_OUT)
        found["error"][-timed_out:, 0] = 1
    return found.ravel()


def write(folder: Path, position: int, stack: str, samples: np.ndarray, **more: Any) -> None:
    recording = Recording(folder / f"{position:02d}-{stack}")
    recording.begin()
    samples.tofile(appended_by(recording.folder, 0))
    seal_samples(recording.folder)
    recording.seal(
        {
            "pack": "his", "stack": stack, "level": "典型", "position": position, "users": 8, "seconds": SECONDS,
            "warmup_s": 2.0, "planned": len(samples) // 2, "start_mono_ns": 0, "end_mono_ns": int(SECONDS * NS),
            "transactions": ["charge"], "steps": STEPS, "errors": ["", "statement_timeout"],
            "generator": {"cpu": 0.2}, **more,
        }
    )  # fmt: skip


def blocks(folder: Path, known: Mapping[str, Any] | None = None) -> list[Block]:
    return read_blocks(folder, LIMITS, known)[0]


def test_a_slow_beginning_is_left_out_on_both_stacks_alike(tmp_path: Path) -> None:
    for position, stack in enumerate(("original", "migrated", "migrated", "original"), 1):
        write(tmp_path, position, stack, rows(position, cold_s=9.0 if stack == "migrated" else 0.0))
    read = blocks(tmp_path)
    assert {block.summary.warmup_s for block in read} == {read[0].summary.warmup_s}
    assert 9.0 <= read[0].summary.warmup_s <= 11.0
    for block in read:
        charge = block.completed["charge"]
        assert charge.value_ns.max() < 100 * MS
        assert charge.chunks == len(block.throughput) == round((SECONDS - block.summary.warmup_s) / block.chunk_s)
        assert block.summary.throughput_per_s == pytest.approx(100, rel=0.1)
        assert block.strip.counts.sum() == block.summary.done  # a heat map shows the beginning, too


def test_what_broke_has_no_time_but_is_known_to_be_lost(tmp_path: Path) -> None:
    write(tmp_path, 1, "original", rows(1, timed_out=30))
    (block,) = blocks(tmp_path)
    charge = block.completed["charge"]
    assert len(charge.lost) == 30
    assert len(charge.value_ns) + 30 == pytest.approx(100 * (SECONDS - 2), rel=0.1)
    assert block.summary.errors == 30 and block.summary.error_classes == {"statement_timeout": 30}


def test_what_the_recording_says_of_its_load_is_handed_on(tmp_path: Path) -> None:
    process = {
        "name": "0", "host": "h", "pid": 7, "users": 8, "cpu": 0.2, "loop_delay_p99_ms": 0.1, "loop_delay_max_ms": 1.0,
        "collections": 3, "collecting_ms": 2.0,
    }  # fmt: skip
    write(tmp_path, 1, "original", rows(1))
    write(
        tmp_path, 2, "migrated", rows(2), kind="peak", model="closed", rate_per_s=7.5, attempt=2, generators=[process],
        gaps=[{"lost": "压测进程 1 中途消失"}],
    )  # fmt: skip
    plain, full = (block.summary for block in blocks(tmp_path))
    assert (plain.kind, plain.model, plain.attempt, plain.generators, plain.valid) == ("load", "open", 1, (), True)
    assert (full.kind, full.model, full.rate_per_s, full.attempt) == ("peak", "closed", 7.5, 2)
    assert full.generators[0].pid == 7
    assert not full.valid and full.invalid_reason == "压测进程 1 中途消失"


def test_a_block_of_several_processes_is_one_block(tmp_path: Path) -> None:
    whole = rows(1)
    write(tmp_path / "one", 1, "original", whole)
    write(tmp_path / "two", 1, "original", whole)
    folder = tmp_path / "two/01-original"
    (folder / "samples.parquet").unlink()
    for process in (0, 1):
        whole[whole["user"] % 2 == process].tofile(appended_by(folder, process))
    (one,), (two,) = blocks(tmp_path / "one"), blocks(tmp_path / "two")
    assert one.summary == two.summary
    assert sorted(one.completed["charge"].value_ns) == sorted(two.completed["charge"].value_ns)
    assert np.array_equal(one.throughput, two.throughput) and np.array_equal(one.strip.counts, two.strip.counts)


def test_a_leg_does_not_count_its_wait_for_a_shared_session(tmp_path: Path) -> None:
    samples = np.zeros(6, dtype=READ)
    samples["step"] = [3, 0, 1, 3, 0, 1]  # pool, select, commit; twice
    samples["sent"] = [3000, 3030, 3035, 3040, 3060, 3065]
    samples["answered"] = [3030, 3035, 3040, 3060, 3065, 3070]
    for clock in ("due", "sent", "answered"):
        samples[clock] *= MS
    samples["due"] = [3000 * MS, *samples["answered"][:-1]]
    write(tmp_path, 1, "original", samples[list(SAMPLE.names)].astype(SAMPLE), steps=[*STEPS, "pool"], planned=1)
    known = {"transactions": [{"name": "charge", "legs": {"first": "一", "second": "二"}}]}
    (block,) = blocks(tmp_path, known)
    assert {name: leg.value_ns.tolist() for name, leg in block.legs.items()} == {
        "charge/first": [10 * MS], "charge/second": [10 * MS],
    }  # fmt: skip
    assert block.completed["charge"].value_ns.tolist() == [70 * MS]
