"""Load recordings of one pack → blocks, response times, throughput: what the estimates rest on.

One block is read at a time, memory-mapped; what is kept of it are a duration and a chunk number per completed
transaction. Only transactions that ended with a commit have a response time: failing fast is not being fast.
Not here: estimates and verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from harness.assess.steps import Exchanged, Measured, exchanges_of, legs_of
from harness.model import ReplyKind
from harness.recording import Recording
from harness.result import LoadBlock
from harness.samples import Samples, Transactions, fold, read_samples
from harness.settings_plan import LimitsPlan
from harness.stats import BlockSamples, Ints

NS = 1_000_000_000
LONGEST_CHUNK_S, SHORTEST_CHUNK_S, CHUNKS = 1.0, 0.25, 10  # about a second, but at least ten a block where possible
_OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One load block as far as the estimates need it."""

    folder: str  # name inside recordings/<pack>/load
    summary: LoadBlock
    window: tuple[int, int]  # mono_ns
    completed: Mapping[str, BlockSamples]  # by transaction, of the measured part of the block
    throughput: Ints  # completed transactions per chunk
    self_test: bool
    untested: str = ""  # why the self-test could not be done
    exchanged: Mapping[str, Exchanged] = field(default_factory=dict)  # by message
    legs: Mapping[str, BlockSamples] = field(default_factory=dict)  # by journey/leg


def read_blocks(
    folder: Path, limits: LimitsPlan, known: Mapping[str, Any] | None = None
) -> tuple[list[Block], list[str]]:
    """Every sealed block below `recordings/<pack>/load` in order of position, and a sentence for each that is not.

    `known` is what `run.json` says of the pack: which steps are messages, which transactions have legs.
    """
    blocks, notes = [], []
    for path in sorted(p for p in folder.glob("*") if p.is_dir() and "." not in p.name):
        if Recording(path).sealed:
            blocks.append(_read(path, limits, known or {}))
        else:
            notes.append(f"负载块 {path.name} 没有完成，不计入。")
    return sorted(blocks, key=lambda b: b.summary.position), notes


def _read(path: Path, limits: LimitsPlan, known: Mapping[str, Any]) -> Block:
    facts = Recording(path).facts()
    samples = read_samples(path / "samples.bin")
    whole = fold(samples)
    done = _completed(samples, facts)
    summary = _summary(facts, samples, whole, done, limits)
    chunks, chunk_ns, warmup_ns = _chunks(facts)
    inside = whole.due >= warmup_ns
    measured = done & inside
    place = np.clip((whole.due - warmup_ns) // chunk_ns, 0, chunks - 1).astype(np.int64)
    by_step = Measured(inside=inside, place=place, chunks=chunks)
    journeys = {t["name"]: list(t["legs"]) for t in known.get("transactions", ()) if t.get("legs")}
    completed = {}
    for number, name in enumerate(facts["transactions"]):
        own = measured & (whole.transaction == number)
        if own.any():
            completed[str(name)] = BlockSamples(value_ns=whole.response_ns[own], chunk=place[own], chunks=chunks)
    in_time = measured & (whole.answered < int(facts["seconds"] * NS))
    answered = np.clip((whole.answered[in_time] - warmup_ns) // chunk_ns, 0, chunks - 1)
    return Block(
        folder=path.name,
        summary=summary,
        window=(int(facts["start_mono_ns"]), int(facts["end_mono_ns"])),
        completed=completed,
        throughput=np.bincount(answered, minlength=chunks).astype(np.int64),
        self_test=bool(facts.get("self_test", {}).get("ok", False)),
        untested=str(facts.get("self_test", {}).get("not_done", "")),
        exchanged=exchanges_of(samples, facts, known.get("messages", ()), by_step),
        legs=legs_of(samples, facts, journeys, by_step),
    )


def _chunks(facts: Mapping[str, Any]) -> tuple[int, int, int]:
    """(number of chunks, length of one in ns, warm-up in ns) of the measured part."""
    measured = float(facts["seconds"]) - float(facts["warmup_s"])
    wanted = min(LONGEST_CHUNK_S, max(SHORTEST_CHUNK_S, measured / CHUNKS))
    chunks = max(1, round(measured / wanted))
    return chunks, max(1, int(measured * NS / chunks)), int(float(facts["warmup_s"]) * NS)


def _completed(samples: Samples, facts: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Per transaction whether its last step is a commit that the system confirmed.

    A transaction that handled a refusal itself and went on is complete although one of its steps was refused.
    """
    n = len(samples)
    if not n:
        return np.empty(0, dtype=bool)
    item, user = samples["item"], samples["user"]
    ends = np.ones(n, dtype=bool)
    ends[:-1] = (item[1:] != item[:-1]) | (user[1:] != user[:-1])
    steps = list(facts["steps"])
    commit = steps.index("commit") if "commit" in steps else -1
    done: np.ndarray[Any, np.dtype[np.bool_]] = (samples["step"][ends] == commit) & (samples["reply"][ends] == 0)
    return done


def _summary(
    facts: Mapping[str, Any],
    samples: Samples,
    whole: Transactions,
    done: np.ndarray[Any, np.dtype[np.bool_]],
    limits: LimitsPlan,
) -> LoadBlock:
    kinds = np.where(done, int(ReplyKind.OK), whole.reply)
    kinds = np.where(~done & (kinds == int(ReplyKind.OK)), int(ReplyKind.FAILED), kinds)
    counted = np.bincount(kinds.astype(np.int64), minlength=len(ReplyKind))
    replies = {kind.label: int(counted[kind]) for kind in ReplyKind if counted[kind]}
    errors = int(counted[ReplyKind.FAILED :].sum())
    lag_ms = float(np.quantile(np.maximum(whole.lag, 0), 0.99)) / 1e6 if len(whole.lag) else 0.0
    cpu = float(facts["generator"]["cpu"])
    warmup, seconds = float(facts["warmup_s"]), float(facts["seconds"])
    inside = done & (whole.due >= int(warmup * NS)) & (whole.answered < int(seconds * NS))
    planned = int(facts["planned"])
    wrong = list(_why_invalid(facts, len(whole.due), lag_ms, cpu, limits))
    return LoadBlock(
        stack=facts["stack"], pack=facts["pack"], level=facts["level"], position=int(facts["position"]),
        users=int(facts["users"]), seconds=seconds, planned=planned, done=len(whole.due),
        not_run=max(0, planned - len(whole.due)),
        throughput_per_s=float(inside.sum()) / (seconds - warmup) if seconds > warmup else 0.0,
        errors=errors, refused=int(counted[ReplyKind.REFUSED]), lag_p99_ms=lag_ms, generator_cpu=cpu,
        valid=not wrong, invalid_reason="，".join(wrong), replies=replies, error_classes=_classes(facts, samples),
    )  # fmt: skip


def _why_invalid(facts: Mapping[str, Any], done: int, lag_ms: float, cpu: float, limits: LimitsPlan) -> Iterable[str]:
    """What makes a block no measurement of the tested system."""
    if lag_ms > limits.lag_p99_ms.value:
        yield f"压测机滞后 P99 {lag_ms:.1f} ms 超过限值 {limits.lag_p99_ms.value:g} ms"
    if cpu > limits.generator_cpu.value:
        yield f"压测进程占用 CPU {cpu:.0%} 超过限值 {limits.generator_cpu.value:.0%}"
    if not done:
        yield "没有样本"
    if done > int(facts["planned"]):
        yield f"样本 {done} 笔多于计划 {facts['planned']} 笔"


def _classes(facts: Mapping[str, Any], samples: Samples) -> dict[str, int]:
    """Errors by class: failed, timed-out and unreachable steps; a refusal is a business outcome."""
    if not len(samples):
        return {}
    names = list(facts["errors"])
    counted = np.bincount(samples["error"][samples["reply"] > int(ReplyKind.REFUSED)], minlength=len(names))
    return {names[n] or _OTHER: int(count) for n, count in enumerate(counted) if count and n < len(names)}
