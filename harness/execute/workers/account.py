"""What the generator processes of one block did, put together: `block.json`, also where one of them was killed.

Whatever a process recorded before it died counts; what it no longer did is named as a gap. Pure but for reading the
samples of the dead. Not here: Locust.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from harness.execute.block_spec import BlockSpec
from harness.folding import beginnings
from harness.load_result import Gap, GeneratorProcess
from harness.pacer import NS
from harness.samples import read_batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A process that stands ready."""

    number: int
    host: str
    pid: int
    users: int
    planned: int
    clock_offset_ms: float = 0.0
    clock_uncertainty_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """A process that has done its share."""

    done: int
    not_sent: int
    watched: dict[str, float]  # cpu, delays and collections, by the names of `GeneratorProcess`
    unsent: Mapping[str, int] = field(default_factory=dict)  # why what was not sent was not


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A block whose clock has started."""

    epoch_ns: int
    came: tuple[Came, ...]
    self_test: dict[str, Any]
    names: dict[str, list[str]]  # the index tables of the samples

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Begun:
        return cls(**{**content, "came": tuple(Came(**each) for each in content["came"])})


def account(spec: BlockSpec, begun: Begun, went: Mapping[int, Went], ended_ns: int) -> dict[str, Any]:
    """The content of `block.json`; who came and did not go was lost."""
    gaps, done, not_sent, closed = [], 0, 0, spec.model == "closed"
    for each in begun.came:
        if each.number in went:
            done += went[each.number].done
            not_sent += went[each.number].not_sent
        else:
            here, last_s = recorded(Path(spec.folder), each.number)
            done += here
            gaps.append(_gap(spec, each, here, last_s))
    generators = [generator(each, went.get(each.number)) for each in begun.came]
    return {
        "kind": spec.kind,
        "model": spec.model,
        "rate_per_s": spec.rate_per_s,
        "sessions": spec.sessions,
        "processes": spec.processes,
        "attempt": spec.attempt,
        "pack": spec.pack,
        "stack": spec.stack,
        "level": spec.level,
        "level_number": spec.level_number,
        "position": spec.position,
        "users": spec.users,
        "seconds": spec.seconds,
        "warmup_s": spec.warmup_s,
        "turns": spec.turns,
        # users who think do what they come to; there is always work left
        "planned": done if closed else sum(each.planned for each in begun.came),
        "done": done,
        "not_sent": 0 if closed else not_sent,
        "unsent": dict(sum((Counter(each.unsent) for each in went.values()), Counter())),
        "epoch_mono_ns": begun.epoch_ns,
        "start_mono_ns": begun.epoch_ns,
        "end_mono_ns": ended_ns,
        "generator": worst(generators),
        "generators": [asdict(each) for each in generators],
        "gaps": [asdict(gap) for gap in gaps],
        "self_test": begun.self_test,
        **begun.names,
    }


def _gap(spec: BlockSpec, lost: Came, here: int, last_s: float) -> Gap:
    share = f"计划 {lost.planned} 笔业务，记下 {here} 笔，失去 {lost.planned - here} 笔"
    if spec.model == "closed":
        share = f"只记下 {here} 笔业务"
    return Gap(
        what="worker",
        name=str(lost.number),
        host=lost.host,
        stack=spec.stack,
        block=Path(spec.folder).name,
        start_s=last_s,
        end_s=spec.wall_s,
        lost=f"压测进程 {lost.number}（主机 {lost.host}，进程号 {lost.pid}）中途消失：第 {last_s:.1f} 秒到"
        f"第 {spec.wall_s:g} 秒没有它的样本；它的 {lost.users} 个用户{share}",
    )


def recorded(folder: Path, number: int) -> tuple[int, float]:
    """Whole transactions that a process recorded, and when the last of them was answered, in seconds."""
    transactions, last_ns = 0, 0
    for batch in read_batches(folder):
        if batch["process"][0] == number:
            transactions += int(np.count_nonzero(beginnings(batch)))
            last_ns = max(last_ns, int(batch["answered"].max()))
    return transactions, last_ns / NS


def generator(came: Came, went: Went | None) -> GeneratorProcess:
    nothing = {"cpu": 0.0, "loop_delay_p99_ms": 0.0, "loop_delay_max_ms": 0.0, "collections": 0, "collecting_ms": 0.0}
    watched: dict[str, Any] = {**nothing, **(went.watched if went else {})}
    return GeneratorProcess(
        name=str(came.number),
        host=came.host,
        pid=came.pid,
        users=came.users,
        clock_offset_ms=came.clock_offset_ms,
        clock_uncertainty_ms=came.clock_uncertainty_ms,
        **watched,
    )


def worst(generators: Sequence[GeneratorProcess]) -> dict[str, float]:
    """What decides whether the generator kept up: the busiest process of all."""
    return {
        "cpu": max((each.cpu for each in generators), default=0.0),
        "loop_delay_p99_ms": max((each.loop_delay_p99_ms for each in generators), default=0.0),
        "max_loop_delay_ms": max((each.loop_delay_max_ms for each in generators), default=0.0),
    }


def together(tests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The concurrency self-tests of several processes as one."""
    undone = [str(test["not_done"]) for test in tests if "not_done" in test]
    ok = bool(tests) and all(test["ok"] for test in tests)
    if undone or not tests:
        return {"users": sum(test["users"] for test in tests), "ok": ok, "not_done": "；".join(dict.fromkeys(undone))}
    summed = {
        name: sum(test[name] for test in tests) for name in ("users", "sessions", "ideal", "in_flight", "achieved")
    }
    return {**summed, "ok": ok}
