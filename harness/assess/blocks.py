"""Load recordings of one pack → blocks, response times, throughput: what the estimates rest on.

A level's blocks are read together (`gathered.py`), for they leave out the same warm-up; what is kept of them then are a
duration and a chunk number per completed transaction. Only transactions that ended with a commit have a response time:
failing fast is not being fast. Not here: estimates and verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from harness.assess.gathered import Gathered
from harness.assess.heat import Strip, strip
from harness.assess.steps import Exchanged, Measured
from harness.execute.spoilt import judged
from harness.load_result import GeneratorProcess
from harness.model import ReplyKind
from harness.recording import Recording
from harness.result import LoadBlock
from harness.settings_plan import LimitsPlan
from harness.stats import BlockSamples, Ints
from harness.warmup import common, detected

NS = 1_000_000_000
LONGEST_CHUNK_S, SHORTEST_CHUNK_S, CHUNKS = 1.0, 0.25, 10  # about a second, but at least ten a block where possible
MOST_CHUNKS = 1800  # of a block that lasts for hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One load block as far as the estimates need it."""

    folder: str  # name inside recordings/<pack>/load
    summary: LoadBlock
    window: tuple[int, int]  # mono_ns
    completed: Mapping[str, BlockSamples]  # by transaction, of the measured part of the block
    throughput: Ints  # completed transactions per chunk
    chunk_s: float
    strip: Strip
    self_test: bool
    untested: str = ""  # why the self-test could not be done
    exchanged: Mapping[str, Exchanged] = field(default_factory=dict)  # by message
    legs: Mapping[str, BlockSamples] = field(default_factory=dict)  # by journey/leg


def read_blocks(
    folder: Path, limits: LimitsPlan, known: Mapping[str, Any] | None = None, *, only: str | None = None
) -> tuple[list[Block], list[str]]:
    """Every sealed block below `recordings/<pack>/load` in order of position, and a sentence for each that is not.

    `known` is what `run.json` says of the pack: which steps are messages, which transactions have legs.
    `only` names one level.
    """
    blocks, notes = [], []
    levels: dict[str, list[tuple[Path, dict[str, Any]]]] = {}
    for path in sorted(p for p in folder.glob("*") if p.is_dir() and "." not in p.name):
        if Recording(path).sealed:
            facts = Recording(path).facts()
            if only in (None, facts["level"]):
                levels.setdefault(str(facts["level"]), []).append((path, facts))
        else:
            notes.append(f"负载块 {path.name} 没有完成，不计入。")
    for level in levels.values():
        read = [(path, facts, Gathered(path, facts, known or {})) for path, facts in level]
        warmup_ns = _warmup_ns([(facts, whole) for _, facts, whole in read])
        while read:
            path, facts, whole = read.pop()
            blocks.append(_block(path, facts, whole, limits, warmup_ns))
    return sorted(blocks, key=lambda b: b.summary.position), notes


def _warmup_ns(level: Iterable[tuple[Mapping[str, Any], Gathered]]) -> int:
    """How long the blocks of a level warmed up, on both stacks alike: what was seen, and no less than was planned."""
    seen: dict[str, list[int]] = {"original": [], "migrated": []}
    for facts, whole in level:
        done = whole["done"]
        seen[facts["stack"]].append(
            detected(
                whole["due"][done],
                whole["response"][done],
                whole["transaction"][done],
                least_ns=int(float(facts["warmup_s"]) * NS),
                block_ns=int(float(facts["seconds"]) * NS),
            )
        )
    return common(seen["original"], seen["migrated"])


def _block(path: Path, facts: Mapping[str, Any], whole: Gathered, limits: LimitsPlan, warmup_ns: int) -> Block:
    turns = whole.turns
    grid = _grid(facts, warmup_ns, turns.turn_ns if turns else 0)
    due, took, done = whole["due"], whole["response"], whole["done"]
    inside = due >= grid.begin_ns
    place = grid.chunk_of(due)
    pair = (int(facts["position"]) - 1) // 2  # A B B A: every two that follow each other hold one of each
    measured = Measured(inside=inside, place=place, chunks=grid.chunks, pair=pair, joint=turns is not None)
    kinds = _kinds(whole)
    in_time = done & inside & (due + took < int(facts["seconds"] * NS))
    return Block(
        folder=path.name,
        summary=_summary(facts, whole, kinds, grid, limits, int(in_time.sum())),
        window=(int(facts["start_mono_ns"]), int(facts["end_mono_ns"])),
        completed=_completed(facts, whole, kinds, measured),
        throughput=np.bincount(grid.chunk_of((due + took)[in_time]), minlength=grid.chunks).astype(np.int64),
        chunk_s=grid.chunk_ns / NS,
        strip=strip(
            stack=str(facts["stack"]), block=path.name, start_ns=int(facts["start_mono_ns"]),
            seconds=turns.wall_seconds(float(facts["seconds"])) if turns else float(facts["seconds"]),
            due_ns=turns.walls(due[done]) if turns else due[done], took_ns=took[done],
        ),
        self_test=bool(facts.get("self_test", {}).get("ok", False)),
        untested=str(facts.get("self_test", {}).get("not_done", "")),
        exchanged=whole.messages.exchanged(measured),
        legs=whole.legs.times(measured),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """The measured part of a block, cut into chunks."""

    begin_ns: int  # when it begins: the warm-up
    chunk_ns: int
    chunks: int

    def chunk_of(self, moments_ns: Ints) -> Ints:
        place: Ints = np.clip((moments_ns - self.begin_ns) // self.chunk_ns, 0, self.chunks - 1)
        return place


def _grid(facts: Mapping[str, Any], warmup_ns: int, turn_ns: int) -> _Grid:
    """Chunks are laid out behind the plan's warm-up; a longer one takes whole chunks: they mean the same everywhere.

    Where stacks take turns, a chunk is a turn.
    """
    if turn_ns:
        turns = max(1, int(float(facts["seconds"]) * NS) // turn_ns)
        skipped = min(turns - 1, -(-warmup_ns // turn_ns))
        return _Grid(begin_ns=skipped * turn_ns, chunk_ns=turn_ns, chunks=turns - skipped)
    planned_ns = int(float(facts["warmup_s"]) * NS)
    measured_s = float(facts["seconds"]) - float(facts["warmup_s"])
    wanted = min(LONGEST_CHUNK_S, max(SHORTEST_CHUNK_S, measured_s / CHUNKS))
    chunks = max(1, round(measured_s / max(wanted, measured_s / MOST_CHUNKS)))
    chunk_ns = max(1, int(measured_s * NS / chunks))
    skipped = min(chunks - 1, -(-max(0, warmup_ns - planned_ns) // chunk_ns))
    return _Grid(begin_ns=planned_ns + skipped * chunk_ns, chunk_ns=chunk_ns, chunks=chunks - skipped)


def _kinds(whole: Gathered) -> npt.NDArray[np.uint8]:
    """How each transaction ended: ok where its commit was confirmed, and nowhere else."""
    kinds = np.where(whole["done"], int(ReplyKind.OK), whole["reply"])
    unconfirmed = ~whole["done"] & (kinds == int(ReplyKind.OK))
    return np.where(unconfirmed, int(ReplyKind.FAILED), kinds).astype(np.uint8)


def _completed(
    facts: Mapping[str, Any], whole: Gathered, kinds: npt.NDArray[np.uint8], measured: Measured
) -> dict[str, BlockSamples]:
    """Transaction → the response times of those that were completed, and the chunks of those that broke."""
    completed = {}
    for number, name in enumerate(facts["transactions"]):
        own = np.flatnonzero(measured.inside & (whole["transaction"] == number))
        done, lost = own[kinds[own] == int(ReplyKind.OK)], own[kinds[own] > int(ReplyKind.REFUSED)]
        if len(done) or len(lost):
            completed[str(name)] = measured.of(done, whole["response"][done], lost)
    return completed


def _summary(
    facts: Mapping[str, Any],
    whole: Gathered,
    kinds: npt.NDArray[np.uint8],
    grid: _Grid,
    limits: LimitsPlan,
    in_time: int,
) -> LoadBlock:
    counted = np.bincount(kinds, minlength=len(ReplyKind))
    generators = tuple(msgspec.convert(each, GeneratorProcess) for each in facts.get("generators", ()))
    lag_ms, cpu = whole.lag_p99_ms(), float(facts["generator"]["cpu"])
    warmup, seconds = grid.begin_ns / NS, float(facts["seconds"])
    planned = int(facts["planned"])
    wrong = list(_why_invalid(facts, whole.n, lag_ms, limits))
    return LoadBlock(
        stack=facts["stack"], pack=facts["pack"], level=facts["level"], position=int(facts["position"]),
        users=int(facts["users"]), seconds=seconds, planned=planned, done=whole.n, not_run=max(0, planned - whole.n),
        throughput_per_s=in_time / (seconds - warmup) if seconds > warmup else 0.0,
        errors=int(counted[ReplyKind.FAILED :].sum()), refused=int(counted[ReplyKind.REFUSED]),
        lag_p99_ms=lag_ms, generator_cpu=cpu, valid=not wrong, invalid_reason="，".join(wrong),
        replies={kind.label: int(counted[kind]) for kind in ReplyKind if counted[kind]},
        error_classes=whole.classes(list(facts["errors"])),
        kind=str(facts.get("kind", "load")), model=str(facts.get("model", "open")),
        rate_per_s=float(facts.get("rate_per_s", 0.0)), warmup_s=warmup, attempt=int(facts.get("attempt", 1)),
        generators=generators,
    )  # fmt: skip


def _why_invalid(facts: Mapping[str, Any], done: int, lag_ms: float, limits: LimitsPlan) -> Iterable[str]:
    """What makes a block no measurement of the tested system."""
    yield from judged(facts, lag_ms, limits).reasons
    if not done:
        yield "没有样本"
    if done > int(facts["planned"]):
        yield f"样本 {done} 笔多于计划 {facts['planned']} 笔"
